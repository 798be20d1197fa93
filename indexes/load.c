/* SPDX-License-Identifier: Apache-2.0 */
/* Opening what was saved. Segments must all be there and whole; a graph may be missing, since
 * its label is then scanned exactly until the next save. */
#include <inttypes.h>

#include "base/log.h"
#include "base/memory.h"
#include "indexes/internal.h"
#include "indexes/manifest.h"

#define MANIFEST_CAP ((size_t)1 << 30)

static stile_status load_tombstones(const stile_manifest_file *file, const stile_segment *segment,
                                    stile_tombstones **out, stile_error *err)
{
    stile_tombstones *dead = NULL;
    stile_status st;

    if (file->dead_count == 0)
        return STILE_OK;
    if (file->dead_count >= segment->row_count ||
        file->dead[file->dead_count - 1] >= segment->row_count)
        return stile_fail(err, STILE_CORRUPT, "manifest: dead rows that no segment has");
    if ((st = stile_tombstones_copy(NULL, &dead, err)))
        return st;
    for (uint32_t i = 0; i < file->dead_count; i++)
        stile_tombstones_add(dead, file->dead[i]);
    *out = dead;
    return STILE_OK;
}

static stile_status load_segment(const stile_index *index, const stile_manifest_file *file,
                                 stile_index_view *view, stile_error *err)
{
    stile_view_segment *at = &view->segments[view->segment_count];
    char path[STILE_INDEX_PATH_MAX];
    stile_status st = stile_index_path(index, file->file, STILE_FILE_KIND_SEGMENT, path, err);

    if (st || (st = stile_segment_open(path, file->file, &index->settings.kind, &at->segment, err)))
        return st;
    view->segment_count++; /* the view owns it from here */
    if (at->segment->file_len != file->len || at->segment->file_sum != file->sum ||
        at->segment->epoch_high > view->epoch)
        return stile_fail(err, STILE_CORRUPT, "%s: not the file that the manifest names", path);
    return load_tombstones(file, at->segment, &at->dead, err);
}

static bool follows(const stile_index_view *view, const stile_ann *ann)
{
    const stile_ann *last = view->ann_count ? view->anns[view->ann_count - 1] : NULL;

    return ann->epoch <= view->epoch &&
           (!last || last->collection < ann->collection ||
            (last->collection == ann->collection && last->label < ann->label));
}

static stile_status load_ann(const stile_index *index, const stile_manifest_file *file,
                             stile_index_view *view, stile_error *err)
{
    stile_ann *ann = NULL;
    char path[STILE_INDEX_PATH_MAX];
    stile_error why = {0};
    stile_status st = stile_index_path(index, file->file, STILE_FILE_KIND_GRAPH, path, err);

    if (st)
        return st;
    st = stile_ann_open(path, file->file, &index->settings.kind, &ann, &why);
    if (st == STILE_NO_MEMORY)
        return stile_fail(err, st, "%s", why.text);
    if (!st && ann->file_len == file->len && ann->file_sum == file->sum && follows(view, ann)) {
        view->anns[view->ann_count++] = ann;
        return STILE_OK;
    }
    stile_log(STILE_LOG_WARN, "index.graph", "scanning exactly until the next save: %s",
              st ? why.text : "not the file that the manifest names");
    stile_ann_unref(ann);
    return STILE_OK;
}

static stile_status load_files(const stile_index *index, const stile_manifest *m,
                               stile_index_view *view, stile_error *err)
{
    stile_status st = STILE_OK;

    stile_free(view->segments);
    stile_free(view->anns);
    view->segments = stile_alloc_array(m->segment_count, sizeof *view->segments);
    view->anns = stile_alloc_array(m->ann_count, sizeof(stile_ann *));
    if (!view->segments || !view->anns)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    view->seq = m->seq;
    view->epoch = m->epoch;
    for (uint32_t i = 0; !st && i < m->segment_count; i++)
        st = load_segment(index, &m->segments[i], view, err);
    for (uint32_t i = 0; !st && i < m->ann_count; i++)
        st = load_ann(index, &m->anns[i], view, err);
    return st;
}

static stile_status check_manifest(const stile_index *index, const stile_manifest *m,
                                   stile_error *err)
{
    if (m->dim != index->settings.kind.dim || m->cells_sum != index->cells_sum ||
        memcmp(m->embedder.bytes, index->settings.kind.embedder.bytes, STILE_SHA256_LEN) != 0)
        return stile_fail(err, STILE_CORRUPT, "manifest: of another embedder");
    /* At seq 0 nothing is claimed, and the caller replays documents, not deletions. */
    if (m->seq == 0)
        return stile_fail(err, STILE_NOT_FOUND, "manifest: covers no change");
    return STILE_OK;
}

stile_status stile_index_load(const stile_index *index, stile_index_view **out, uint64_t *next_file,
                              stile_error *err)
{
    char path[STILE_INDEX_PATH_MAX];
    stile_arena arena;
    stile_buf bytes;
    stile_manifest m;
    stile_index_view *view = NULL;
    stile_status st;

    stile_arena_init(&arena, 0);
    stile_buf_init(&bytes, MANIFEST_CAP);
    if ((st = stile_index_manifest_path(index, path, err)) ||
        (st = stile_file_read(path, &bytes, err)) ||
        (st = stile_manifest_decode(stile_buf_slice(&bytes), &arena, &m, err)) ||
        (st = check_manifest(index, &m, err)) ||
        (st = stile_index_view_copy(NULL, &index->settings, &view, err)) ||
        (st = load_files(index, &m, view, err)))
        goto out;
    *out = view;
    *next_file = m.next_file;
    view = NULL;
out:
    stile_index_view_unref(view);
    stile_buf_release(&bytes);
    stile_arena_release(&arena);
    return st;
}
