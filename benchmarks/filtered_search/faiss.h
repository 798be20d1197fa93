/* SPDX-License-Identifier: Apache-2.0 */
/* FAISS as the baselines use it: one index over all rows, and searches that the C
 * API of 1.7.3 cannot express, so this is C++ behind C. Single-threaded. Aborts when it cannot. */
#ifndef STILE_BENCHMARKS_FILTERED_SEARCH_FAISS_H
#define STILE_BENCHMARKS_FILTERED_SEARCH_FAISS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct baseline baseline; /* never freed: the process ends with it */

baseline *baseline_flat(const float *vectors, size_t rows, size_t dim);
/* HNSW, M 32, efConstruction 200. */
baseline *baseline_graph(const float *vectors, size_t rows, size_t dim);
/* The `count` best of all rows, best first, in `ids`; -1 where there are fewer. `width` is
 * efSearch; the flat index ignores it. `bitmap` (NULL: none) holds the rows that may be found. */
void baseline_search(const baseline *b, const float *query, size_t count, size_t width,
                     const uint8_t *bitmap, int64_t *ids);

#ifdef __cplusplus
}
#endif
#endif
