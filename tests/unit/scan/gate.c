/* SPDX-License-Identifier: Apache-2.0 */
/* The gate hides no match: what PCRE2 finds at the places it gives is what PCRE2 finds anywhere. */
#include "classifiers/gate.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "classifiers/needs.h"
#include "scan/hits.h"
#include "support/random.h"

typedef struct known {
    char pattern[64];
    int ways; /* 0: nothing is known */
    int clauses, literals;
    char first[24]; /* literal */
    uint32_t high;  /* of the first clause */
} known;

ParameterizedTestParameters(gate, what_a_pattern_needs)
{
    static known rows[] = {
        {"ignore rules", 1, 1, 1, "ignore rules", 0},
        {"\\bIgnore\\b", 1, 1, 1, "ignore", 0},
        {"ignore (?:all )?rules", 1, 1, 2, "ignore all rules", 0},
        {"(?:ignore|forget)\\W+rules", 1, 2, 2, "ignore", 0},
        {".{0,5}rules", 1, 1, 1, "rules", 5},
        {".*rules", 1, 1, 1, "rules", STILE_FAR},
        {"ignore|rules", 1, 1, 2, "ignore", 0},
        {"ignore\\d|rules\\d", 2, 1, 1, "ignore", 0},
        {"(?:ignore\\d)*rules", 1, 1, 1, "rules", STILE_FAR},
        {"(?:ignore){2,}", 1, 1, 1, "ignore", 0},
        {"(?<!not )ignore(?= rules)", 1, 1, 1, "ignore", 0},
        {"summari[sz]e", 1, 1, 2, "summarise", 0},
        {"a\\x62\\.c", 1, 1, 1, "ab.c", 0},
        {"\\bdo\\b", 1, 1, 1, "do", 0},
        {"do", 0, 0, 0, "", 0},            /* too short to look for */
        {"(?:ignore|it)", 0, 0, 0, "", 0}, /* so is one of two */
        {"(?:x+)+$", 0, 0, 0, "", 0},
        {"(?:ignore rules)?", 0, 0, 0, "", 0},
        {"\\w+", 0, 0, 0, "", 0},
        {"", 0, 0, 0, "", 0},
        {"(?i)ignore", 0, 0, 0, "", 0}, /* not understood */
        {"(ignore)\\1", 0, 0, 0, "", 0},
        {"\\Qignore\\E", 0, 0, 0, "", 0},
        {"(*COMMIT)ignore", 0, 0, 0, "", 0},
        {"[ignore", 0, 0, 0, "", 0}, /* nor is what is no pattern */
        {"ignore)", 0, 0, 0, "", 0},
        {"(?:ignore", 0, 0, 0, "", 0},
        {"ignore\\", 0, 0, 0, "", 0},
    };
    return cr_make_param_array(known, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(known *row, gate, what_a_pattern_needs)
{
    stile_arena arena;
    stile_needs needs = {NULL, 0};
    bool told;

    stile_arena_init(&arena, 0);
    told = stile_needs_of(stile_str(row->pattern), &arena, &needs);
    cr_assert_eq(told, row->ways > 0, "%s", row->pattern);
    cr_assert_eq(needs.count, (size_t)row->ways, "%s: %zu ways", row->pattern, needs.count);
    if (told) {
        const stile_clause *clause = &needs.ways[0].clauses[0];
        cr_assert_eq(needs.ways[0].count, (size_t)row->clauses, "%s", row->pattern);
        cr_assert_eq(clause->count, (size_t)row->literals, "%s", row->pattern);
        cr_assert_eq(clause->high, row->high, "%s: %u", row->pattern, clause->high);
        cr_assert(stile_slice_eq(stile_slice_of(clause->literals[0].text, clause->literals[0].len),
                                 stile_str(row->first)),
                  "%s: %.*s", row->pattern, clause->literals[0].len, clause->literals[0].text);
    }
    stile_arena_release(&arena);
}

static const char *const words[] = {"ignore", "rules", "all", "do not", "secret",           "user",
                                    "end",    "AI",    "as",  "foo",    "foobar",           "a",
                                    "</",     "@",     "/*",  "x.y",    "\xc3\xa9t\xc3\xa9"};
static const char *const gaps[] = {" ",
                                   "\\W+",
                                   "\\b",
                                   "[^.]{0,9}?",
                                   ".{1,4}",
                                   "(?:\\w+ )*?",
                                   " ?",
                                   "\\s+",
                                   "(?! not)",
                                   "[ -]",
                                   "(?:very ){0,2}",
                                   "(?:^|[.!] ?)",
                                   "(?:^|[-.:;,!<>/@ ] {0,3}|\\b(?:very|x) )",
                                   "[^\\w.]{0,3}",
                                   "\\W*\\b",
                                   "$",
                                   "(?-i: very)?",
                                   ".*"};
enum { WORDS = sizeof words / sizeof *words, GAPS = sizeof gaps / sizeof *gaps };

static void add_pattern(test_random *r, stile_buf *out, int depth)
{
    uint32_t pieces = 1 + test_random_below(r, 3);

    for (uint32_t i = 0; i < pieces; i++) {
        uint32_t kind = test_random_below(r, depth > 0 ? 4 : 2);
        if (i > 0 || test_random_below(r, 4) == 0)
            stile_buf_add_str(out, gaps[test_random_below(r, GAPS)]);
        if (kind < 2) {
            stile_buf_add_str(out, words[test_random_below(r, WORDS)]);
            continue;
        }
        stile_buf_add_str(out, "(?:");
        add_pattern(r, out, depth - 1);
        for (uint32_t k = test_random_below(r, 4); k > 0; k--) {
            stile_buf_add_str(out, "|");
            add_pattern(r, out, depth - 1);
        }
        stile_buf_add_str(out, ")");
        if (kind == 3) {
            static const char *const counts[] = {"?", "{2}", "{0,2}", "+", "{1,3}?", "*"};
            stile_buf_add_str(out, counts[test_random_below(r, 6)]);
        }
    }
}

enum { LONG_TEXT = 300, TEXT_BYTES = 12 * LONG_TEXT };

static size_t make_text(test_random *r, char *out)
{
    static const char *const between[] = {" ", " ", "  ", "", "-", ". ", " very ", "x", "\n"};
    size_t len = 0;

    uint32_t most = test_random_below(r, 20) ? 12 : LONG_TEXT;

    for (uint32_t k = 1 + test_random_below(r, most); k > 0; k--) {
        const char *word = words[test_random_below(r, WORDS)],
                   *gap = between[test_random_below(r, 9)];
        memcpy(out + len, word, strlen(word));
        len += strlen(word);
        memcpy(out + len, gap, strlen(gap));
        len += strlen(gap);
    }
    return len;
}

/* The first match from `at` on at one of the places. */
static stile_match match_in(const stile_gate_range *ranges, size_t count, stile_pattern *pattern,
                            stile_matcher *m, stile_slice text, size_t at, size_t *s, size_t *e)
{
    for (size_t i = 0; i < count; i++) {
        size_t from = ranges[i].low > at ? ranges[i].low : at;
        if (from <= ranges[i].high &&
            stile_pattern_match_within(pattern, m, text, from, ranges[i].high, s, e) ==
                STILE_MATCH_FOUND)
            return STILE_MATCH_FOUND;
    }
    return STILE_MATCH_NONE;
}

Test(gate, no_match_starts_where_it_gives_no_range)
{
    uint64_t seed = test_random_seed("gate");
    uint32_t cases = test_cases(6000), known_ones = 0, matched = 0, closed = 0;
    stile_matcher *m = NULL;

    cr_assert_eq(stile_matcher_create(&m, NULL), STILE_OK);
    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        stile_buf bytes;
        stile_slice pattern;
        stile_pattern *compiled = NULL;
        stile_gate *gate = NULL;
        stile_gate_scratch *scratch = NULL;
        stile_buf_init(&bytes, 65536);
        add_pattern(&r, &bytes, 2);
        pattern = stile_buf_slice(&bytes);
        cr_assert_eq(stile_pattern_compile(pattern, &compiled, NULL), STILE_OK);
        cr_assert_eq(stile_gate_create(&pattern, 1, &gate, NULL), STILE_OK);
        cr_assert_eq(stile_gate_scratch_create(gate, &scratch, NULL), STILE_OK);
        known_ones += stile_gate_knows(gate, 0);
        for (int t = 0; stile_gate_knows(gate, 0) && t < 8; t++) {
            const stile_gate_range *ranges;
            char made[TEXT_BYTES];
            size_t count, at = 0, s, e, found_s, found_e;
            stile_slice text = {made, make_text(&r, made)};
            cr_assert_eq(stile_gate_scan(gate, scratch, text, NULL, &ranges, &count, NULL),
                         STILE_OK);
            closed += count == 0;
            while (stile_pattern_match(compiled, m, text, at, &s, &e) == STILE_MATCH_FOUND) {
                matched++;
                cr_assert(match_in(ranges, count, compiled, m, text, at, &found_s, &found_e) ==
                                  STILE_MATCH_FOUND &&
                              s == found_s && e == found_e,
                          "seed %llu case %u: /%.*s/ matches at %zu of %.*s",
                          (unsigned long long)seed, n, (int)pattern.len, pattern.ptr, s,
                          (int)text.len, text.ptr);
                at = e > s ? e : e + 1;
            }
        }
        stile_gate_scratch_destroy(scratch);
        stile_gate_destroy(gate);
        stile_pattern_destroy(compiled);
        stile_buf_release(&bytes);
    }
    stile_matcher_destroy(m);
    cr_assert(known_ones > cases / 2 && matched > cases / 10 && closed > cases,
              "%u known, %u matches, %u closed", known_ones, matched, closed);
}

/* Where words begin and end is known of literals that stand behind what is no letter, or before it. */
Test(gate, a_literal_is_known_to_be_a_word)
{
    static const char *const patterns[] = {
        "(?:^|[.!] )(?:ignore|forget\\d?)\\b", "\\W+ignore\\b", "[^\\w.]ignore\\b",
        "\\b(?:(?:very )*ignore|forget\\d)\\b.", "(?:x\\W)+ignore$"};

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        stile_arena arena;
        stile_needs needs = {NULL, 0};
        size_t seen = 0;
        stile_arena_init(&arena, 0);
        cr_assert(stile_needs_of(stile_str(patterns[i]), &arena, &needs), "%s", patterns[i]);
        for (size_t w = 0; w < needs.count; w++)
            for (size_t c = 0; c < needs.ways[w].count; c++)
                for (size_t l = 0; l < needs.ways[w].clauses[c].count; l++) {
                    const stile_literal *literal = &needs.ways[w].clauses[c].literals[l];
                    bool ignore = literal->len >= 6 &&
                                  memcmp(literal->text + literal->len - 6, "ignore", 6) == 0;
                    cr_assert(!ignore || ((literal->starts_word || literal->len > 6) &&
                                          literal->ends_word),
                              "%s: %.*s", patterns[i], literal->len, literal->text);
                    seen += ignore;
                }
        cr_assert_gt(seen, 0, "%s", patterns[i]);
        stile_arena_release(&arena);
    }
}

