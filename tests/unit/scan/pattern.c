/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns under a work budget, and the prefilter, which must never hide a match. */
#include "classifiers/pattern.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "classifiers/prefilter.h"
#include "support/random.h"

static stile_pattern *compile(const char *text)
{
    stile_error err = {0};
    stile_pattern *pattern = NULL;

    cr_assert_eq(stile_pattern_compile(stile_str(text), &pattern, &err), STILE_OK, "%s: %s", text,
                 err.text);
    return pattern;
}

static stile_match match(const char *pattern, stile_slice text, size_t from, size_t *start,
                         size_t *end)
{
    stile_pattern *compiled = compile(pattern);
    stile_matcher *matcher = NULL;
    stile_match found;

    cr_assert_eq(stile_matcher_create(&matcher, NULL), STILE_OK);
    found = stile_pattern_match(compiled, matcher, text, from, start, end);
    stile_matcher_destroy(matcher);
    stile_pattern_destroy(compiled);
    return found;
}

Test(pattern, match_finds_the_first_place_at_or_after_from)
{
    static const char text[] = "one two one";
    size_t start, end;

    cr_assert_eq(match("one", stile_str(text), 0, &start, &end), STILE_MATCH_FOUND);
    cr_assert(start == 0 && end == 3);
    cr_assert_eq(match("one", stile_str(text), 1, &start, &end), STILE_MATCH_FOUND);
    cr_assert(start == 8 && end == 11);
    cr_assert_eq(match("one", stile_str(text), 9, &start, &end), STILE_MATCH_NONE);
    cr_assert_eq(match("one", stile_str(text), 99, &start, &end), STILE_MATCH_NONE);
    cr_assert_eq(match("one", (stile_slice){0}, 0, &start, &end), STILE_MATCH_NONE);
}

Test(pattern, matching_is_caseless_crosses_lines_and_takes_any_byte)
{
    size_t start, end;

    cr_assert_eq(match("a.b", stile_str("A\nB"), 0, &start, &end), STILE_MATCH_FOUND);
    cr_assert_eq(match("a.b",
                       stile_str("a\xff"
                                 "b"),
                       0, &start, &end),
                 STILE_MATCH_FOUND);
    cr_assert_eq(match("a..b",
                       stile_str("a\xc3\xa9"
                                 "b"),
                       0, &start, &end),
                 STILE_MATCH_FOUND);
}

Test(pattern, what_would_take_too_long_is_a_limit_and_no_miss)
{
    char text[64];
    size_t start, end;

    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'b';
    cr_assert_eq(match("(?:a+)+$", stile_slice_of(text, sizeof text), 0, &start, &end),
                 STILE_MATCH_LIMIT);
}

Test(pattern, compile_tells_where_a_pattern_is_wrong)
{
    stile_error err = {0};
    stile_pattern *pattern = NULL;

    cr_assert_eq(stile_pattern_compile(stile_str("abc(def"), &pattern, &err), STILE_INVALID);
    cr_assert(strstr(err.text, "at byte 7"), "%s", err.text);
    cr_assert_null(pattern);
}

Test(pattern, compile_refuses_what_rules_do_not_need)
{
    static const char *const rows[] = {"(*UTF)a", "(*UCP)a", "a\\Cb", "(?=abc\\K)a"};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_pattern *pattern = NULL;
        cr_assert_eq(stile_pattern_compile(stile_str(rows[i]), &pattern, NULL), STILE_INVALID, "%s",
                     rows[i]);
    }
}

Test(pattern, compile_refuses_a_pattern_past_its_cap)
{
    static char text[STILE_MAX_PATTERN + 1];
    stile_pattern *pattern = NULL;

    memset(text, 'a', sizeof text);
    cr_assert_eq(stile_pattern_compile(stile_slice_of(text, sizeof text), &pattern, NULL),
                 STILE_TOO_LARGE);
    cr_assert_eq(stile_pattern_compile(stile_slice_of(text, sizeof text - 1), &pattern, NULL),
                 STILE_OK);
    stile_pattern_destroy(pattern);
}

