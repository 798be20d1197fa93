/* SPDX-License-Identifier: Apache-2.0 */
/* What all parsers write into: text, pieces and blocks, grown in step so that the pieces always
 * account for every byte of the text. */
#ifndef STILE_INGEST_PARSE_BUILD_H
#define STILE_INGEST_PARSE_BUILD_H

#include "ingest/parse.h"
#include "stile/buf.h"

typedef struct stile_parse_build {
    stile_slice original; /* borrowed */
    stile_buf text, pieces, blocks;
    size_t at;         /* end of the original bytes used so far; pieces never go back */
    stile_block block; /* being written; start is set by its first text */
    bool wanted, open; /* a block was asked for; and has text */
    bool space;        /* white space was seen and no text since */
} stile_parse_build;

/* The caller releases; finish copies into the arena. Failures are sticky, told by finish. */
void stile_parse_build_init(stile_parse_build *b, stile_slice original);
void stile_parse_build_release(stile_parse_build *b);
stile_status stile_parse_build_ok(const stile_parse_build *b, stile_error *err) STILE_MUST_CHECK;
/* STILE_INVALID when nothing readable was written. */
stile_status stile_parse_build_finish(stile_parse_build *b, stile_arena *arena, stile_parsed *out,
                                      stile_error *err) STILE_MUST_CHECK;

/* End the current block, if any; the next text opens one of this kind. */
void stile_parse_build_block(stile_parse_build *b, stile_block_kind kind, unsigned level);
/* Original bytes [start, end), unchanged. Bytes before `at` are not taken twice. */
void stile_parse_build_copy(stile_parse_build *b, size_t start, size_t end);
/* The same with each run of white space as one space: a COPY where it is one in the original, a
 * JOIN elsewhere; white space at a block's edges is left out. */
void stile_parse_build_flow(stile_parse_build *b, size_t start, size_t end);
/* `text` stands for the original's [start, end). */
void stile_parse_build_decoded(stile_parse_build *b, size_t start, size_t end, stile_slice text);
/* White space of the parser's own; nothing when no block is open. */
void stile_parse_build_join(stile_parse_build *b, const char *white);

static inline bool stile_is_white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The parsers, each one row of parse.c's table. The slice is valid UTF-8 without NUL; offsets
 * below `from` are a byte order mark. */
stile_status stile_parse_text(stile_parse_build *b, size_t from, stile_error *err);
stile_status stile_parse_markdown(stile_parse_build *b, size_t from, stile_error *err);
/* Puts a <title> into `title`, white space collapsed. */
stile_status stile_parse_html(stile_parse_build *b, size_t from, stile_buf *title,
                              stile_error *err);

#endif
