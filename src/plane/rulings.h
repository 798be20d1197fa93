/* SPDX-License-Identifier: Apache-2.0 */
/* What people ruled: reviews of flagged chunks, and the settings of collections. Dispositions rest
 * on them as on the policy, so they change under the same gate, after their audit record. */
#ifndef STILE_PLANE_RULINGS_H
#define STILE_PLANE_RULINGS_H

#include "base/json.h"
#include "plane/caller.h"
#include "plane/plane.h"
#include "scan/scan.h"
#include "store/review_record.h"

/* The pins of one chunk under one verdict. */
typedef struct stile_pins {
    stile_sha256 chunk;      /* label, scan input, finding set */
    stile_sha256 collection; /* label, text, findings in the text */
    bool text_only;          /* only the text has findings: a collection's entry may apply */
} stile_pins;
stile_status stile_pins_of(stile_slice label, const stile_chunk_record *chunk,
                           const stile_verdict *verdict, stile_pins *out,
                           stile_error *err) STILE_MUST_CHECK;

/* The latest decision, or STILE_NOT_FOUND. Borrows from `arena`. */
stile_status stile_plane_review(stile_plane *plane, uint32_t collection, stile_review_scope scope,
                                const stile_sha256 *pin, stile_arena *arena, stile_review *out,
                                stile_error *err) STILE_MUST_CHECK;
typedef stile_status (*stile_review_each)(void *ctx, const stile_sha256 *pin,
                                          const stile_review *review, stile_error *err);
stile_status stile_plane_reviews(stile_plane *plane, uint32_t collection, stile_review_each each,
                                 void *ctx, stile_error *err) STILE_MUST_CHECK;

/* Put a decision in force. `body` (taken over) is recorded as `event` first. */
stile_status stile_plane_review_put(stile_plane *plane, const stile_review *review,
                                    const stile_sha256 *pin, const char *event, json_t *body,
                                    stile_error *err) STILE_MUST_CHECK;

/* What a collection's settings become. */
typedef struct stile_collection_change {
    stile_slice name;
    bool sets_trust, sets_flagged;
    stile_trust trust; /* of documents that name none, from now on; stored ones keep theirs */
    stile_flagged flagged;
} stile_collection_change;
/* Recorded as "collection.settings" with what was before. Raising trust, and withholding less, needs
 * the caller's scope `trust`: STILE_FORBIDDEN. */
stile_status stile_plane_collection_change(stile_plane *plane, const stile_caller *caller,
                                           const stile_collection_change *change,
                                           stile_arena *arena, stile_collection *out,
                                           stile_error *err) STILE_MUST_CHECK;
const char *stile_flagged_name(stile_flagged flagged);
bool stile_flagged_parse(stile_slice name, stile_flagged *out);
/* By its id; STILE_NOT_FOUND. Borrows from `arena`. */
stile_status stile_plane_collection_of(stile_plane *plane, uint32_t id, stile_arena *arena,
                                       stile_collection *out, stile_error *err) STILE_MUST_CHECK;

#endif
