/* SPDX-License-Identifier: Apache-2.0 */
/* The index's own fields, for index.c, apply.c, merge.c, save.c and load.c alone. */
#ifndef STILE_INDEXES_INTERNAL_H
#define STILE_INDEXES_INTERNAL_H

#include <limits.h>
#include <pthread.h>

#include "indexes/view.h"

struct stile_index {
    /* immutable */
    char *folder;
    stile_index_settings settings;
    stile_quantizer *cells; /* NULL: one cell; used by the writer alone */
    uint64_t cells_sum;     /* checksum of the centroids; 0 without */

    /* the writer's */
    uint64_t next_file; /* numbers from here on name no file that a manifest names */

    /* guarded by lock, held for a few instructions */
    pthread_mutex_t lock;
    stile_index_view *view;
};

/* Make `view` the published one; takes it over. */
void stile_index_publish(stile_index *index, stile_index_view *view);

/* load.c: a view of what the manifest names; *next_file moves past every number in it.
 * STILE_NOT_FOUND without a manifest, STILE_CORRUPT for damaged or foreign files. */
stile_status stile_index_load(const stile_index *index, stile_index_view **out, uint64_t *next_file,
                              stile_error *err) STILE_MUST_CHECK;

#define STILE_FILE_KIND_SEGMENT "seg"
#define STILE_FILE_KIND_GRAPH "ann"
#define STILE_INDEX_PATH_MAX PATH_MAX
/* "<folder>/<16 hex digits>.<kind>" */
stile_status stile_index_path(const stile_index *index, uint64_t file, const char *kind,
                              char out[STILE_INDEX_PATH_MAX], stile_error *err) STILE_MUST_CHECK;
/* "<folder>/manifest" */
stile_status stile_index_manifest_path(const stile_index *index, char out[STILE_INDEX_PATH_MAX],
                                       stile_error *err) STILE_MUST_CHECK;

#endif
