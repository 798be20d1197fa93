/* SPDX-License-Identifier: Apache-2.0 */
/* The parser against a recogniser that follows the grammar's lines one by one, on random strings
 * made of the bytes that mean something. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "label/expression.h"
#include "stile/label.h"
#include "support/random.h"

/* The oracle: recognises and evaluates at once, from the text alone. A token is held when its first
 * byte (unquoted, unescaped) is 'a'. */
typedef struct oracle {
    const char *p, *end;
    bool wrong;
} oracle;

static bool oracle_expression(oracle *o);

static bool at(const oracle *o, char c)
{
    return o->p < o->end && *o->p == c;
}

static bool plain(char c)
{
    return c && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/", c);
}

static bool oracle_quoted(oracle *o)
{
    char first = 0;
    for (o->p++; !o->wrong && !at(o, '"'); o->p++) {
        o->wrong = o->p >= o->end || (unsigned char)*o->p < ' ';
        if (!o->wrong && at(o, '\\')) {
            o->p++;
            o->wrong = !at(o, '"') && !at(o, '\\');
        }
        if (!o->wrong && !first)
            first = *o->p;
    }
    o->wrong = o->wrong || !first;
    o->p++;
    return first == 'a';
}

static bool oracle_term(oracle *o)
{
    bool value;
    if (at(o, '"'))
        return oracle_quoted(o);
    if (at(o, '(')) {
        o->p++;
        value = oracle_expression(o);
        o->wrong = o->wrong || !at(o, ')');
        o->p++;
        return value;
    }
    value = at(o, 'a');
    o->wrong = o->wrong || o->p >= o->end || !plain(*o->p);
    while (!o->wrong && o->p < o->end && plain(*o->p))
        o->p++;
    return value;
}

static bool oracle_expression(oracle *o)
{
    bool value = oracle_term(o);
    char op = at(o, '&') ? '&' : '|';
    while (!o->wrong && at(o, op)) {
        bool right;
        o->p++;
        right = oracle_term(o);
        value = op == '&' ? value && right : value || right;
    }
    return value;
}

static size_t random_text(test_random *r, char *out)
{
    static const char *const pieces[] = {"a", "b",    "a",    "a/b",      "&", "|",  "(",
                                         ")", "\"a ", "b\"",  "\"a b\"",  " ", "\"", "\\\"",
                                         "/", "\x01", "(a|b", "\"\\\\\"", "&", "|",  "\\"};
    size_t count = 1 + test_random_below(r, 7), len = 0;
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[test_random_below(r, sizeof pieces / sizeof *pieces)];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

static stile_status parse(stile_levels *levels, const char *text, size_t len, stile_label **label)
{
    char whole[256] = "public//";
    memcpy(whole + 8, text, len);
    return stile_label_parse(levels, stile_slice_of(whole, 8 + len), label, NULL);
}

Test(grammar, the_parser_accepts_what_the_grammar_does_and_nothing_else)
{
    uint64_t seed = test_random_seed("label.grammar");
    uint32_t cases = test_cases(40000), accepted = 0, satisfied = 0;
    stile_levels *levels = NULL;
    stile_clearance *holder = NULL;

    cr_assert_eq(stile_levels_create_default(&levels, NULL), STILE_OK);
    /* Every token that starts with 'a' and that the pieces can make is not listed: those that are
     * come up often enough, and the rest are passed over. */
    cr_assert_eq(stile_clearance_parse(levels, stile_str("public//a,aa,a/b,\"a b\",\"a \\\"\""),
                                       &holder, NULL),
                 STILE_OK);
    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        char text[128];
        size_t len = random_text(&r, text);
        oracle o = {.p = text, .end = text + len};
        bool value = oracle_expression(&o), right = !o.wrong && o.p == o.end;
        stile_label *label = NULL, *again = NULL;
        stile_status st = parse(levels, text, len, &label);

        cr_assert_eq(st == STILE_OK, right, "seed %llu case %u: %.*s", (unsigned long long)seed, n,
                     (int)len, text);
        if (st) {
            cr_assert_eq(st, STILE_INVALID);
            continue;
        }
        accepted++;
        cr_assert_eq(stile_label_parse(levels, stile_label_text(label), &again, NULL), STILE_OK);
        cr_assert(stile_slice_eq(stile_label_text(label), stile_label_text(again)),
                  "seed %llu case %u: %.*s is not canonical", (unsigned long long)seed, n,
                  STILE_SLICE_ARGS(stile_label_text(label)));
        if (stile_clearance_dominates(holder, label)) {
            satisfied++;
            cr_assert(value, "seed %llu case %u: %.*s", (unsigned long long)seed, n, (int)len,
                      text);
        }
        stile_label_destroy(label);
        stile_label_destroy(again);
    }
    cr_assert_gt(accepted, cases / 20);
    cr_assert_gt(satisfied, cases / 100);
    stile_clearance_destroy(holder);
    stile_levels_destroy(levels);
}

Test(grammar, the_level_ends_at_the_first_two_slashes)
{
    stile_levels *levels = NULL;
    stile_label *label = NULL;

    cr_assert_eq(stile_levels_create_default(&levels, NULL), STILE_OK);
    cr_assert_eq(stile_label_parse(levels, stile_str("internal//a//b&/c"), &label, NULL), STILE_OK);
    cr_assert_str_eq(stile_label_text(label).ptr, "internal///c&a//b");
    stile_label_destroy(label);
    stile_levels_destroy(levels);
}

Test(grammar, control_characters_are_refused_in_every_encoding)
{
    static const struct {
        const char *text;
        size_t len;
        bool fine;
    } rows[] = {
        {"public//\"a\0b\"", 13, false},     {"public//\"a\x1f\"", 12, false},
        {"public//\"a\x7f\"", 12, false},    {"public//\"\xc2\x80\"", 12, false},
        {"public//\"\xc2\x9f\"", 12, false}, {"public//\"\xc2\xa0\"", 12, true},
        {"public//\"\xc3\x80\"", 12, true},
    };
    stile_levels *levels = NULL;

    cr_assert_eq(stile_levels_create_default(&levels, NULL), STILE_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_label *label = NULL;
        stile_status st =
            stile_label_parse(levels, stile_slice_of(rows[i].text, rows[i].len), &label, NULL);
        cr_assert_eq(st, rows[i].fine ? STILE_OK : STILE_INVALID, "row %zu", i);
        stile_label_destroy(label);
    }
    stile_levels_destroy(levels);
}

/* It once took all that followed it: a label of many quoted tokens cost the square of its length. */
Test(grammar, a_quoted_token_takes_its_own_size_of_memory)
{
    static char text[STILE_MAX_CLEARANCE];
    stile_arena arena;
    stile_slice token;
    size_t start = 0;

    memset(text, 'x', sizeof text);
    memcpy(text, "\"a b\"", 5);
    stile_arena_init(&arena, 64);
    cr_assert_eq(stile_token_parse(stile_slice_of(text, sizeof text), &start, &arena, &token, NULL),
                 STILE_OK);
    cr_assert(stile_slice_eq(token, stile_str("a b")));
    cr_assert_eq(start, 5);
    stile_arena_release(&arena);
}
