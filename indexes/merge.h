/* SPDX-License-Identifier: Apache-2.0 */
/* A merge beside the writer: the long part of it holds no lock, and neither writers nor readers wait.
 *
 *   begin   the writer's call: chooses segments of the published view, and holds them as they are
 *   build   on any thread, without the writer: their live rows as one segment
 *   end     the writer's call: publishes a view in which that segment stands for them; rows that
 *           died in between are dead in it
 *
 * Answers before and after are the same. */
#ifndef STILE_INDEXES_MERGE_H
#define STILE_INDEXES_MERGE_H

#include "indexes/index.h"

typedef struct stile_index_merge stile_index_merge;

/* *out is NULL when nothing needs to be merged. The caller destroys it. */
stile_status stile_index_merge_begin(const stile_index *index, stile_index_merge **out,
                                     stile_error *err) STILE_MUST_CHECK;
stile_status stile_index_merge_build(stile_index_merge *merge, stile_error *err) STILE_MUST_CHECK;
/* Publishes nothing, and is no error, when the writer has replaced one of the segments since. */
stile_status stile_index_merge_end(stile_index *index, stile_index_merge *merge,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_index_merge_destroy(stile_index_merge *merge);

#endif
