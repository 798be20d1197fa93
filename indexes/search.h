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

/* Reciprocal rank fusion of two rankings: the sum of 1 / (60 + rank), ranks from 1. */
stile_status stile_fuse(const stile_topk *a, const stile_topk *b, uint32_t k, stile_arena *arena,
                        stile_topk *out, stile_error *err) STILE_MUST_CHECK;

#endif
