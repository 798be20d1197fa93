/* SPDX-License-Identifier: Apache-2.0 */
/* One term's postings in a run, packed in blocks of 128: in each the gaps between its rows and
 * the counts have as many bits as the largest needs (docs/formats/index.md, "Postings").
 *
 * A list of several blocks has a directory: where each block ends and what bounds its scores. A
 * score depends on whose statistics are used, so the bounds are not scores but the most that a
 * posting counts and the least that its row is long, for each of four classes of postings.
 *
 * Lists borrow from their segment and are immutable; a reader belongs to one thread. */
#ifndef STILE_INDEXES_POSTINGS_H
#define STILE_INDEXES_POSTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "stile/buf.h"

#define STILE_POSTING_BLOCK 128
#define STILE_POSTING_CLASSES 4
#define STILE_POSTINGS_ALIGNMENT 4 /* of a list with a directory */
#define STILE_POSTINGS_PAD 8 /* zeros after the last list: values are read 8 bytes at a time */
#define STILE_NO_ROW UINT32_MAX

struct stile_row;

/* As it is before it is packed and after. Not both counts are 0. */
typedef struct stile_posting {
    uint32_t row; /* from the run's first */
    uint16_t title_tf, body_tf;
} stile_posting;

/* Postings that count 1, 2, 3 or 4, and more, in title and body together. No posting of a class
 * without counts is in the block. 255 stands for any greater number. */
typedef struct stile_posting_bound {
    uint16_t body_len; /* least, at most 65535 */
    uint8_t title_len; /* least, at most 255 */
    uint8_t body_tf, title_tf;
    uint8_t zero;
} stile_posting_bound;

typedef struct stile_posting_block {
    uint32_t last_row;
    uint32_t end; /* of its bytes, from the first block's */
    stile_posting_bound bounds[STILE_POSTING_CLASSES];
} stile_posting_block;

_Static_assert(sizeof(stile_posting) == 8 && sizeof(stile_posting_block) == 32,
               "a struct of the segment format has padding");

typedef struct stile_posting_list {
    const stile_posting_block *blocks; /* NULL: one block */
    const unsigned char *bytes;
    uint32_t count; /* 0: a term that the run does not hold */
    uint32_t block_count;
} stile_posting_list;

/* The list whose bytes begin at `bytes`. */
stile_posting_list stile_posting_list_at(const char *bytes, uint32_t count);
/* All of it into `out`, which holds list->count. */
void stile_posting_list_unpack(const stile_posting_list *list, stile_posting *out);

/* Append a list: `count` postings, not 0, ascending by row; `rows` are the run's. `run_at` is where
 * the run's postings begin in `out`, aligned. Returns where the list begins, from there. */
size_t stile_postings_pack(const stile_posting *postings, uint32_t count,
                           const struct stile_row *rows, size_t run_at, stile_buf *out);
/* Zeros up to where the next run's postings may begin. */
void stile_postings_align(stile_buf *out);

/* Whether `at` in the run's bytes begins a whole list of `count` postings, all in `row_count`
 * rows, bounded as pack does; then where it ends. STILE_POSTINGS_PAD more bytes can be read. */
bool stile_postings_valid(stile_slice run, size_t at, uint32_t count, const struct stile_row *rows,
                          uint32_t row_count, size_t *end);

/* A place in a list that only moves on. */
typedef struct stile_posting_reader {
    stile_posting_list list;
    uint32_t block;     /* block_count: past the end */
    uint32_t at, count; /* in the unpacked block; count 0: not unpacked */
    uint32_t floor;     /* not unpacked: no posting left is before it */
    const unsigned char *counts;
    uint32_t body_bits, title_bits, body_least;
    uint32_t rows[STILE_POSTING_BLOCK];
} stile_posting_reader;

void stile_posting_reader_start(stile_posting_reader *reader, const stile_posting_list *list);
/* Leave behind the blocks that end before `row`, unpacking none. */
void stile_posting_reader_skip(stile_posting_reader *reader, uint32_t row);
/* Move to the first posting at or after `row`: its row, or STILE_NO_ROW. */
uint32_t stile_posting_reader_seek(stile_posting_reader *reader, uint32_t row);
/* From a posting to the one after it, which is returned as by seek. */
uint32_t stile_posting_reader_next(stile_posting_reader *reader);

/* No posting left is before this row; STILE_NO_ROW at the end. */
static inline uint32_t stile_posting_reader_floor(const stile_posting_reader *reader)
{
    if (reader->block == reader->list.block_count)
        return STILE_NO_ROW;
    return reader->count ? reader->rows[reader->at] : reader->floor;
}

static inline uint64_t stile_postings_load(const unsigned char *bytes, uint32_t bit)
{
    uint64_t v;
    memcpy(&v, bytes + (bit >> 3), sizeof v);
    return v >> (bit & 7);
}

/* How often the posting that the reader stands at counts. */
static inline void stile_posting_reader_counts(const stile_posting_reader *reader,
                                               uint32_t *title_tf, uint32_t *body_tf)
{
    uint32_t bits = reader->body_bits + reader->title_bits;
    uint64_t v = stile_postings_load(reader->counts, reader->at * bits);
    *body_tf = (uint32_t)(v & ((1u << reader->body_bits) - 1)) + reader->body_least;
    *title_tf = (uint32_t)(v >> reader->body_bits & ((1u << reader->title_bits) - 1));
}

#endif
