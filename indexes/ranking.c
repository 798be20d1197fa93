/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows are read, and which of their terms.
 *
 * MaxScore (Turtle, Flood 1995): no term gives a row more than its bound, so once k hits are
 * kept, the terms whose bounds together cannot reach the worst of them are optional: their
 * postings alone make no hit. With the bounds of blocks (Ding, Suel 2011) that is so of more terms
 * in most places: a run is read in windows of rows, and in each the terms are bounded by the blocks
 * of postings that overlap it. A window in which all terms are optional is passed over unread.
 *
 * A window starts at the next posting of a term that is not optional everywhere. Sums of the terms
 * that are not optional in it stay in the cache. A row whose sum could reach the hits with all
 * optional terms added is scored again, all terms in order of hash, by seeking it in their postings.
 * So pruning changes how much is read, and no score and no hit. */
#include "indexes/ranking.h"

#include <math.h>

#define WINDOW_ROWS 1024
#define ROUNDING (1 + 1e-9) /* more than any sum of scores is off by */
#define NO_BLOCK UINT32_MAX
#define LEAD 4 /* postings read in a row, for one sought */

stile_status stile_ranking_start(stile_ranking *r, stile_arena *arena, stile_error *err)
{
    r->cursors = stile_arena_array(arena, r->term_count, sizeof *r->cursors);
    r->sums = stile_arena_array(arena, r->term_count > 1 ? WINDOW_ROWS : 0, sizeof *r->sums);
    if (!r->cursors || !r->sums)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    return STILE_OK;
}

static double part_of_score(const stile_ranking *r, double weight, double title_tf, double body_tf,
                            double title_len, double body_len)
{
    double tf = body_tf + r->title_weight * title_tf;
    double len = body_len + r->title_weight * title_len;

    return weight * (tf * (r->k1 + 1.0)) / (tf + (r->flat + r->slope * len));
}

static double score_posting(const stile_ranking *r, const stile_query_term *term,
                            const stile_posting_reader *reader, const stile_row *row)
{
    uint32_t title_tf, body_tf;

    stile_posting_reader_counts(reader, &title_tf, &body_tf);
    return part_of_score(r, term->weight, title_tf, body_tf, row->title_len, row->body_len);
}

static double most_counted(uint8_t tf)
{
    return tf == UINT8_MAX ? UINT16_MAX : tf;
}

/* The most that a posting of the block can add to a score. */
static double bound_block(const stile_ranking *r, const stile_query_term *term,
                          const stile_posting_block *block)
{
    double most = 0;

    for (int i = 0; i < STILE_POSTING_CLASSES; i++) {
        const stile_posting_bound *b = &block->bounds[i];
        double score;
        if (b->body_tf == 0 && b->title_tf == 0)
            continue;
        score = part_of_score(r, term->weight, most_counted(b->title_tf), most_counted(b->body_tf),
                              b->title_len, b->body_len);
        if (score > most)
            most = score;
    }
    return most;
}

/* Of the term's part of scores in [low, high); the cursor stands at or after `low`. */
static double bound_window(const stile_ranking *r, uint32_t t, uint32_t high)
{
    stile_cursor *c = &r->cursors[t];
    const stile_posting_list *list = &c->at.list;
    double most = 0;

    if (stile_posting_reader_floor(&c->at) >= high)
        return 0;
    if (!list->blocks || !r->bounded)
        return r->terms[t].bound;
    if (c->bounded != c->at.block) {
        c->bounded = c->at.block;
        c->block_bound = bound_block(r, &r->terms[t], &list->blocks[c->at.block]);
    }
    most = c->block_bound;
    for (uint32_t b = c->at.block; b + 1 < list->block_count && list->blocks[b].last_row + 1 < high;
         b++) {
        double next = bound_block(r, &r->terms[t], &list->blocks[b + 1]);
        if (next > most)
            most = next;
    }
    return most;
}

/* Whether rows that score up to `bound` cannot be hits. */
static bool hopeless(const stile_ranking *r, double bound)
{
    return !stile_topk_admits(r->top, bound * ROUNDING);
}

/* Terms that are optional everywhere. The worst hit kept only gets better, so they stay so. */
static void choose_optional(stile_ranking *r)
{
    double sum = 0;

    for (uint32_t i = 0; i < r->optional; i++)
        sum += r->terms[r->by_bound[i]].bound;
    while (r->optional < r->term_count) {
        sum += r->terms[r->by_bound[r->optional]].bound;
        if (!hopeless(r, sum))
            break;
        r->optional++;
    }
}

/* How many terms, in order of bound, are optional in [low, high). */
static uint32_t optional_in(stile_ranking *r, uint32_t low, uint32_t high)
{
    uint32_t n = 0;

    r->rest = 0;
    for (uint32_t i = 0; i < r->term_count; i++) {
        stile_cursor *c = &r->cursors[r->by_bound[i]];
        double bound;
        c->optional = false;
        if (n < i)
            continue;
        stile_posting_reader_skip(&c->at, low);
        bound = bound_window(r, r->by_bound[i], high);
        c->optional = hopeless(r, r->rest + bound);
        if (c->optional) {
            r->rest += bound;
            n++;
        }
    }
    return n;
}

