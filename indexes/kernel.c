/* SPDX-License-Identifier: Apache-2.0 */
/* The portable kernel, which is the definition of the others, and the choice among them. */
#include "indexes/kernel.h"

#include <pthread.h>

static void dot_portable(const int16_t *query, const int8_t *codes, size_t dim, size_t rows,
                         int32_t *out)
{
    for (size_t r = 0; r < rows; r++) {
        const int8_t *row = codes + r * dim;
        int32_t sum = 0;
        for (size_t i = 0; i < dim; i++)
            sum += (int32_t)(query[i] * row[i]);
        out[r] = sum;
    }
}

static unsigned ones(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(x * UINT64_C(0x0101010101010101) >> 56);
}

/* The weights of the bits that differ, in one word of the planes. */
static unsigned weigh(const uint64_t *query, size_t words, uint64_t differ)
{
    unsigned sum = 0;

    for (size_t plane = STILE_KERNEL_PLANES; plane > 0; plane--)
        sum = 2 * sum + ones(query[plane * words] & differ);
    return sum;
}

static void distance_portable(const uint64_t *query, const uint64_t *signs, size_t words,
                              size_t rows, uint16_t *out)
{
    for (size_t r = 0; r < rows; r++) {
        unsigned sum = 0;
        for (size_t i = 0; i < words; i++)
            sum += weigh(query + i, words, query[i] ^ signs[r * words + i]);
        out[r] = (uint16_t)sum;
    }
}

/* Written once, under `once`. */
static stile_kernel kernels[STILE_KERNELS_MAX];
static size_t kernel_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void)
{
    size_t n = stile_kernel_x86(kernels);

    if (n == 0)
        n = stile_kernel_neon(kernels);
    kernels[n++] = (stile_kernel){"portable", dot_portable, distance_portable};
    kernel_count = n;
}

size_t stile_kernel_count(void)
{
    (void)pthread_once(&once, choose);
    return kernel_count;
}

const stile_kernel *stile_kernel_at(size_t at)
{
    return at < stile_kernel_count() ? &kernels[at] : NULL;
}

const stile_kernel *stile_kernel_best(void)
{
    (void)pthread_once(&once, choose);
    return &kernels[0];
}
