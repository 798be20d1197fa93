/* SPDX-License-Identifier: Apache-2.0 */
/* One dense search under way, for dense.c and the ways it has of reaching rows. However a row is
 * reached, it is offered with its exact score. */
#ifndef STILE_INDEXES_DENSE_H
#define STILE_INDEXES_DENSE_H

#include "indexes/code.h"
#include "indexes/search.h"

#define STILE_DENSE_BLOCK 256 /* rows handed to a kernel at a time */

typedef struct stile_dense {
    const stile_scope *scope;
    const float *vector;
    stile_code_query query;
    uint32_t k;
    stile_topk *top;
} stile_dense;

/* Offer a row whose dot product is known, if it may be a hit. */
void stile_dense_offer(const stile_dense *s, const stile_scope_run *run, uint32_t row, int32_t dot);
/* The same, once its dot product is computed. */
void stile_dense_score(const stile_dense *s, const stile_scope_run *run, uint32_t row);
/* Every row of the run that may be a hit. */
void stile_dense_scan(const stile_dense *s, const stile_scope_run *run);

/* dense_sieve.c: of all rows that may be hits in `runs`, score those nearest by sign code: the
 * `keep` nearest, and all as near as the last of them. Which these are depends on the rows
 * alone, not on how they are spread over runs. */
stile_status stile_dense_sieve(const stile_dense *s, const stile_scope_run *const *runs,
                               size_t run_count, uint64_t keep, stile_arena *arena,
                               stile_error *err) STILE_MUST_CHECK;

/* dense_graph.c: search a label through its graph. */
stile_status stile_dense_graph(stile_dense *s, const stile_ann *ann, stile_arena *arena,
                               stile_error *err) STILE_MUST_CHECK;
/* Whether a graph covers this run's label. */
static inline bool stile_dense_of_graph(const stile_scope_run *run, const stile_ann *ann)
{
    return run->run->collection == ann->collection && run->run->label == ann->label;
}

#endif
