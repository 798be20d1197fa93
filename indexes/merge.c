/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/merge.h"

#include "base/memory.h"
#include "indexes/compact.h"
#include "indexes/internal.h"

struct stile_index_merge {
    stile_view_segment inputs[STILE_COMPACT_WIDTH]; /* references: as they were at the beginning */
    size_t count;
    stile_segment *merged; /* once built */
};

stile_status stile_index_merge_begin(const stile_index *index, stile_index_merge **out,
                                     stile_error *err)
{
    const stile_index_view *view = index->view;
    size_t chosen[STILE_COMPACT_WIDTH];
    size_t count = stile_compact_choose(view, UINT64_MAX, chosen);
    stile_index_merge *merge;

    *out = NULL;
    if (count == 0)
        return STILE_OK;
    if (!(merge = stile_alloc(sizeof *merge)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (; merge->count < count; merge->count++) {
        const stile_view_segment *s = &view->segments[chosen[merge->count]];
        merge->inputs[merge->count] =
            (stile_view_segment){stile_segment_ref(s->segment), stile_tombstones_ref(s->dead)};
    }
    *out = merge;
    return STILE_OK;
}

stile_status stile_index_merge_build(stile_index_merge *merge, stile_error *err)
{
    stile_segment_input inputs[STILE_COMPACT_WIDTH];

    for (size_t i = 0; i < merge->count; i++)
        inputs[i] = (stile_segment_input){merge->inputs[i].segment, merge->inputs[i].dead};
    return stile_segment_merge(inputs, merge->count, &merge->merged, err);
}

/* Where the inputs are in a view; false when one is not there any more. */
static bool find_inputs(const stile_index_merge *merge, const stile_index_view *view,
                        size_t places[STILE_COMPACT_WIDTH])
{
    size_t found = 0;

    for (size_t i = 0; i < view->segment_count && found < merge->count; i++)
        if (view->segments[i].segment == merge->inputs[found].segment)
            places[found++] = i; /* a view keeps its segments' order */
    return found == merge->count;
}

/* A row died with its document, and a document's live rows lie in one segment: what died of it
 * among the inputs, died in the merged one. */
static void bury(const stile_segment *merged, const stile_docref *doc, stile_tombstones *dead)
{
    uint32_t first, end;

    stile_segment_find(merged, doc, &first, &end);
    for (; first < end; first++)
        stile_tombstones_add(dead, merged->by_id[first]);
}

/* Add what died in `now` and was alive in `then`. */
static stile_status bury_news(const stile_index_merge *merge, const stile_view_segment *then,
                              const stile_view_segment *now, stile_tombstones *dead,
                              stile_arena *arena, stile_error *err)
{
    const stile_segment *segment = then->segment;
    const uint32_t *rows;
    uint32_t count;
    stile_status st =
        stile_tombstones_range(now->dead, 0, segment->row_count, arena, &rows, &count, err);

    for (uint32_t i = 0; !st && i < count; i++)
        if (!stile_tombstones_has(then->dead, rows[i]))
            bury(merge->merged, &segment->rows[rows[i]].doc, dead);
    return st;
}

/* The dead rows of the merged segment: none when nothing died since. */
static stile_status dead_since(const stile_index_merge *merge, const stile_index_view *view,
                               const size_t *places, stile_tombstones **out, stile_error *err)
{
    stile_arena arena;
    stile_status st = stile_tombstones_copy(NULL, out, err);

    stile_arena_init(&arena, 0);
    for (size_t i = 0; !st && i < merge->count; i++)
        st = bury_news(merge, &merge->inputs[i], &view->segments[places[i]], *out, &arena, err);
    stile_arena_release(&arena);
    if (st || stile_tombstones_count(*out) == 0) {
        stile_tombstones_unref(*out);
        *out = NULL;
    }
    return st;
}

stile_status stile_index_merge_end(stile_index *index, stile_index_merge *merge, stile_error *err)
{
    size_t places[STILE_COMPACT_WIDTH];
    stile_view_segment merged = {merge->merged, NULL};
    stile_index_view *view;
    stile_status st;

    if (!find_inputs(merge, index->view, places))
        return STILE_OK;
    if ((st = dead_since(merge, index->view, places, &merged.dead, err)))
        return st;
    if ((st = stile_index_view_copy(index->view, &index->settings, &view, err))) {
        stile_tombstones_unref(merged.dead);
        return st;
    }
    merge->merged = NULL;
    stile_compact_replace(view, places, merge->count, &merged);
    stile_index_publish(index, view);
    return STILE_OK;
}

void stile_index_merge_destroy(stile_index_merge *merge)
{
    if (!merge)
        return;
    for (size_t i = 0; i < merge->count; i++) {
        stile_segment_unref(merge->inputs[i].segment);
        stile_tombstones_unref(merge->inputs[i].dead);
    }
    stile_segment_unref(merge->merged);
    stile_free(merge);
}
