/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen bytes at once give what each alone would. */
#include <criterion/criterion.h>
#include <ctype.h>

#include "scan/lanes.h"
#include "support/random.h"

#ifdef STILE_LANES_PORTABLE
#define SUITE lanes_portable
#else
#define SUITE lanes
#endif

Test(SUITE, every_question_is_answered_byte_by_byte)
{
    uint64_t seed = test_random_seed("lanes");

    for (uint32_t n = 0; n < test_cases(20000); n++) {
        test_random r = test_random_case(seed, n);
        unsigned char low = (unsigned char)test_random_below(&r, 256),
                      high = (unsigned char)(low + test_random_below(&r, 256u - low));
        char bytes[STILE_LANES], copy[STILE_LANES];
        stile_lanes v;
        for (int i = 0; i < STILE_LANES; i++)
            bytes[i] = (char)test_random_below(&r, 256);
        v = stile_lanes_load(bytes);
        stile_lanes_store(copy, v);
        cr_assert_arr_eq(copy, bytes, STILE_LANES);
        for (int i = 0; i < STILE_LANES; i++) {
            unsigned char c = (unsigned char)bytes[i];
            unsigned equal = stile_lanes_bits(stile_lanes_equal(v, low)),
                     range = stile_lanes_bits(stile_lanes_range(v, low, high)),
                     letters = stile_lanes_bits(stile_lanes_letters(v)),
                     space = stile_lanes_bits(stile_lanes_space(v)),
                     none = stile_lanes_bits(stile_lanes_not(v)),
                     both = stile_lanes_bits(stile_lanes_and(v, stile_lanes_all(low))),
                     any = stile_lanes_bits(stile_lanes_or(v, stile_lanes_all(low)));
            cr_assert_eq(equal >> i & 1, c == low);
            cr_assert_eq(range >> i & 1, c >= low && c <= high, "%u in %u to %u", c, low, high);
            cr_assert_eq(letters >> i & 1, c < 0x80 && isalpha(c));
            cr_assert_eq(space >> i & 1, c < 0x80 && isspace(c));
            cr_assert_eq(none >> i & 1, (unsigned)(c < 0x80));
            cr_assert_eq(both >> i & 1, (unsigned)((c & low) >> 7));
            cr_assert_eq(any >> i & 1, (unsigned)((c | low) >> 7));
        }
    }
}
