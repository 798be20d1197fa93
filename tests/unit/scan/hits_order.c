/* SPDX-License-Identifier: Apache-2.0 */
/* Combinations whose rules must stand in an order, and those that something close by cancels. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "scan/hits.h"
#include "support/folder.h"
#include "support/random.h"

static const char pack[] =
    "rules:\n"
    "  - {id: sig.a, family: f, reason: r, pattern: 'aa+', signal: true}\n"
    "  - {id: sig.b, family: f, reason: r, pattern: 'b', signal: true}\n"
    "  - {id: sig.c, family: f, reason: r, pattern: 'c[^b]?c', signal: true}\n"
    "  - {id: before, family: f, reason: r,\n"
    "     near: {rules: [sig.c, sig.a, sig.b], within: 20, ordered: true}}\n"
    "  - {id: twice, family: f, reason: r, near: {rules: [sig.b, sig.b], within: 9, ordered: "
    "true}}\n"
    "  - {id: unless, family: f, reason: r, near: {rules: [sig.a, sig.b], within: 12}, not: "
    "'dd'}\n";
enum { SIG_A, SIG_B, SIG_C, BEFORE, TWICE, UNLESS };

static stile_policy *policy;
static stile_scanner *scanner;
static stile_arena arena;

static void setup(void)
{
    char *folder = test_folder_make();
    stile_policy_options options = {.rules_folder = folder, .classifier = "none"};
    stile_error err = {0};

    test_file_write(test_path(folder, "p.yaml"), stile_str(pack));
    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_scanner_create(policy, &scanner, NULL), STILE_OK);
    stile_arena_init(&arena, 0);
    test_folder_remove(folder);
}

static void teardown(void)
{
    stile_arena_release(&arena);
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
}

TestSuite(hits_order, .init = setup, .fini = teardown);

static stile_scan_hits hits_of(stile_slice text)
{
    const stile_scan_view view = {.kind = STILE_VIEW_NORMALIZED, .how = "", .text = text};
    stile_scan_hits hits;

    cr_assert_eq(stile_scan_signals_of(scanner, &view, &arena, &hits, NULL), STILE_OK);
    return hits;
}

static size_t count_of(const stile_scan_hits *hits, uint32_t rule)
{
    size_t n = 0;

    for (size_t i = 0; i < hits->count; i++)
        n += hits->hits[i].rule == rule;
    return n;
}

static size_t random_text(test_random *r, char *out, size_t most)
{
    static const char letters[] = "abc....... ";
    size_t len = test_random_below(r, (uint32_t)most);

    for (size_t i = 0; i < len; i++)
        out[i] = letters[test_random_below(r, sizeof letters - 1)];
    return len;
}

/* In the order of the combination, from rule `n` on, each at `at` or behind, all within `low` + within:
 * tries every choice. */
static bool order_fits(const stile_scan_hits *h, const stile_rule *rule, size_t n, uint32_t low,
                       uint32_t at)
{
    if (n == rule->near_count)
        return at - low <= rule->within;
    for (size_t i = 0; i < h->count; i++) {
        const stile_scan_hit *hit = &h->hits[i];
        if (hit->rule == rule->near[n] && !hit->limited && hit->start >= at &&
            order_fits(h, rule, n + 1, n ? low : hit->start, hit->end))
            return true;
    }
    return false;
}

Test(hits_order, an_ordered_combination_is_found_wherever_there_is_one)
{
    uint64_t seed = test_random_seed("hits.order");
    unsigned found = 0, missing = 0;
    for (uint32_t n = 0; n < test_cases(3000); n++) {
        test_random r = test_random_case(seed, n);
        char text[80];
        stile_scan_hits hits = hits_of(stile_slice_of(text, random_text(&r, text, sizeof text)));
        for (uint32_t rule = BEFORE; rule <= TWICE; rule++) {
            bool want = order_fits(&hits, &policy->rules.rules[rule], 0, 0, 0);
            cr_assert_eq(count_of(&hits, rule) > 0, want, "seed %llu case %u rule %u: %.*s",
                         (unsigned long long)seed, n, rule, (int)sizeof text, text);
            found += want;
            missing += !want;
        }
        stile_arena_release(&arena);
        stile_arena_init(&arena, 0);
    }
    cr_assert(found > 100 && missing > 100, "one-sided: %u found, %u not", found, missing);
}

Test(hits_order, an_ordered_combination_begins_with_its_first_rule)
{
    stile_scan_hits hits;

    hits = hits_of(stile_str("aa b cc aa b"));
    cr_assert_eq(count_of(&hits, BEFORE), 1);
    for (size_t i = 0; i < hits.count; i++)
        if (hits.hits[i].rule == BEFORE)
            cr_assert(hits.hits[i].start == 5 && hits.hits[i].end == 12);
    cr_assert_eq(count_of(&hits, TWICE), 1);
    hits = hits_of(stile_str("b aa cc"));
    cr_assert_eq(count_of(&hits, BEFORE) + count_of(&hits, TWICE), 0);
}

Test(hits_order, a_match_of_not_cancels_a_combination_and_hides_none_behind_it)
{
    char text[1024];

    for (int decoys = 0; decoys < 4; decoys++) {
        stile_scan_hits hits;
        size_t at = 0;
        for (int i = 0; i < decoys; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "dd aa b ");
        hits = hits_of(stile_slice_of(text, at));
        cr_assert_eq(count_of(&hits, UNLESS), 0, "%d decoys", decoys);
        at += (size_t)snprintf(text + at, sizeof text - at, "%*s aa b", 120, "");
        hits = hits_of(stile_slice_of(text, at));
        cr_assert_eq(count_of(&hits, UNLESS), 1, "%d decoys", decoys);
    }
}
