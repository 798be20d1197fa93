/* SPDX-License-Identifier: Apache-2.0 */
/* BM25 (Robertson, Zaragoza 2009) over the permitted rows as if nothing else were stored: the
 * number of rows, the document frequencies and the average length are sums of integers over the
 * scope's live rows, so they are the same however the rows are spread over segments. A row's
 * score is summed in ascending order of term hash, so it is the same to the last bit.
 *
 * MaxScore (Turtle, Flood 1995): no term gives a row more than weight * (k1 + 1), so once k hits
 * are kept, the terms whose bounds together cannot reach the worst of them are optional: their
 * postings alone make no hit. A run is read in blocks of rows that start at the next posting of a
 * term that is not optional; sums of such terms stay in the cache. A row whose sum could reach the
 * hits with all optional terms added is scored again, all terms in order of hash, by seeking it
 * in their postings. So pruning changes how much is read, and no score and no hit. */
#include <math.h>

#include "base/memory.h"
#include "indexes/search.h"

#define BLOCK_ROWS 4096
#define ROUNDING (1 + 1e-9) /* more than any sum of scores is off by */

/* One query term over the whole scope. */
typedef struct query_term {
    uint64_t hash;
    double weight; /* how often the query names it, times its idf */
    uint64_t df;
    double bound;  /* of its part of a score */
    bool optional; /* postings of optional terms alone make no hit */
} query_term;

/* One term in one run. */
typedef struct cursor {
    const stile_posting *at;    /* the next to add to a block's sums */
    const stile_posting *probe; /* where the last row scored was sought */
    const stile_posting *end;
} cursor;

typedef struct ranking {
    const stile_scope *scope;
    query_term *terms;
    uint32_t term_count;
    uint32_t *by_bound; /* term numbers, ascending by bound */
    uint32_t optional;  /* how many of them, from the first, are optional */
    double rest;        /* what optional terms can add together */
    double k1, b, title_weight;
    uint64_t live, title_words, body_words;
    double average;  /* length of a row */
    cursor *cursors; /* [scope->count][term_count] */
    double *sums;    /* [BLOCK_ROWS] */
    stile_topk *top;
} ranking;

static void count_rows(ranking *r)
{
    for (size_t i = 0; i < r->scope->count; i++) {
        const stile_scope_run *run = &r->scope->runs[i];
        const stile_row *rows = run->segment->rows + run->run->first_row;
        r->live += run->run->rows - run->dead_count;
        r->title_words += run->run->title_words;
        r->body_words += run->run->body_words;
        for (uint32_t d = 0; d < run->dead_count; d++) {
            r->title_words -= rows[run->dead[d]].title_len;
            r->body_words -= rows[run->dead[d]].body_len;
        }
    }
}

/* Postings of rows that are alive. Both lists ascend; each dead row is sought from where the
 * last one was found. */
static uint64_t count_live(const stile_scope_run *run, const stile_posting *p, uint32_t count)
{
    uint64_t dead = 0;
    uint32_t low = 0;

    for (uint32_t d = 0; d < run->dead_count && low < count; d++) {
        uint32_t high = count;
        while (low < high) {
            uint32_t mid = low + (high - low) / 2;
            if (p[mid].row < run->dead[d])
                low = mid + 1;
            else
                high = mid;
        }
        if (low < count && p[low].row == run->dead[d])
            dead++;
    }
    return count - dead;
}

/* Find each term in each run, and its document frequency over all of them. */
static void open_cursors(ranking *r)
{
    for (size_t i = 0; i < r->scope->count; i++) {
        const stile_scope_run *run = &r->scope->runs[i];
        for (uint32_t t = 0; t < r->term_count; t++) {
            cursor *c = &r->cursors[i * r->term_count + t];
            const stile_term_entry *term =
                stile_segment_term(run->segment, run->run, r->terms[t].hash);
            if (!term)
                continue;
            c->at = run->segment->postings + run->run->first_posting + term->first;
            c->probe = c->at;
            c->end = c->at + term->count;
            r->terms[t].df += count_live(run, c->at, term->count);
        }
    }
}

