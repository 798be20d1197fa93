/* SPDX-License-Identifier: Apache-2.0 */
/* The two searches over a scope, and their fusion. Each result is sorted, best first. */
#ifndef STILE_INDEXES_SEARCH_H
#define STILE_INDEXES_SEARCH_H

#include "indexes/scope.h"
#include "indexes/topk.h"

#define STILE_SEARCH_DEPTH_MAX 10000 /* candidates of one kind */

/* The `k` rows nearest to `vector`, by exact integer scores; labels with a graph are searched
 * through it where that can hold k. */
stile_status stile_dense_search(const stile_scope *scope, const float *vector, uint32_t k,
                                stile_arena *arena, stile_topk *out,
                                stile_error *err) STILE_MUST_CHECK;

/* The `k` best rows by BM25 with the scope's own statistics. */
stile_status stile_lexical_search(const stile_scope *scope, const stile_terms *query, uint32_t k,
                                  stile_arena *arena, stile_topk *out,
                                  stile_error *err) STILE_MUST_CHECK;

/* The `k` best of two rankings of the same scope, which are sorted, best first:
 *
 *     score = (1 - w) * lexical / best lexical + w * dense / best dense, w = dense_weight
 *
 * so a score is in [0, 1]. A negative score counts as 0. A row that one ranking does not hold gets
 * that ranking's last score when it is full, else 0. Only the scores of these candidates decide. */
stile_status stile_fuse(const stile_topk *lexical, const stile_topk *dense, double dense_weight,
                        uint32_t k, stile_arena *arena, stile_topk *out,
                        stile_error *err) STILE_MUST_CHECK;

#endif
