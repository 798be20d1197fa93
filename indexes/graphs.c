/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/graphs.h"

#include <stdlib.h>

#include "base/memory.h"

/* A graph is stale when more than a quarter of the label's rows, or of its own, are news to it. */
#define STALE_SHARE 4

/* The live rows of one label in all segments. */
typedef struct label_rows {
    uint32_t collection, label;
    uint64_t live;
} label_rows;

typedef struct refresh {
    stile_index_view *view;
    label_rows *labels;
    size_t count;
    stile_ann **anns; /* the next list; owns its references */
    size_t ann_count;
} refresh;

static uint32_t run_live(const stile_view_segment *s, const stile_run *run)
{
    uint32_t live = run->rows;

    for (uint32_t i = 0; s->dead && i < run->rows; i++)
        live -= stile_tombstones_has(s->dead, run->first_row + i);
    return live;
}

static int by_key(const void *a, const void *b)
{
    const label_rows *x = a, *y = b;

    if (x->collection != y->collection)
        return x->collection < y->collection ? -1 : 1;
    return (x->label > y->label) - (x->label < y->label);
}

/* Every (collection, label) with its live rows, ascending. */
static stile_status count_labels(refresh *r, stile_error *err)
{
    size_t total = 0, n = 0, kept = 0;

    for (size_t i = 0; i < r->view->segment_count; i++)
        total += r->view->segments[i].segment->run_count;
    if (!(r->labels = stile_alloc_array(total, sizeof *r->labels)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t i = 0; i < r->view->segment_count; i++) {
        const stile_view_segment *s = &r->view->segments[i];
        for (uint32_t j = 0; j < s->segment->run_count; j++) {
            const stile_run *run = &s->segment->runs[j];
            r->labels[n++] = (label_rows){run->collection, run->label, run_live(s, run)};
        }
    }
    qsort(r->labels, n, sizeof *r->labels, by_key);
    for (size_t i = 0; i < n; i++) {
        if (kept && by_key(&r->labels[kept - 1], &r->labels[i]) == 0)
            r->labels[kept - 1].live += r->labels[i].live;
        else
            r->labels[kept++] = r->labels[i];
    }
    r->count = kept;
    return STILE_OK;
}

/* This label's live rows into `out` (NULL: only count), those up to `epoch`. */
static uint64_t collect(const stile_index_view *view, const label_rows *label, uint64_t epoch,
                        stile_ann_row *out)
{
    uint64_t n = 0;

    for (size_t i = 0; i < view->segment_count; i++) {
        const stile_view_segment *s = &view->segments[i];
        uint32_t at = stile_segment_seek(s->segment, 0, label->collection, label->label);
        const stile_run *run = s->segment->runs + at;
        if (at == s->segment->run_count || run->collection != label->collection ||
            run->label != label->label)
            continue;
        for (uint32_t row = run->first_row; row < run->first_row + run->rows; row++) {
            if (stile_tombstones_has(s->dead, row) || s->segment->rows[row].epoch > epoch)
                continue;
            if (out)
                out[n] = (stile_ann_row){s->segment, row};
            n++;
        }
    }
    return n;
}

static bool is_stale(const stile_index_view *view, const label_rows *label, const stile_ann *ann)
{
    uint64_t covered = collect(view, label, ann->epoch, NULL);

    return (label->live - covered) * STALE_SHARE > label->live ||
           (ann->rows - covered) * STALE_SHARE > ann->rows;
}

static stile_status build(const stile_index_view *view, const label_rows *label, stile_ann **out,
                          stile_error *err)
{
    stile_ann_source source = {.collection = label->collection,
                               .label = label->label,
                               .epoch = view->epoch,
                               .kind = view->settings.kind,
                               .count = (uint32_t)label->live};
    stile_status st;

    if (label->live > STILE_SEGMENT_ROWS_MAX)
        return stile_fail(err, STILE_TOO_LARGE, "index: a label of too many rows");
    if (!(source.rows = stile_alloc_array(source.count, sizeof *source.rows)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    (void)collect(view, label, view->epoch, source.rows);
    st = stile_ann_build(&source, out, err);
    stile_free(source.rows);
    return st;
}

static stile_status refresh_label(refresh *r, const label_rows *label, stile_error *err)
{
    stile_ann *ann = stile_index_view_ann(r->view, label->collection, label->label);
    stile_status st;

    if (label->live < r->view->settings.ann_rows)
        return STILE_OK;
    if (ann && !is_stale(r->view, label, ann))
        ann = stile_ann_ref(ann);
    else if ((st = build(r->view, label, &ann, err)))
        return st;
    r->anns[r->ann_count++] = ann;
    return STILE_OK;
}

stile_status stile_graphs_refresh(stile_index_view *view, stile_error *err)
{
    refresh r = {.view = view};
    stile_status st;

    if (view->settings.kind.dim == 0)
        return STILE_OK;
    st = count_labels(&r, err);
    if (!st && !(r.anns = stile_alloc_array(r.count, sizeof(stile_ann *))))
        st = stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t i = 0; !st && i < r.count; i++)
        st = refresh_label(&r, &r.labels[i], err);
    if (!st) { /* swap the lists; the old one is released below */
        stile_ann **old = view->anns;
        size_t old_count = view->ann_count;
        view->anns = r.anns;
        view->ann_count = r.ann_count;
        r.anns = old;
        r.ann_count = old_count;
    }
    for (size_t i = 0; r.anns && i < r.ann_count; i++)
        stile_ann_unref(r.anns[i]);
    stile_free(r.anns);
    stile_free(r.labels);
    return st;
}
