/* SPDX-License-Identifier: Apache-2.0 */
/* No match is longer than its pattern's reach. */
#include "classifiers/reach.h"

#include <ctype.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "classifiers/pattern.h"
#include "stile/buf.h"
#include "support/random.h"

typedef struct known {
    char pattern[40];
    uint32_t bytes, words, gaps;
    bool bounded;
} known;

ParameterizedTestParameters(reach, of_a_pattern)
{
    static known rows[] = {
        {"ignore", 6, 0, 0, true},
        {"\\bignore\\b", 6, 0, 0, true},
        {"a|bcd|", 3, 0, 0, true},
        {"\\w+", 0, 1, 0, true},
        {"\\W+", 0, 0, 1, true},
        {"\\S*x", 1, 1, 0, true},
        {"(?:\\w+\\W+){0,6}?x", 1, 6, 6, true},
        {"[^ .]+", 0, 1, 0, true},
        {"[ ,]*", 0, 0, 1, true},
        {"[ a]+", 0, 0, 0, false}, /* a blank and a letter */
        {"[^.]{0,60}", 60, 0, 0, true},
        {"[^.]+", 0, 0, 0, false},
        {".*", 0, 0, 0, false},
        {".{3}?", 3, 0, 0, true},
        {"x{2,}", 0, 1, 0, true},
        {"(?:ab)+", 0, 0, 0, false},
        {"(?:ab){3}", 6, 0, 0, true},
        {"(?<!not )a(?= long text)", 1, 0, 0, true},
        {"\\x41\\.\\n", 3, 0, 0, true},
        {"[]a]{4}", 4, 0, 0, true},
        {"[\\w -]+", 0, 0, 0, false},
        {"\\s+", 0, 0, 1, true},
        {"(a)\\1", 0, 0, 0, false}, /* not understood */
        {"(?i)a", 0, 0, 0, false},
        {"a{,3}", 0, 0, 0, false},
        {"(?:a){2}{3}", 0, 0, 0, false},
        {"\\Qa\\E", 0, 0, 0, false},
        {"a\\Kb", 0, 0, 0, false},
        {"[[:alpha:]]", 0, 0, 0, false},
        {"(*ACCEPT)a", 0, 0, 0, false},
        {"(?:a", 0, 0, 0, false}, /* nor is what is no pattern */
        {"a)", 0, 0, 0, false},
        {"[a", 0, 0, 0, false},
        {"a\\", 0, 0, 0, false},
        {"((a{999}){999}){999}", 0, 0, 0, false},
    };
    return cr_make_param_array(known, rows, sizeof rows / sizeof *rows);
}

ParameterizedTest(known *row, reach, of_a_pattern)
{
    stile_reach reach = stile_reach_of(stile_str(row->pattern));

    cr_assert_eq(reach.bounded, row->bounded, "%s", row->pattern);
    if (reach.bounded)
        cr_assert(reach.bytes == row->bytes && reach.words == row->words && reach.gaps == row->gaps,
                  "%s: %u bytes, %u words, %u gaps", row->pattern, reach.bytes, reach.words,
                  reach.gaps);
}

Test(reach, the_longest_runs_are_added_up)
{
    stile_runs runs;

    stile_runs_of(stile_str("ab  c-d, efghij..."), &runs);
    cr_assert_eq(runs.words[1], 9, "%u", runs.words[1]); /* "efghij..." */
    cr_assert_eq(runs.words[2], 13, "%u", runs.words[2]);
    cr_assert_eq(runs.words[3], 15, "%u", runs.words[3]);
    cr_assert_eq(runs.words[STILE_RUNS], 15);
    cr_assert_eq(runs.gaps[1], 3, "%u", runs.gaps[1]);
    cr_assert_eq(runs.gaps[4], 8, "%u", runs.gaps[4]);
}

