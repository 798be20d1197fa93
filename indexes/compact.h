/* SPDX-License-Identifier: Apache-2.0 */
/* Which segments of a view should be one, and putting one in their place. The caller owns the view:
 * it is private. */
#ifndef STILE_INDEXES_COMPACT_H
#define STILE_INDEXES_COMPACT_H

#include "indexes/view.h"

#define STILE_COMPACT_WIDTH 8 /* segments that are merged at once, at most */

/* Drop segments without live rows, and merge those of similar size that hold at most
 * settings.merge_rows together. On failure the view is still whole. */
stile_status stile_index_compact(stile_index_view *view, stile_error *err) STILE_MUST_CHECK;

/* The segments to merge next, ascending, and how many; 0: none. Those that hold more than `most`
 * rows together only when many wait. */
size_t stile_compact_choose(const stile_index_view *view, uint64_t most,
                            size_t chosen[STILE_COMPACT_WIDTH]);

/* Release the chosen segments; `merged`, taken over, stands in their place. */
void stile_compact_replace(stile_index_view *view, const size_t *chosen, size_t count,
                           const stile_view_segment *merged);

#endif