Test(pattern, running_out_of_memory_is_an_error)
{
    stile_pattern *pattern = NULL;
    stile_matcher *matcher = NULL;

    stile_memory_fail_after(0);
    cr_expect_eq(stile_pattern_compile(stile_str("a"), &pattern, NULL), STILE_NO_MEMORY);
    cr_expect_eq(stile_matcher_create(&matcher, NULL), STILE_NO_MEMORY);
    stile_memory_fail_after(-1);
    cr_assert(!pattern && !matcher);
}

/* Shapes that rules have: literals, gaps, classes, assertions, and one that Vectorscan cannot take
 * (a back reference) beside ones that it can. */
static const char *const patterns[] = {
    "\\bignore (?:all |any )?previous\\b",
    "ignore(?:\\W{1,3}\\w+){0,4}?\\W{1,3}rules",
    "(?<!not )system",
    "prompt(?= is)",
    "([ab])\\1",
    "a[^ ]{2,6}b",
    "(?:^|\\n)rules",
    "\\xc3\\xa9",
    "s+y+",
    "",
};
enum { PATTERNS = sizeof patterns / sizeof *patterns };

static size_t random_text(test_random *r, char *out, size_t size)
{
    static const char *const words[] = {
        "ignore", " ", "all ", "any ", "previous", "rules", "not ", "system", "prompt", " is",
        "a",      "b", "bb",   "\n",   "\xc3\xa9", "ss",    "y",    "--",     "IGNORE", "xyz"};
    size_t at = 0;

    for (uint32_t n = test_random_below(r, 25); n > 0 && at + 10 < size; n--) {
        const char *word = words[test_random_below(r, sizeof words / sizeof *words)];
        memcpy(out + at, word, strlen(word));
        at += strlen(word);
    }
    return at;
}

static stile_prefilter *make_prefilter(void)
{
    stile_slice texts[PATTERNS];
    stile_prefilter *prefilter = NULL;
    stile_error err = {0};

    for (size_t i = 0; i < PATTERNS; i++)
        texts[i] = stile_str(patterns[i]);
    cr_assert_eq(stile_prefilter_create(texts, PATTERNS, &prefilter, &err), STILE_OK, "%s",
                 err.text);
    return prefilter;
}

Test(prefilter, whatever_matches_may_match)
{
    uint64_t seed = test_random_seed("prefilter");
    stile_prefilter *prefilter = make_prefilter();
    stile_prefilter_scratch *scratch = NULL;
    stile_pattern *compiled[PATTERNS] = {0};
    stile_matcher *matcher = NULL;
    unsigned matches = 0;

    cr_assert_eq(stile_prefilter_scratch_create(prefilter, &scratch, NULL), STILE_OK);
    cr_assert_eq(stile_matcher_create(&matcher, NULL), STILE_OK);
    for (size_t i = 0; i < PATTERNS; i++)
        compiled[i] = *patterns[i] ? compile(patterns[i]) : NULL;
    for (uint32_t n = 0; n < test_cases(5000); n++) {
        test_random r = test_random_case(seed, n);
        char text[256];
        unsigned char may[PATTERNS];
        size_t start, end;
        stile_slice given = stile_slice_of(text, random_text(&r, text, sizeof text));
        stile_prefilter_scan(prefilter, scratch, given, may);
        for (size_t i = 0; i < PATTERNS; i++)
            if (compiled[i] && stile_pattern_match(compiled[i], matcher, given, 0, &start, &end)) {
                matches++;
                cr_assert(may[i], "seed %llu case %u: %s hidden", (unsigned long long)seed, n,
                          patterns[i]);
            }
    }
    cr_assert_gt(matches, 100, "the texts never match, so nothing was shown");
    for (size_t i = 0; i < PATTERNS; i++)
        stile_pattern_destroy(compiled[i]);
    stile_matcher_destroy(matcher);
    stile_prefilter_scratch_destroy(scratch);
    stile_prefilter_destroy(prefilter);
}

