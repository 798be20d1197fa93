/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting a parsed document into chunks of about 200 words, at paragraph and sentence bounds. */
#ifndef STILE_INGEST_CHUNK_H
#define STILE_INGEST_CHUNK_H

#include "ingest/parse.h"
#include "stile/buf.h"

#define STILE_CHUNKER_VERSION 1 /* part of what makes a re-ingest a no-op */

typedef struct stile_chunk_options {
    uint32_t target_words; /* 0: 200 */
    uint32_t max_words;    /* 0: 320; a longer sentence is cut at words */
} stile_chunk_options;

typedef struct stile_chunk {
    uint32_t text_start, text_end; /* in the parsed text */
    uint32_t orig_start, orig_end; /* the citation: bytes of the original, [start, end) */
    uint32_t line_start, line_end; /* of the original, from 1, both included */
    stile_slice heading;           /* path of headings above it, "Part > Section"; may be empty */
} stile_chunk;

/* Chunks cover every word of the text once, in order. Borrows from `arena`. The original's span
 * of a chunk runs from the first byte of its first piece to the last of its last; a chunk never
 * splits a DECODED piece. */
stile_status stile_chunk_document(const stile_parsed *parsed, stile_slice original,
                                  const stile_chunk_options *options, stile_arena *arena,
                                  stile_chunk **out, size_t *count,
                                  stile_error *err) STILE_MUST_CHECK;

/* The pieces of one chunk, encoded to be stored with it, and the text that they give when
 * applied to the original: the proof behind a citation. Offsets are relative to the chunk's
 * text_start and orig_start, so a record is small (a chunk that is one COPY piece is 3 bytes). */
stile_status stile_chunk_pieces_encode(const stile_parsed *parsed, const stile_chunk *chunk,
                                       stile_slice original, stile_buf *out,
                                       stile_error *err) STILE_MUST_CHECK;
/* `cited` is original[orig_start, orig_end). Appends the chunk's text to `text`. STILE_CORRUPT
 * when the record does not fit the cut. DECODED pieces carry their text in the record. */
stile_status stile_chunk_pieces_apply(stile_slice record, stile_slice cited, stile_buf *text,
                                      stile_error *err) STILE_MUST_CHECK;

#endif
