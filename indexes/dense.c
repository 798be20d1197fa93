/* SPDX-License-Identifier: Apache-2.0 */
/* Dense search.
 *
 * Every row is scored by stile_code_score from an exact integer dot product, whichever way it was
 * reached: by scanning its run, through the sieve of its sign code, or as a candidate of its
 * label's graph. The way depends on how many live rows the caller may see and find, and on
 * nothing else: labels with a graph go through it; of the rest, few are all scored, and many are
 * sieved first. */
#include "indexes/dense.h"

/* A graph finds at most STILE_GRAPH_WIDTH candidates, and the last of them poorly. */
#define GRAPH_K_MAX (STILE_GRAPH_WIDTH / 2)
/* The share of the rows that a sieve lets through, beside what k asks for: one in so many. */
#define SIEVE_SHARE 12

void stile_dense_offer(const stile_dense *s, const stile_scope_run *run, uint32_t row, int32_t dot)
{
    double score =
        stile_code_score(&s->query, dot, run->segment->scales[run->run->first_row + row]);

    if (stile_topk_admits(s->top, score) && stile_scope_run_has(run, row)) {
        stile_hit hit = stile_scope_hit(run, row, score);
        stile_topk_offer(s->top, &hit);
    }
}

static const int8_t *code_at(const stile_dense *s, const stile_scope_run *run, uint32_t row)
{
    return run->segment->codes + (size_t)(run->run->first_row + row) * s->query.dim;
}

void stile_dense_score(const stile_dense *s, const stile_scope_run *run, uint32_t row)
{
    int32_t dot;

    stile_code_dot(&s->query, code_at(s, run, row), 1, &dot);
    stile_dense_offer(s, run, row, dot);
}

void stile_dense_scan(const stile_dense *s, const stile_scope_run *run)
{
    int32_t dots[STILE_DENSE_BLOCK];

    if (run->filtered && run->only_count < run->run->rows / 4) {
        for (uint32_t i = 0; i < run->only_count; i++)
            stile_dense_score(s, run, run->only[i]);
        return;
    }
    for (uint32_t row = 0; row < run->run->rows;) {
        uint32_t left = run->run->rows - row;
        uint32_t n = left < STILE_DENSE_BLOCK ? left : STILE_DENSE_BLOCK;
        stile_code_dot(&s->query, code_at(s, run, row), n, dots);
        for (uint32_t i = 0; i < n; i++, row++)
            stile_dense_offer(s, run, row, dots[i]);
    }
}

/* Rows that may be hits: live, and chosen by the filter if there is one. */
static uint32_t findable(const stile_scope_run *run)
{
    return run->filtered ? run->only_count : run->run->rows - run->dead_count;
}

static stile_status search_rows(const stile_dense *s, const stile_scope_run *const *runs,
                                size_t count, stile_arena *arena, stile_error *err)
{
    const stile_index_settings *settings = &s->scope->view->settings;
    uint64_t rows = 0, keep = (uint64_t)settings->sieve_keep * s->k;

    for (size_t i = 0; i < count; i++)
        rows += findable(runs[i]);
    if (keep < rows / SIEVE_SHARE)
        keep = rows / SIEVE_SHARE;
    /* Past a quarter, sieving costs more than it spares. */
    if (rows >= settings->sieve_rows && keep < rows / 4)
        return stile_dense_sieve(s, runs, count, keep, arena, err);
    for (size_t i = 0; i < count; i++)
        stile_dense_scan(s, runs[i]);
    return STILE_OK;
}

/* The graph to search a run's label through, or NULL. It knows no filter: with one, rows are
 * scanned, and recall stays whole. */
static const stile_ann *graph_of(const stile_dense *s, const stile_scope_run *run)
{
    if (s->k > GRAPH_K_MAX || run->filtered)
        return NULL;
    return stile_index_view_ann(s->scope->view, run->run->collection, run->run->label);
}

/* Whether an earlier run of the scope has this graph: each is searched once. */
static bool searched(const stile_scope *scope, size_t at, const stile_ann *ann)
{
    for (size_t i = 0; i < at; i++)
        if (stile_dense_of_graph(&scope->runs[i], ann))
            return true;
    return false;
}

stile_status stile_dense_search(const stile_scope *scope, const float *vector, uint32_t k,
                                stile_arena *arena, stile_topk *out, stile_error *err)
{
    size_t dim = scope->view->settings.kind.dim, rest = 0;
    int16_t *code = stile_arena_array(arena, dim, sizeof *code);
    const stile_scope_run **runs = stile_arena_array(arena, scope->count, sizeof *runs);
    stile_dense s = {.scope = scope, .vector = vector, .k = k, .top = out};
    stile_status st = stile_topk_init(out, k, arena, err);

    if (!st && (!code || !runs))
        st = stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    if (st)
        return st;
    stile_code_query_encode(vector, dim, code, &s.query);
    for (size_t i = 0; !st && i < scope->count; i++) {
        const stile_ann *ann = graph_of(&s, &scope->runs[i]);
        if (!ann)
            runs[rest++] = &scope->runs[i];
        else if (!searched(scope, i, ann))
            st = stile_dense_graph(&s, ann, arena, err);
    }
    if (!st)
        st = search_rows(&s, runs, rest, arena, err);
    stile_topk_sort(out);
    return st;
}
