/* SPDX-License-Identifier: Apache-2.0 */
/* Tokenizer and embedder over the small model: words against a slow reading of the rule, vectors
 * against sums by hand, and what must not matter to a vector. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "embed/embedder.h"
#include "embed/wordpiece.h"
#include "support/folder.h"
#include "support/random.h"
#include "unit/embed/model.h"

static char *folder;
static stile_embedder *small;

static void set_up(void)
{
    model_parts parts = model_parts_usual();
    stile_embedder_options options = {0};
    stile_buf bytes;

    folder = test_folder_make();
    options.model_path = test_path(folder, "model.bin");
    model_build(&parts, &bytes);
    test_file_write(options.model_path, stile_buf_slice(&bytes));
    stile_buf_release(&bytes);
    cr_assert(eq(int, stile_embedder_create(&options, &small, NULL), STILE_OK));
}

static void tear_down(void)
{
    stile_embedder_destroy(small);
    test_folder_remove(folder);
}

TestSuite(static_embedder, .init = set_up, .fini = tear_down);

static void embed_titled(stile_slice title, stile_slice text, float out[MODEL_DIM])
{
    stile_embed_text whole = {title, text};

    cr_assert(
        eq(int, stile_embedder_embed(small, STILE_EMBED_DOCUMENT, &whole, 1, out, NULL), STILE_OK));
}

static void embed_one(stile_slice text, float out[MODEL_DIM])
{
    embed_titled((stile_slice){0}, text, out);
}

typedef struct id_list {
    uint32_t ids[4096];
    size_t count;
} id_list;

static void collect(void *ctx, const uint32_t *ids, size_t count)
{
    id_list *list = ctx;

    cr_assert(count >= 1 && count <= STILE_WORDPIECE_MAX_CHARS);
    memcpy(list->ids + list->count, ids, count * sizeof *ids);
    list->count += count;
}

/* The usual tokens as the file holds them. The caller destroys. */
static stile_wordpiece *make_vocabulary(stile_buf *words)
{
    model_parts parts = model_parts_usual();
    stile_wordpiece *v = NULL;

    stile_buf_init(words, 4096);
    for (uint32_t i = 0; i < parts.count; i++)
        stile_buf_add_block(words, stile_str(parts.tokens[i])); /* its varint is one byte here */
    cr_assert(
        eq(int, stile_wordpiece_create(stile_buf_slice(words), parts.count, &v, NULL), STILE_OK));
    return v;
}

Test(static_embedder, cuts_words_greedily)
{
    static const struct {
        const char *text;
        size_t count;
        uint32_t ids[4];
    } rows[] = {
        {"a", 1, {1}},
        {"A", 1, {1}},
        {"ab", 1, {3}},
        {"abb", 2, {3, 4}},
        {"abc", 2, {3, 6}}, /* "ab" is longer than "a", so not "a" "##bc" */
        {"bbc", 2, {2, 5}},
        {"ba", 1, {0}}, /* no "##a": the whole word is unknown */
        {"abx", 1, {0}},
        {"a.b", 3, {1, 8, 2}},
        {"stileing", 2, {7, 9}},
        {"  a\tb\n", 2, {1, 2}},
        {"a\x01\x7f"
         "b",
         1,
         {3}}, /* control characters join */
        {"\u00c6", 1, {10}},
        {"a\u0301b", 1, {3}}, /* a mark is dropped */
        {"\u00e1"
         "b",
         1,
         {3}},
        {"a\u6771"
         "b",
         3,
         {1, 11, 2}},
        {"a\xff"
         "b",
         1,
         {3}}, /* a bad byte is dropped */
        {"", 0, {0}},
        {" \u3000 ", 0, {0}},
    };
    stile_buf words;
    stile_wordpiece *v = make_vocabulary(&words);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        id_list got = {.count = 0};

        stile_wordpiece_encode(v, stile_str(rows[i].text), collect, &got);
        cr_assert(eq(sz, got.count, rows[i].count), "row %zu", i);
        cr_assert(memcmp(got.ids, rows[i].ids, got.count * sizeof *got.ids) == 0, "row %zu", i);
    }
    stile_wordpiece_destroy(v);
    stile_buf_release(&words);
}

/* The rule read slowly: at each place the longest of all tokens that fits there. Words of the
 * letters a, b, c and a stranger, split at spaces. */
static void cut_slowly(const char *word, size_t len, id_list *out)
{
    model_parts parts = model_parts_usual();
    size_t before = out->count, at = 0;

    while (at < len && len <= STILE_WORDPIECE_MAX_CHARS) {
        size_t best = 0;

        for (uint32_t i = 1; i < parts.count; i++) {
            bool inner = strncmp(parts.tokens[i], "##", 2) == 0;
            const char *text = parts.tokens[i] + (inner ? 2 : 0);
            size_t n = strlen(text);

            if (inner == (at > 0) && n > best && n <= len - at && !memcmp(word + at, text, n)) {
                best = n;
                out->ids[out->count] = i;
            }
        }
        if (!best)
            break;
        out->count++;
        at += best;
    }
    if (at < len) {
        out->count = before;
        out->ids[out->count++] = 0;
    }
}

