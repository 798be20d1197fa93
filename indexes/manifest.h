/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest: which files are the index, and which rows of them are dead. It is replaced
 * atomically after the files it names are durable (docs/formats/index.md, "Manifest"). */
#ifndef STILE_INDEXES_MANIFEST_H
#define STILE_INDEXES_MANIFEST_H

#include "indexes/view.h"

#define STILE_MANIFEST_FILES_MAX 65536u

/* One file by number; length and header checksum tell it from another of the same number. */
typedef struct stile_manifest_file {
    uint64_t file, len, sum;
    const uint32_t *dead; /* of a segment: ascending rows */
    uint32_t dead_count;
} stile_manifest_file;

typedef struct stile_manifest {
    uint32_t dim;
    stile_sha256 embedder;
    uint64_t cells_sum;
    uint64_t seq, epoch, next_file;
    stile_manifest_file *segments, *anns;
    uint32_t segment_count, ann_count;
} stile_manifest;

/* Of a view all of whose segments and graphs are saved. */
stile_status stile_manifest_encode(const stile_index_view *view, uint64_t cells_sum,
                                   uint64_t next_file, stile_buf *out,
                                   stile_error *err) STILE_MUST_CHECK;
/* STILE_CORRUPT for anything else than an undamaged manifest of this version. Lists are in
 * `arena`. */
stile_status stile_manifest_decode(stile_slice bytes, stile_arena *arena, stile_manifest *out,
                                   stile_error *err) STILE_MUST_CHECK;

#endif
