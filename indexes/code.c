/* SPDX-License-Identifier: Apache-2.0 */
/* int8 codes and exact integer dot products. All sums are integers, so neither the compiler's
 * vector width nor the order of the additions can change a score. */
#include "indexes/code.h"

#include <math.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define CODE_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CODE_SANITIZED
#endif

/* The resolver of a cloned function runs before a sanitizer has set itself up. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(CODE_SANITIZED)
#define CODE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CODE_CLONES
#endif

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

CODE_CLONES
void stile_code_dot(const stile_code_query *query, const int8_t *codes, size_t rows, int32_t *out)
{
    const int16_t *q = query->code;
    size_t dim = query->dim;

    for (size_t r = 0; r < rows; r++) {
        const int8_t *row = codes + r * dim;
        int32_t sum = 0;
        for (size_t i = 0; i < dim; i++)
            sum += (int32_t)(q[i] * row[i]);
        out[r] = sum;
    }
}
