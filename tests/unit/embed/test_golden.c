/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped model against the teacher's own tokenizer and the Python reference:
 * golden.jsonl is written by tools/distill/golden.py. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "embed/embedder.h"
#include "embed/model_file.h"
#include "embed/wordpiece.h"

#define GOLDEN STILE_SOURCE_DIR "/tests/unit/embed/golden.jsonl"
#define MODEL STILE_SOURCE_DIR "/indexes/model/stile-static-256.bin"
#define MAX_IDS 4096

typedef struct id_list {
    uint32_t ids[MAX_IDS];
    size_t count;
} id_list;

static void collect(void *ctx, const uint32_t *ids, size_t count)
{
    id_list *list = ctx;

    cr_assert(list->count + count <= MAX_IDS);
    memcpy(list->ids + list->count, ids, count * sizeof *ids);
    list->count += count;
}

/* Call `check` with each golden text; returns how many there were. */
static size_t each_golden(void (*check)(stile_slice text, const json_t *line, void *ctx), void *ctx)
{
    stile_buf file;
    size_t seen = 0;

    stile_buf_init(&file, 1 << 20);
    cr_assert(eq(int, stile_file_read(GOLDEN, &file, NULL), STILE_OK));
    for (size_t at = 0; at < file.len;) {
        const char *end = memchr(file.ptr + at, '\n', file.len - at);
        char text[8192];
        stile_slice hex = {0};
        json_t *line = NULL;
        stile_slice row = stile_slice_cut(stile_buf_slice(&file), at, (size_t)(end - file.ptr));

        cr_assert(eq(int, stile_json_parse(row, "golden", &line, NULL), STILE_OK));
        cr_assert(eq(int, stile_json_get_string(line, "", "hex", true, &hex, NULL), STILE_OK));
        cr_assert(hex.len / 2 <= sizeof text && stile_unhex(hex, text, hex.len / 2));
        check(stile_slice_of(text, hex.len / 2), line, ctx);
        json_decref(line);
        at += row.len + 1;
        seen++;
    }
    stile_buf_release(&file);
    return seen;
}

static void check_ids(stile_slice text, const json_t *line, void *ctx)
{
    const json_t *want = json_object_get(line, "ids");
    const char *hex = json_string_value(json_object_get(line, "hex"));
    id_list got = {.count = 0};

    stile_wordpiece_encode(ctx, text, collect, &got);
    cr_assert(eq(sz, got.count, json_array_size(want)), "of %s", hex);
    for (size_t i = 0; i < got.count; i++)
        cr_assert(eq(int, (int)got.ids[i], (int)json_integer_value(json_array_get(want, i))),
                  "token %zu of %s", i, hex);
}

Test(golden, tokens_are_the_teachers)
{
    stile_model_file file;
    stile_wordpiece *vocabulary = NULL;

    cr_assert(eq(int, stile_model_file_open(MODEL, &file, NULL), STILE_OK));
    cr_assert(
        eq(int, stile_wordpiece_create(file.words, file.tokens, &vocabulary, NULL), STILE_OK));
    cr_assert(ge(sz, each_golden(check_ids, vocabulary), 50));
    stile_wordpiece_destroy(vocabulary);
    stile_model_file_close(&file);
}

static void check_vector(stile_slice text, const json_t *line, void *ctx)
{
    const char *title = json_string_value(json_object_get(line, "title"));
    stile_embed_text whole = {.title = stile_str(title), .text = text};
    float vector[256];
    char hex[17];

    cr_assert(eq(int, stile_embedder_embed(ctx, STILE_EMBED_DOCUMENT, &whole, 1, vector, NULL),
                 STILE_OK));
    (void)snprintf(hex, sizeof hex, "%016llx",
                   (unsigned long long)stile_hash64(stile_slice_of(vector, sizeof vector)));
    cr_assert(eq(str, hex, (char *)json_string_value(json_object_get(line, "vector"))), "of %s",
              json_string_value(json_object_get(line, "hex")));
}

Test(golden, vectors_are_the_references_to_the_bit)
{
    stile_embedder_options options = {.kind = "static", .model_path = MODEL};
    stile_embedder *embedder = NULL;

    cr_assert(eq(int, stile_embedder_create(&options, &embedder, NULL), STILE_OK));
    cr_assert(eq(sz, stile_embedder_dim(embedder), 256));
    cr_assert(ge(sz, each_golden(check_vector, embedder), 50));
    stile_embedder_destroy(embedder);
}
