/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/view.h"

#include "base/memory.h"

static void adopt(stile_index_view *view, const stile_index_view *base)
{
    view->seq = base->seq;
    view->epoch = base->epoch;
    for (size_t i = 0; i < base->segment_count; i++)
        view->segments[i] = (stile_view_segment){stile_segment_ref(base->segments[i].segment),
                                                 stile_tombstones_ref(base->segments[i].dead)};
    view->segment_count = base->segment_count;
    for (size_t i = 0; i < base->ann_count; i++)
        view->anns[i] = stile_ann_ref(base->anns[i]);
    view->ann_count = base->ann_count;
}

stile_status stile_index_view_copy(const stile_index_view *base,
                                   const stile_index_settings *settings, stile_index_view **out,
                                   stile_error *err)
{
    stile_index_view *view = stile_alloc(sizeof *view);

    if (!view)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    atomic_init(&view->refs, 1);
    view->settings = *settings;
    view->segments =
        stile_alloc_array((base ? base->segment_count : 0) + 1, sizeof *view->segments);
    view->anns = stile_alloc_array(base ? base->ann_count : 0, sizeof(stile_ann *));
    if (!view->segments || !view->anns) {
        stile_index_view_unref(view);
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    }
    if (base)
        adopt(view, base);
    *out = view;
    return STILE_OK;
}

stile_index_view *stile_index_view_ref(stile_index_view *view)
{
    atomic_fetch_add(&view->refs, 1);
    return view;
}

void stile_index_view_unref(stile_index_view *view)
{
    if (!view || atomic_fetch_sub(&view->refs, 1) != 1)
        return;
    for (size_t i = 0; i < view->segment_count; i++) {
        stile_segment_unref(view->segments[i].segment);
        stile_tombstones_unref(view->segments[i].dead);
    }
    for (size_t i = 0; i < view->ann_count; i++)
        stile_ann_unref(view->anns[i]);
    stile_free(view->segments);
    stile_free(view->anns);
    stile_free(view);
}

uint64_t stile_index_view_seq(const stile_index_view *view)
{
    return view->seq;
}

stile_ann *stile_index_view_ann(const stile_index_view *view, uint32_t collection, uint32_t label)
{
    size_t low = 0, high = view->ann_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const stile_ann *ann = view->anns[mid];
        if (ann->collection == collection && ann->label == label)
            return view->anns[mid];
        if (ann->collection < collection || (ann->collection == collection && ann->label < label))
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static uint64_t segment_bytes(const stile_segment *s)
{
    return s->run_count * sizeof *s->runs + s->term_count * sizeof *s->terms + s->postings_len +
           (uint64_t)s->row_count * (sizeof *s->rows + sizeof *s->by_id +
                                     (s->kind.dim ? sizeof *s->scales + s->kind.dim : 0));
}

void stile_index_view_stats(const stile_index_view *view, stile_index_stats *out)
{
    *out = (stile_index_stats){.segments = view->segment_count, .ann_indexes = view->ann_count};
    for (size_t i = 0; i < view->segment_count; i++) {
        out->live_rows += stile_view_segment_live(&view->segments[i]);
        out->dead_rows += stile_tombstones_count(view->segments[i].dead);
        out->bytes += segment_bytes(view->segments[i].segment);
    }
}

/* A live row's identity is in no later segment alive too. */
static bool alone(const stile_index_view *view, size_t segment, uint32_t row)
{
    const stile_row *r = &view->segments[segment].segment->rows[row];

    for (size_t i = segment + 1; i < view->segment_count; i++) {
        const stile_view_segment *other = &view->segments[i];
        uint32_t first, end;
        stile_segment_find(other->segment, &r->doc, &first, &end);
        for (uint32_t p = first; p < end; p++)
            if (!stile_tombstones_has(other->dead, other->segment->by_id[p]))
                return false;
    }
    return true;
}

bool stile_index_view_validate(const stile_index_view *view, const char **why)
{
    for (size_t i = 0; i < view->segment_count; i++) {
        const stile_view_segment *s = &view->segments[i];
        if (!stile_segment_validate(s->segment, why))
            return false;
        *why = "a segment without live rows, or with an epoch to come";
        if (stile_view_segment_live(s) == 0 || s->segment->epoch_high > view->epoch)
            return false;
        *why = "a document is alive in two segments";
        for (uint32_t row = 0; row < s->segment->row_count; row++)
            if (!stile_tombstones_has(s->dead, row) && !alone(view, i, row))
                return false;
    }
    *why = "graphs out of order, or with an epoch to come";
    for (size_t i = 0; i < view->ann_count; i++) {
        const stile_ann *a = view->anns[i];
        if (a->epoch > view->epoch || stile_index_view_ann(view, a->collection, a->label) != a)
            return false;
    }
    return true;
}
