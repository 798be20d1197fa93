/* SPDX-License-Identifier: Apache-2.0 */
/* Labels against a slow, obvious evaluator that works on the text alone. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "stile/label.h"
#include "support/random.h"

static stile_levels *levels;

static void setup(void)
{
    stile_error err;
    cr_assert_eq(stile_levels_create_default(&levels, &err), STILE_OK);
}

static void teardown(void)
{
    stile_levels_destroy(levels);
}

TestSuite(label, .init = setup, .fini = teardown);

static stile_label *parse(const char *text)
{
    stile_label *label = NULL;
    stile_error err = {0};
    stile_status st = stile_label_parse(levels, stile_str(text), &label, &err);
    cr_assert_eq(st, STILE_OK, "%s: %s", text, err.text);
    return label;
}

static stile_clearance *clear(const char *text)
{
    stile_clearance *clearance = NULL;
    stile_error err = {0};
    stile_status st = stile_clearance_parse(levels, stile_str(text), &clearance, &err);
    cr_assert_eq(st, STILE_OK, "%s: %s", text, err.text);
    return clearance;
}

static bool reads(const char *clearance_text, const char *label_text)
{
    stile_label *label = parse(label_text);
    stile_clearance *clearance = clear(clearance_text);
    bool yes = stile_clearance_dominates(clearance, label);
    stile_label_destroy(label);
    stile_clearance_destroy(clearance);
    return yes;
}

/* The oracle: evaluates the text of an expression over one-letter tokens by recursive descent with
 * no tree, no sorting, no hashing. `held` is a bit mask of 'a'.. */
static bool oracle_expression(const char **p, unsigned held);

static bool oracle_term(const char **p, unsigned held)
{
    bool value;
    if (**p == '(') {
        (*p)++;
        value = oracle_expression(p, held);
        (*p)++; /* ')' */
        return value;
    }
    value = (held >> (**p - 'a') & 1) != 0;
    (*p)++;
    return value;
}

static bool oracle_expression(const char **p, unsigned held)
{
    bool value = oracle_term(p, held);
    while (**p == '&' || **p == '|') {
        char op = *(*p)++;
        bool right = oracle_term(p, held);
        value = op == '&' ? value && right : value || right;
    }
    return value;
}

static bool oracle(const char *expression, unsigned held)
{
    const char *p = expression;
    return oracle_expression(&p, held);
}

/* All expressions over a, b, c to a depth, by construction. */
static size_t build_terms(char terms[][64], size_t most)
{
    static const char *const tokens[] = {"a", "b", "c"};
    size_t n = 0;
    for (int i = 0; i < 3; i++)
        (void)snprintf(terms[n++], 64, "%s", tokens[i]);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int op = 0; op < 2 && n < most; op++)
                (void)snprintf(terms[n++], 64, "(%s%c%s)", tokens[i], op ? '|' : '&', tokens[j]);
    return n;
}

static void tokens_text(unsigned held, char *out, size_t size)
{
    size_t at = (size_t)snprintf(out, size, "restricted");
    for (int t = 0; t < 3; t++)
        if (held >> t & 1)
            at += (size_t)snprintf(out + at, size - at, "%s%c", strstr(out, "//") ? "," : "//",
                                   'a' + t);
}

Test(label, every_small_expression_evaluates_as_the_oracle_says)
{
    char terms[32][64];
    size_t n = build_terms(terms, 32), tried = 0;
    stile_clearance *clearances[8];

    for (unsigned held = 0; held < 8; held++) {
        char text[64];
        tokens_text(held, text, sizeof text);
        clearances[held] = clear(text);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k <= n; k++)
                for (int op = 0; op < 2; op++) {
                    char expression[256], text[300];
                    stile_label *label, *again;
                    if (k < n)
                        (void)snprintf(expression, sizeof expression, "%s%c%s%c%s", terms[i],
                                       op ? '|' : '&', terms[j], op ? '|' : '&', terms[k]);
                    else
                        (void)snprintf(expression, sizeof expression, "%s%c%s", terms[i],
                                       op ? '|' : '&', terms[j]);
                    (void)snprintf(text, sizeof text, "public//%s", expression);
                    label = parse(text);
                    again = parse(stile_label_text(label).ptr);
                    cr_assert(stile_slice_eq(stile_label_text(label), stile_label_text(again)),
                              "%s is not canonical", stile_label_text(label).ptr);
                    for (unsigned held = 0; held < 8; held++, tried++) {
                        bool want = oracle(expression, held);
                        cr_assert_eq(stile_clearance_dominates(clearances[held], label), want,
                                     "%s with %s", text,
                                     stile_clearance_text(clearances[held]).ptr);
                        cr_assert_eq(stile_clearance_dominates(clearances[held], again), want);
                    }
                    stile_label_destroy(label);
                    stile_label_destroy(again);
                }
    for (unsigned held = 0; held < 8; held++)
        stile_clearance_destroy(clearances[held]);
    cr_assert_gt(tried, 100000);
}

