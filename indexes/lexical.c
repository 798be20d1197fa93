/* SPDX-License-Identifier: Apache-2.0 */
/* BM25 (Robertson, Zaragoza 2009) over the permitted rows as if nothing else were stored: the
 * number of rows, the document frequencies and the average length are sums of integers over the
 * scope's live rows, so they are the same however the rows are spread over segments. A row's
 * score is summed in ascending order of term hash, so it is the same to the last bit. */
#include <math.h>

#include "base/memory.h"
#include "indexes/ranking.h"

/* Summed over the scope. */
typedef struct statistics {
    uint64_t live, title_words, body_words;
} statistics;

static statistics count_rows(const stile_scope *scope)
{
    statistics s = {0};

    for (size_t i = 0; i < scope->count; i++) {
        const stile_scope_run *run = &scope->runs[i];
        const stile_row *rows = run->segment->rows + run->run->first_row;
        s.live += run->run->rows - run->dead_count;
        s.title_words += run->run->title_words;
        s.body_words += run->run->body_words;
        for (uint32_t d = 0; d < run->dead_count; d++) {
            s.title_words -= rows[run->dead[d]].title_len;
            s.body_words -= rows[run->dead[d]].body_len;
        }
    }
    return s;
}

/* Postings of rows that are alive. */
static uint64_t count_live(const stile_scope_run *run, const stile_term_entry *term)
{
    stile_posting_list list = stile_segment_postings(run->segment, run->run, term);
    stile_posting_reader reader;
    uint64_t dead = 0;

    stile_posting_reader_start(&reader, &list);
    for (uint32_t d = 0; d < run->dead_count; d++)
        dead += stile_posting_reader_seek(&reader, run->dead[d]) == run->dead[d];
    return list.count - dead;
}

/* Find each term in each run, and its document frequency over all of them. */
static void find_terms(stile_ranking *r, const stile_term_entry **entries)
{
    for (size_t i = 0; i < r->scope->count; i++) {
        const stile_scope_run *run = &r->scope->runs[i];
        for (uint32_t t = 0; t < r->term_count; t++) {
            const stile_term_entry *term =
                stile_segment_term(run->segment, run->run, r->terms[t].hash);
            *entries++ = term;
            if (term)
                r->terms[t].df += count_live(run, term);
        }
    }
}

static void weigh(stile_ranking *r, const statistics *s)
{
    const stile_index_settings *settings = &r->scope->view->settings;
    double title = (double)s->title_words * settings->title_weight;
    double average = s->live ? ((double)s->body_words + title) / (double)s->live : 0;
    double share = average > 0 ? settings->b : 0; /* of the length in the divisor */

    r->k1 = settings->k1;
    r->title_weight = settings->title_weight;
    r->flat = r->k1 * (1.0 - share);
    r->slope = average > 0 ? r->k1 * share / average : 0;
    r->bounded = r->k1 >= 0 && share >= 0 && share <= 1;
    for (uint32_t t = 0; t < r->term_count; t++) {
        double df = (double)r->terms[t].df;
        r->terms[t].weight *= log(1.0 + ((double)s->live - df + 0.5) / (df + 0.5));
        r->terms[t].bound = r->bounded ? r->terms[t].weight * (r->k1 + 1.0) : INFINITY;
    }
}

/* By insertion: few terms, and equal bounds keep their order. */
static void order_by_bound(stile_ranking *r)
{
    for (uint32_t t = 0; t < r->term_count; t++) {
        uint32_t at = t;
        for (; at > 0 && r->terms[r->by_bound[at - 1]].bound > r->terms[t].bound; at--)
            r->by_bound[at] = r->by_bound[at - 1];
        r->by_bound[at] = t;
    }
}

static stile_status take_terms(stile_ranking *r, const stile_terms *query, stile_arena *arena,
                               stile_error *err)
{
    r->term_count = query->count;
    r->terms = stile_arena_array(arena, query->count, sizeof *r->terms);
    r->by_bound = stile_arena_array(arena, query->count, sizeof *r->by_bound);
    if (!r->terms || !r->by_bound)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (uint32_t t = 0; t < query->count; t++) {
        const stile_term *term = &query->terms[t];
        r->terms[t] = (stile_query_term){.hash = term->hash,
                                         .weight = (double)term->title_tf + term->body_tf};
    }
    return STILE_OK;
}

stile_status stile_lexical_search(const stile_scope *scope, const stile_terms *query, uint32_t k,
                                  stile_arena *arena, stile_topk *out, stile_error *err)
{
    stile_ranking r = {.scope = scope, .top = out};
    const stile_term_entry **entries;
    statistics s;
    size_t cells;
    stile_status st = stile_topk_init(out, k, arena, err);

    if (st || (st = take_terms(&r, query, arena, err)) ||
        (st = stile_ranking_start(&r, arena, err)))
        return st;
    if (!stile_size_mul(scope->count, query->count, &cells))
        return stile_fail(err, STILE_TOO_LARGE, "index: too many terms");
    if (!(entries = stile_arena_array(arena, cells, sizeof *entries)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    s = count_rows(scope);
    find_terms(&r, entries);
    weigh(&r, &s);
    order_by_bound(&r);
    for (size_t i = 0; k > 0 && i < scope->count; i++)
        stile_ranking_run(&r, &scope->runs[i], entries + i * r.term_count);
    stile_topk_sort(out);
    return STILE_OK;
}
