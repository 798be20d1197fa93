/* SPDX-License-Identifier: Apache-2.0 */
/* The linear classifier: words and features against the Python reference, scores against a slow and
 * obvious reading of docs/formats/classifier.md, files that are refused. */
#include "classifiers/linear.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "support/folder.h"
#include "support/random.h"

#define BITS 10u
#define HEADER 48u
#define SIZE (HEADER + (1u << BITS) + 32u)

typedef struct shape {
    uint32_t window, stride;
    int32_t bias, low, threshold, sure;
} shape;

static const shape usual = {48, 8, -40, 10, 60, 200};

static void put32(unsigned char *p, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> 8 * i);
}

/* The bytes of a model of random weights, closed by its digest. */
static void make_model(unsigned char *file, const shape *s, test_random *r)
{
    double scale = 0.5;
    stile_sha256 digest;
    uint32_t rest[] = {1, BITS, s->window, s->stride};
    int32_t units[] = {s->bias, s->low, s->threshold, s->sure};

    memcpy(file, "STILELIN", 8);
    for (size_t i = 0; i < 4; i++) {
        put32(file + 8 + 4 * i, rest[i]);
        put32(file + 24 + 4 * i, (uint32_t)units[i]);
    }
    memcpy(file + 40, &scale, 8);
    for (size_t i = 0; i < 1u << BITS; i++)
        file[HEADER + i] = (unsigned char)(test_random_below(r, 41) - 20);
    cr_assert_eq(stile_sha256_of(stile_slice_of(file, SIZE - 32), &digest, NULL), STILE_OK);
    memcpy(file + SIZE - 32, digest.bytes, 32);
}

static stile_status load(const void *file, size_t size, stile_linear **out)
{
    stile_error err = {0};
    char *folder = test_folder_make();
    const char *path = test_path(folder, "model.bin");
    stile_status st;

    test_file_write(path, stile_slice_of(file, size));
    st = stile_linear_load(path, out, &err);
    test_folder_remove(folder);
    return st;
}

static uint64_t fold(uint64_t h, uint64_t value)
{
    return (h ^ value) * 0x100000001B3u;
}

static uint64_t fold_text(stile_slice text, unsigned *count)
{
    stile_linear_walk walk = {.words.text = text};
    stile_linear_word word;
    uint64_t h = 0xCBF29CE484222325u;

    for (*count = 0; stile_linear_next(&walk, &word); (*count)++) {
        h = fold(fold(h, word.start), word.end);
        for (size_t i = 0; i < word.count; i++)
            h = fold(h, word.hash[i]);
    }
    return h;
}

Test(linear, words_and_features_are_those_of_the_reference)
{
    FILE *f = fopen(STILE_SOURCE_DIR "/tests/unit/scan/linear_words.txt", "r");
    char line[4096], text[4096];
    unsigned lines = 0, expected, count;
    uint64_t hash;
    int at;

    cr_assert_not_null(f);
    for (; fgets(line, sizeof line, f); lines++) {
        size_t len;
        line[strcspn(line, "\n")] = '\0';
        cr_assert_eq(sscanf(line, "%u %" SCNx64 "%n", &expected, &hash, &at), 2);
        len = strlen(line + at + 1);
        memcpy(text, line + at + 1, len);
        if (line[at + 1] == 'x') {
            cr_assert(stile_unhex(stile_slice_of(line + at + 2, len - 1), text, (len - 1) / 2));
            len = (len - 1) / 2;
        }
        cr_assert_eq(fold_text(stile_slice_of(text, len), &count), hash, "line %u", lines + 1);
        cr_assert_eq(count, expected, "line %u", lines + 1);
    }
    (void)fclose(f);
    cr_assert_geq(lines, 300);
}

Test(linear, what_a_table_says_on_every_line_counts_once)
{
    static const char row[] = "name: cat, size: 1; name: cat, size: 1; name: cat, size: 1;";
    stile_linear_walk walk = {.words.text = stile_str(row)};
    stile_linear_word word;
    size_t features[12], n = 0;

    for (; stile_linear_next(&walk, &word); n++)
        features[n] = word.count;
    cr_assert_eq(n, 12);
    cr_assert_geq(features[0], 2);
    for (size_t i = 8; i < 12; i++)
        cr_assert_eq(features[i], 0, "word %zu", i);
}

static size_t random_text(test_random *r, char *out, size_t most)
{
    static const char *const words[] = {"ignore ", "the ", "cat. ", "Send ", "it: ",    "now! ",
                                        "1 ",      "é ",   "語",    "to ",   "\"me\" ", "x_y "};
    size_t len = 0, count = test_random_below(r, (uint32_t)most / 12);

    for (size_t i = 0; i < count; i++) {
        const char *word = words[test_random_below(r, sizeof words / sizeof *words)];
        memcpy(out + len, word, strlen(word));
        len += strlen(word);
    }
    return len;
}