Test(label, canonical_forms)
{
    static const char *const rows[][2] = {
        {"public", "public"},
        {"internal//b&a", "internal//a&b"},
        {"internal//(b&a)&\"a\"", "internal//a&b"},
        {"internal//a|(b|c)", "internal//a|b|c"},
        {"internal//((a))", "internal//a"},
        {"internal//(a|a)&b", "internal//a&b"},
        {"internal//b&(c|a)", "internal//(a|c)&b"},
        {"internal//\"x y\"&z", "internal//\"x y\"&z"},
        {"internal//\"q\\\"\\\\\"", "internal//\"q\\\"\\\\\""},
        {"internal//a/b", "internal//a/b"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_label *label = parse(rows[i][0]), *want = parse(rows[i][1]);
        cr_assert(stile_slice_eq(stile_label_text(label), stile_label_text(want)), "%s gives %s",
                  rows[i][0], stile_label_text(label).ptr);
        cr_assert_str_eq(stile_label_text(want).ptr, stile_label_text(label).ptr);
        stile_label_destroy(label);
        stile_label_destroy(want);
    }
}

Test(label, malformed_input_is_refused_with_its_position)
{
    static const char *const rows[][2] = {
        {"", "unknown level"},
        {"secret", "unknown level"},
        {"Public", "unknown level"},
        {"internal//", "byte 10"},
        {"internal//&a", "byte 10"},
        {"internal//a&", "byte 12"},
        {"internal//a|b&c", "byte 13"},
        {"internal//a b", "byte 11"},
        {"internal//(a", "byte 12"},
        {"internal//a)", "byte 11"},
        {"internal//()", "byte 11"},
        {"internal//\"\"", "byte 10"},
        {"internal//\"a", "byte 10"},
        {"internal//\"a\\n\"", "byte 13"},
        {"internal//!a", "byte 10"},
        {"internal//a\x01", "byte 11"},
        {"internal//\"\x01\"", "byte 11"},
        {"internal//\xc3\xa9", "byte 10"},
        {"internal//\"\xff\"", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_label *label = NULL;
        stile_error err = {0};
        cr_assert_eq(stile_label_parse(levels, stile_str(rows[i][0]), &label, &err), STILE_INVALID,
                     "%s was accepted", rows[i][0]);
        cr_assert_null(label);
        cr_assert(strstr(err.text, rows[i][1]), "%s: %s", rows[i][0], err.text);
    }
}

static void nest(char *out, size_t size, int depth)
{
    size_t at = (size_t)snprintf(out, size, "internal//");
    for (int i = 0; i < depth; i++)
        out[at++] = '(';
    out[at++] = 'a';
    for (int i = 0; i < depth; i++)
        out[at++] = ')';
    out[at] = '\0';
}

Test(label, too_deep_too_long_and_too_many_are_refused)
{
    static char wide[STILE_MAX_LABEL + 64];
    char deep[256];
    stile_label *label = NULL;
    stile_error err;
    size_t at;

    nest(deep, sizeof deep, STILE_MAX_LABEL_DEPTH);
    cr_assert_eq(stile_label_parse(levels, stile_str(deep), &label, &err), STILE_OK);
    stile_label_destroy(label);
    nest(deep, sizeof deep, STILE_MAX_LABEL_DEPTH + 1);
    cr_assert_eq(stile_label_parse(levels, stile_str(deep), &label, &err), STILE_TOO_LARGE);

    at = (size_t)sprintf(wide, "internal//t0");
    for (int i = 1; i < STILE_MAX_LABEL_TERMS; i++)
        at += (size_t)sprintf(wide + at, "&t%d", i);
    cr_assert_eq(stile_label_parse(levels, stile_str(wide), &label, &err), STILE_OK, "%s",
                 err.text);
    stile_label_destroy(label);
    (void)sprintf(wide + at, "&one");
    cr_assert_eq(stile_label_parse(levels, stile_str(wide), &label, &err), STILE_TOO_LARGE);

    memset(wide, 'a', STILE_MAX_LABEL + 1);
    memcpy(wide, "internal//", 10);
    cr_assert_eq(
        stile_label_parse(levels, stile_slice_of(wide, 10 + STILE_MAX_TOKEN + 1), &label, &err),
        STILE_TOO_LARGE);
    cr_assert_eq(stile_label_parse(levels, stile_slice_of(wide, STILE_MAX_LABEL + 1), &label, &err),
                 STILE_TOO_LARGE);
}

Test(label, levels_are_ordered_and_tokens_do_not_replace_them)
{
    cr_assert(reads("confidential", "internal"));
    cr_assert(!reads("internal", "confidential"));
    cr_assert(!reads("restricted", "public//hr"));
    cr_assert(!reads("internal//hr", "confidential//hr"));
    cr_assert(reads("confidential//eu&hr", "confidential//hr&(eu|us)"));
    cr_assert(!stile_clearance_dominates(NULL, NULL));
}

static void random_expression(test_random *r, int depth, char *out, size_t *at)
{
    uint32_t kind = depth == 0 ? 0 : test_random_below(r, 3);
    uint32_t n = 2 + test_random_below(r, 2);

    if (kind == 0) {
        out[(*at)++] = (char)('a' + test_random_below(r, 3));
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            out[(*at)++] = kind == 1 ? '&' : '|';
        out[(*at)++] = '(';
        random_expression(r, depth - 1, out, at);
        out[(*at)++] = ')';
    }
}

Test(label, a_clearance_dominates_a_join_when_it_dominates_every_part)
{
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};
    uint64_t seed = test_random_seed("label.join");
    uint32_t cases = test_cases(3000), dominated = 0;

    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        stile_label *parts[4], *join = NULL;
        size_t count = 1 + test_random_below(&r, 4);
        stile_error err = {0};
        for (size_t i = 0; i < count; i++) {
            char text[2048];
            size_t at = (size_t)sprintf(text, "%s//", names[test_random_below(&r, 4)]);
            random_expression(&r, 2, text, &at);
            text[at] = '\0';
            parts[i] = parse(text);
        }
        cr_assert_eq(
            stile_label_join(levels, (const stile_label *const *)parts, count, &join, &err),
            STILE_OK, "seed %llu case %u: %s", (unsigned long long)seed, n, err.text);
        for (unsigned held = 0; held < 8; held++)
            for (int level = 0; level < 4; level++) {
                char text[64];
                stile_clearance *c;
                bool every = true;
                size_t at = (size_t)sprintf(text, "%s", names[level]);
                for (int t = 0; t < 3; t++)
                    if (held >> t & 1)
                        at += (size_t)sprintf(text + at, "%s%c", strstr(text, "//") ? "," : "//",
                                              'a' + t);
                c = clear(text);
                for (size_t i = 0; i < count; i++)
                    every = every && stile_clearance_dominates(c, parts[i]);
                cr_assert_eq(stile_clearance_dominates(c, join), every,
                             "seed %llu case %u: %s and %s", (unsigned long long)seed, n, text,
                             stile_label_text(join).ptr);
                dominated += every;
                stile_clearance_destroy(c);
            }
        for (size_t i = 0; i < count; i++)
            stile_label_destroy(parts[i]);
        stile_label_destroy(join);
    }
    cr_assert_gt(dominated, cases / 4);
}