/* Of all terms, in ascending order of hash. Rows must come in ascending order. */
static double score_row(stile_ranking *r, const stile_row *rows, uint32_t row)
{
    double sum = 0;

    for (uint32_t t = 0; t < r->term_count; t++) {
        stile_posting_reader *probe = &r->cursors[t].probe;
        if (stile_posting_reader_seek(probe, row) == row)
            sum += score_posting(r, &r->terms[t], probe, &rows[row]);
    }
    return sum;
}

static void offer_scored(stile_ranking *r, const stile_scope_run *run, uint32_t row, double sum)
{
    stile_hit hit;

    if (sum > 0 && stile_topk_admits(r->top, sum)) {
        hit = stile_scope_hit(run, row, sum);
        stile_topk_offer(r->top, &hit);
    }
}

/* A row to which the terms that are not among the `optional` give `sum`. */
static void offer_row(stile_ranking *r, const stile_scope_run *run, uint32_t optional, uint32_t row,
                      double sum)
{
    if (hopeless(r, sum + r->rest) || !stile_scope_run_has(run, row))
        return;
    if (optional > 0)
        sum = score_row(r, run->segment->rows + run->run->first_row, row);
    offer_scored(r, run, row, sum);
}

/* The window's rows of the term that alone is not optional. */
static void rank_single(stile_ranking *r, const stile_scope_run *run, uint32_t low, uint32_t high)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;
    uint32_t t = r->by_bound[r->term_count - 1];
    stile_posting_reader *at = &r->cursors[t].at;

    for (uint32_t row = stile_posting_reader_seek(at, low); row < high;
         row = stile_posting_reader_next(at))
        offer_row(r, run, r->term_count - 1, row, score_posting(r, &r->terms[t], at, &rows[row]));
}

/* The window's rows, summed over the terms that are not optional, in order of hash. */
static void rank_window(stile_ranking *r, const stile_scope_run *run, uint32_t optional,
                        uint32_t low, uint32_t high)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;
    double *sums = r->sums;

    memset(sums, 0, (high - low) * sizeof *sums);
    for (uint32_t t = 0; t < r->term_count; t++) {
        stile_posting_reader *at = &r->cursors[t].at;
        if (r->cursors[t].optional)
            continue;
        for (uint32_t row = stile_posting_reader_seek(at, low); row < high;
             row = stile_posting_reader_next(at))
            sums[row - low] += score_posting(r, &r->terms[t], at, &rows[row]);
    }
    for (uint32_t row = low; row < high; row++)
        if (sums[row - low] > 0)
            offer_row(r, run, optional, row, sums[row - low]);
}

/* No row before this one, and from `low` on, holds a term that is not optional everywhere. */
static uint32_t next_row(stile_ranking *r, uint32_t low)
{
    uint32_t next = STILE_NO_ROW;

    for (uint32_t i = r->optional; i < r->term_count; i++) {
        stile_posting_reader *at = &r->cursors[r->by_bound[i]].at;
        uint32_t floor;
        stile_posting_reader_skip(at, low);
        floor = stile_posting_reader_floor(at);
        if (floor < next)
            next = floor;
    }
    return next;
}

/* Where a window that begins at `low` ends: for one term with its block. */
static uint32_t window_end(const stile_ranking *r, uint32_t low, uint32_t rows)
{
    const stile_posting_reader *at = &r->cursors[0].at;

    if (r->term_count == 1)
        return at->list.blocks ? at->list.blocks[at->block].last_row + 1 : rows;
    return rows - low > WINDOW_ROWS ? low + WINDOW_ROWS : rows;
}

/* Whether the rows that a filter or required terms leave are far fewer than the postings that would
 * be read otherwise. */
static bool rows_lead(const stile_ranking *r, const stile_scope_run *run)
{
    uint64_t postings = 0;

    for (uint32_t i = r->optional; i < r->term_count; i++)
        postings += r->cursors[r->by_bound[i]].at.list.count;
    return run->filtered && run->only_count <= postings / LEAD;
}

void stile_ranking_run(stile_ranking *r, const stile_scope_run *run,
                       const stile_term_entry *const *entries)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;
    uint32_t end = run->run->rows, low, high;

    for (uint32_t t = 0; t < r->term_count; t++) {
        stile_posting_list list = stile_segment_postings(run->segment, run->run, entries[t]);
        stile_posting_reader_start(&r->cursors[t].at, &list);
        stile_posting_reader_start(&r->cursors[t].probe, &list);
        r->cursors[t].bounded = NO_BLOCK;
    }
    choose_optional(r);
    if (rows_lead(r, run)) {
        for (uint32_t i = 0; i < run->only_count; i++)
            offer_scored(r, run, run->only[i], score_row(r, rows, run->only[i]));
        return;
    }
    for (low = next_row(r, 0); low < end; low = next_row(r, high)) {
        uint32_t optional;
        high = window_end(r, low, end);
        optional = optional_in(r, low, high);
        if (optional + 1 == r->term_count)
            rank_single(r, run, low, high);
        else if (optional < r->term_count)
            rank_window(r, run, optional, low, high);
        choose_optional(r);
    }
}