Test(static_embedder, words_are_cut_as_by_trying_every_token)
{
    uint64_t seed = test_random_seed("wordpiece");
    stile_buf words;
    stile_wordpiece *v = make_vocabulary(&words);

    for (uint32_t n = 0; n < test_cases(3000); n++) {
        test_random r = test_random_case(seed, n);
        char text[600];
        size_t len = test_random_below(&r, sizeof text), start = 0;
        uint32_t spaces = 2 + test_random_below(&r, 60) * 4; /* one in so many is a space */
        id_list got = {.count = 0}, want = {.count = 0};

        for (size_t i = 0; i < len; i++)
            text[i] = test_random_below(&r, spaces) == 0 ? ' '
                      : test_random_below(&r, 40) == 0   ? 'x'
                                                         : "bc"[test_random_below(&r, 2)];
        for (size_t i = 0; i < len; i++)
            if ((i == 0 || text[i - 1] == ' ') && text[i] != ' ' && test_random_below(&r, 2))
                text[i] = 'a';
        for (size_t i = 0; i <= len; i++)
            if (i == len || text[i] == ' ') {
                if (i > start)
                    cut_slowly(text + start, i - start, &want);
                start = i + 1;
            }
        stile_wordpiece_encode(v, stile_slice_of(text, len), collect, &got);
        cr_assert(eq(sz, got.count, want.count), "case %u", n);
        cr_assert(memcmp(got.ids, want.ids, got.count * sizeof *got.ids) == 0, "case %u", n);
    }
    stile_wordpiece_destroy(v);
    stile_buf_release(&words);
}

/* What the rule says, in doubles. */
static bool sum_slowly(const stile_wordpiece *v, stile_slice text, double out[MODEL_DIM])
{
    model_parts parts = model_parts_usual();
    id_list ids = {.count = 0};
    double squares = 0;

    stile_wordpiece_encode(v, text, collect, &ids);
    memset(out, 0, MODEL_DIM * sizeof *out);
    for (size_t i = 0; i < ids.count; i++)
        for (uint32_t d = 0; d < MODEL_DIM; d++)
            out[d] += 1.0 * parts.scales[ids.ids[i]] * parts.rows[ids.ids[i] * MODEL_DIM + d];
    for (int d = 0; d < MODEL_DIM; d++)
        squares += out[d] * out[d];
    for (int d = 0; d < MODEL_DIM && squares > 0; d++)
        out[d] /= sqrt(squares);
    return squares > 0;
}

Test(static_embedder, a_vector_is_four_parts_of_the_text_and_one_of_the_title)
{
    static const char *const words[] = {"a", "ab", "abc", "stile", "stileing", ".", "x", "\u00c6"};
    uint64_t seed = test_random_seed("static sums");
    stile_buf file;
    stile_wordpiece *v = make_vocabulary(&file);

    for (uint32_t n = 0; n < test_cases(1000); n++) {
        test_random r = test_random_case(seed, n);
        double part[2][MODEL_DIM], sum[MODEL_DIM], squares = 0;
        float got[MODEL_DIM];
        bool has[2];
        stile_buf texts[2];
        for (int t = 0; t < 2; t++) {
            stile_buf_init(&texts[t], 1 << 16);
            for (uint32_t k = test_random_below(&r, test_random_below(&r, 4) ? 6 : 300); k > 0;
                 k--) {
                stile_buf_add_str(&texts[t], words[test_random_below(&r, 8)]);
                stile_buf_add_byte(&texts[t], ' ');
            }
            has[t] = sum_slowly(v, stile_buf_slice(&texts[t]), part[t]);
        }
        for (int d = 0; d < MODEL_DIM; d++) {
            sum[d] = has[0] && has[1] ? 4 * part[1][d] + part[0][d] : part[0][d] + part[1][d];
            squares += sum[d] * sum[d];
        }
        embed_titled(stile_buf_slice(&texts[0]), stile_buf_slice(&texts[1]), got);
        for (int d = 0; d < MODEL_DIM; d++)
            cr_assert(fabs(got[d] - (squares > 0 ? sum[d] / sqrt(squares) : 0)) < 1e-5,
                      "seed %llu case %u column %d", (unsigned long long)seed, n, d);
        stile_buf_release(&texts[0]);
        stile_buf_release(&texts[1]);
    }
    stile_wordpiece_destroy(v);
    stile_buf_release(&file);
}

/* Past what 32-bit sums and 24-bit squares hold: the direction stays the token's own. */
Test(static_embedder, a_long_text_overflows_nothing)
{
    float once[MODEL_DIM], often[MODEL_DIM];
    stile_buf text;

    stile_buf_init(&text, 1 << 20);
    for (int i = 0; i < 20000; i++)
        stile_buf_add_str(&text, "stile ");
    embed_one(stile_str("stile"), once);
    embed_one(stile_buf_slice(&text), often);
    for (int d = 0; d < MODEL_DIM; d++)
        cr_assert(fabsf(once[d] - often[d]) < 1e-5f, "column %d", d);
    stile_buf_release(&text);
}

