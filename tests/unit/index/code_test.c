/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "indexes/code.h"
#include "support/random.h"

Test(code, encodes_a_zero_or_unusable_vector_as_zeros)
{
    const float zero[3] = {0, 0, 0}, odd[3] = {1, INFINITY, 0}, nan_[3] = {NAN, 1, 0};
    const float tiny[3] = {1e-45f, 0, 0};
    const float *const rows[] = {zero, odd, nan_, tiny};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int8_t code[3] = {9, 9, 9};
        float scale = 9;
        stile_code_encode(rows[i], 3, code, &scale);
        cr_assert_eq(scale, 0);
        cr_assert(code[0] == 0 && code[1] == 0 && code[2] == 0, "row %zu", i);
    }
}

Test(code, rounds_to_the_nearest_step)
{
    const float vector[4] = {127, -127, 63.6f, -0.4f};
    int8_t code[4];
    float scale;

    stile_code_encode(vector, 4, code, &scale);
    cr_assert_eq(scale, 1.0f);
    cr_assert(code[0] == 127 && code[1] == -127 && code[2] == 64 && code[3] == 0);
}

Test(code, no_sum_overflows_at_the_largest_dimension)
{
    enum { DIM = 4096 };
    static float ones[DIM];
    static int8_t code[DIM];
    static int16_t wide[DIM];
    stile_code_query query;
    int32_t dot;
    long expected = 0;

    for (int i = 0; i < DIM; i++) {
        ones[i] = 1;
        code[i] = -128;
    }
    stile_code_query_encode(ones, DIM, wide, &query);
    stile_code_dot(&query, code, 1, &dot);
    for (int i = 0; i < DIM; i++)
        expected += (long)wide[i] * code[i];
    cr_assert_eq(dot, expected);
    cr_assert(expected >= INT32_MIN);
}

/* Alone or in a batch, at any place: the same sum, and the sum is exact. */
Test(code, a_dot_is_exact_and_does_not_depend_on_the_batch)
{
    uint64_t seed = test_random_seed("code_dot");

    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        size_t dim = 1 + test_random_below(&r, 300), rows = 1 + test_random_below(&r, 20);
        float *vector = calloc(dim, sizeof *vector);
        int8_t *codes = calloc(rows, dim);
        int16_t *wide = calloc(dim, sizeof *wide);
        int32_t batch[20], alone;
        stile_code_query query;
        for (size_t i = 0; i < dim; i++)
            vector[i] = (float)(test_random_unit(&r) - .5);
        for (size_t i = 0; i < rows * dim; i++)
            codes[i] = (int8_t)((int)test_random_below(&r, 255) - 127);
        stile_code_query_encode(vector, dim, wide, &query);
        stile_code_dot(&query, codes, rows, batch);
        for (size_t row = 0; row < rows; row++) {
            long sum = 0;
            for (size_t i = 0; i < dim; i++)
                sum += (long)wide[i] * codes[row * dim + i];
            stile_code_dot(&query, codes + row * dim, 1, &alone);
            cr_assert_eq(batch[row], sum, "case %u", n);
            cr_assert_eq(alone, sum, "case %u", n);
        }
        free(vector);
        free(codes);
        free(wide);
    }
}

Test(code, scores_come_close_to_the_cosine)
{
    uint64_t seed = test_random_seed("code_cosine");

    for (uint32_t n = 0; n < test_cases(1000); n++) {
        enum { DIM = 256 };
        test_random r = test_random_case(seed, n);
        float a[DIM], b[DIM], scale;
        double exact = 0, a_norm = 0, b_norm = 0;
        int8_t code[DIM];
        int16_t wide[DIM];
        int32_t dot;
        stile_code_query query;
        for (int i = 0; i < DIM; i++) {
            a[i] = (float)(test_random_unit(&r) - .5);
            b[i] = (float)(test_random_unit(&r) - .5);
            exact += (double)a[i] * (double)b[i];
            a_norm += (double)a[i] * (double)a[i];
            b_norm += (double)b[i] * (double)b[i];
        }
        stile_code_encode(a, DIM, code, &scale);
        stile_code_query_encode(b, DIM, wide, &query);
        stile_code_dot(&query, code, 1, &dot);
        cr_assert(fabs(stile_code_score(&query, dot, scale) - exact) / sqrt(a_norm * b_norm) < .002,
                  "case %u", n);
    }
}