/* A text of examples that rules carry, whole and in pieces. */
static stile_slice of_examples(test_random *r, const stile_rules *rules, stile_buf *out)
{
    for (uint32_t k = 1 + test_random_below(r, 4); k > 0; k--) {
        const stile_rule *rule = &rules->rules[test_random_below(r, (uint32_t)rules->count)];
        const stile_examples *e = test_random_below(r, 2) ? &rule->positive : &rule->negative;
        stile_slice text;
        size_t from;
        if (e->count == 0)
            continue;
        text = e->texts[test_random_below(r, (uint32_t)e->count)];
        from = test_random_below(r, 3) ? 0 : test_random_below(r, (uint32_t)text.len);
        stile_buf_add_slice(out, stile_slice_cut(text, from, text.len));
        stile_buf_add_byte(out, test_random_below(r, 2) ? ' ' : '\n');
    }
    return stile_buf_slice(out);
}

Test(gate, shipped_rules_have_the_same_hits_without_it)
{
    uint64_t seed = test_random_seed("gate.rules");
    uint32_t cases = test_cases(400);
    stile_policy_options options = {.classifier = "none"};
    stile_policy *policy = NULL;
    stile_scanner *scanner = NULL;
    size_t hits_seen = 0;
    stile_error err = {0};

    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_scanner_create(policy, &scanner, NULL), STILE_OK);
    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        stile_scan_hits with, without;
        stile_arena arena;
        stile_buf bytes;
        stile_scan_view view = {.kind = n % 4 ? STILE_VIEW_NORMALIZED : STILE_VIEW_RAW, .how = ""};
        stile_buf_init(&bytes, 65536);
        stile_arena_init(&arena, 0);
        view.text = of_examples(&r, &policy->rules, &bytes);
        cr_assert_eq(stile_scan_signals_of(scanner, &view, &arena, &with, NULL), STILE_OK);
        cr_assert_eq(setenv("STILE_NO_PREFILTER", "1", 1), 0);
        cr_assert_eq(stile_scan_signals_of(scanner, &view, &arena, &without, NULL), STILE_OK);
        cr_assert_eq(unsetenv("STILE_NO_PREFILTER"), 0);
        cr_assert_eq(with.count, without.count, "seed %llu case %u: %zu hits, %zu without",
                     (unsigned long long)seed, n, with.count, without.count);
        for (size_t i = 0; i < with.count; i++)
            cr_assert(with.hits[i].rule == without.hits[i].rule &&
                          with.hits[i].start == without.hits[i].start &&
                          with.hits[i].end == without.hits[i].end &&
                          with.hits[i].limited == without.hits[i].limited,
                      "seed %llu case %u: %s", (unsigned long long)seed, n,
                      policy->rules.rules[with.hits[i].rule].id);
        hits_seen += with.count;
        stile_arena_release(&arena);
        stile_buf_release(&bytes);
    }
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
    cr_assert_gt(hits_seen, cases, "too few hits for a comparison");
}

