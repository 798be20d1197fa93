/* SPDX-License-Identifier: Apache-2.0 */
/* A label searched through its graph. The graph covers the rows up to its epoch; rows added since
 * are scanned. Nodes whose row has died or was replaced are dropped, and when fewer than k are
 * left of a graph's answer, the label's rows are scanned after all. */
#include "indexes/dense.h"

/* Rows that were added after `epoch`. */
static void scan_newer(const stile_dense *s, const stile_scope_run *run, uint64_t epoch)
{
    const stile_row *rows = run->segment->rows + run->run->first_row;

    if (run->segment->epoch_high <= epoch)
        return;
    for (uint32_t row = 0; row < run->run->rows; row++) {
        if (rows[row].epoch > epoch)
            stile_dense_score(s, run, row);
    }
}

/* Where a node's row lives now; false when it died, was replaced or was relabelled. */
static bool resolve(const stile_dense *s, const stile_ann *ann, const stile_ann_id *id,
                    const stile_scope_run **run, uint32_t *row)
{
    for (size_t i = 0; i < s->scope->count; i++) {
        const stile_scope_run *r = &s->scope->runs[i];
        uint32_t first, end;
        if (!stile_dense_of_graph(r, ann))
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
static stile_status offer_nodes(const stile_dense *s, const stile_ann *ann, uint32_t *live,
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
        if (!resolve(s, ann, &ann->ids[nodes[i]], &run, &row))
            continue;
        (*live)++;
        stile_dense_score(s, run, row);
    }
    return st;
}

/* One label with a graph. The candidates go to a heap of their own first: were they offered to
 * the common one and the label then scanned, a row could be in it twice. */
stile_status stile_dense_graph(stile_dense *s, const stile_ann *ann, stile_arena *arena,
                               stile_error *err)
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
        if (!stile_dense_of_graph(run, ann))
            continue;
        if (live >= s->k)
            scan_newer(s, run, ann->epoch);
        else
            stile_dense_scan(s, run);
    }
    return STILE_OK;
}
