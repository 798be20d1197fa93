/* SPDX-License-Identifier: Apache-2.0 */
/* One write: tombstones for what goes, a small segment for what comes, and the next view. All of
 * it is built aside; the published view changes at the last line or not at all. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "indexes/compact.h"
#include "indexes/internal.h"
#include "indexes/segment_build.h"
#include "stile/limits.h"

typedef struct step {
    stile_index *index;
    stile_index_view *view;             /* private */
    bool *copied;                       /* [segments]: its tombstones are private too */
    const stile_index_document **fresh; /* distinct, with rows */
    size_t fresh_count;
} step;

static stile_status check_document(const stile_index_document *d, uint32_t dim, stile_error *err)
{
    if (d->chunks > STILE_MAX_CHUNKS)
        return stile_fail(err, STILE_TOO_LARGE, "index: a document of %u chunks", d->chunks);
    if (d->chunks && (!d->terms || (dim && (!d->codes || !d->scales))))
        return stile_fail(err, STILE_INVALID, "index: a document without terms or codes");
    for (uint32_t i = 0; dim && i < d->chunks; i++)
        if (!(isfinite(d->scales[i]) && d->scales[i] >= 0))
            return stile_fail(err, STILE_INVALID, "index: a scale that is no magnitude");
    return STILE_OK;
}

/* Ascending by document; of equals, the one given last comes first. */
static int by_document(const void *a, const void *b)
{
    const stile_index_document *x = *(const stile_index_document *const *)a;
    const stile_index_document *y = *(const stile_index_document *const *)b;
    int c = stile_docref_cmp(&x->doc, &y->doc);
    return c ? c : (x < y) - (x > y);
}

/* The last version of each document. */
static void keep_last(step *s, size_t count)
{
    const stile_docref *last = NULL;

    qsort(s->fresh, count, sizeof(stile_index_document *), by_document);
    for (size_t i = 0; i < count; i++) {
        const stile_index_document *d = s->fresh[i];
        if (last && stile_docref_cmp(last, &d->doc) == 0)
            continue;
        last = &d->doc;
        if (d->chunks)
            s->fresh[s->fresh_count++] = d;
    }
}

static stile_status bury_in(step *s, size_t i, const stile_docref *doc, stile_error *err)
{
    stile_view_segment *target = &s->view->segments[i];
    uint32_t first, end;

    stile_segment_find(target->segment, doc, &first, &end);
    for (; first < end; first++) {
        uint32_t row = target->segment->by_id[first];
        if (stile_tombstones_has(target->dead, row))
            continue;
        if (!s->copied[i]) {
            stile_tombstones *own = NULL;
            stile_status st = stile_tombstones_copy(target->dead, &own, err);
            if (st)
                return st;
            stile_tombstones_unref(target->dead);
            target->dead = own;
            s->copied[i] = true;
        }
        stile_tombstones_add(target->dead, row);
    }
    return STILE_OK;
}

static stile_status bury(step *s, const stile_docref *doc, stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < s->view->segment_count; i++)
        st = bury_in(s, i, doc, err);
    return st;
}

static stile_status add_segment(step *s, stile_error *err)
{
    stile_segment_source source = {
        .kind = s->index->settings.kind,
        .cells = s->index->cells,
        .documents = s->fresh,
        .count = s->fresh_count,
        .epoch = s->view->epoch,
    };
    stile_segment *segment = NULL;
    stile_status st = stile_segment_build(&source, &segment, err);

    if (!st)
        s->view->segments[s->view->segment_count++] = (stile_view_segment){segment, NULL};
    return st;
}

static stile_status build_next(step *s, const stile_index_document *documents,
                               size_t document_count, const stile_docref *removed,
                               size_t removed_count, stile_error *err)
{
    stile_status st = STILE_OK;

    s->copied = stile_alloc_array(s->view->segment_count, sizeof *s->copied);
    s->fresh = stile_alloc_array(document_count, sizeof(stile_index_document *));
    if (!s->copied || !s->fresh)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t i = 0; !st && i < document_count; i++) {
        s->fresh[i] = &documents[i];
        if (!(st = check_document(&documents[i], s->index->settings.kind.dim, err)))
            st = bury(s, &documents[i].doc, err);
    }
    for (size_t i = 0; !st && i < removed_count; i++)
        st = bury(s, &removed[i], err);
    if (st)
        return st;
    keep_last(s, document_count);
    if (s->fresh_count && (st = add_segment(s, err)))
        return st;
    return stile_index_compact(s->view, err);
}

stile_status stile_index_apply(stile_index *index, const stile_index_document *documents,
                               size_t document_count, const stile_docref *removed,
                               size_t removed_count, uint64_t seq, stile_error *err)
{
    step s = {.index = index};
    stile_status st = stile_index_view_copy(index->view, &index->settings, &s.view, err);

    if (st)
        return st;
    s.view->seq = seq;
    s.view->epoch++;
    st = build_next(&s, documents, document_count, removed, removed_count, err);
    stile_free(s.copied);
    stile_free(s.fresh);
    if (st)
        stile_index_view_unref(s.view);
    else
        stile_index_publish(index, s.view);
    return st;
}
