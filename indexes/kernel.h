/* SPDX-License-Identifier: Apache-2.0 */
/* The two inner loops of dense search, once for each instruction set: dot products of int16
 * queries with int8 codes, and distances between sign codes. Sums of integers that cannot
 * overflow are the same in any order, so every set gives the same bits; which one runs is chosen
 * once, by what the processor has. */
#ifndef STILE_INDEXES_KERNEL_H
#define STILE_INDEXES_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STILE_KERNEL_PLANES 3 /* bits of a weight */
#define STILE_KERNEL_WEIGHT_MAX ((1u << STILE_KERNEL_PLANES) - 1)

typedef struct stile_kernel {
    const char *name;
    /* out[r] = sum of query[i] * codes[r][i] over `dim`. No partial sum may leave 32 bits: see
     * stile_code_query_encode. */
    void (*dot)(const int16_t *query, const int8_t *codes, size_t dim, size_t rows, int32_t *out);
    /* out[r] = the sum of the weights of those bits of signs[r] that differ from the query's, over
     * `words` of 64. `query` is [1 + STILE_KERNEL_PLANES][words]: the query's signs, then its
     * weights, bit 0 of each first. */
    void (*distance)(const uint64_t *query, const uint64_t *signs, size_t words, size_t rows,
                     uint16_t *out);
} stile_kernel;

/* The best that this processor runs. Any thread. */
const stile_kernel *stile_kernel_best(void);
/* All that it runs, best first; the portable one is last. */
size_t stile_kernel_count(void);
const stile_kernel *stile_kernel_at(size_t at);

/* kernel_x86.c and kernel_neon.c: fill `out`, best first, with what this processor runs. Zero on
 * other machines. */
#define STILE_KERNELS_MAX 8
size_t stile_kernel_x86(stile_kernel out[STILE_KERNELS_MAX - 1]);
size_t stile_kernel_neon(stile_kernel out[STILE_KERNELS_MAX - 1]);

#endif
