/* SPDX-License-Identifier: Apache-2.0 */
/* Which labels have a graph, and when it is built anew. */
#ifndef STILE_INDEXES_GRAPHS_H
#define STILE_INDEXES_GRAPHS_H

#include "indexes/view.h"

/* In a private view: build the graph of each (collection, label) of at least `ann_rows` live
 * rows that has none or whose graph is stale, and drop those of labels that shrank. Each choice
 * depends on that label's own rows alone. On failure the view is still whole. */
stile_status stile_graphs_refresh(stile_index_view *view, stile_error *err) STILE_MUST_CHECK;

#endif
