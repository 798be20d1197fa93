/* SPDX-License-Identifier: Apache-2.0 */
/* Packing postings, and checking what was packed. */
#include "indexes/postings_block.h"
#include "indexes/segment.h"

static uint32_t bits_of(uint32_t v)
{
    return v ? 32 - (uint32_t)__builtin_clz(v) : 0;
}

/* Bits are added from the least of a byte on. */
typedef struct bit_writer {
    unsigned char *at;
    uint64_t held;
    uint32_t bits;
} bit_writer;

static void put_bits(bit_writer *w, uint32_t v, uint32_t bits)
{
    w->held |= (uint64_t)v << w->bits;
    for (w->bits += bits; w->bits >= 8; w->bits -= 8) {
        *w->at++ = (unsigned char)w->held;
        w->held >>= 8;
    }
}

static void end_bits(bit_writer *w)
{
    if (w->bits)
        *w->at++ = (unsigned char)w->held;
    w->held = w->bits = 0;
}

/* A gap is the number of rows skipped before a posting. */
static uint32_t gap_before(const stile_posting *p, uint32_t i, uint32_t first_row)
{
    return p[i].row - (i > 0 ? p[i - 1].row + 1 : first_row);
}

static stile_block_head measure(const stile_posting *p, uint32_t count, uint32_t first_row)
{
    uint32_t gaps = 0, bodies = 0, titles = 0, least = 1;
    unsigned char bytes[STILE_BLOCK_HEAD_LEN];
    uint32_t v;

    for (uint32_t i = 0; i < count; i++)
        if (p[i].body_tf == 0)
            least = 0;
    for (uint32_t i = 0; i < count; i++) {
        gaps |= gap_before(p, i, first_row);
        bodies |= p[i].body_tf - least;
        titles |= p[i].title_tf;
    }
    v = bits_of(gaps) | bits_of(bodies) << 5 | bits_of(titles) << 10 | least << 15;
    bytes[0] = (unsigned char)v;
    bytes[1] = (unsigned char)(v >> 8);
    return stile_block_head_read(bytes, count, first_row);
}

static void pack_block(const stile_posting *p, uint32_t count, uint32_t first_row, stile_buf *out)
{
    stile_block_head head = measure(p, count, first_row);
    bit_writer w = {.at = (unsigned char *)stile_buf_extend(out, head.len)};

    if (!w.at)
        return;
    put_bits(&w,
             head.gap_bits | head.body_bits << 5 | head.title_bits << 10 | head.body_least << 15,
             16);
    for (uint32_t i = 0; i < count; i++)
        put_bits(&w, gap_before(p, i, first_row), head.gap_bits);
    end_bits(&w);
    for (uint32_t i = 0; i < count; i++) {
        put_bits(&w, p[i].body_tf - head.body_least, head.body_bits);
        put_bits(&w, p[i].title_tf, head.title_bits);
    }
    end_bits(&w);
}

static uint32_t class_of(const stile_posting *p)
{
    uint32_t n = (uint32_t)p->title_tf + p->body_tf;
    return n <= 2 ? n - 1 : n <= 4 ? 2 : 3;
}

static uint32_t at_most(uint32_t v, uint32_t most)
{
    return v < most ? v : most;
}

static void bound(const stile_posting *p, uint32_t count, const stile_row *rows,
                  stile_posting_block *out)
{
    memset(out->bounds, 0, sizeof out->bounds);
    for (uint32_t i = 0; i < count; i++) {
        stile_posting_bound *b = &out->bounds[class_of(&p[i])];
        uint32_t body_len = at_most(rows[p[i].row].body_len, UINT16_MAX);
        uint32_t title_len = at_most(rows[p[i].row].title_len, UINT8_MAX);
        bool first = b->body_tf == 0 && b->title_tf == 0;
        if (first || body_len < b->body_len)
            b->body_len = (uint16_t)body_len;
        if (first || title_len < b->title_len)
            b->title_len = (uint8_t)title_len;
        if (p[i].body_tf > b->body_tf)
            b->body_tf = (uint8_t)at_most(p[i].body_tf, UINT8_MAX);
        if (p[i].title_tf > b->title_tf)
            b->title_tf = (uint8_t)at_most(p[i].title_tf, UINT8_MAX);
    }
    out->last_row = p[count - 1].row;
}

