/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever processor this is, what it does with many bytes at a time is what portable C does. */
#include "classifiers/gate_kernel.h"

#include <criterion/criterion.h>

#include "classifiers/gate_scan.h"
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

Test(gate_kernel, two_filters_together_are_both)
{
    uint64_t seed = test_random_seed("gate_kernel.both");

    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        stile_gate_filter filter[2] = {{{0}}, {{0}}};
        uint8_t bytes[2][STILE_GATE_FILTER_BYTES];
        uint32_t expected;
        for (int which = 0; which < 2; which++) {
            for (uint32_t k = test_random_below(&r, 200); k > 0; k--)
                stile_gate_filter_add(&filter[which], (uint8_t)test_random_below(&r, 256));
            fill(&r, bytes[which], sizeof bytes[which]);
        }
        expected = stile_gate_kernel_portable.members(&filter[0], bytes[0]) &
                   stile_gate_kernel_portable.members(&filter[1], bytes[1]);
        cr_assert_eq(stile_gate_kernel_best()->both(&filter[0], &filter[1], bytes[0], bytes[1]),
                     expected, "seed %llu case %u", (unsigned long long)seed, n);
        cr_assert_eq(stile_gate_kernel_portable.both(&filter[0], &filter[1], bytes[0], bytes[1]),
                     expected, "seed %llu case %u", (unsigned long long)seed, n);
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
            cr_assert_eq(
                stile_gate_scan(gate, scratch, examples->texts[k], NULL, &ranges, &count, NULL),
                STILE_OK);
            cr_assert_leq(count, 256);
            if (count)
                memcpy(best, ranges, count * sizeof *ranges);
            gate->kernel = &stile_gate_kernel_portable;
            cr_assert_eq(
                stile_gate_scan(gate, scratch, examples->texts[k], NULL, &ranges, &plain, NULL),
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

static bool stands_in(const stile_gate *gate, const stile_gate_scratch *s, uint32_t set, int which,
                      stile_gate_stretch in)
{
    const stile_gate_group *group = &gate->groups[gate->sets[set].group[which]];
    const uint32_t *literals = gate->members.literals + group->members;

    if (gate->sets[set].group[which] == STILE_GATE_NO_GROUP)
        return false;
    for (uint32_t at = in.low; at <= in.high && at < s->len; at++) {
        const char *text = s->text + STILE_GATE_PAD + at;
        if (which == STILE_GATE_WORDS && (!stile_gate_in_word[(unsigned char)text[0]] ||
                                          stile_gate_in_word[(unsigned char)text[-1]]))
            continue;
        for (uint32_t i = 0; i < group->start[STILE_GATE_PARTS]; i++)
            if (stile_gate_is(&gate->literals[literals[i]], text, stile_gate_load(text)))
                return true;
    }
    return false;
}

/* Whether the clause by which the way is screened stands where a match of it would have it. */
static bool may_match(const stile_gate *gate, const stile_gate_scratch *s, stile_gate_meeting m)
{
    const stile_gate_way *way = &gate->ways[m.way];
    uint32_t low = way->low[way->pilot], high = way->high[way->pilot];
    stile_gate_stretch in = {m.at > high ? m.at - high : 0, m.at - low};

    if (m.at < low || (way->screen < way->pilot && m.at == 0))
        return false;
    if (way->screen == STILE_WAY_CLAUSES)
        return true;
    in = stile_gate_stretch_of(way, way->screen, in, m.at);
    return stands_in(gate, s, way->set[way->screen], STILE_GATE_WORDS, in) ||
           stands_in(gate, s, way->set[way->screen], STILE_GATE_ANYWHERE, in);
}

static const stile_gate_kernel *screening;
static size_t dropped, kept;

/* A screen that is watched. */
static size_t watch(const stile_gate *gate, const stile_gate_scratch *s, stile_gate_meeting *list,
                    size_t count)
{
    stile_gate_meeting before[STILE_GATE_MEETINGS];
    size_t left, k = 0;

    memcpy(before, list, count * sizeof *list);
    left = screening->screen(gate, s, list, count);
    for (size_t i = 0; i < count; i++) {
        if (k < left && list[k].way == before[i].way && list[k].at == before[i].at)
            k++;
        else
            cr_assert(!may_match(gate, s, before[i]), "way %u at %u", before[i].way, before[i].at);
    }
    cr_assert_eq(k, left, "what is left is not as it was, in its order");
    dropped += count - left;
    kept += left;
    return left;
}

static void add_examples(test_random *r, const stile_rules *rules, stile_buf *text)
{
    static const char *const between[] = {" ", "\n", ". ", " the ", " ignore all of it. ", "> "};

    for (uint32_t k = test_random_below(r, 6) + 1; k > 0; k--) {
        const stile_rule *rule = &rules->rules[test_random_below(r, (uint32_t)rules->count)];
        const stile_examples *e = test_random_below(r, 2) ? &rule->positive : &rule->negative;
        if (e->count)
            stile_buf_add_slice(text, e->texts[test_random_below(r, (uint32_t)e->count)]);
        stile_buf_add_str(text, between[test_random_below(r, sizeof between / sizeof *between)]);
    }
}

Test(gate_kernel, a_screen_drops_nothing_that_may_match)
{
    const stile_gate_kernel *kernels[] = {stile_gate_kernel_best(), &stile_gate_kernel_portable};
    stile_policy_options options = {.classifier = "none"};
    uint64_t seed = test_random_seed("gate_kernel.screen");
    stile_policy *policy = NULL;

    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    for (int which = 0; which < STILE_PREFILTERS; which++) {
        stile_gate *gate = policy->gates[which];
        stile_gate_kernel watched = *kernels[0];
        stile_gate_scratch *scratch = NULL;
        watched.screen = watch;
        gate->kernel = &watched;
        cr_assert_eq(stile_gate_scratch_create(gate, &scratch, NULL), STILE_OK);
        for (uint32_t n = 0; n < test_cases(300); n++) {
            test_random r = test_random_case(seed, n);
            const stile_gate_range *ranges;
            size_t count;
            stile_buf text;
            stile_buf_init(&text, 65536);
            add_examples(&r, &policy->rules, &text);
            screening = kernels[n % 2];
            cr_assert_eq(
                stile_gate_scan(gate, scratch, stile_buf_slice(&text), NULL, &ranges, &count, NULL),
                STILE_OK);
            stile_buf_release(&text);
        }
        stile_gate_scratch_destroy(scratch);
        gate->kernel = kernels[0];
    }
    stile_policy_unref(policy);
    cr_assert_gt(dropped, 1000);
    cr_assert_gt(kept, 1000);
}