Test(static_embedder, a_text_without_a_known_token_is_zero)
{
    static const char *const texts[] = {"", "   ", "x", "unheard of", "\xff\xfe"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        float got[MODEL_DIM], zero[MODEL_DIM] = {0};

        memset(got, 0x7f, sizeof got);
        embed_one(stile_str(texts[i]), got);
        cr_assert(memcmp(got, zero, sizeof got) == 0, "text %zu", i);
    }
}

Test(static_embedder, neither_neighbours_nor_role_change_a_vector)
{
    uint64_t seed = test_random_seed("static neighbours");

    for (uint32_t n = 0; n < test_cases(1000); n++) {
        test_random r = test_random_case(seed, n);
        char bytes[8][80];
        stile_embed_text texts[8] = {0};
        float together[8 * MODEL_DIM], alone[MODEL_DIM];
        size_t count = 1 + test_random_below(&r, 8);

        for (size_t i = 0; i < count; i++) {
            size_t len = test_random_below(&r, sizeof bytes[i]);
            for (size_t k = 0; k < len; k++)
                bytes[i][k] = test_random_below(&r, 8) ? "ab. bc\xc3\xa6"[test_random_below(&r, 8)]
                                                       : (char)test_random_next(&r);
            /* some with a title: the text's own first bytes */
            texts[i].text = stile_slice_of(bytes[i], len);
            texts[i].title = stile_slice_of(bytes[i], len * (i % 3) / 4);
        }
        cr_assert(eq(int,
                     stile_embedder_embed(small, STILE_EMBED_QUERY, texts, count, together, NULL),
                     STILE_OK));
        for (size_t i = 0; i < count; i++) {
            double squares = 0;

            embed_titled(texts[i].title, texts[i].text, alone);
            cr_assert(memcmp(alone, together + i * MODEL_DIM, sizeof alone) == 0, "case %u", n);
            for (int d = 0; d < MODEL_DIM; d++)
                squares += (double)alone[d] * alone[d];
            cr_assert(squares == 0 || fabs(squares - 1) < 1e-6, "case %u", n);
        }
    }
}

Test(static_embedder, centroids_are_unit_vectors)
{
    size_t count = 0;
    const float *centroids = stile_embedder_centroids(small, &count);

    cr_assert(eq(sz, count, MODEL_CENTROIDS));
    for (size_t i = 0; i < count; i++)
        for (size_t d = 0; d < MODEL_DIM; d++)
            cr_assert(centroids[i * MODEL_DIM + d] == (i == d ? 1.0f : 0.0f));
}

Test(static_embedder, the_hash_covers_the_model)
{
    model_parts parts = model_parts_usual();
    uint16_t scales[12];
    stile_embedder_options options = {.model_path = test_path(folder, "other.bin")};
    stile_embedder *other = NULL;
    stile_buf bytes;

    memcpy(scales, parts.scales, sizeof scales);
    scales[1]++;
    parts.scales = scales;
    model_build(&parts, &bytes);
    test_file_write(options.model_path, stile_buf_slice(&bytes));
    cr_assert(eq(int, stile_embedder_create(&options, &other, NULL), STILE_OK));
    cr_assert(
        memcmp(stile_embedder_hash(small), stile_embedder_hash(other), sizeof(stile_sha256)) != 0);
    stile_embedder_destroy(other);
    stile_buf_release(&bytes);
}

static void *embed_often(void *ctx)
{
    const float *want = ctx;

    for (int i = 0; i < 500; i++) {
        float got[MODEL_DIM];

        embed_one(stile_str("a stile. abc b\u00e6 ab"), got);
        cr_assert(memcmp(got, want, sizeof got) == 0);
    }
    return NULL;
}

Test(static_embedder, threads_share_one_embedder)
{
    pthread_t threads[4];
    float want[MODEL_DIM];

    embed_one(stile_str("a stile. abc b\u00e6 ab"), want);
    for (size_t i = 0; i < 4; i++)
        cr_assert(pthread_create(&threads[i], NULL, embed_often, want) == 0);
    for (size_t i = 0; i < 4; i++)
        cr_assert(pthread_join(threads[i], NULL) == 0);
}

Test(registry, none_has_no_dimension_and_an_unknown_kind_is_refused)
{
    stile_embedder_options options = {.kind = "none"};
    stile_embedder *embedder = NULL;
    stile_embed_text text = {.text = stile_str("a")};
    float out = 7;
    size_t count = 1;

    cr_assert(eq(int, stile_embedder_create(&options, &embedder, NULL), STILE_OK));
    cr_assert(eq(sz, stile_embedder_dim(embedder), 0));
    cr_assert_null(stile_embedder_centroids(embedder, &count));
    cr_assert(eq(sz, count, 0));
    cr_assert(
        eq(int, stile_embedder_embed(embedder, STILE_EMBED_QUERY, &text, 1, &out, NULL), STILE_OK));
    cr_assert(out == 7);
    stile_embedder_destroy(embedder);
    options.kind = "oracle";
    embedder = NULL;
    cr_assert(eq(int, stile_embedder_create(&options, &embedder, NULL), STILE_INVALID));
    cr_assert_null(embedder);
}