/* The greatest window, each summed anew. */
static int32_t slow_score(const unsigned char *file, const shape *s, stile_slice text)
{
    stile_linear_walk walk = {.words.text = text};
    stile_linear_word word;
    int32_t values[1024], best = s->bias;
    size_t n = 0;
    bool any = false;

    for (; stile_linear_next(&walk, &word); n++) {
        values[n] = 0;
        for (size_t i = 0; i < word.count; i++)
            values[n] += (signed char)file[HEADER + (word.hash[i] & ((1u << BITS) - 1))];
    }
    for (size_t a = 0; a < n; a++) {
        size_t b = a + s->window < n ? a + s->window : n;
        int32_t sum = s->bias;
        bool counts =
            a % s->stride == 0 ? b - a == s->window || a == 0 : b == n && b - a == s->window;
        for (size_t i = a; i < b; i++)
            sum += values[i];
        if (counts && (!any || sum > best))
            best = sum;
        any |= counts;
    }
    return best;
}

static void check_hits(const stile_linear_result *result, stile_slice text, const shape *s)
{
    uint32_t last = 0;

    cr_assert_eq(result->hit_count > 0, result->score >= 0.5 * s->low);
    for (size_t i = 0; i < result->hit_count; i++) {
        const stile_linear_hit *hit = &result->hits[i];
        cr_assert(hit->start < hit->end && hit->end <= text.len && hit->start >= last);
        cr_assert(hit->weight >= 0.25 && hit->weight <= result->weight);
        cr_assert_leq(hit->score, result->score);
        last = hit->end;
    }
}

Test(linear, score_is_that_of_the_best_window_summed_anew)
{
    uint64_t seed = test_random_seed("linear_score");
    static unsigned char file[SIZE];
    char text[4096];

    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        shape s = {4 + test_random_below(&r, 60), 1, -30, 20, 60, 200};
        stile_linear *model = NULL;
        stile_linear_result result;
        stile_slice view;

        s.stride = 1 + test_random_below(&r, s.window);
        make_model(file, &s, &r);
        cr_assert_eq(load(file, SIZE, &model), STILE_OK);
        view = stile_slice_of(text, random_text(&r, text, sizeof text));
        stile_linear_score(model, view, false, &result);
        cr_assert_eq(result.score, 0.5 * slow_score(file, &s, view), "case %" PRIu32, n);
        check_hits(&result, view, &s);
        stile_linear_destroy(model);
    }
}

Test(linear, a_short_text_that_is_shown_scores_less_by_the_step_between_the_levels)
{
    static unsigned char file[SIZE];
    static const char fifteen[] = "a b c d e f g h i j k l m n o";
    static const char sixteen[] = "a b c d e f g h i j k l m n o p";
    uint64_t seed = test_random_seed("linear_short");

    for (uint32_t n = 0; n < test_cases(500); n++) {
        test_random r = test_random_case(seed, n);
        shape s = usual;
        stile_linear *model = NULL;
        stile_linear_result hidden, shown;

        s.bias = (int32_t)test_random_below(&r, 200);
        make_model(file, &s, &r);
        cr_assert_eq(load(file, SIZE, &model), STILE_OK);
        stile_linear_score(model, stile_str(fifteen), false, &hidden);
        stile_linear_score(model, stile_str(fifteen), true, &shown);
        cr_assert_eq(shown.score, hidden.score - 0.5 * (s.threshold - s.low), "case %" PRIu32, n);
        check_hits(&shown, stile_str(fifteen), &s);
        stile_linear_score(model, stile_str(sixteen), false, &hidden);
        stile_linear_score(model, stile_str(sixteen), true, &shown);
        cr_assert_eq(shown.score, hidden.score);
        cr_assert_eq(shown.hit_count, hidden.hit_count);
        stile_linear_destroy(model);
    }
}

Test(linear, weight_rises_from_low_over_the_threshold_to_sure)
{
    static const struct {
        int32_t bias;
        double weight;
    } rows[] = {{9, 0}, {10, 0.25}, {35, 0.375}, {60, 0.5}, {130, 0.7}, {200, 0.9}, {9999, 0.9}};
    static unsigned char file[SIZE];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_random r = {1};
        shape s = usual;
        stile_linear *model = NULL;
        stile_linear_result result;

        s.bias = rows[i].bias;
        make_model(file, &s, &r);
        cr_assert_eq(load(file, SIZE, &model), STILE_OK);
        stile_linear_score(model, stile_str(""), false, &result);
        cr_assert_float_eq(result.weight, rows[i].weight, 1e-9, "%d", (int)rows[i].bias);
        stile_linear_destroy(model);
    }
}

