/* SPDX-License-Identifier: Apache-2.0 */
#include "query/phrase.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/random.h"

static stile_analyzer *analyzer;
static stile_arena arena;

static void set_up(void)
{
    stile_arena_init(&arena, 0);
    cr_assert_eq(stile_analyzer_create("en", &analyzer, NULL), STILE_OK);
}

static void tear_down(void)
{
    stile_analyzer_destroy(analyzer);
    stile_arena_release(&arena);
}

TestSuite(phrase, .init = set_up, .fini = tear_down);

static bool held(const char *query, const char *title, const char *body)
{
    stile_phrases phrases;
    stile_error err = {0};
    bool out = false;

    cr_assert_eq(stile_phrases_of(analyzer, stile_str(query), &arena, &phrases, &err), STILE_OK,
                 "%s", err.text);
    cr_assert_eq(
        stile_phrases_held(&phrases, analyzer, stile_str(title), stile_str(body), &out, &err),
        STILE_OK, "%s", err.text);
    return out;
}

static size_t count_of(const char *query)
{
    stile_phrases phrases;

    cr_assert_eq(stile_phrases_of(analyzer, stile_str(query), &arena, &phrases, NULL), STILE_OK);
    return phrases.count;
}

Test(phrase, quotes_make_phrases_where_they_open_and_close)
{
    cr_assert_eq(count_of("no quotes"), 0);
    cr_assert_eq(count_of("\"one phrase\""), 1);
    cr_assert_eq(count_of("\"one\" and \"an other\""), 2);
    cr_assert_eq(count_of("(\"in brackets\")"), 1);
    cr_assert_eq(count_of("\"never closed"), 0);
    cr_assert_eq(count_of("\"\" and \" - \""), 0);
    cr_assert_eq(count_of("a 6\" pipe in a 12\" wall"), 0);
}

Test(phrase, words_must_be_adjacent_and_in_order)
{
    cr_assert(held("\"signing keys\"", "", "The signing keys rotate."));
    cr_assert_not(held("\"signing keys\"", "", "Keys for signing; signing old keys."));
    cr_assert_not(held("\"signing keys\"", "", "signing"));
    cr_assert(held("\"signing keys\"", "Signing keys", "nothing"));
    cr_assert_not(held("\"signing keys\"", "On signing", "keys rotate"));
}

Test(phrase, words_are_compared_as_the_index_compares_them)
{
    cr_assert(held("\"rotate Keys\"", "", "rotating\nKEY"));
    cr_assert(held("\"caf\xc3\xa9 noir\"", "", "Un CAFE\xcc\x81 noir."));
    cr_assert_not(held("\"rotate keys\"", "", "rotate the keys"));
}

Test(phrase, every_phrase_must_hold)
{
    cr_assert(held("\"a b\" \"c d\"", "c d", "x a b"));
    cr_assert_not(held("\"a b\" \"c d\"", "", "x a b c"));
}

Test(phrase, more_phrases_than_a_query_may_have_are_refused)
{
    char query[4 * STILE_MAX_PHRASES + 8] = "";
    stile_phrases phrases;

    for (int i = 0; i < STILE_MAX_PHRASES; i++)
        memcpy(query + (ptrdiff_t)4 * i, "\"w\" ", 5);
    cr_assert_eq(count_of(query), STILE_MAX_PHRASES);
    memcpy(query + (ptrdiff_t)4 * STILE_MAX_PHRASES, "\"w\" ", 5);
    cr_assert_eq(stile_phrases_of(analyzer, stile_str(query), &arena, &phrases, NULL),
                 STILE_INVALID);
}

/* `n` words of three, drawn by `r`; in `out` with blanks between and around. */
static void random_words(test_random *r, unsigned n, char *out)
{
    size_t len = 0;

    out[len++] = ' ';
    for (unsigned i = 0; i < n; i++) {
        memcpy(out + len, &"xa xb xc "[(size_t)3 * test_random_below(r, 3)], 3);
        len += 3;
    }
    out[len] = 0;
}

Test(phrase, holds_where_a_plain_search_for_the_text_finds_it)
{
    uint64_t seed = test_random_seed("phrase");
    uint32_t cases = test_cases(20000), found = 0;

    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char words[64], query[80], text[128];
        bool expected;

        random_words(&r, 1 + test_random_below(&r, 6), words);
        random_words(&r, test_random_below(&r, 30), text);
        (void)snprintf(query, sizeof query, "\"%s\"", words);
        expected = strstr(text, words) != NULL;
        cr_assert_eq(held(query, "", text), expected, "seed %llu case %u: %s in %s",
                     (unsigned long long)seed, i, query, text);
        found += expected;
    }
    cr_assert(found > cases / 10 && found < cases - cases / 10);
}