void stile_postings_align(stile_buf *out)
{
    while (out->len % STILE_POSTINGS_ALIGNMENT && !out->failed)
        stile_buf_add_byte(out, 0);
}

static uint32_t block_len(uint32_t count, uint32_t b)
{
    return at_most(count - b * STILE_POSTING_BLOCK, STILE_POSTING_BLOCK);
}

size_t stile_postings_pack(const stile_posting *postings, uint32_t count, const stile_row *rows,
                           size_t run_at, stile_buf *out)
{
    uint32_t blocks = (count + STILE_POSTING_BLOCK - 1) / STILE_POSTING_BLOCK;
    size_t start, bytes;

    if (blocks == 1) {
        start = out->len;
        pack_block(postings, count, 0, out);
        return start - run_at;
    }
    stile_postings_align(out);
    start = out->len;
    (void)stile_buf_extend(out, blocks * sizeof(stile_posting_block));
    bytes = out->len;
    for (uint32_t b = 0; b < blocks && !out->failed; b++) {
        const stile_posting *p = postings + (size_t)b * STILE_POSTING_BLOCK;
        stile_posting_block *block;
        pack_block(p, block_len(count, b), b > 0 ? p[-1].row + 1 : 0, out);
        block = (stile_posting_block *)(void *)(out->ptr + start) + b;
        bound(p, block_len(count, b), rows, block);
        block->end = (uint32_t)(out->len - bytes);
    }
    return start - run_at;
}

/* Unpack a block that lies in the run's bytes, checking what it holds. */
static bool read_block(const stile_block_head *head, uint32_t row_count, stile_posting *out)
{
    uint64_t row = head->first_row;
    uint32_t bits = head->body_bits + head->title_bits;

    if (head->body_bits > 16 || head->title_bits > 16)
        return false;
    for (uint32_t i = 0; i < head->count; i++, row++) {
        uint64_t counts = stile_postings_load(head->counts, i * bits);
        uint32_t body = (uint32_t)(counts & ((1u << head->body_bits) - 1)) + head->body_least;
        uint32_t title = (uint32_t)(counts >> head->body_bits & ((1u << head->title_bits) - 1));
        row += stile_postings_load(head->gaps, i * head->gap_bits) & ((1u << head->gap_bits) - 1);
        if (row >= row_count || body > UINT16_MAX || body + title == 0)
            return false;
        out[i] = (stile_posting){(uint32_t)row, (uint16_t)title, (uint16_t)body};
    }
    return true;
}

/* A block at `at` of `bytes`; moves past it. */
static bool valid_block(stile_slice bytes, size_t *at, uint32_t count, uint32_t first_row,
                        uint32_t row_count, stile_posting *out)
{
    stile_block_head head;

    if (bytes.len - *at < STILE_BLOCK_HEAD_LEN)
        return false;
    head = stile_block_head_read((const unsigned char *)bytes.ptr + *at, count, first_row);
    if (head.len > bytes.len - *at || !read_block(&head, row_count, out))
        return false;
    *at += head.len;
    return true;
}

bool stile_postings_valid(stile_slice run, size_t at, uint32_t count, const stile_row *rows,
                          uint32_t row_count, size_t *end)
{
    uint32_t blocks = (count + STILE_POSTING_BLOCK - 1) / STILE_POSTING_BLOCK, first_row = 0;
    stile_posting p[STILE_POSTING_BLOCK];
    const stile_posting_block *stored;
    size_t directory, start;

    *end = at;
    if (count == 0 || at > run.len || count > row_count)
        return false;
    if (blocks == 1)
        return valid_block(run, end, count, 0, row_count, p);
    directory = blocks * sizeof *stored;
    if (at % STILE_POSTINGS_ALIGNMENT || run.len - at < directory)
        return false;
    stored = (const stile_posting_block *)(const void *)(run.ptr + at);
    start = *end = at + directory;
    for (uint32_t b = 0; b < blocks; b++) {
        stile_posting_block expected;
        if (!valid_block(run, end, block_len(count, b), first_row, row_count, p))
            return false;
        bound(p, block_len(count, b), rows, &expected);
        expected.end = (uint32_t)(*end - start);
        if (memcmp(&expected, &stored[b], sizeof expected) != 0)
            return false;
        first_row = expected.last_row + 1;
    }
    return true;
}
