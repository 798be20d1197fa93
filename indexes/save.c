/* SPDX-License-Identifier: Apache-2.0 */
/* Saving, in this order: segments, graphs, the manifest that names them, the view that uses
 * them; then files that no manifest names any more are removed. Every file is durable before
 * the next step, so a crash anywhere leaves the old manifest with all its files, or the new. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "indexes/graphs.h"
#include "indexes/internal.h"
#include "indexes/manifest.h"

/* Write one segment, and use the mapped file from now on: its memory can be reclaimed. */
static stile_status save_segment(stile_index *index, stile_view_segment *s, stile_error *err)
{
    char path[STILE_INDEX_PATH_MAX];
    uint64_t file = index->next_file;
    stile_segment *mapped = NULL;
    stile_status st = stile_index_path(index, file, STILE_FILE_KIND_SEGMENT, path, err);

    if (st)
        return st;
    index->next_file++;
    if ((st = stile_segment_write(s->segment, path, err)) ||
        (st = stile_segment_open(path, file, &index->settings.kind, &mapped, err)))
        return st;
    stile_segment_unref(s->segment);
    s->segment = mapped;
    return STILE_OK;
}

static stile_status save_ann(stile_index *index, stile_ann *ann, stile_error *err)
{
    char path[STILE_INDEX_PATH_MAX];
    uint64_t file = index->next_file;
    stile_status st = stile_index_path(index, file, STILE_FILE_KIND_GRAPH, path, err);

    if (st)
        return st;
    index->next_file++;
    return stile_ann_write(ann, &index->settings.kind, file, path, err);
}

static stile_status save_files(stile_index *index, stile_index_view *view, stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < view->segment_count; i++)
        if (view->segments[i].segment->file == 0)
            st = save_segment(index, &view->segments[i], err);
    if (!st)
        st = stile_graphs_refresh(view, err);
    for (size_t i = 0; !st && i < view->ann_count; i++)
        if (view->anns[i]->file == 0)
            st = save_ann(index, view->anns[i], err);
    return st;
}

static stile_status save_manifest(const stile_index *index, const stile_index_view *view,
                                  stile_error *err)
{
    char path[STILE_INDEX_PATH_MAX];
    stile_buf bytes;
    stile_status st = stile_index_manifest_path(index, path, err);

    stile_buf_init(&bytes, SIZE_MAX / 4);
    if (!st && !(st = stile_manifest_encode(view, index->cells_sum, index->next_file, &bytes, err)))
        st = stile_file_replace(path, stile_buf_slice(&bytes), 0600, err);
    stile_buf_release(&bytes);
    return st;
}

/* The number of one of our files, or 0 for any other name. */
static uint64_t file_number(const char *name, bool *graph)
{
    unsigned char bytes[8];
    uint64_t number = 0;
    const char *kind = strchr(name, '.');

    if (!kind || kind - name != 16 || !stile_unhex(stile_slice_of(name, 16), bytes, sizeof bytes))
        return 0;
    *graph = strcmp(kind + 1, STILE_FILE_KIND_GRAPH) == 0;
    if (!*graph && strcmp(kind + 1, STILE_FILE_KIND_SEGMENT) != 0)
        return 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        number = number << 8 | bytes[i];
    return number;
}

static bool in_use(const stile_index_view *view, uint64_t number, bool graph)
{
    for (size_t i = 0; !graph && i < view->segment_count; i++)
        if (view->segments[i].segment->file == number)
            return true;
    for (size_t i = 0; graph && i < view->ann_count; i++)
        if (view->anns[i]->file == number)
            return true;
    return false;
}

/* Files of ours that the manifest does not name. Older views have theirs mapped, which outlives
 * the name. What cannot be removed now is removed by a later save. */
static void remove_garbage(const stile_index *index, const stile_index_view *view)
{
    DIR *folder = opendir(index->folder);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char path[STILE_INDEX_PATH_MAX];
        bool graph = false;
        uint64_t number = file_number(entry->d_name, &graph);
        if (number == 0 || in_use(view, number, graph))
            continue;
        if (stile_index_path(index, number, graph ? STILE_FILE_KIND_GRAPH : STILE_FILE_KIND_SEGMENT,
                             path, NULL))
            continue;
        if (unlink(path) != 0 && errno != ENOENT)
            stile_log(STILE_LOG_WARN, "index.garbage", "%s stays", path);
    }
    if (folder)
        (void)closedir(folder);
}

stile_status stile_index_save(stile_index *index, stile_error *err)
{
    stile_index_view *view = NULL;
    stile_status st = stile_index_view_copy(index->view, &index->settings, &view, err);

    if (st)
        return st;
    if ((st = save_files(index, view, err)) || (st = save_manifest(index, view, err))) {
        stile_index_view_unref(view);
        return st;
    }
    stile_index_publish(index, view);
    remove_garbage(index, view);
    return STILE_OK;
}
