/* SPDX-License-Identifier: Apache-2.0 */
/* Packed postings against the array they were packed from. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "indexes/segment.h"
#include "support/random.h"

#define ROWS 40000

typedef struct packed {
    stile_row rows[ROWS];
    uint32_t row_count;
    stile_posting postings[ROWS];
    uint32_t count;
    stile_buf bytes; /* of a run that begins here, with a list before this one */
    size_t at;
    stile_posting_list list;
} packed;

static uint16_t some_count(test_random *r)
{
    static const uint32_t bounds[] = {2, 4, 300, 65536};
    return (uint16_t)test_random_below(
        r, bounds[test_random_below(r, 20) ? 0 : 1 + test_random_below(r, 3)]);
}

static uint32_t some_length(test_random *r)
{
    static const uint32_t bounds[] = {3, 200, 70000, 1u << 30};
    return test_random_below(r, bounds[test_random_below(r, 4)]);
}

/* Lists of 1 to some thousand postings, in rows that are all taken or far apart. */
static packed *pack(test_random *r)
{
    static packed p;
    static const uint32_t gaps[] = {1, 3, 40, 2000};
    uint32_t wanted = 1 + test_random_below(r, test_random_below(r, 2) ? 4 : 3000);
    uint32_t gap = gaps[test_random_below(r, 4)];

    p.count = 0;
    p.row_count = ROWS - test_random_below(r, 3);
    for (uint32_t i = 0; i < p.row_count; i++)
        p.rows[i] = (stile_row){.title_len = some_length(r), .body_len = some_length(r)};
    for (uint32_t row = test_random_below(r, gap); row < p.row_count && p.count < wanted;
         row += 1 + test_random_below(r, gap)) {
        stile_posting posting = {row, some_count(r), some_count(r)};
        if (posting.title_tf == 0 && posting.body_tf == 0)
            posting.body_tf = 1;
        p.postings[p.count++] = posting;
    }
    if (p.count == 0)
        p.postings[p.count++] = (stile_posting){p.row_count - 1, 0, 1};
    stile_buf_init(&p.bytes, 1 << 24);
    (void)stile_postings_pack(p.postings, 1, p.rows, 0, &p.bytes);
    p.at = stile_postings_pack(p.postings, p.count, p.rows, 0, &p.bytes);
    stile_buf_add(&p.bytes, "\0\0\0\0\0\0\0", STILE_POSTINGS_PAD);
    p.list = stile_posting_list_at(p.bytes.ptr + p.at, p.count);
    return &p;
}

static stile_slice run_of(const packed *p)
{
    return stile_slice_of(p->bytes.ptr, p->bytes.len - STILE_POSTINGS_PAD);
}

static bool valid(const packed *p)
{
    size_t end;
    return stile_postings_valid(run_of(p), p->at, p->count, p->rows, p->row_count, &end) &&
           end == run_of(p).len;
}

/* Index of the first posting at or after `row`. */
static uint32_t first_at(const packed *p, uint32_t from, uint32_t row)
{
    while (from < p->count && p->postings[from].row < row)
        from++;
    return from;
}

static void check_place(const packed *p, const stile_posting_reader *reader, uint32_t row,
                        uint32_t i)
{
    uint32_t title_tf, body_tf;

    cr_assert_eq(row, i < p->count ? p->postings[i].row : STILE_NO_ROW);
    cr_assert_eq(stile_posting_reader_floor(reader), row);
    if (row == STILE_NO_ROW)
        return;
    stile_posting_reader_counts(reader, &title_tf, &body_tf);
    cr_assert_eq(title_tf, p->postings[i].title_tf);
    cr_assert_eq(body_tf, p->postings[i].body_tf);
}

/* A walk of steps, seeks and skips. */
static void walk(const packed *p, test_random *r)
{
    stile_posting_reader reader;
    uint32_t row = 0, i = 0, reach = 1 + test_random_below(r, 3000);

    stile_posting_reader_start(&reader, &p->list);
    for (;;) {
        row += test_random_below(r, reach);
        i = first_at(p, i, row);
        if (test_random_below(r, 2)) {
            uint32_t floor, next = i < p->count ? p->postings[i].row : STILE_NO_ROW;
            stile_posting_reader_skip(&reader, row);
            floor = stile_posting_reader_floor(&reader);
            cr_assert(floor >= row && floor <= next, "%u: floor %u, next %u", row, floor, next);
        }
        check_place(p, &reader, stile_posting_reader_seek(&reader, row), i);
        if (i == p->count)
            return;
        if (test_random_below(r, 2)) {
            check_place(p, &reader, stile_posting_reader_next(&reader), ++i);
            row = i < p->count ? p->postings[i].row : row;
        }
    }
}

/* No posting of a block goes past what bounds its class. */
static void check_bounds(const packed *p)
{
    for (uint32_t i = 0; p->list.blocks && i < p->count; i++) {
        const stile_posting *q = &p->postings[i];
        const stile_row *row = &p->rows[q->row];
        uint32_t n = (uint32_t)q->title_tf + q->body_tf;
        const stile_posting_bound *b =
            &p->list.blocks[i / STILE_POSTING_BLOCK].bounds[n > 4   ? 3
                                                            : n > 2 ? 2
                                                                    : n - 1];
        cr_assert(b->body_tf >= q->body_tf || b->body_tf == 255);
        cr_assert(b->title_tf >= q->title_tf || b->title_tf == 255);
        cr_assert(b->body_len <= row->body_len && b->title_len <= row->title_len);
    }
}

Test(postings, read_back_as_they_were, .timeout = 300)
{
    uint64_t seed = test_random_seed("postings");
    static stile_posting out[ROWS];

    for (uint32_t n = 0; n < test_cases(300); n++) {
        test_random r = test_random_case(seed, n);
        packed *p = pack(&r);
        cr_assert(valid(p), "case %u", n);
        stile_posting_list_unpack(&p->list, out);
        cr_assert_eq(memcmp(out, p->postings, p->count * sizeof *out), 0, "case %u", n);
        check_bounds(p);
        for (int i = 0; i < 4; i++)
            walk(p, &r);
        stile_buf_release(&p->bytes);
    }
}

/* A flipped bit is refused, or gives a list of other postings that are all in bounds. */
Test(postings, damage_never_leaves_the_rows, .timeout = 300)
{
    uint64_t seed = test_random_seed("postings_damage");
    static stile_posting out[ROWS];
    uint32_t refused = 0;

    for (uint32_t n = 0; n < test_cases(300); n++) {
        test_random r = test_random_case(seed, n);
        packed *p = pack(&r);
        size_t at = p->at + test_random_below(&r, (uint32_t)(run_of(p).len - p->at));
        p->bytes.ptr[at] = (char)(p->bytes.ptr[at] ^ 1 << test_random_below(&r, 8));
        if (valid(p)) {
            stile_posting_list_unpack(&p->list, out);
            for (uint32_t i = 0; i < p->count; i++)
                cr_assert(out[i].row < p->row_count && out[i].title_tf + out[i].body_tf > 0 &&
                          (i == 0 || out[i].row > out[i - 1].row));
        } else {
            refused++;
        }
        stile_buf_release(&p->bytes);
    }
    cr_assert_gt(refused, 0);
}
