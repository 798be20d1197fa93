/* SPDX-License-Identifier: Apache-2.0 */
/* BM25 (Robertson, Zaragoza 2009) over the permitted rows as if nothing else were stored: the
 * number of rows, the document frequencies and the average length are sums of integers over the
 * scope's live rows, so they are the same however the rows are spread over segments. A row's
 * score is summed in ascending order of term hash, so it is the same to the last bit.
 *
 * A run is scored in blocks of rows: each term's postings move through the block and add to its
 * sums, which stay in the cache; then the block's rows are offered. */
#include <math.h>

#include "base/memory.h"
#include "indexes/search.h"

#define BLOCK_ROWS 4096

/* One query term over the whole scope. */
typedef struct query_term {
    uint64_t hash;
    double weight; /* how often the query names it, times its idf */
    uint64_t df;
} query_term;

typedef struct cursor {
    const stile_posting *at, *end;
} cursor;

typedef struct ranking {
    const stile_scope *scope;
    query_term *terms;
    uint32_t term_count;
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
            c->end = c->at + term->count;
            r->terms[t].df += count_live(run, c->at, term->count);
        }
    }
}

static void weigh(ranking *r)
{
    double title = (double)r->title_words * r->title_weight;

    r->average = r->live ? ((double)r->body_words + title) / (double)r->live : 0;
    for (uint32_t t = 0; t < r->term_count; t++) {
        double df = (double)r->terms[t].df;
        r->terms[t].weight *= log(1.0 + ((double)r->live - df + 0.5) / (df + 0.5));
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

/* Add every posting in [low, high) to the block's sums; false when there are none. */
static bool add_block(ranking *r, const stile_row *rows, cursor *cursors, uint32_t low,
                      uint32_t high)
{
    bool any = false;

    for (uint32_t t = 0; t < r->term_count; t++) {
        cursor *c = &cursors[t];
        for (; c->at < c->end && c->at->row < high; c->at++) {
            if (!any)
                memset(r->sums, 0, (high - low) * sizeof *r->sums);
            any = true;
            r->sums[c->at->row - low] += term_score(r, &r->terms[t], c->at, &rows[c->at->row]);
        }
    }
    return any;
}

static void offer_block(ranking *r, const stile_scope_run *run, uint32_t low, uint32_t high)
{
    for (uint32_t row = low; row < high; row++) {
        double score = r->sums[row - low];
        if (score > 0 && stile_topk_admits(r->top, score) && stile_scope_run_has(run, row)) {
            stile_hit hit = stile_scope_hit(run, row, score);
            stile_topk_offer(r->top, &hit);
        }
    }
}

static void rank_run(ranking *r, const stile_scope_run *run, cursor *cursors)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;

    for (uint32_t low = 0; low < run->run->rows; low += BLOCK_ROWS) {
        uint32_t left = run->run->rows - low;
        uint32_t high = low + (left < BLOCK_ROWS ? left : BLOCK_ROWS);
        if (run->filtered && run->only_count == 0)
            break;
        if (add_block(r, rows, cursors, low, high))
            offer_block(r, run, low, high);
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
    if (!r->terms || !r->cursors || !r->sums)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (uint32_t t = 0; t < query->count; t++) {
        const stile_term *term = &query->terms[t];
        r->terms[t] = (query_term){term->hash, (double)term->title_tf + term->body_tf, 0};
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
    for (size_t i = 0; i < scope->count; i++)
        rank_run(&r, &scope->runs[i], r.cursors + i * r.term_count);
    stile_topk_sort(out);
    return STILE_OK;
}
