/* SPDX-License-Identifier: Apache-2.0 */
#include "query/duplicate.h"

#include <criterion/criterion.h>

#include "support/random.h"

static const char policy[] =
    "Signing keys rotate every ninety days. The on-call engineer announces the rotation two days "
    "ahead, makes the new key on the offline machine, and publishes its fingerprint on the status "
    "page. Old keys stay valid for verification until every artifact that they signed has been "
    "signed again, which usually takes a week. Nobody copies a key to a laptop.";

static double resemblance(const char *a, const char *b)
{
    stile_arena arena;
    stile_sketch x, y;
    double r;

    stile_arena_init(&arena, 0);
    cr_assert_eq(stile_sketch_of(stile_str(a), &arena, &x, NULL), STILE_OK);
    cr_assert_eq(stile_sketch_of(stile_str(b), &arena, &y, NULL), STILE_OK);
    r = stile_sketch_resemblance(&x, &y);
    cr_assert(r == stile_sketch_resemblance(&y, &x));
    stile_arena_release(&arena);
    return r;
}

Test(duplicate, layout_and_case_make_no_difference)
{
    cr_assert(resemblance("Two  words,\nhere", "two words - here") == 1);
    cr_assert(resemblance("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac.") == 1);
}

Test(duplicate, an_edited_copy_resembles_its_source)
{
    char edited[sizeof policy];

    memcpy(edited, policy, sizeof policy);
    memcpy(strstr(edited, "ninety"), "thirty", 6);
    cr_assert(resemblance(policy, edited) >= STILE_DUPLICATE_RESEMBLANCE);
    cr_assert(resemblance(policy, edited) < 1);
}

Test(duplicate, texts_of_the_same_words_in_another_order_are_no_copies)
{
    cr_assert(resemblance(policy, "Keys sign. Days rotate ninety engineers on call; the offline "
                                  "machine publishes old fingerprints a week ahead of the status "
                                  "page, and every laptop copies nobody's verification.") < 0.1);
}

Test(duplicate, short_texts_are_copies_only_when_equal)
{
    cr_assert(resemblance("Rate: 4 %", "Rate: 5 %") == 0);
    cr_assert(resemblance("", "a") == 0);
}

/* Against the same measure without sampling. */
Test(duplicate, the_sample_tells_what_the_whole_would)
{
    uint64_t seed = test_random_seed("duplicate");

    for (uint32_t n = 0; n < test_cases(1000); n++) {
        test_random r = test_random_case(seed, n);
        char a[3001], b[3001];
        uint32_t changes = test_random_below(&r, 4);
        double found;
        for (int i = 0; i < 3000; i++)
            a[i] = (char)('a' + test_random_below(&r, 26));
        a[3000] = 0;
        memcpy(b, a, sizeof a);
        for (uint32_t c = 0; c < changes; c++)
            b[test_random_below(&r, 3000)] = '7';
        /* Each change breaks at most 24 of 2,977 shingles: at least .95 of the union stays. */
        found = resemblance(a, b);
        cr_assert(found >= 0.85, "seed %llu case %u: %f", (unsigned long long)seed, n, found);
        for (int i = 0; i < 3000; i++)
            b[i] = (char)('a' + test_random_below(&r, 26));
        cr_assert(resemblance(a, b) < 0.05);
    }
}
