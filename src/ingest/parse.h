/* SPDX-License-Identifier: Apache-2.0 */
/* From a document's bytes to readable text, with the way back to every byte.
 *
 * The text is made of pieces, in order, without gaps. A COPY piece is a run of original bytes,
 * unchanged; a DECODED piece is what an original run stands for (a character reference, a
 * backslash escape); a JOIN piece is white space that the parser put between two runs, with no
 * original bytes. Applying the pieces to the original gives the text again, byte for byte:
 * that is what makes a citation provable (I4). */
#ifndef STILE_INGEST_PARSE_H
#define STILE_INGEST_PARSE_H

#include <stdint.h>

#include "stile/arena.h"
#include "stile/document.h"

typedef enum { STILE_PIECE_COPY, STILE_PIECE_DECODED, STILE_PIECE_JOIN } stile_piece_kind;

typedef struct stile_piece {
    uint32_t text_start, text_len;
    uint32_t orig_start, orig_len; /* JOIN: orig_len 0, orig_start where the gap begins */
    uint8_t kind;
} stile_piece;

typedef enum {
    STILE_BLOCK_PARAGRAPH,
    STILE_BLOCK_HEADING,
    STILE_BLOCK_LIST_ITEM,
    STILE_BLOCK_CODE,
    STILE_BLOCK_TABLE_ROW
} stile_block_kind;

/* A stretch of text that a chunk should not cut if it can help it. Blocks are in order and do
 * not overlap; text between two blocks is white space. */
typedef struct stile_block {
    uint32_t start, end; /* in the text */
    uint8_t kind;
    uint8_t level; /* of a heading, 1 to 6 */
} stile_block;

/* Everything borrows from the arena given to the parser, or from the original. */
typedef struct stile_parsed {
    stile_slice text; /* valid UTF-8, no NUL */
    stile_piece *pieces;
    size_t piece_count;
    stile_block *blocks;
    size_t block_count;
    stile_slice title; /* the document's own: <title>, or the first heading; may be empty */
} stile_parsed;

/* Parse `original`. STILE_INVALID with the byte offset when it is not UTF-8 or holds a NUL,
 * when nothing readable is in it; STILE_TOO_LARGE past a limit (size, nesting, blocks). */
stile_status stile_parse(stile_format format, stile_slice original, stile_arena *arena,
                         stile_parsed *out, stile_error *err) STILE_MUST_CHECK;

/* The format that a file name's ending suggests; text when it suggests none. */
stile_format stile_format_of_path(const char *path);

/* True when the pieces, applied to `original`, give the text; else *why says which one fails.
 * Used by tests, fuzzers and debug builds. */
bool stile_parsed_validate(const stile_parsed *parsed, stile_slice original, const char **why);

#endif