static void weigh(ranking *r)
{
    double title = (double)r->title_words * r->title_weight;
    bool bounded = r->k1 >= 0 && r->b >= 0 && r->b <= 1; /* else lengths may lift a score over it */

    r->average = r->live ? ((double)r->body_words + title) / (double)r->live : 0;
    for (uint32_t t = 0; t < r->term_count; t++) {
        double df = (double)r->terms[t].df;
        r->terms[t].weight *= log(1.0 + ((double)r->live - df + 0.5) / (df + 0.5));
        r->terms[t].bound = bounded ? r->terms[t].weight * (r->k1 + 1.0) : INFINITY;
    }
}

/* By insertion: few terms, and equal bounds keep their order. */
static void order_by_bound(ranking *r)
{
    for (uint32_t t = 0; t < r->term_count; t++) {
        uint32_t at = t;
        for (; at > 0 && r->terms[r->by_bound[at - 1]].bound > r->terms[t].bound; at--)
            r->by_bound[at] = r->by_bound[at - 1];
        r->by_bound[at] = t;
    }
}

/* Called between blocks. The worst hit kept only gets better, so terms stay optional. */
static void choose_optional(ranking *r)
{
    if (r->top->count < r->top->limit || r->top->limit == 0)
        return;
    while (r->optional < r->term_count) {
        query_term *next = &r->terms[r->by_bound[r->optional]];
        if ((r->rest + next->bound) * ROUNDING >= r->top->hits[0].score)
            break;
        next->optional = true;
        r->rest += next->bound;
        r->optional++;
    }
}

static double term_score(const ranking *r, const query_term *term, const stile_posting *p,
                         const stile_row *row)
{
    double tf = (double)p->body_tf + r->title_weight * (double)p->title_tf;
    double len = (double)row->body_len + r->title_weight * (double)row->title_len;
    double share = r->average > 0 ? len / r->average : 1.0;

    return term->weight * (tf * (r->k1 + 1.0)) / (tf + r->k1 * (1.0 - r->b + r->b * share));
}

/* Of all terms, in ascending order of hash. Rows must come in ascending order. */
static double score_row(const ranking *r, const stile_row *rows, cursor *cursors, uint32_t row)
{
    double sum = 0;

    for (uint32_t t = 0; t < r->term_count; t++) {
        cursor *c = &cursors[t];
        c->probe = stile_posting_seek(c->probe, c->end, row);
        if (c->probe < c->end && c->probe->row == row)
            sum += term_score(r, &r->terms[t], c->probe, &rows[row]);
    }
    return sum;
}

static void offer_scored(ranking *r, const stile_scope_run *run, uint32_t row, double sum)
{
    stile_hit hit;

    if (sum > 0 && stile_topk_admits(r->top, sum)) {
        hit = stile_scope_hit(run, row, sum);
        stile_topk_offer(r->top, &hit);
    }
}

/* A row to which the terms that are not optional give `sum`. */
static void offer_row(ranking *r, const stile_scope_run *run, cursor *cursors, uint32_t row,
                      double sum)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;

    if (!stile_topk_admits(r->top, (sum + r->rest) * ROUNDING) || !stile_scope_run_has(run, row))
        return;
    if (r->optional > 0)
        sum = score_row(r, rows, cursors, row);
    offer_scored(r, run, row, sum);
}

/* Add the postings in [low, high) of terms that are not optional to the block's sums. */
static void add_block(ranking *r, const stile_row *rows, cursor *cursors, uint32_t low,
                      uint32_t high)
{
    memset(r->sums, 0, (high - low) * sizeof *r->sums);
    for (uint32_t t = 0; t < r->term_count; t++) {
        cursor *c = &cursors[t];
        for (; !r->terms[t].optional && c->at < c->end && c->at->row < high; c->at++)
            r->sums[c->at->row - low] += term_score(r, &r->terms[t], c->at, &rows[c->at->row]);
    }
}

