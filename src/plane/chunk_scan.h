/* SPDX-License-Identifier: Apache-2.0 */
/* What the scan reads for one chunk, and the key of its verdict: the same at ingest and at
 * release, or a verdict could not be found again. */
#ifndef STILE_PLANE_CHUNK_SCAN_H
#define STILE_PLANE_CHUNK_SCAN_H

#include "scan/scan.h"
#include "store/records.h"

/* One chunk among its neighbours. Spans are of the original. */
typedef struct stile_chunk_place {
    const stile_document *document;
    stile_slice text, heading;
    stile_slice before, after; /* whole texts of the adjacent chunks; empty at the ends */
    stile_slice original;      /* needed for HTML and Markdown only */
    uint32_t orig_end;         /* of this chunk */
    uint32_t previous_end;     /* orig_end of the chunk before, 0 for the first */
    bool last;                 /* the source then runs to the original's end */
} stile_chunk_place;

/* Borrows from the place. Neighbours give STILE_NEIGHBOUR bytes, cut at characters. The source
 * runs from the end of the chunk before to the end of this one, so that every byte of an original,
 * comments between chunks included, is scanned with exactly one chunk. */
#define STILE_NEIGHBOUR 400
void stile_chunk_scan_input(const stile_chunk_place *place, stile_scan_input *out);

/* Digest of every byte of the input. */
stile_status stile_scan_input_digest(const stile_scan_input *input, stile_sha256 *out,
                                     stile_error *err) STILE_MUST_CHECK;

/* Key of the cached verdict: label, input, scan version. */
stile_status stile_chunk_verdict_key(stile_slice label, const stile_sha256 *input,
                                     const stile_sha256 *scan_version, stile_sha256 *out,
                                     stile_error *err) STILE_MUST_CHECK;

#endif