/* The hits but for signals, in `h`'s own room. */
static void leave_out_signals(const stile_rules *rules, stile_scan_hits *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++)
        if (!rules->rules[h->hits[i].rule].signal)
            h->hits[kept++] = h->hits[i];
    h->count = kept;
}

Test(gate, signals_that_are_not_looked_for_would_have_fed_nothing)
{
    uint64_t seed = test_random_seed("gate.signals");
    uint32_t cases = test_cases(3000);
    stile_policy_options options = {.classifier = "none"};
    stile_policy *policy = NULL;
    stile_scanner *scanner = NULL;
    size_t combined = 0;

    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    cr_assert_eq(stile_scanner_create(policy, &scanner, NULL), STILE_OK);
    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        stile_scan_view view = {.kind = STILE_VIEW_NORMALIZED, .how = ""};
        stile_scan_hits lazy, eager;
        stile_arena arena;
        stile_buf bytes;
        stile_buf_init(&bytes, 65536);
        stile_arena_init(&arena, 0);
        view.text = of_examples(&r, &policy->rules, &bytes);
        cr_assert_eq(stile_scan_hits_of(scanner, &view, &arena, &lazy, NULL), STILE_OK);
        cr_assert_eq(stile_scan_signals_of(scanner, &view, &arena, &eager, NULL), STILE_OK);
        leave_out_signals(&policy->rules, &lazy);
        leave_out_signals(&policy->rules, &eager);
        cr_assert_eq(lazy.count, eager.count, "seed %llu case %u: %zu hits of %zu",
                     (unsigned long long)seed, n, lazy.count, eager.count);
        for (size_t i = 0; i < lazy.count; i++) {
            cr_assert(lazy.hits[i].rule == eager.hits[i].rule &&
                          lazy.hits[i].start == eager.hits[i].start &&
                          lazy.hits[i].end == eager.hits[i].end &&
                          lazy.hits[i].limited == eager.hits[i].limited,
                      "seed %llu case %u: %s", (unsigned long long)seed, n,
                      policy->rules.rules[lazy.hits[i].rule].id);
            combined += policy->rules.rules[lazy.hits[i].rule].near_count > 0;
        }
        stile_arena_release(&arena);
        stile_buf_release(&bytes);
    }
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
    cr_assert_gt(combined, cases / 20, "%zu combinations only", combined);
}

