/* SPDX-License-Identifier: Apache-2.0 */
/* int8 codes and exact integer dot products. All sums are integers, so neither the compiler's
 * vector width nor the order of the additions can change a score. */
#include "indexes/code.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "indexes/kernel.h"

/* The largest magnitude, or 0 when a component is not finite. */
static float peak_of(const float *vector, size_t dim)
{
    float peak = 0;

    for (size_t i = 0; i < dim; i++) {
        float a = fabsf(vector[i]);
        if (!isfinite(a))
            return 0;
        if (a > peak)
            peak = a;
    }
    return peak;
}

static long round_within(float x, long limit)
{
    long v = lrintf(x);
    return v > limit ? limit : v < -limit ? -limit : v;
}

void stile_code_encode(const float *vector, size_t dim, int8_t *code, float *scale)
{
    float unit = peak_of(vector, dim) / 127.0f;

    if (!(unit > 0)) { /* zero, or so small that a 127th of it vanishes */
        if (dim)
            memset(code, 0, dim);
        *scale = 0;
        return;
    }
    for (size_t i = 0; i < dim; i++)
        code[i] = (int8_t)round_within(vector[i] / unit, 127);
    *scale = unit;
}

void stile_code_query_encode(const float *vector, size_t dim, int16_t *code, stile_code_query *out)
{
    /* |sum| <= limit * 128 * dim, and no partial sum exceeds that. */
    long limit = dim ? INT32_MAX / (128 * (long)dim) : INT16_MAX;
    float unit;

    if (limit > INT16_MAX)
        limit = INT16_MAX;
    unit = peak_of(vector, dim) / (float)limit;
    *out = (stile_code_query){code, dim, unit > 0 ? unit : 0};
    for (size_t i = 0; i < dim; i++)
        code[i] = (int16_t)(unit > 0 ? round_within(vector[i] / unit, limit) : 0);
}

void stile_code_dot(const stile_code_query *query, const int8_t *codes, size_t rows, int32_t *out)
{
    stile_kernel_best()->dot(query->code, codes, query->dim, rows, out);
}

void stile_code_sign(const int8_t *code, size_t dim, uint64_t *sign)
{
    memset(sign, 0, stile_code_sign_words(dim) * sizeof *sign);
    for (size_t i = 0; i < dim; i++)
        sign[i / 64] |= (uint64_t)(code[i] > 0) << i % 64;
}

void stile_code_query_sign(const stile_code_query *query, uint64_t *out)
{
    const size_t dim = query->dim, words = stile_code_sign_words(dim);
    unsigned peak = 0;

    memset(out, 0, (1 + STILE_KERNEL_PLANES) * words * sizeof *out);
    for (size_t i = 0; i < dim; i++)
        peak = (unsigned)abs(query->code[i]) > peak ? (unsigned)abs(query->code[i]) : peak;
    for (size_t i = 0; peak && i < dim; i++) {
        /* rounded, in steps of a share of the greatest */
        unsigned weight =
            (2 * STILE_KERNEL_WEIGHT_MAX * (unsigned)abs(query->code[i]) + peak) / (2 * peak);
        out[i / 64] |= (uint64_t)(query->code[i] > 0) << i % 64;
        for (size_t plane = 0; plane < STILE_KERNEL_PLANES; plane++)
            out[(1 + plane) * words + i / 64] |= (uint64_t)(weight >> plane & 1) << i % 64;
    }
}
