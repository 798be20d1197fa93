/* SPDX-License-Identifier: Apache-2.0 */
/* Joins and meets at their bounds, and when memory runs out. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "stile/label.h"
#include "support/random.h"

static stile_levels *levels;

static void setup(void)
{
    cr_assert_eq(stile_levels_create_default(&levels, NULL), STILE_OK);
}

static void teardown(void)
{
    stile_levels_destroy(levels);
}

TestSuite(lattice, .init = setup, .fini = teardown);

static stile_label *parse(const char *text)
{
    stile_label *label = NULL;
    stile_error err = {0};
    cr_assert_eq(stile_label_parse(levels, stile_str(text), &label, &err), STILE_OK, "%s: %s", text,
                 err.text);
    return label;
}

static stile_clearance *clear(const char *text)
{
    stile_clearance *clearance = NULL;
    cr_assert_eq(stile_clearance_parse(levels, stile_str(text), &clearance, NULL), STILE_OK, "%s",
                 text);
    return clearance;
}

/* `op` between as many quoted tokens as a label may have, none of them in another part. */
static stile_label *full_label(int part, char op)
{
    static char text[STILE_MAX_LABEL + 32];
    size_t len = (size_t)sprintf(text, "internal//");
    for (int i = 0; i < STILE_MAX_LABEL_TERMS; i++)
        len += (size_t)sprintf(text + len, "%.*s\"%03d %06d \"", i > 0, &op, part, i);
    return parse(text);
}

Test(lattice, the_labels_of_the_largest_answer_always_join)
{
    stile_label *parts[STILE_MAX_K + 1], *join = NULL;
    stile_clearance *none = clear("restricted");

    for (int i = 0; i <= STILE_MAX_K; i++)
        parts[i] = full_label(i, i % 2 ? '&' : '|');
    cr_assert_eq(
        stile_label_join(levels, (const stile_label *const *)parts, STILE_MAX_K, &join, NULL),
        STILE_OK);
    cr_assert_gt(stile_label_text(join).len, (size_t)STILE_MAX_K * 3000);
    cr_assert(!stile_clearance_dominates(none, join));
    stile_label_destroy(join);
    join = NULL;
    cr_assert_eq(
        stile_label_join(levels, (const stile_label *const *)parts, STILE_MAX_K + 1, &join, NULL),
        STILE_TOO_LARGE);
    cr_assert_null(join);
    for (int i = 0; i <= STILE_MAX_K; i++)
        stile_label_destroy(parts[i]);
    stile_clearance_destroy(none);
}

/* As deep as a label may be, each level of another kind, so that none is flattened away. */
static stile_label *deep_label(char last)
{
    char text[512];
    size_t len = (size_t)sprintf(text, "internal//");
    for (int i = 0; i < STILE_MAX_LABEL_DEPTH; i++)
        len += (size_t)sprintf(text + len, "a%d%c(", i, i % 2 ? '&' : '|');
    len += (size_t)sprintf(text + len, "x|%c", last);
    for (int i = 0; i < STILE_MAX_LABEL_DEPTH; i++)
        text[len++] = ')';
    text[len] = '\0';
    return parse(text);
}

Test(lattice, a_join_can_be_joined_again_whatever_its_depth)
{
    stile_label *a = deep_label('y'), *b = deep_label('z'), *c = parse("public//p|q");
    stile_label *ab = NULL, *left = NULL, *all = NULL;

    cr_assert_eq(stile_label_join(levels, (const stile_label *[]){a, b}, 2, &ab, NULL), STILE_OK);
    cr_assert_eq(stile_label_join(levels, (const stile_label *[]){ab, c}, 2, &left, NULL),
                 STILE_OK);
    cr_assert_eq(stile_label_join(levels, (const stile_label *[]){a, b, c}, 3, &all, NULL),
                 STILE_OK);
    cr_assert_str_eq(stile_label_text(left).ptr, stile_label_text(all).ptr);
    stile_label_destroy(a);
    stile_label_destroy(b);
    stile_label_destroy(c);
    stile_label_destroy(ab);
    stile_label_destroy(left);
    stile_label_destroy(all);
}

Test(lattice, the_join_of_nothing_is_the_lowest_level)
{
    stile_label *join = NULL;
    cr_assert_eq(stile_label_join(levels, NULL, 0, &join, NULL), STILE_OK);
    cr_assert_str_eq(stile_label_text(join).ptr, "public");
    stile_label_destroy(join);
}

static void random_tokens(test_random *r, char *out, const char *separator)
{
    size_t len = strlen(out);
    for (int t = 0; t < 5; t++)
        if (test_random_below(r, 2))
            len += (size_t)sprintf(out + len, "%s%c", strstr(out, "//") ? separator : "//",
                                   "abcde"[t]);
}

/* For any expression, not for conjunctions alone: the meet reads nothing that one of both does not,
 * and its tokens are exactly those in both. */
