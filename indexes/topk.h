/* SPDX-License-Identifier: Apache-2.0 */
/* The best k of what is offered: by descending score, then ascending (docref, ordinal). The
 * order is total, so the outcome does not depend on the order of the offers. */
#ifndef STILE_INDEXES_TOPK_H
#define STILE_INDEXES_TOPK_H

#include "indexes/index.h"

/* A heap whose root is the worst kept. Its memory belongs to an arena. */
typedef struct stile_topk {
    stile_hit *hits;
    size_t count, limit;
} stile_topk;

stile_status stile_topk_init(stile_topk *top, size_t limit, stile_arena *arena,
                             stile_error *err) STILE_MUST_CHECK;
/* Negative when `a` ranks before `b`. */
int stile_hit_cmp(const stile_hit *a, const stile_hit *b);
/* Ascending (docref, ordinal). */
int stile_hit_cmp_id(const stile_hit *a, const stile_hit *b);

/* Whether a hit of this score could still get in: cheap, before a hit is made. */
static inline bool stile_topk_admits(const stile_topk *top, double score)
{
    return top->count < top->limit || (top->limit > 0 && score >= top->hits[0].score);
}
void stile_topk_offer(stile_topk *top, const stile_hit *hit);
/* Best first, in place; nothing may be offered after it. */
void stile_topk_sort(stile_topk *top);

#endif
