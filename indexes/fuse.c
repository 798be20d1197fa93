/* SPDX-License-Identifier: Apache-2.0 */
/* Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009). */
#include <stdlib.h>

#include "indexes/search.h"

#define RANK_CONSTANT 60.0

static int by_id(const void *a, const void *b)
{
    return stile_hit_cmp_id(a, b);
}

static void add_ranking(stile_hit *hits, size_t *count, const stile_topk *ranking)
{
    for (size_t i = 0; i < ranking->count; i++) {
        hits[*count] = ranking->hits[i];
        hits[(*count)++].score = 1.0 / (RANK_CONSTANT + (double)(i + 1));
    }
}

stile_status stile_fuse(const stile_topk *a, const stile_topk *b, uint32_t k, stile_arena *arena,
                        stile_topk *out, stile_error *err)
{
    stile_hit *hits = stile_arena_array(arena, a->count + b->count, sizeof *hits);
    size_t count = 0;
    stile_status st = stile_topk_init(out, k, arena, err);

    if (!st && !hits)
        st = stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    if (st)
        return st;
    add_ranking(hits, &count, a);
    add_ranking(hits, &count, b);
    /* A row is in each ranking once, so at most two neighbours are the same; a sum of two does
     * not depend on their order. */
    qsort(hits, count, sizeof *hits, by_id);
    for (size_t i = 0; i < count; i++) {
        stile_hit hit = hits[i];
        if (i + 1 < count && stile_hit_cmp_id(&hits[i], &hits[i + 1]) == 0)
            hit.score += hits[++i].score;
        stile_topk_offer(out, &hit);
    }
    stile_topk_sort(out);
    return STILE_OK;
}
