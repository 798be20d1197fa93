/* SPDX-License-Identifier: Apache-2.0 */
/* What stile uses of FAISS: a coarse quantizer over fixed centroids, and a graph (HNSW) over the
 * rows of one label. faiss.c is the only user of its C API and hides its ways: the message is
 * thread-local and lasts until the next call, missing hits are padded with -1, threads are
 * OpenMP's, and efSearch belongs to an index. */
#ifndef STILE_INDEXES_FAISS_H
#define STILE_INDEXES_FAISS_H

#include <stddef.h>
#include <stdint.h>

#include "stile/buf.h"

/* Nearest centroid. One thread at a time. */
typedef struct stile_quantizer stile_quantizer;

/* Copies `centroids`, [count][dim]. Caller destroys. */
stile_status stile_quantizer_create(const float *centroids, size_t count, size_t dim,
                                    stile_quantizer **out, stile_error *err) STILE_MUST_CHECK;
void stile_quantizer_destroy(stile_quantizer *quantizer);
/* One vector at a time, so that a cell cannot depend on what else is in a batch. */
stile_status stile_quantizer_cell(const stile_quantizer *quantizer, const float *vector,
                                  uint32_t *cell, stile_error *err) STILE_MUST_CHECK;

/* Approximate nearest rows by inner product. Immutable; any thread may search. */
typedef struct stile_graph stile_graph;

#define STILE_GRAPH_DESCRIPTION "HNSW32,Flat;ip;efSearch=256" /* goes into the generation */
#define STILE_GRAPH_WIDTH 256 /* efSearch: more candidates than these are not found */

/* From [rows][dim] in the given order, in one add on one thread: the same rows give the same
 * graph. Caller destroys. */
stile_status stile_graph_build(const float *vectors, size_t rows, size_t dim, stile_graph **out,
                               stile_error *err) STILE_MUST_CHECK;
void stile_graph_destroy(stile_graph *graph);
/* Up to `count` row numbers, nearest first, in `rows`; `*found` says how many. */
stile_status stile_graph_search(const stile_graph *graph, const float *query, size_t count,
                                int64_t *rows, size_t *found, stile_error *err) STILE_MUST_CHECK;

/* Append the graph's bytes; and read them back. Only bytes whose checksum was checked may be
 * read: FAISS trusts its input. */
stile_status stile_graph_encode(const stile_graph *graph, stile_buf *out,
                                stile_error *err) STILE_MUST_CHECK;
stile_status stile_graph_decode(stile_slice bytes, size_t rows, size_t dim, stile_graph **out,
                                stile_error *err) STILE_MUST_CHECK;

#endif
