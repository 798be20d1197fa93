/* SPDX-License-Identifier: Apache-2.0 */
/* int8 codes of unit vectors, and their scores against a query. A row's code depends on its own
 * vector alone, and a score is an integer dot product times two scales: so a pair's score is
 * bit-identical whatever the row's position, the batch, the thread or the instruction set. */
#ifndef STILE_INDEXES_CODE_H
#define STILE_INDEXES_CODE_H

#include <stddef.h>
#include <stdint.h>

/* code[i] = round(vector[i] / scale), scale = max|vector| / 127; a zero vector gives zeros and
 * scale 0. */
void stile_code_encode(const float *vector, size_t dim, int8_t *code, float *scale);

/* A query in int16, scaled so that no sum over `dim` products overflows 32 bits. */
typedef struct stile_code_query {
    const int16_t *code;
    size_t dim;
    float scale;
} stile_code_query;
void stile_code_query_encode(const float *vector, size_t dim, int16_t *code, stile_code_query *out);

/* The integer dot product of the query with each of `rows` codes, stored one after another. */
void stile_code_dot(const stile_code_query *query, const int8_t *codes, size_t rows, int32_t *out);

/* Sign codes: one bit a dimension, set where the component is above zero, in 64-bit words with
 * the rest of the last word clear. The query keeps its magnitudes, coarsely,
 * as weights of the bits in which a row may differ from it. */
static inline size_t stile_code_sign_words(size_t dim)
{
    return (dim + 63) / 64;
}
void stile_code_sign(const int8_t *code, size_t dim, uint64_t *sign);
/* A query as stile_kernel.distance takes it, its weights being its magnitudes, in
 * (1 + STILE_KERNEL_PLANES) * stile_code_sign_words(dim) words. */
void stile_code_query_sign(const stile_code_query *query, uint64_t *out);

/* (float)dot * row scale * query scale, in double, in this order. */
static inline double stile_code_score(const stile_code_query *query, int32_t dot, float row_scale)
{
    return (double)dot * (double)row_scale * (double)query->scale;
}

#endif
