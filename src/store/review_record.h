/* SPDX-License-Identifier: Apache-2.0 */
/* What people decided about flagged chunks: one record for each pin, the latest decision.
 *
 * A pin is a digest of the label, of every byte that the scan read (or, for a whole collection, of
 * the chunk's text) and of the finding set. So a decision ends by itself when any of them changes:
 * a new finding, an edit, a new label. */
#ifndef STILE_STORE_REVIEW_RECORD_H
#define STILE_STORE_REVIEW_RECORD_H

#include "store/records.h"

#define STILE_MAX_REVIEW_REASON 1024
#define STILE_MAX_REVIEW_DAYS 366

typedef enum {
    STILE_REVIEW_REOPENED, /* taken back */
    STILE_REVIEW_RELEASED, /* harmless: released until it expires */
    STILE_REVIEW_CONFIRMED /* an injection indeed */
} stile_review_decision;

typedef enum {
    STILE_REVIEW_CHUNK,     /* this chunk, among its neighbours */
    STILE_REVIEW_COLLECTION /* this text wherever it is in the collection: an allow-list entry */
} stile_review_scope;

typedef struct stile_review {
    stile_review_scope scope;
    stile_review_decision decision;
    uint32_t collection, label;
    stile_docref doc; /* the chunk it was decided on */
    uint32_t ordinal;
    stile_slice principal, reason;
    stile_slice approver; /* may be used for training, says this second person; or empty */
    uint64_t created_ms;
    uint64_t until_ms; /* RELEASED: ends then */
} stile_review;

void stile_review_encode(const stile_review *review, stile_buf *out);
/* Borrows from `record`. */
stile_status stile_review_decode(stile_slice record, stile_review *out,
                                 stile_error *err) STILE_MUST_CHECK;

/* Key of the table REVIEWS: collection big-endian, scope, pin. */
#define STILE_REVIEW_KEY_LEN (4 + 1 + 32)
typedef struct stile_review_key {
    char bytes[STILE_REVIEW_KEY_LEN];
} stile_review_key;
stile_review_key stile_review_key_of(uint32_t collection, stile_review_scope scope,
                                     const stile_sha256 *pin);
static inline stile_slice stile_review_key_slice(const stile_review_key *key)
{
    return (stile_slice){key->bytes, sizeof key->bytes};
}

#endif
