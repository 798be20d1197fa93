/* SPDX-License-Identifier: Apache-2.0 */
/* Reading packed postings. */
#include "indexes/postings.h"

#include "indexes/postings_block.h"

stile_posting_list stile_posting_list_at(const char *bytes, uint32_t count)
{
    uint32_t blocks = (count + STILE_POSTING_BLOCK - 1) / STILE_POSTING_BLOCK;
    const unsigned char *from = (const unsigned char *)bytes;

    if (blocks <= 1)
        return (stile_posting_list){NULL, from, count, blocks};
    return (stile_posting_list){(const stile_posting_block *)(const void *)bytes,
                                from + blocks * sizeof(stile_posting_block), count, blocks};
}

/* The head of block `b`, which the list has. */
static stile_block_head head_of(const stile_posting_list *list, uint32_t b)
{
    uint32_t at = b > 0 ? list->blocks[b - 1].end : 0;
    uint32_t left = list->count - b * STILE_POSTING_BLOCK;

    return stile_block_head_read(list->bytes + at,
                                 left < STILE_POSTING_BLOCK ? left : STILE_POSTING_BLOCK,
                                 b > 0 ? list->blocks[b - 1].last_row + 1 : 0);
}

static void unpack_rows(const stile_block_head *head, uint32_t *out)
{
    const uint32_t mask = (1u << head->gap_bits) - 1;
    uint32_t row = head->first_row - 1; /* wraps before row 0, and back */

    for (uint32_t i = 0, bit = 0; i < head->count; i++, bit += head->gap_bits) {
        row += 1 + ((uint32_t)stile_postings_load(head->gaps, bit) & mask);
        out[i] = row;
    }
}

static void unpack(stile_posting_reader *reader)
{
    stile_block_head head = head_of(&reader->list, reader->block);

    unpack_rows(&head, reader->rows);
    reader->at = 0;
    reader->count = head.count;
    reader->counts = head.counts;
    reader->body_bits = head.body_bits;
    reader->title_bits = head.title_bits;
    reader->body_least = head.body_least;
}

void stile_posting_list_unpack(const stile_posting_list *list, stile_posting *out)
{
    stile_posting_reader reader;
    uint32_t title_tf, body_tf;

    stile_posting_reader_start(&reader, list);
    for (uint32_t row = stile_posting_reader_seek(&reader, 0); row != STILE_NO_ROW;
         row = stile_posting_reader_next(&reader)) {
        stile_posting_reader_counts(&reader, &title_tf, &body_tf);
        *out++ = (stile_posting){row, (uint16_t)title_tf, (uint16_t)body_tf};
    }
}

void stile_posting_reader_start(stile_posting_reader *reader, const stile_posting_list *list)
{
    reader->list = *list;
    reader->block = 0;
    reader->at = reader->count = 0;
    reader->floor = 0;
}

/* The first block from `b` on that does not end before `row`, by galloping. */
static uint32_t find_block(const stile_posting_list *list, uint32_t b, uint32_t row)
{
    uint32_t low = b, high = list->block_count, step = 1;

    while (high - low > step && list->blocks[low + step - 1].last_row < row) {
        low += step;
        step *= 2;
    }
    if (high - low > step)
        high = low + step;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (list->blocks[mid].last_row < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The first of rows[at, count) that is not before `row`; the last is not. */
static uint32_t find_row(const uint32_t *rows, uint32_t at, uint32_t count, uint32_t row)
{
    for (int near = 0; near < 4; near++, at++)
        if (rows[at] >= row)
            return at;
    while (count - at > 8) {
        uint32_t mid = at + (count - at) / 2;
        if (rows[mid - 1] < row)
            at = mid;
        else
            count = mid;
    }
    while (rows[at] < row)
        at++;
    return at;
}

void stile_posting_reader_skip(stile_posting_reader *reader, uint32_t row)
{
    const stile_posting_list *list = &reader->list;
    uint32_t start;

    if (stile_posting_reader_floor(reader) >= row)
        return;
    if (!list->blocks) { /* its rows say more than a directory would */
        (void)stile_posting_reader_seek(reader, row);
        return;
    }
    if (list->blocks[reader->block].last_row >= row && reader->count) {
        reader->at = find_row(reader->rows, reader->at, reader->count, row);
        return;
    }
    if (list->blocks[reader->block].last_row < row) {
        reader->block = find_block(list, reader->block + 1, row);
        reader->count = 0;
    }
    if (reader->block == list->block_count)
        return;
    start = reader->block ? list->blocks[reader->block - 1].last_row + 1 : 0;
    reader->floor = start > row ? start : row;
}

uint32_t stile_posting_reader_next(stile_posting_reader *reader)
{
    if (++reader->at < reader->count)
        return reader->rows[reader->at];
    reader->count = 0;
    if (++reader->block == reader->list.block_count)
        return STILE_NO_ROW;
    unpack(reader);
    return reader->rows[0];
}

uint32_t stile_posting_reader_seek(stile_posting_reader *reader, uint32_t row)
{
    if (reader->count && reader->rows[reader->count - 1] >= row) { /* mostly */
        reader->at = find_row(reader->rows, reader->at, reader->count, row);
        return reader->rows[reader->at];
    }
    if (reader->list.blocks)
        stile_posting_reader_skip(reader, row);
    if (reader->block == reader->list.block_count)
        return STILE_NO_ROW;
    if (!reader->count)
        unpack(reader);
    if (reader->rows[reader->count - 1] < row) { /* of the only block */
        reader->block++;
        reader->count = 0;
        return STILE_NO_ROW;
    }
    reader->at = find_row(reader->rows, reader->at, reader->count, row);
    return reader->rows[reader->at];
}
