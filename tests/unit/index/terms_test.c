/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "indexes/terms.h"
#include "indexes/words.h"
#include "support/random.h"

static stile_status append(void *ctx, stile_slice stem, stile_error *err)
{
    stile_buf_add_slice(ctx, stem);
    stile_buf_add_byte(ctx, '|');
    return stile_buf_ok(ctx, err);
}

static void expect_words(const char *language, const char *text, const char *expected)
{
    stile_words *words = NULL;
    stile_error err = {0};
    stile_buf out;

    stile_buf_init(&out, 1 << 20);
    cr_assert_eq(stile_words_create(language, &words, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_words_each(words, stile_str(text), append, &out, &err), STILE_OK);
    cr_assert_str_eq(out.ptr ? out.ptr : "", expected, "%s: %s", text, out.ptr);
    stile_buf_release(&out);
    stile_words_destroy(words);
}

Test(terms, words_are_folded_broken_and_stemmed)
{
    expect_words(NULL, "", "");
    expect_words(NULL, " ... --- ", "");
    expect_words(NULL, "Running RUNS, run!", "run|run|run|");
    expect_words(NULL, "the cat's e-mail", "the|cat|e|mail|");
    expect_words(NULL, "B12 and GPT-4 cost 1,000.50", "b12|and|gpt|4|cost|1,000.50|");
    expect_words(NULL, "snake_case a.b_c http://x.org/y", "snake_cas|a.b_c|http|x.org|y|");
}

Test(terms, unicode_text_is_folded_alike)
{
    expect_words(NULL, "\xef\xbc\xa6\xef\xbd\x95\xef\xbd\x8c\xef\xbd\x8c width", "full|width|");
    expect_words(NULL, "co\xc2\xadoperate \xe2\x80\x9cquoted\xe2\x80\x9d", "cooper|quot|");
    expect_words("de",
                 "Stra\xc3\x9f"
                 "en H\xc3\x84USER",
                 "strass|haus|");
    expect_words("fr", "les \xc3\xa9l\xc3\xa9phants", "le|\xc3\xa9leph|");
    expect_words(NULL, "\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0",
                 "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2|");
}

/* In a collection of another language too, and not with the stemmer of a neighbour. */
Test(terms, a_word_is_stemmed_in_the_language_of_its_script)
{
    expect_words("en", "running книгами книга", "run|книг|книг|");
    expect_words("ru", "running книгами", "running|книг|");
    expect_words("sr", "књигама књига", "knjig|knjig|");
    expect_words("de", "Häuser δρόμους δρόμος", "haus|δρομ|δρομ|");
}

Test(terms, characters_of_chinese_japanese_and_korean_are_words_alone_and_in_pairs)
{
    expect_words(NULL, "東京都", "東|東京|京|京都|都|");
    expect_words(NULL, "東京、京都", "東|東京|京|京|京都|都|");
    expect_words(NULL, "サーバー", "サ|サー|ー|ーバ|バ|バー|ー|");
    expect_words(NULL, "ｻｰﾊﾞｰ", "サ|サー|ー|ーバ|バ|バー|ー|");
    expect_words(NULL, "한국어를", "한|한국|국|국어|어|어를|를|");
    expect_words(NULL, "Windows11に対応", "windows11|に|に対|対|対応|応|");
    expect_words(NULL, "第3章", "第|3|章|");
    expect_words(NULL, "𠮷野家 running", "𠮷|𠮷野|野|野家|家|run|");
}

/* So a phrase is found whatever stands around it. */
Test(terms, the_words_of_a_piece_stand_side_by_side_in_the_whole)
{
    static const char *const whole = "南京市长江大桥は九六八年に建成された。ネットワーク";
    stile_words *words = NULL;
    stile_buf all, part;

    stile_buf_init(&all, 1 << 20);
    stile_buf_init(&part, 1 << 20);
    cr_assert_eq(stile_words_create(NULL, &words, NULL), STILE_OK);
    cr_assert_eq(stile_words_each(words, stile_str(whole), append, &all, NULL), STILE_OK);
    for (size_t from = 0; from < strlen(whole); from += 3)
        for (size_t to = from + 3; to <= strlen(whole); to += 3) {
            stile_buf_reset(&part);
            cr_assert_eq(stile_words_each(words, stile_slice_of(whole + from, to - from), append,
                                          &part, NULL),
                         STILE_OK);
            cr_assert(part.len == 0 || strstr(all.ptr, part.ptr), "%zu to %zu: %s", from, to,
                      part.ptr);
        }
    stile_buf_release(&all);
    stile_buf_release(&part);
    stile_words_destroy(words);
}

Test(terms, invalid_utf8_and_long_words_do_no_harm)
{
    char *text = malloc(300000);
    stile_words *words = NULL;
    stile_error err = {0};
    stile_buf out;

    memset(text, 'a', 300000);
    stile_buf_init(&out, 1 << 20);
    cr_assert_eq(stile_words_create(NULL, &words, &err), STILE_OK);
    cr_assert_eq(stile_words_each(words, stile_slice_of(text, 300000), append, &out, &err),
                 STILE_OK);
    text[299999] = (char)0xff;
    text[1000] = (char)0xc3;
    cr_assert_eq(stile_words_each(words, stile_slice_of(text, 300000), append, &out, &err),
                 STILE_OK);
    cr_assert_eq(out.len, 0);
    cr_assert_eq(
        stile_words_each(words, stile_slice_of(text, STILE_WORDS_MAX_TEXT + 1), append, &out, &err),
        STILE_TOO_LARGE);
    stile_buf_release(&out);
    stile_words_destroy(words);
    free(text);
}

Test(terms, an_unknown_language_is_refused)
{
    stile_analyzer *analyzer = NULL;
    stile_error err = {0};

    cr_assert_eq(stile_analyzer_create("klingon", &analyzer, &err), STILE_INVALID);
    cr_assert_null(analyzer);
}

/* The ASCII path against ICU, on text made of what the rules tell apart. */
Test(terms, the_ascii_path_gives_the_words_of_icu, .timeout = 300)
{
    static const char alphabet[] = "abcZ019_.':;,\"-/@#$% \t\n\r\v\f\x01\x1f\x7f&()";
    uint64_t seed = test_random_seed("terms_ascii");
    stile_words *words = NULL;

    cr_assert_eq(stile_words_create(NULL, &words, NULL), STILE_OK);
    for (uint32_t n = 0; n < test_cases(20000); n++) {
        test_random r = test_random_case(seed, n);
        char text[64];
        size_t len = test_random_below(&r, sizeof text);
        uint32_t span = test_random_below(&r, 2) ? 128 : 0;
        stile_buf fast, slow;
        for (size_t i = 0; i < len; i++)
            text[i] = span ? (char)test_random_below(&r, span)
                           : alphabet[test_random_below(&r, sizeof alphabet - 1)];
        stile_buf_init(&fast, 4096);
        stile_buf_init(&slow, 4096);
        cr_assert_eq(stile_words_each(words, stile_slice_of(text, len), append, &fast, NULL), 0);
        cr_assert_eq(
            stile_words_each_unicode(words, stile_slice_of(text, len), append, &slow, NULL), 0);
        cr_assert(stile_slice_eq(stile_buf_slice(&fast), stile_buf_slice(&slow)),
                  "case %u: \"%.*s\": %s, not %s", n, (int)len, text, fast.ptr, slow.ptr);
        stile_buf_release(&fast);
        stile_buf_release(&slow);
    }
    stile_words_destroy(words);
}

Test(terms, fields_are_counted_apart)
{
    stile_analyzer *analyzer = NULL;
    stile_arena arena = {0};
    stile_terms terms;
    uint64_t hash = stile_hash64(stile_str("cat"));
    bool found = false;

    cr_assert_eq(stile_analyzer_create("en", &analyzer, NULL), STILE_OK);
    cr_assert_eq(stile_terms_of(analyzer, stile_str("Cats"), stile_str("A cat, the cat"), &arena,
                                &terms, NULL),
                 STILE_OK);
    cr_assert_eq(terms.title_len, 1);
    cr_assert_eq(terms.body_len, 4);
    cr_assert_eq(terms.count, 3);
    for (uint32_t i = 0; i < terms.count; i++)
        if (terms.terms[i].hash == hash)
            found = terms.terms[i].title_tf == 1 && terms.terms[i].body_tf == 2;
    cr_assert(found);
    stile_arena_release(&arena);
    stile_analyzer_destroy(analyzer);
}

static void random_list(test_random *r, stile_terms *list, stile_term *storage, uint32_t most)
{
    *list = (stile_terms){storage, test_random_below(r, most), test_random_below(r, 100000),
                          (uint32_t)test_random_next(r)};
    for (uint32_t i = 0; i < list->count; i++)
        storage[i] = (stile_term){(i ? storage[i - 1].hash : 0) + 1 + test_random_next(r) / 256,
                                  (uint16_t)test_random_below(r, 300),
                                  (uint16_t)(1 + test_random_below(r, 65535))};
}

Test(terms, decode_gives_back_what_encode_took)
{
    uint64_t seed = test_random_seed("terms_record");

    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        stile_term storage[100];
        stile_terms list, back;
        stile_arena arena = {0};
        stile_buf record;
        stile_buf_init(&record, 1 << 20);
        random_list(&r, &list, storage, 100);
        stile_terms_encode(&list, &record);
        cr_assert_eq(stile_terms_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_OK);
        cr_assert(back.count == list.count && back.title_len == list.title_len &&
                  back.body_len == list.body_len);
        for (uint32_t i = 0; i < list.count; i++)
            cr_assert(back.terms[i].hash == storage[i].hash &&
                      back.terms[i].title_tf == storage[i].title_tf &&
                      back.terms[i].body_tf == storage[i].body_tf);
        stile_arena_release(&arena);
        stile_buf_release(&record);
    }
}

