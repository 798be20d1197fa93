/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion of the two rankings: a convex combination of scores, each as a share of the best of its
 * kind. Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS
 * 42, 2023), show why: ranks forget by how much the best is better, scores do not, and a lower
 * end that is known rather than seen (0, of BM25 and of a cosine that says anything) keeps one
 * query's scale from following its worst candidates. */
#include <stdlib.h>

#include "indexes/search.h"

typedef enum { LEXICAL, DENSE, KINDS } witness;

/* One row of one ranking, on its way to meet its other half. */
typedef struct entry {
    stile_hit hit;
    witness from;
} entry;

/* What turns the scores of one ranking into shares of its best. */
typedef struct scale {
    double weight, best;
    double missing; /* the part of a row that the ranking does not hold */
} scale;

static double part_of(const scale *s, double score)
{
    return score > 0 && s->best > 0 ? s->weight * (score / s->best) : 0.0;
}

static scale scale_of(const stile_topk *ranking, double weight)
{
    scale s = {weight, ranking->count ? ranking->hits[0].score : 0, 0};

    /* A full ranking left rows out, and its last score bounds theirs. One that is not full left
     * out only rows without a score. */
    if (ranking->count && ranking->count == ranking->limit)
        s.missing = part_of(&s, ranking->hits[ranking->count - 1].score);
    return s;
}

static int by_id(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int c = stile_hit_cmp_id(&x->hit, &y->hit);
    return c ? c : (int)x->from - (int)y->from;
}

static entry *add_ranking(entry *at, const stile_topk *ranking, witness from)
{
    for (size_t i = 0; i < ranking->count; i++)
        *at++ = (entry){ranking->hits[i], from};
    return at;
}

/* Offer the row at `at`, in one ranking or in both; the entries taken. */
static size_t offer_row(const entry *at, size_t left, const scale *scales, stile_topk *out)
{
    double parts[KINDS] = {scales[LEXICAL].missing, scales[DENSE].missing};
    stile_hit hit = at->hit;
    size_t taken = 0;

    while (taken < left && stile_hit_cmp_id(&at[taken].hit, &hit) == 0) {
        parts[at[taken].from] = part_of(&scales[at[taken].from], at[taken].hit.score);
        taken++;
    }
    hit.score = parts[LEXICAL] + parts[DENSE];
    stile_topk_offer(out, &hit);
    return taken;
}

stile_status stile_fuse(const stile_topk *lexical, const stile_topk *dense, double dense_weight,
                        uint32_t k, stile_arena *arena, stile_topk *out, stile_error *err)
{
    const scale scales[KINDS] = {
        [LEXICAL] = scale_of(lexical, 1.0 - dense_weight), [DENSE] = scale_of(dense, dense_weight)};
    size_t count = lexical->count + dense->count;
    entry *entries = stile_arena_array(arena, count, sizeof *entries);
    stile_status st = stile_topk_init(out, k, arena, err);

    if (!st && !entries)
        st = stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    if (st)
        return st;
    (void)add_ranking(add_ranking(entries, lexical, LEXICAL), dense, DENSE);
    qsort(entries, count, sizeof *entries, by_id);
    for (size_t i = 0; i < count;)
        i += offer_row(&entries[i], count - i, scales, out);
    stile_topk_sort(out);
    return STILE_OK;
}