Test(lattice, the_meet_never_reads_more_than_either)
{
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};
    uint64_t seed = test_random_seed("lattice.meet");
    uint32_t cases = test_cases(3000), dominated = 0;

    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        char texts[2][64], label_text[64];
        stile_clearance *c[2], *meet = NULL;
        stile_label *label;
        for (int i = 0; i < 2; i++) {
            (void)sprintf(texts[i], "%s", names[test_random_below(&r, 4)]);
            random_tokens(&r, texts[i], ",");
            c[i] = clear(texts[i]);
        }
        (void)sprintf(label_text, "%s//(%c&%c)|%c|(%c&%c)", names[test_random_below(&r, 2)],
                      "abcde"[test_random_below(&r, 5)], "abcde"[test_random_below(&r, 5)],
                      "abcde"[test_random_below(&r, 5)], "abcde"[test_random_below(&r, 5)],
                      "abcde"[test_random_below(&r, 5)]);
        label = parse(label_text);
        cr_assert_eq(stile_clearance_meet(levels, c[0], c[1], &meet, NULL), STILE_OK);
        if (stile_clearance_dominates(meet, label)) {
            dominated++;
            cr_assert(stile_clearance_dominates(c[0], label) &&
                          stile_clearance_dominates(c[1], label),
                      "seed %llu case %u: %s, %s, %s", (unsigned long long)seed, n, texts[0],
                      texts[1], label_text);
        }
        for (const char *t = "abcde"; *t; t++) {
            const char *in[] = {strstr(texts[0], "//"), strstr(texts[1], "//"),
                                strstr(stile_clearance_text(meet).ptr, "//")};
            bool both = in[0] && in[1] && strchr(in[0], *t) && strchr(in[1], *t);
            cr_assert_eq(in[2] && strchr(in[2], *t), both, "seed %llu case %u: %s, %s, %c",
                         (unsigned long long)seed, n, texts[0], texts[1], *t);
        }
        stile_label_destroy(label);
        stile_clearance_destroy(meet);
        stile_clearance_destroy(c[0]);
        stile_clearance_destroy(c[1]);
    }
    cr_assert_gt(dominated, cases / 20);
}

Test(lattice, a_large_clearance_holds_each_of_its_tokens_and_no_other)
{
    static char text[STILE_MAX_CLEARANCE];
    size_t len = (size_t)sprintf(text, "internal");
    stile_clearance *c;

    for (int i = 0; i < STILE_MAX_CLEARANCE_TOKENS; i++)
        len += (size_t)sprintf(text + len, "%st%d", i ? "," : "//", i);
    c = clear(text);
    for (int i = 0; i < STILE_MAX_CLEARANCE_TOKENS + 1000; i++) {
        char label_text[64];
        stile_label *label;
        (void)sprintf(label_text, "public//t%d", i);
        label = parse(label_text);
        cr_assert_eq(stile_clearance_dominates(c, label), i < STILE_MAX_CLEARANCE_TOKENS, "%d", i);
        stile_label_destroy(label);
    }
    stile_clearance_destroy(c);
    (void)sprintf(text + len, ",one");
    cr_assert_eq(stile_clearance_parse(levels, stile_str(text), &c, NULL), STILE_TOO_LARGE);
}

/* One step of the lattice; whatever it makes, it frees. */
static stile_status make_clearance(const stile_label *const *labels, const stile_clearance *a)
{
    stile_clearance *c = NULL;
    stile_status st = stile_clearance_parse(levels, stile_str("internal//b,\"a x\",c"), &c, NULL);
    (void)labels;
    (void)a;
    stile_clearance_destroy(c);
    return st;
}

static stile_status make_meet(const stile_label *const *labels, const stile_clearance *a)
{
    stile_clearance *c = NULL;
    stile_status st = stile_clearance_meet(levels, a, a, &c, NULL);
    (void)labels;
    stile_clearance_destroy(c);
    return st;
}

static stile_status make_join(const stile_label *const *labels, const stile_clearance *a)
{
    stile_label *join = NULL;
    stile_status st = stile_label_join(levels, labels, 2, &join, NULL);
    (void)a;
    stile_label_destroy(join);
    return st;
}

static stile_status make_levels(const stile_label *const *labels, const stile_clearance *a)
{
    stile_levels *made = NULL;
    stile_status st = stile_levels_create_default(&made, NULL);
    (void)labels;
    (void)a;
    stile_levels_destroy(made);
    return st;
}

Test(lattice, running_out_of_memory_is_an_error_and_leaks_nothing)
{
    stile_status (*const steps[])(const stile_label *const *, const stile_clearance *) = {
        make_clearance, make_meet, make_join, make_levels};
    stile_label *parts[] = {parse("internal//a|\"b c\""), parse("public//d&(e|f)")};
    stile_clearance *c = clear("internal//a,b,\"c d\"");

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        stile_status st = STILE_NO_MEMORY;
        long failed = 0;
        for (; st; failed++) {
            stile_memory_fail_after(failed);
            st = steps[i]((const stile_label *const *)parts, c);
            stile_memory_fail_after(-1);
            cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "step %zu gives %d", i, (int)st);
        }
        cr_assert_gt(failed, 2, "step %zu", i);
    }
    stile_label_destroy(parts[0]);
    stile_label_destroy(parts[1]);
    stile_clearance_destroy(c);
}