Test(terms, decode_rejects_every_truncation_and_anything_added)
{
    test_random r = {9};
    stile_term storage[20];
    stile_terms list, back;
    stile_arena arena = {0};
    stile_buf record;

    stile_buf_init(&record, 1 << 20);
    random_list(&r, &list, storage, 20);
    stile_terms_encode(&list, &record);
    for (size_t len = 0; len < record.len; len++)
        cr_assert_eq(stile_terms_decode(stile_slice_of(record.ptr, len), &arena, &back, NULL),
                     STILE_CORRUPT, "%zu", len);
    stile_buf_add_byte(&record, 0);
    cr_assert_eq(stile_terms_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_CORRUPT);
    stile_arena_release(&arena);
    stile_buf_release(&record);
}

Test(terms, decode_rejects_terms_out_of_order_and_of_no_count)
{
    stile_term bad[][2] = {{{5, 0, 1}, {5, 0, 1}}, {{6, 0, 1}, {5, 0, 1}}, {{5, 0, 0}, {6, 0, 1}}};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stile_terms list = {bad[i], 2, 0, 2}, back;
        stile_arena arena = {0};
        stile_buf record;
        stile_buf_init(&record, 1 << 20);
        stile_terms_encode(&list, &record);
        cr_assert_eq(stile_terms_decode(stile_buf_slice(&record), &arena, &back, NULL),
                     STILE_CORRUPT, "%zu", i);
        stile_arena_release(&arena);
        stile_buf_release(&record);
    }
}

Test(terms, running_out_of_memory_is_an_error)
{
    stile_error err = {0};
    stile_status st = STILE_NO_MEMORY;
    long failures = -1;

    for (long n = 0; st; n++, failures++) {
        stile_analyzer *analyzer = NULL;
        stile_arena arena = {0};
        stile_terms terms;
        stile_memory_fail_after(n);
        st = stile_analyzer_create("en", &analyzer, &err);
        if (!st)
            st = stile_terms_of(analyzer, stile_str("title"), stile_str("caf\xc3\xa9 body"), &arena,
                                &terms, &err);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "%s", err.text);
        stile_arena_release(&arena);
        stile_analyzer_destroy(analyzer);
    }
    cr_assert(failures >= 4, "%ld", failures);
}
