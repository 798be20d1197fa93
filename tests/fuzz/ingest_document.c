/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as any format, at the end of what memory can be read: parsed, chunked, and every piece and record proved. */
#include <stdlib.h>

#include "ingest/chunk.h"
#include "support/edge.h"

#define MOST ((size_t)1 << 20) /* bytes of an input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void prove_records(const stile_parsed *parsed, stile_slice original,
                          const stile_chunk *chunks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const stile_chunk *c = &chunks[i];
        stile_buf record, text;
        stile_buf_init(&record, 1 << 24);
        stile_buf_init(&text, 1 << 24);
        if (stile_chunk_pieces_encode(parsed, c, original, &record, NULL) ||
            stile_chunk_pieces_apply(stile_buf_slice(&record),
                                     stile_slice_cut(original, c->orig_start, c->orig_end), &text,
                                     NULL) ||
            !stile_slice_eq(stile_buf_slice(&text),
                            stile_slice_cut(parsed->text, c->text_start, c->text_end)))
            abort();
        stile_buf_release(&record);
        stile_buf_release(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stile_arena arena;
    stile_parsed parsed;
    stile_chunk *chunks;
    size_t count;
    const char *why;
    static test_edge edge;

    if (size < 1 || size > MOST)
        return 0;
    if (!edge.pages)
        edge = test_edge_new(MOST);
    stile_slice original = test_edge_copy(&edge, stile_slice_of(data + 1, size - 1));
    stile_arena_init(&arena, 0);
    if (stile_parse((stile_format)(data[0] % 3), original, &arena, &parsed, NULL) == STILE_OK) {
        if (!stile_parsed_validate(&parsed, original, &why) ||
            stile_chunk_document(&parsed, original, NULL, &arena, &chunks, &count, NULL))
            abort();
        prove_records(&parsed, original, chunks, count);
    }
    stile_arena_release(&arena);
    return 0;
}
