/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a block of postings, for postings.c and postings_pack.c alone.
 *
 * Two bytes, little-endian: bits of a gap (5), of a count in the body (5) and in the title (5), and
 * whether 1 is taken from each count in the body (1). Then the gaps, and the counts, each ending at
 * a whole byte. */
#ifndef STILE_INDEXES_POSTINGS_BLOCK_H
#define STILE_INDEXES_POSTINGS_BLOCK_H

#include "indexes/postings.h"

#define STILE_BLOCK_HEAD_LEN 2

typedef struct stile_block_head {
    uint32_t count;
    uint32_t first_row; /* that its first gap is counted from */
    uint32_t gap_bits, body_bits, title_bits, body_least;
    const unsigned char *gaps, *counts;
    uint32_t len; /* bytes, with the head */
} stile_block_head;

/* Reads two bytes at `bytes`, and nothing that they point at. */
static inline stile_block_head stile_block_head_read(const unsigned char *bytes, uint32_t count,
                                                     uint32_t first_row)
{
    uint32_t v = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
    stile_block_head head = {.count = count,
                             .first_row = first_row,
                             .gap_bits = v & 31,
                             .body_bits = v >> 5 & 31,
                             .title_bits = v >> 10 & 31,
                             .body_least = v >> 15};

    head.gaps = bytes + STILE_BLOCK_HEAD_LEN;
    head.counts = head.gaps + (count * head.gap_bits + 7) / 8;
    head.len =
        (uint32_t)(head.counts - bytes) + (count * (head.body_bits + head.title_bits) + 7) / 8;
    return head;
}

#endif