/* As add_block and offering its rows, when one term alone is not optional. */
static void rank_single(ranking *r, const stile_scope_run *run, cursor *cursors, uint32_t high)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;
    uint32_t t = r->by_bound[r->term_count - 1];

    for (cursor *c = &cursors[t]; c->at < c->end && c->at->row < high; c->at++)
        offer_row(r, run, cursors, c->at->row,
                  term_score(r, &r->terms[t], c->at, &rows[c->at->row]));
}

/* The next row of a term that is not optional; `end` when there is none. */
static uint32_t next_row(const ranking *r, const cursor *cursors, uint32_t end)
{
    uint32_t next = end;

    for (uint32_t t = 0; t < r->term_count; t++)
        if (!r->terms[t].optional && cursors[t].at < cursors[t].end && cursors[t].at->row < next)
            next = cursors[t].at->row;
    return next;
}

/* Whether the rows that a filter or required terms leave are fewer than the postings that would
 * be read otherwise. */
static bool rows_lead(const ranking *r, const stile_scope_run *run, const cursor *cursors)
{
    uint64_t postings = 0;

    for (uint32_t t = 0; t < r->term_count; t++)
        if (!r->terms[t].optional)
            postings += (uint64_t)(cursors[t].end - cursors[t].at);
    return run->filtered && run->only_count <= postings;
}

static void rank_run(ranking *r, const stile_scope_run *run, cursor *cursors)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;
    uint32_t end = run->run->rows, low;

    choose_optional(r);
    if (rows_lead(r, run, cursors)) {
        for (uint32_t i = 0; i < run->only_count; i++)
            offer_scored(r, run, run->only[i], score_row(r, rows, cursors, run->only[i]));
        return;
    }
    for (; (low = next_row(r, cursors, end)) < end; choose_optional(r)) {
        uint32_t high = end - low > BLOCK_ROWS ? low + BLOCK_ROWS : end;
        if (r->optional + 1 == r->term_count) {
            rank_single(r, run, cursors, high);
            continue;
        }
        add_block(r, rows, cursors, low, high);
        for (uint32_t row = low; row < high; row++)
            if (r->sums[row - low] > 0)
                offer_row(r, run, cursors, row, r->sums[row - low]);
    }
}

static stile_status prepare(ranking *r, const stile_terms *query, stile_arena *arena,
                            stile_error *err)
{
    const stile_index_settings *settings = &r->scope->view->settings;
    size_t cells;

    r->k1 = settings->k1;
    r->b = settings->b;
    r->title_weight = settings->title_weight;
    r->term_count = query->count;
    if (!stile_size_mul(r->scope->count, query->count, &cells))
        return stile_fail(err, STILE_TOO_LARGE, "index: too many terms");
    r->terms = stile_arena_array(arena, query->count, sizeof *r->terms);
    r->cursors = stile_arena_array(arena, cells, sizeof *r->cursors);
    r->sums = stile_arena_array(arena, BLOCK_ROWS, sizeof *r->sums);
    r->by_bound = stile_arena_array(arena, query->count, sizeof *r->by_bound);
    if (!r->terms || !r->cursors || !r->sums || !r->by_bound)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (uint32_t t = 0; t < query->count; t++) {
        const stile_term *term = &query->terms[t];
        r->terms[t] =
            (query_term){.hash = term->hash, .weight = (double)term->title_tf + term->body_tf};
    }
    return STILE_OK;
}

stile_status stile_lexical_search(const stile_scope *scope, const stile_terms *query, uint32_t k,
                                  stile_arena *arena, stile_topk *out, stile_error *err)
{
    ranking r = {.scope = scope, .top = out};
    stile_status st = stile_topk_init(out, k, arena, err);

    if (st || (st = prepare(&r, query, arena, err)))
        return st;
    count_rows(&r);
    open_cursors(&r);
    weigh(&r);
    order_by_bound(&r);
    for (size_t i = 0; i < scope->count; i++)
        rank_run(&r, &scope->runs[i], r.cursors + i * r.term_count);
    stile_topk_sort(out);
    return STILE_OK;
}
