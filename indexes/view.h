/* SPDX-License-Identifier: Apache-2.0 */
/* One published state of the index: segments with their tombstones, and graphs. Immutable; built
 * aside and swapped in by index.c. */
#ifndef STILE_INDEXES_VIEW_H
#define STILE_INDEXES_VIEW_H

#include "indexes/ann.h"
#include "indexes/index.h"
#include "indexes/segment.h"

/* What every view of one index has in common. */
typedef struct stile_index_settings {
    stile_segment_kind kind;
    double k1, b, title_weight;
    uint32_t ann_rows, sieve_rows, sieve_keep, merge_rows;
} stile_index_settings;

typedef struct stile_view_segment {
    stile_segment *segment;
    stile_tombstones *dead; /* NULL: none */
} stile_view_segment;

struct stile_index_view {
    atomic_size_t refs;
    stile_index_settings settings;
    uint64_t seq;   /* the last change it covers, in the caller's count */
    uint64_t epoch; /* the number of its last apply, in our own */
    stile_view_segment *segments;
    size_t segment_count;
    stile_ann **anns; /* ascending (collection, label) */
    size_t ann_count;
};

/* A private copy with room for one more segment, sharing (ref) everything; `base` may be NULL
 * for an empty view. */
stile_status stile_index_view_copy(const stile_index_view *base,
                                   const stile_index_settings *settings, stile_index_view **out,
                                   stile_error *err) STILE_MUST_CHECK;

static inline uint32_t stile_view_segment_live(const stile_view_segment *s)
{
    return s->segment->row_count - stile_tombstones_count(s->dead);
}

/* NULL when this label has none. */
stile_ann *stile_index_view_ann(const stile_index_view *view, uint32_t collection, uint32_t label);

#endif
