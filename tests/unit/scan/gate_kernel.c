/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever processor this is, what it does with many bytes at a time is what portable C does. */
#include "classifiers/gate_kernel.h"

#include <criterion/criterion.h>

#include "classifiers/gate_table.h"
#include "scan/internal.h"
#include "support/random.h"

enum { BYTES = 400, PADDED = BYTES + STILE_GATE_PAD };

static void fill(test_random *r, uint8_t *out, size_t len)
{
    static const char usual[] = "the end_of 2 words/@ZYX";
    bool any = test_random_below(r, 2);

    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(any ? test_random_below(r, 256)
                               : (uint32_t)usual[test_random_below(r, sizeof usual - 1)]);
}

Test(gate_kernel, every_byte_is_a_letter_of_a_word_or_not_as_the_table_has_it)
{
    const stile_gate_kernel *best = stile_gate_kernel_best();

    for (int from = 0; from < 256; from += STILE_GATE_WORD_BYTES) {
        char text[STILE_GATE_WORD_BYTES];
        uint64_t expected = 0;
        for (int i = 0; i < STILE_GATE_WORD_BYTES; i++) {
            text[i] = (char)(from + i);
            expected |= (uint64_t)stile_gate_in_word[from + i] << i;
        }
        cr_assert_eq(best->words(text), expected, "bytes from %d on", from);
        cr_assert_eq(stile_gate_kernel_portable.words(text), expected, "bytes from %d on", from);
    }
}

Test(gate_kernel, a_filter_has_what_was_added)
{
    uint64_t seed = test_random_seed("gate_kernel.filter");

    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        stile_gate_filter filter = {{0}};
        bool added[256] = {false};
        uint8_t bytes[STILE_GATE_FILTER_BYTES];
        uint32_t expected = 0;
        for (uint32_t k = test_random_below(&r, 80); k > 0; k--) {
            uint8_t value = (uint8_t)test_random_below(&r, 256);
            added[value] = true;
            stile_gate_filter_add(&filter, value);
        }
        fill(&r, bytes, sizeof bytes);
        for (int i = 0; i < STILE_GATE_FILTER_BYTES; i++)
            expected |= (uint32_t)added[bytes[i]] << i;
        cr_assert_eq(stile_gate_kernel_best()->members(&filter, bytes), expected,
                     "seed %llu case %u", (unsigned long long)seed, n);
        cr_assert_eq(stile_gate_kernel_portable.members(&filter, bytes), expected,
                     "seed %llu case %u", (unsigned long long)seed, n);
    }
}

Test(gate_kernel, places_where_literals_may_begin_are_the_same)
{
    uint64_t seed = test_random_seed("gate_kernel.begins");
    size_t found = 0;

    for (uint32_t n = 0; n < test_cases(300); n++) {
        test_random r = test_random_case(seed, n);
        static uint64_t bits[(1 << STILE_GATE_BITS) / 64];
        uint8_t text[PADDED] = {0};
        uint32_t from = test_random_below(&r, BYTES),
                 to = from + test_random_below(&r, BYTES - from);
        uint32_t best[BYTES + 8], plain[BYTES + 8];
        size_t count;
        for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
            bits[i] = test_random_next(&r) & test_random_next(&r);
        fill(&r, text, BYTES);
        count = stile_gate_kernel_best()->begins(bits, (const char *)text, from, to, best);
        cr_assert_eq(stile_gate_kernel_portable.begins(bits, (const char *)text, from, to, plain),
                     count, "seed %llu case %u", (unsigned long long)seed, n);
        for (size_t i = 0; i < count; i++)
            cr_assert_eq(best[i], plain[i], "seed %llu case %u", (unsigned long long)seed, n);
        found += count;
    }
    cr_assert_gt(found, 0);
}

Test(gate_kernel, a_gate_gives_the_same_ranges_with_either)
{
    stile_policy_options options = {.classifier = "none"};
    stile_policy *policy = NULL;
    stile_gate_scratch *scratch = NULL;
    size_t found = 0;

    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    cr_assert_eq(stile_gate_scratch_create(policy->gates[STILE_PREFILTER_OTHER], &scratch, NULL),
                 STILE_OK);
    for (size_t i = 0; i < policy->rules.count; i++) {
        const stile_examples *examples = &policy->rules.rules[i].positive;
        stile_gate *gate = policy->gates[STILE_PREFILTER_OTHER];
        for (size_t k = 0; k < examples->count; k++) {
            stile_gate_range best[256];
            const stile_gate_range *ranges;
            size_t count, plain;
            gate->kernel = stile_gate_kernel_best();
            cr_assert_eq(stile_gate_scan(gate, scratch, examples->texts[k], &ranges, &count, NULL),
                         STILE_OK);
            cr_assert_leq(count, 256);
            if (count)
                memcpy(best, ranges, count * sizeof *ranges);
            gate->kernel = &stile_gate_kernel_portable;
            cr_assert_eq(stile_gate_scan(gate, scratch, examples->texts[k], &ranges, &plain, NULL),
                         STILE_OK);
            cr_assert_eq(plain, count, "%s: %zu ranges, %zu", policy->rules.rules[i].id, count,
                         plain);
            cr_assert(count == 0 || memcmp(best, ranges, count * sizeof *ranges) == 0, "%s",
                      policy->rules.rules[i].id);
            found += count;
        }
    }
    stile_gate_scratch_destroy(scratch);
    stile_policy_unref(policy);
    cr_assert_gt(found, 1000);
}