Test(linear, more_passages_than_are_kept_reach_to_the_end)
{
    static unsigned char file[SIZE];
    static char text[40000];
    shape s = {4, 4, 0, 10, 60, 200};
    test_random r = {1};
    stile_linear *model = NULL;
    stile_linear_result result;
    stile_sha256 digest;
    size_t len = 0;

    make_model(file, &s, &r);
    memset(file + HEADER, 0, 1u << BITS);
    { /* the word "bad" counts, and nothing else */
        stile_linear_walk walk = {.words.text = stile_str("bad")};
        stile_linear_word word;
        cr_assert(stile_linear_next(&walk, &word));
        file[HEADER + (word.hash[0] & ((1u << BITS) - 1))] = 20;
    }
    cr_assert_eq(stile_sha256_of(stile_slice_of(file, SIZE - 32), &digest, NULL), STILE_OK);
    memcpy(file + SIZE - 32, digest.bytes, 32);
    cr_assert_eq(load(file, SIZE, &model), STILE_OK);
    for (int i = 0; i < 40; i++) {
        memcpy(text + len, "bad ", 4);
        len += 4;
        for (int n = 0; n < 40; n++) /* far enough from the next for that to count again */
            memcpy(text + len + 2 * n, "q ", 2);
        len += 80;
    }
    stile_linear_score(model, stile_slice_of(text, len), false, &result);
    cr_assert_eq(result.hit_count, STILE_LINEAR_HITS);
    cr_assert(result.more);
    cr_assert_gt(result.hits[STILE_LINEAR_HITS - 1].end, len - 84);
    cr_assert_eq(result.hits[0].start, 0);
    cr_assert_eq(result.hits[0].end, 3); /* trimmed to the word */
    stile_linear_destroy(model);
}

Test(linear, load_refuses_any_changed_byte)
{
    static unsigned char file[SIZE], copy[SIZE];
    test_random r = test_random_start("linear_corrupt");

    make_model(file, &usual, &r);
    for (size_t at = 0; at < SIZE; at += at < HEADER || at >= SIZE - 32 ? 1 : 37) {
        stile_linear *model = NULL;
        stile_status st;
        memcpy(copy, file, SIZE);
        copy[at] ^= (unsigned char)(1u << test_random_below(&r, 8));
        st = load(copy, SIZE, &model);
        cr_assert(st == STILE_CORRUPT || (st == STILE_UNSUPPORTED && at >= 8 && at < 12), "%zu",
                  at);
        cr_assert_null(model);
    }
}

Test(linear, load_refuses_a_shortened_and_a_lengthened_file)
{
    static unsigned char file[SIZE + 1];
    test_random r = {3};

    make_model(file, &usual, &r);
    for (size_t size = 0; size <= SIZE + 1; size += size < 64 ? 1 : 101) {
        stile_linear *model = NULL;
        if (size != SIZE)
            cr_assert_neq(load(file, size, &model), STILE_OK, "%zu", size);
        cr_assert_null(model);
    }
}

Test(linear, load_refuses_thresholds_out_of_order)
{
    static const shape rows[] = {{48, 8, 0, 60, 60, 200},  {48, 8, 0, 10, 200, 200},
                                 {3, 1, 0, 1, 2, 3},       {48, 49, 0, 1, 2, 3},
                                 {48, 0, 0, 1, 2, 3},      {257, 8, 0, 1, 2, 3},
                                 {48, 8, 1 << 24, 1, 2, 3}};
    static unsigned char file[SIZE];
    test_random r = {5};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_linear *model = NULL;
        make_model(file, &rows[i], &r);
        cr_assert_eq(load(file, SIZE, &model), STILE_CORRUPT, "row %zu", i);
    }
}

Test(linear, load_without_memory_is_no_memory)
{
    static unsigned char file[SIZE];
    test_random r = {9};
    char *folder = test_folder_make();
    const char *path = test_path(folder, "model.bin");
    stile_status st = STILE_NO_MEMORY;

    make_model(file, &usual, &r);
    test_file_write(path, stile_slice_of(file, SIZE));
    for (long n = 0; st == STILE_NO_MEMORY; n++) {
        stile_linear *model = NULL;
        stile_memory_fail_after(n);
        st = stile_linear_load(path, &model, NULL);
        stile_memory_fail_after(-1);
        stile_linear_destroy(model);
        cr_assert(n > 0 || st == STILE_NO_MEMORY);
    }
    cr_assert_eq(st, STILE_OK);
    st = STILE_NO_MEMORY;
    for (long n = 0; st == STILE_NO_MEMORY; n++) {
        stile_linear *model = NULL;
        stile_memory_fail_after(n);
        st = stile_linear_copy(stile_slice_of(file, SIZE), "copy", &model, NULL);
        stile_memory_fail_after(-1);
        stile_linear_destroy(model);
        cr_assert(n > 1 || st == STILE_NO_MEMORY);
    }
    cr_assert_eq(st, STILE_OK);
    test_folder_remove(folder);
}