Test(gate, of_shipped_rules_it_knows_nearly_all)
{
    stile_policy_options options = {.classifier = "none"};
    stile_policy *policy = NULL;
    size_t unknown = 0;

    cr_assert_eq(stile_policy_load(&options, &policy, NULL), STILE_OK);
    for (size_t i = 0; i < policy->rules.count; i++)
        unknown += !stile_gate_knows(policy->gates[STILE_PREFILTER_OTHER], i);
    cr_assert(unknown * 50 < policy->rules.count, "%zu unknown: each costs every text", unknown);
    stile_policy_unref(policy);
}

/* What would make as many ranges as it can: they stay few, and the scan ends. */
Test(gate, a_text_of_one_repeated_trigger_has_few_ranges)
{
    static const char *const patterns[] = {"ignore.*rules", ".{0,400}ignore\\W+.*rules",
                                           "(?:.*forget|ignore\\d.*|.{0,9}ignore) .*rules"};
    stile_gate *gate = NULL;
    stile_gate_scratch *scratch = NULL;
    const stile_gate_range *ranges;
    stile_slice all[3];
    stile_buf text;
    size_t count;

    stile_buf_init(&text, (size_t)2 << 20);
    while (text.len < (size_t)1 << 20)
        stile_buf_add_str(&text, "ignore forget rules ");
    for (int i = 0; i < 3; i++)
        all[i] = stile_str(patterns[i]);
    cr_assert_eq(stile_gate_create(all, 3, &gate, NULL), STILE_OK);
    cr_assert_eq(stile_gate_scratch_create(gate, &scratch, NULL), STILE_OK);
    cr_assert_eq(
        stile_gate_scan(gate, scratch, stile_buf_slice(&text), NULL, &ranges, &count, NULL),
        STILE_OK);
    /* the first pattern's starts stand apart, one for each trigger */
    cr_assert_leq(count, text.len / 20 + 100, "%zu ranges", count);
    for (size_t i = 1; i < count; i++)
        cr_assert(ranges[i].pattern > ranges[i - 1].pattern ||
                      (ranges[i].pattern == ranges[i - 1].pattern &&
                       ranges[i].low > ranges[i - 1].high + 1),
                  "ranges %zu and before meet", i);
    stile_gate_scratch_destroy(scratch);
    stile_gate_destroy(gate);
    stile_buf_release(&text);
}