#ifdef STILE_HAVE_HS
Test(prefilter, a_text_without_any_literal_needs_no_pattern)
{
    stile_prefilter *prefilter = make_prefilter();
    stile_prefilter_scratch *scratch = NULL;
    unsigned char may[PATTERNS];
    unsigned left = 0;

    cr_assert_eq(stile_prefilter_scratch_create(prefilter, &scratch, NULL), STILE_OK);
    stile_prefilter_scan(prefilter, scratch, stile_str("dull words of no interest"), may);
    for (size_t i = 0; i < PATTERNS; i++)
        left += may[i];
    /* The back reference is over-approximated or always run; the rest must be ruled out. */
    cr_assert_leq(left, 2);
    stile_prefilter_scratch_destroy(scratch);
    stile_prefilter_destroy(prefilter);
}

Test(prefilter, what_vectorscan_misses_may_match)
{
    static const char pattern[] = "(?:<\\|[a-z_]{2,30}\\|>[^<]{0,200}){2}";
    stile_slice texts[] = {stile_str(pattern), stile_str("a{2,60}b")};
    stile_prefilter *prefilter = NULL;
    stile_prefilter_scratch *scratch = NULL;

    cr_assert_eq(stile_prefilter_create(texts, 2, &prefilter, NULL), STILE_OK);
    cr_assert_eq(stile_prefilter_always(prefilter), 1, "the other counts no further than it can");
    cr_assert_eq(stile_prefilter_scratch_create(prefilter, &scratch, NULL), STILE_OK);
    for (int gap = 0; gap <= 200; gap += 5) {
        char text[300];
        unsigned char may[2];
        (void)snprintf(text, sizeof text, "<|one_two|>%0*d<|end_end|>", gap, 0);
        stile_prefilter_scan(prefilter, scratch, stile_str(text), may);
        cr_assert(may[0] && !may[1], "%d bytes between", gap);
    }
    stile_prefilter_scratch_destroy(scratch);
    stile_prefilter_destroy(prefilter);
}

Test(prefilter, what_it_cannot_take_is_counted_and_always_run)
{
    /* Recursion is beyond it, prefilter mode or not. */
    stile_slice texts[] = {stile_str("(\\((?:[^()]|(?1))*\\))"), stile_str("plain")};
    stile_prefilter *prefilter = NULL;
    stile_prefilter_scratch *scratch = NULL;
    unsigned char may[2];

    cr_assert_eq(stile_prefilter_create(texts, 2, &prefilter, NULL), STILE_OK);
    cr_assert_eq(stile_prefilter_always(prefilter), 1);
    cr_assert_eq(stile_prefilter_scratch_create(prefilter, &scratch, NULL), STILE_OK);
    stile_prefilter_scan(prefilter, scratch, stile_str("nothing"), may);
    cr_assert(may[0] && !may[1]);
    stile_prefilter_scratch_destroy(scratch);
    stile_prefilter_destroy(prefilter);
}
#endif

Test(prefilter, running_out_of_memory_is_an_error)
{
    stile_slice texts[] = {stile_str("one"), stile_str("(\\((?:[^()]|(?1))*\\))")};
    stile_status st = STILE_NO_MEMORY;
    stile_prefilter *prefilter = NULL;
    long n = 0;

    for (; st == STILE_NO_MEMORY; n++) {
        stile_memory_fail_after(n);
        st = stile_prefilter_create(texts, 2, &prefilter, NULL);
        stile_memory_fail_after(-1);
    }
    cr_assert_eq(st, STILE_OK);
    cr_assert_gt(n, 1);
    stile_prefilter_destroy(prefilter);
}