Test(label, the_meet_of_clearances_reads_what_both_read)
{
    uint64_t seed = test_random_seed("label.meet");
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};

    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        char texts[2][64], label_text[1024];
        stile_clearance *c[2], *meet = NULL;
        stile_label *label;
        size_t at;
        for (int i = 0; i < 2; i++) {
            at = (size_t)sprintf(texts[i], "%s", names[test_random_below(&r, 4)]);
            for (int t = 0; t < 3; t++)
                if (test_random_below(&r, 2))
                    at += (size_t)sprintf(texts[i] + at, "%s%c",
                                          strstr(texts[i], "//") ? "," : "//", 'a' + t);
            c[i] = clear(texts[i]);
        }
        /* A conjunction: then the meet reads it exactly when both do. */
        at = (size_t)sprintf(label_text, "%s//%c&%c", names[test_random_below(&r, 4)],
                             'a' + (int)test_random_below(&r, 3),
                             'a' + (int)test_random_below(&r, 3));
        label = parse(label_text);
        cr_assert_eq(stile_clearance_meet(levels, c[0], c[1], &meet, NULL), STILE_OK);
        cr_assert_eq(
            stile_clearance_dominates(meet, label),
            stile_clearance_dominates(c[0], label) && stile_clearance_dominates(c[1], label),
            "seed %llu: %s, %s, %s", (unsigned long long)seed, texts[0], texts[1], label_text);
        stile_label_destroy(label);
        stile_clearance_destroy(meet);
        stile_clearance_destroy(c[0]);
        stile_clearance_destroy(c[1]);
    }
}

Test(label, a_clearance_has_one_canonical_text)
{
    stile_clearance *c = clear("internal//us,\"x y\"&eu,us");
    cr_assert_str_eq(stile_clearance_text(c).ptr, "internal//eu,us,\"x y\"");
    stile_clearance_destroy(c);
}

Test(label, malformed_clearances_are_refused)
{
    static const char *const rows[] = {"",
                                       "secret//a",
                                       "internal//",
                                       "internal//a,",
                                       "internal//,a",
                                       "internal//a|b",
                                       "internal//(a)"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_clearance *c = NULL;
        stile_error err;
        cr_assert_eq(stile_clearance_parse(levels, stile_str(rows[i]), &c, &err), STILE_INVALID,
                     "%s", rows[i]);
    }
}

Test(label, running_out_of_memory_is_an_error_and_leaks_nothing)
{
    for (long n = 0;; n++) {
        stile_label *label = NULL;
        stile_error err;
        stile_status st;
        stile_memory_fail_after(n);
        st = stile_label_parse(levels, stile_str("internal//(b|\"a x\")&c&(d|e)"), &label, &err);
        stile_memory_fail_after(-1);
        if (!st) {
            stile_label_destroy(label);
            cr_assert_gt(n, 5);
            return;
        }
        cr_assert_eq(st, STILE_NO_MEMORY);
    }
}
