/* SPDX-License-Identifier: Apache-2.0 */
/* The approximate index of one (collection, label): a graph over the live rows it had when it was
 * built. It only proposes rows: their scores come from the exact integer kernel. Its generation
 * is a digest of what it was built from, so equal generations answer alike. */
#ifndef STILE_INDEXES_ANN_H
#define STILE_INDEXES_ANN_H

#include <stdatomic.h>

#include "indexes/faiss.h"
#include "indexes/segment.h"

typedef struct stile_ann_id {
    stile_docref doc;
    uint32_t ordinal;
} stile_ann_id;
_Static_assert(sizeof(stile_ann_id) == 20, "the bytes of a file are these structs");

typedef struct stile_ann {
    atomic_size_t refs;
    /* immutable */
    uint32_t collection, label;
    uint64_t epoch; /* it covers the label's rows of this epoch and before */
    uint32_t rows;
    stile_sha256 generation;
    const stile_ann_id *ids; /* [rows], ascending; the graph's node i is ids[i] */
    stile_graph *graph;
    uint64_t file, file_len, file_sum; /* as a segment's */
    stile_buf id_bytes;                /* owned, when built */
    stile_map map;                     /* owned, when opened */
} stile_ann;

/* One live row to cover. */
typedef struct stile_ann_row {
    const stile_segment *segment;
    uint32_t row;
} stile_ann_row;

typedef struct stile_ann_source {
    uint32_t collection, label;
    uint64_t epoch;
    stile_segment_kind kind;
    stile_ann_row *rows; /* sorted by the build */
    uint32_t count;
} stile_ann_source;

stile_status stile_ann_build(const stile_ann_source *source, stile_ann **out,
                             stile_error *err) STILE_MUST_CHECK;
stile_ann *stile_ann_ref(stile_ann *ann);
void stile_ann_unref(stile_ann *ann); /* NULL is harmless */

/* docs/formats/index.md, "Graph". `ann` takes the number, length and checksum of its file. */
stile_status stile_ann_write(stile_ann *ann, const stile_segment_kind *kind, uint64_t file,
                             const char *path, stile_error *err) STILE_MUST_CHECK;
stile_status stile_ann_open(const char *path, uint64_t file, const stile_segment_kind *kind,
                            stile_ann **out, stile_error *err) STILE_MUST_CHECK;

#endif
