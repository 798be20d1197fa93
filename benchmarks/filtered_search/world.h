/* SPDX-License-Identifier: Apache-2.0 */
/* stile's index over the rows, one document a row, its docref the row's number. */
#ifndef STILE_BENCHMARKS_FILTERED_SEARCH_WORLD_H
#define STILE_BENCHMARKS_FILTERED_SEARCH_WORLD_H

#include "benchmarks/filtered_search/rows.h"
#include "indexes/index.h"

#define WORLD_COLLECTION 1

typedef struct world {
    stile_levels *levels;
    stile_labels *labels;
    stile_index *index;
    uint32_t ids[LABELS_MAX];
    char folder[32];
} world;

void world_make(world *w, const rows *r, stile_embedder *embedder);
void world_free(world *w);
/* For who may read what shares[share] permits; the caller unrefs it. */
stile_permit *world_permit(const world *w, int share);

#endif
