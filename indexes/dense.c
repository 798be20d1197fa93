/* SPDX-License-Identifier: Apache-2.0 */
/* Dense search.
 *
 * Every row is scored by stile_code_score from an exact integer dot product, whichever way it was
 * reached: by scanning its run, or as a candidate of its label's graph. A graph covers the rows
 * up to its epoch; rows added since are scanned. Nodes whose row has died or was replaced are
 * dropped, and when fewer than k are left of a graph's answer, its rows are scanned after all. */
#include "indexes/code.h"
#include "indexes/search.h"

#define BLOCK_ROWS 256
/* A graph finds at most STILE_GRAPH_WIDTH candidates, and the last of them poorly. */
#define GRAPH_K_MAX (STILE_GRAPH_WIDTH / 2)

typedef struct scan {
    const stile_scope *scope;
    const float *vector;
    stile_code_query query;
    uint32_t k;
    stile_topk *top;
} scan;

static void offer(const scan *s, const stile_scope_run *run, uint32_t row, int32_t dot)
{
    double score =
        stile_code_score(&s->query, dot, run->segment->scales[run->run->first_row + row]);

    if (stile_topk_admits(s->top, score) && stile_scope_run_has(run, row)) {
        stile_hit hit = stile_scope_hit(run, row, score);
        stile_topk_offer(s->top, &hit);
    }
}

static const int8_t *code_at(const scan *s, const stile_scope_run *run, uint32_t row)
{
    return run->segment->codes + (size_t)(run->run->first_row + row) * s->query.dim;
}

/* The rows that a filter chose, one by one. */
static void scan_chosen(const scan *s, const stile_scope_run *run)
{
    for (uint32_t i = 0; i < run->only_count; i++) {
        int32_t dot;
        stile_code_dot(&s->query, code_at(s, run, run->only[i]), 1, &dot);
        offer(s, run, run->only[i], dot);
    }
}

static void scan_run(const scan *s, const stile_scope_run *run)
{
    int32_t dots[BLOCK_ROWS];

    if (run->filtered && run->only_count < run->run->rows / 4) {
        scan_chosen(s, run);
        return;
    }
    for (uint32_t row = 0; row < run->run->rows;) {
        uint32_t left = run->run->rows - row, n = left < BLOCK_ROWS ? left : BLOCK_ROWS;
        stile_code_dot(&s->query, code_at(s, run, row), n, dots);
        for (uint32_t i = 0; i < n; i++, row++)
            offer(s, run, row, dots[i]);
    }
}

/* Rows that were added after `epoch`. */
static void scan_newer(const scan *s, const stile_scope_run *run, uint64_t epoch)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;

    if (run->segment->epoch_high <= epoch)
        return;
    for (uint32_t row = 0; row < run->run->rows; row++) {
        int32_t dot;
        if (rows[row].epoch <= epoch)
            continue;
        stile_code_dot(&s->query, code_at(s, run, row), 1, &dot);
        offer(s, run, row, dot);
    }
}

static bool of_ann(const stile_scope_run *run, const stile_ann *ann)
{
    return run->run->collection == ann->collection && run->run->label == ann->label;
}

/* Where a node's row lives now; false when it died, was replaced or was relabelled. */
static bool resolve(const scan *s, const stile_ann *ann, const stile_ann_id *id,
                    const stile_scope_run **run, uint32_t *row)
{
    for (size_t i = 0; i < s->scope->count; i++) {
        const stile_scope_run *r = &s->scope->runs[i];
        uint32_t first, end;
        if (!of_ann(r, ann))
            continue;
        stile_segment_find(r->segment, &id->doc, &first, &end);
        for (; first < end; first++) {
            uint32_t at = r->segment->by_id[first] - r->run->first_row;
            const stile_row *found = &r->segment->rows[r->segment->by_id[first]];
            if (found->ordinal != id->ordinal || at >= r->run->rows || found->epoch > ann->epoch ||
                stile_scope_run_dead(r, at))
                continue;
            *run = r;
            *row = at;
            return true;
        }
    }
    return false;
}

/* Offer the graph's candidates; `*live` counts those whose row still stands. */
static stile_status offer_nodes(const scan *s, const stile_ann *ann, uint32_t *live,
                                stile_error *err)
{
    int64_t nodes[STILE_GRAPH_WIDTH];
    size_t found;
    stile_status st =
        stile_graph_search(ann->graph, s->vector, STILE_GRAPH_WIDTH, nodes, &found, err);

    *live = 0;
    for (size_t i = 0; !st && i < found; i++) {
        const stile_scope_run *run;
        uint32_t row;
        int32_t dot;
        if (!resolve(s, ann, &ann->ids[nodes[i]], &run, &row))
            continue;
        (*live)++;
        stile_code_dot(&s->query, code_at(s, run, row), 1, &dot);
        offer(s, run, row, dot);
    }
    return st;
}

/* One label with a graph. The candidates go to a heap of their own first: were they offered to
 * the common one and the label then scanned, a row could be in it twice. */
static stile_status search_ann(scan *s, const stile_ann *ann, stile_arena *arena, stile_error *err)
{
    stile_topk *common = s->top, own;
    uint32_t live = 0;
    stile_status st = stile_topk_init(&own, s->k, arena, err);

    if (st)
        return st;
    s->top = &own;
    st = offer_nodes(s, ann, &live, err);
    s->top = common;
    if (st)
        return st;
    if (live >= s->k)
        for (size_t i = 0; i < own.count; i++)
            stile_topk_offer(common, &own.hits[i]);
    for (size_t i = 0; i < s->scope->count; i++) {
        const stile_scope_run *run = &s->scope->runs[i];
        if (!of_ann(run, ann))
            continue;
        if (live >= s->k)
            scan_newer(s, run, ann->epoch);
        else
            scan_run(s, run);
    }
    return STILE_OK;
}

/* Whether an earlier run of the scope has this graph: each is searched once. */
static bool searched(const stile_scope *scope, size_t at, const stile_ann *ann)
{
    for (size_t i = 0; i < at; i++)
        if (of_ann(&scope->runs[i], ann))
            return true;
    return false;
}

stile_status stile_dense_search(const stile_scope *scope, const float *vector, uint32_t k,
                                stile_arena *arena, stile_topk *out, stile_error *err)
{
    size_t dim = scope->view->settings.kind.dim;
    int16_t *code = stile_arena_array(arena, dim, sizeof *code);
    scan s = {.scope = scope, .vector = vector, .k = k, .top = out};
    stile_status st = stile_topk_init(out, k, arena, err);

    if (!st && !code)
        st = stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    if (st)
        return st;
    stile_code_query_encode(vector, dim, code, &s.query);
    for (size_t i = 0; !st && i < scope->count; i++) {
        const stile_run *run = scope->runs[i].run;
        /* A graph knows no filter: with one, rows are scanned, and recall stays whole. */
        const stile_ann *ann = k <= GRAPH_K_MAX && !scope->runs[i].filtered
                                   ? stile_index_view_ann(scope->view, run->collection, run->label)
                                   : NULL;
        if (!ann)
            scan_run(&s, &scope->runs[i]);
        else if (!searched(scope, i, ann))
            st = search_ann(&s, ann, arena, err);
    }
    stile_topk_sort(out);
    return st;
}
