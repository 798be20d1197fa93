/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/topk.h"

#include <stdlib.h>

stile_status stile_topk_init(stile_topk *top, size_t limit, stile_arena *arena, stile_error *err)
{
    stile_hit *hits = stile_arena_array(arena, limit, sizeof *hits);

    if (!hits)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    *top = (stile_topk){hits, 0, limit};
    return STILE_OK;
}

int stile_hit_cmp_id(const stile_hit *a, const stile_hit *b)
{
    int c = stile_docref_cmp(&a->doc, &b->doc);
    return c ? c : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

int stile_hit_cmp(const stile_hit *a, const stile_hit *b)
{
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return stile_hit_cmp_id(a, b);
}

static void sift_down(stile_hit *hits, size_t count, stile_hit hit)
{
    size_t at = 0, child;

    while ((child = 2 * at + 1) < count) {
        if (child + 1 < count && stile_hit_cmp(&hits[child + 1], &hits[child]) > 0)
            child++;
        if (stile_hit_cmp(&hits[child], &hit) <= 0)
            break;
        hits[at] = hits[child];
        at = child;
    }
    hits[at] = hit;
}

static void sift_up(stile_hit *hits, size_t at, stile_hit hit)
{
    while (at > 0 && stile_hit_cmp(&hit, &hits[(at - 1) / 2]) > 0) {
        hits[at] = hits[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    hits[at] = hit;
}

void stile_topk_offer(stile_topk *top, const stile_hit *hit)
{
    if (top->limit == 0)
        return;
    if (top->count < top->limit)
        sift_up(top->hits, top->count++, *hit);
    else if (stile_hit_cmp(hit, &top->hits[0]) < 0)
        sift_down(top->hits, top->count, *hit);
}

static int by_rank(const void *a, const void *b)
{
    return stile_hit_cmp(a, b);
}

void stile_topk_sort(stile_topk *top)
{
    qsort(top->hits, top->count, sizeof *top->hits, by_rank);
}