/* One run after the other, each by itself. */
static uint32_t longest_run(stile_slice text, bool word)
{
    uint32_t run = 0, longest = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool in = word ? c != ' ' : !((c < 0x80 && isalnum(c)) || c == '_');
        run = in ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static uint32_t all_runs(stile_slice text, bool word)
{
    uint32_t all = 0;

    for (size_t i = 0; i < text.len; i++)
        all += longest_run(stile_slice_cut(text, i, i + 1), word);
    return all;
}

Test(reach, runs_are_what_they_are_byte_by_byte)
{
    static const char letters[] = "aZ9_ \xc3. ";
    uint64_t seed = test_random_seed("reach.runs");

    for (uint32_t n = 0; n < test_cases(20000); n++) {
        test_random r = test_random_case(seed, n);
        char bytes[300];
        /* up to 24 runs are told apart */
        stile_slice text = {bytes, test_random_below(&r, n % 2 ? 24 : sizeof bytes)};
        char c = 'a';
        stile_runs runs;
        for (size_t i = 0; i < text.len; i++) {
            if (test_random_below(&r, 4) == 0)
                c = letters[test_random_below(&r, sizeof letters - 1)];
            bytes[i] = c;
        }
        stile_runs_of(text, &runs);
        cr_assert_eq(runs.words[1], longest_run(text, true), "seed %llu case %u",
                     (unsigned long long)seed, n);
        cr_assert_eq(runs.gaps[1], longest_run(text, false), "seed %llu case %u",
                     (unsigned long long)seed, n);
        if (text.len >= STILE_RUNS)
            continue;
        cr_assert_eq(runs.words[STILE_RUNS], all_runs(text, true));
        cr_assert_eq(runs.gaps[STILE_RUNS], all_runs(text, false));
    }
}

static void add_pattern(test_random *r, stile_buf *out, int depth)
{
    static const char *const atoms[] = {"a",      "ab",     "\\w",    "\\W",    "\\S",    "\\s",
                                        "[^.]",   "[ -]",   "[^ a]",  "[a-c]",  "\\d",    "\\x2e",
                                        "[^\\w]", "[\\s,]", "\\b",    "(?!ab)", "\\.",    "[]a]",
                                        "_",      "-",      "[^\\W]", "[\\D]",  "(?<=a)", "."};
    static const char *const counts[] = {"?",     "{2}",   "{0,2}", "+",     "{1,3}?", "*",
                                         "{2,}?", "{1,9}", "*?",    "+?",    "",       "",
                                         "",      "",      "",      "{0,40}"};

    for (uint32_t k = 1 + test_random_below(r, 4); k > 0; k--) {
        if (depth > 0 && test_random_below(r, 3) == 0) {
            stile_buf_add_str(out, "(?:");
            add_pattern(r, out, depth - 1);
            if (test_random_below(r, 2)) {
                stile_buf_add_str(out, "|");
                add_pattern(r, out, depth - 1);
            }
            stile_buf_add_str(out, ")");
        } else {
            stile_buf_add_str(out, atoms[test_random_below(r, sizeof atoms / sizeof *atoms)]);
        }
        stile_buf_add_str(out, counts[test_random_below(r, sizeof counts / sizeof *counts)]);
    }
}

Test(reach, no_match_is_longer)
{
    static const char letters[] = "aab cc  .-_,1A\n";
    uint64_t seed = test_random_seed("reach");
    uint32_t cases = test_cases(20000), tried = 0, close = 0;
    stile_matcher *matcher;

    cr_assert_eq(stile_matcher_create(&matcher, NULL), STILE_OK);
    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        stile_pattern *pattern = NULL;
        stile_reach reach;
        stile_runs runs;
        stile_buf source;
        char bytes[200];
        stile_slice text = {bytes, 1 + test_random_below(&r, sizeof bytes)};
        size_t start, end;
        for (size_t i = 0; i < text.len; i++)
            bytes[i] = letters[test_random_below(&r, sizeof letters - 1)];
        stile_buf_init(&source, 4096);
        add_pattern(&r, &source, 2);
        reach = stile_reach_of(stile_buf_slice(&source));
        stile_runs_of(text, &runs);
        if (reach.bounded && !stile_pattern_compile(stile_buf_slice(&source), &pattern, NULL)) {
            uint32_t most = stile_reach_within(&reach, &runs);
            for (size_t at = 0;
                 at <= text.len &&
                 stile_pattern_match(pattern, matcher, text, at, &start, &end) == STILE_MATCH_FOUND;
                 at = start + 1) {
                tried++;
                close += end > start && end - start >= most;
                cr_assert_leq(end - start, most, "seed %llu case %u: /%.*s/ at %zu",
                              (unsigned long long)seed, n, (int)source.len, source.ptr, start);
            }
        }
        stile_pattern_destroy(pattern);
        stile_buf_release(&source);
    }
    stile_matcher_destroy(matcher);
    cr_assert(tried > cases && close > cases / 10, "%u matches, %u of all the reach", tried, close);
}
