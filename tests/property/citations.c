/* SPDX-License-Identifier: Apache-2.0 */
/* I4, true citations: a chunk's span, cut out of the stored original, gives its text again through
 * its pieces; and what an answer cites can be cut out of what was ingested. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/json.h"
#include "ingest/chunk.h"
#include "world/world.h"

static uint32_t check_chunks(world *w, const world_document *document, uint64_t seed)
{
    stile_docref doc;
    stile_error err = {0};
    stile_arena arena;
    uint32_t checked = 0;

    stile_arena_init(&arena, 0);
    cr_assert_eq(
        stile_docref_of(stile_str(world_home(document->id)), stile_str(document->id), &doc, &err),
        STILE_OK);
    for (uint32_t i = 0;; i++) {
        stile_dbkey key = stile_dbkey_chunk(&doc, i);
        stile_chunk_record chunk;
        stile_slice record, original = stile_buf_slice(&document->body);
        stile_buf text;
        if (stile_store_get(stile_plane_store(w->plane), NULL, STILE_TABLE_CHUNKS,
                            stile_dbkey_slice(&key), &arena, &record, &err))
            break;
        cr_assert_eq(stile_chunk_record_decode(record, &chunk, &err), STILE_OK);
        cr_assert(chunk.orig_start <= chunk.orig_end && chunk.orig_end <= original.len);
        stile_buf_init(&text, (size_t)1 << 24);
        cr_assert_eq(stile_chunk_pieces_apply(
                         chunk.pieces, stile_slice_cut(original, chunk.orig_start, chunk.orig_end),
                         &text, &err),
                     STILE_OK, "seed %llu: %s", (unsigned long long)seed, err.text);
        cr_assert(stile_slice_eq(stile_buf_slice(&text), chunk.text),
                  "seed %llu: chunk %u of %s is not its citation", (unsigned long long)seed, i,
                  document->id);
        stile_buf_release(&text);
        checked++;
    }
    stile_arena_release(&arena);
    return checked;
}

/* Results that are released as they are, of plain text: the cut is the text itself. */
static uint32_t check_answer(const stile_buf *answer, const world_document *documents, size_t count,
                             uint64_t seed)
{
    json_t *json = NULL;
    const json_t *results;
    uint32_t checked = 0;

    cr_assert_eq(stile_json_parse(stile_buf_slice(answer), "answer", &json, NULL), STILE_OK, "%s",
                 answer->ptr);
    results = json_object_get(json, "results");
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i), *span = json_object_get(result, "span");
        const char *id = json_string_value(json_object_get(result, "document_id"));
        const json_t *text = json_object_get(result, "text");
        size_t start = (size_t)json_integer_value(json_object_get(span, "start"));
        size_t end = (size_t)json_integer_value(json_object_get(span, "end"));
        for (size_t d = 0; d < count; d++) {
            stile_slice original = stile_buf_slice(&documents[d].body);
            if (strcmp(documents[d].id, id) != 0)
                continue;
            cr_assert(start < end && end <= original.len);
            if (documents[d].format != STILE_FORMAT_TEXT ||
                strcmp(json_string_value(json_object_get(result, "disposition")), "allow") != 0)
                continue;
            cr_assert(
                stile_slice_eq(stile_slice_cut(original, start, end),
                               stile_slice_of(json_string_value(text), json_string_length(text))),
                "seed %llu: %s cites what it does not show", (unsigned long long)seed, id);
            checked++;
        }
    }
    json_decref(json);
    return checked;
}

Test(citations, every_span_gives_its_text)
{
    enum { BATCH = 32 };
    uint64_t seed = test_random_seed("citations");
    uint32_t cases = test_cases(1000), chunks = 0, cited = 0, done = 0;
    world w;

    world_open(&w, NULL);
    while (done < cases) {
        world_document documents[BATCH];
        const world_document *group[BATCH];
        for (uint32_t i = 0; i < BATCH; i++) {
            test_random r = test_random_case(seed, done + i);
            world_document_make(&r, done + i, 0, &documents[i]);
            group[i] = &documents[i];
        }
        world_put(&w, group, BATCH);
        for (uint32_t i = 0; i < BATCH; i++) {
            stile_buf answer;
            uint32_t n = check_chunks(&w, &documents[i], seed);
            cr_assert(n > 0, "seed %llu: %s has no chunks", (unsigned long long)seed,
                      documents[i].id);
            chunks += n;
            world_ask(&w, 0, documents[i].marker, STILE_MODE_LEXICAL, 3, &answer);
            cited += check_answer(&answer, documents, BATCH, seed);
            stile_buf_release(&answer);
            world_document_release(&documents[i]);
        }
        done += BATCH;
    }
    world_close(&w);
    fprintf(stderr, "citations: %u documents, %u chunks proved, %u answers cut and compared\n",
            done, chunks, cited);
    cr_assert(cited > done / 5);
}
