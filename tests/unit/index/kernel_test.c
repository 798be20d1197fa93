/* SPDX-License-Identifier: Apache-2.0 */
/* Every kernel that this processor runs, against sums that no one could get wrong. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "indexes/code.h"
#include "indexes/kernel.h"
#include "support/random.h"

#define DIM_MAX 520
#define ROWS_MAX 9

static int64_t dot_of(const int16_t *query, const int8_t *code, size_t dim)
{
    int64_t sum = 0;

    for (size_t i = 0; i < dim; i++)
        sum += (int64_t)query[i] * code[i];
    return sum;
}

static uint16_t distance_of(const uint64_t *query, const uint64_t *sign, size_t words)
{
    uint16_t sum = 0;

    for (size_t i = 0; i < words * 64; i++)
        for (size_t plane = 0; plane < STILE_KERNEL_PLANES; plane++)
            if ((query[i / 64] >> i % 64 & 1) != (sign[i / 64] >> i % 64 & 1) &&
                (query[(1 + plane) * words + i / 64] >> i % 64 & 1))
                sum = (uint16_t)(sum + (1u << plane));
    return sum;
}

/* Components at the edges of their types come often. */
static void dots_agree(test_random *r)
{
    int16_t query[DIM_MAX];
    int8_t codes[ROWS_MAX * DIM_MAX + 1];
    int32_t dots[ROWS_MAX];
    size_t dim = test_random_below(r, 4) ? 256 : test_random_below(r, DIM_MAX + 1);
    size_t rows = test_random_below(r, ROWS_MAX + 1), shift = test_random_below(r, 2);
    long limit = dim ? INT32_MAX / (128 * (long)dim) : INT16_MAX;
    bool extreme = test_random_below(r, 3) == 0;

    limit = limit > INT16_MAX ? INT16_MAX : limit;
    for (size_t i = 0; i < dim; i++)
        query[i] = (int16_t)(extreme ? (test_random_below(r, 2) ? limit : -limit)
                                     : (long)test_random_below(r, (uint32_t)limit) - limit / 2);
    for (size_t i = 0; i < sizeof codes; i++)
        codes[i] = extreme && test_random_below(r, 2) ? -128 : (int8_t)test_random_next(r);
    for (size_t k = 0; k < stile_kernel_count(); k++) {
        const stile_kernel *kernel = stile_kernel_at(k);
        kernel->dot(query, codes + shift, dim, rows, dots);
        for (size_t i = 0; i < rows; i++)
            cr_assert_eq(dots[i], dot_of(query, codes + shift + i * dim, dim), "%s, %zu dimensions",
                         kernel->name, dim);
    }
}

static void distances_agree(test_random *r)
{
    uint64_t query[9 * (1 + STILE_KERNEL_PLANES)], signs[ROWS_MAX * 9];
    uint16_t distances[ROWS_MAX];
    size_t words = test_random_below(r, 4) ? 4 : test_random_below(r, 10);
    size_t rows = test_random_below(r, ROWS_MAX + 1);

    for (size_t i = 0; i < sizeof query / sizeof *query; i++)
        query[i] = test_random_next(r);
    for (size_t i = 0; i < ROWS_MAX * 9; i++)
        signs[i] = test_random_below(r, 5) ? test_random_next(r) : ~query[i % 9];
    for (size_t k = 0; k < stile_kernel_count(); k++) {
        const stile_kernel *kernel = stile_kernel_at(k);
        kernel->distance(query, signs, words, rows, distances);
        for (size_t i = 0; i < rows; i++)
            cr_assert_eq(distances[i], distance_of(query, signs + i * words, words),
                         "%s, %zu words", kernel->name, words);
    }
}

Test(kernel, every_one_gives_the_same_bits)
{
    uint64_t seed = test_random_seed("kernels");
    uint32_t cases = test_cases(4000);

    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        dots_agree(&r);
        distances_agree(&r);
    }
}

Test(kernel, the_portable_one_is_there_and_last)
{
    cr_assert_str_eq(stile_kernel_at(stile_kernel_count() - 1)->name, "portable");
    cr_assert_null(stile_kernel_at(stile_kernel_count()));
    cr_assert_eq(stile_kernel_best(), stile_kernel_at(0));
}

Test(kernel, a_sign_code_has_a_bit_for_each_component_above_zero)
{
    int8_t code[70] = {1, 0, -1};
    uint64_t sign[2] = {9, 9};

    code[69] = 127;
    stile_code_sign(code, 70, sign);
    cr_assert(sign[0] == 1 && sign[1] == UINT64_C(1) << 5);
    cr_assert_eq(stile_code_sign_words(0), 0);
    cr_assert_eq(stile_code_sign_words(65), 2);
}

Test(kernel, a_query_weighs_its_bits_by_its_magnitudes)
{
    int16_t code[70] = {700, -700, 310, -20, 0};
    stile_code_query query = {code, 70, 1};
    uint64_t out[2 * (1 + STILE_KERNEL_PLANES)];

    stile_code_query_sign(&query, out);
    cr_assert_eq(out[0], 5); /* components 0 and 2 */
    cr_assert(out[2] == 7 && out[4] == 7 && out[6] == 3, "%d", (int)out[2]); /* 7, 7 and 3 */
    cr_assert(out[1] == 0 && out[3] == 0 && out[5] == 0 && out[7] == 0);
    memset(code, 0, sizeof code);
    stile_code_query_sign(&query, out);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        cr_assert_eq(out[i], 0);
}
