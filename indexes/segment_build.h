/* SPDX-License-Identifier: Apache-2.0 */
/* A segment from documents. */
#ifndef STILE_INDEXES_SEGMENT_BUILD_H
#define STILE_INDEXES_SEGMENT_BUILD_H

#include "indexes/faiss.h"
#include "indexes/index.h"
#include "indexes/segment.h"

/* `documents` are distinct and hold at least one chunk together. */
typedef struct stile_segment_source {
    stile_segment_kind kind;
    const stile_quantizer *cells; /* NULL: one cell */
    const stile_index_document *const *documents;
    size_t count;
    uint64_t epoch;
} stile_segment_source;

stile_status stile_segment_build(const stile_segment_source *source, stile_segment **out,
                                 stile_error *err) STILE_MUST_CHECK;

#endif
