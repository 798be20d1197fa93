/* SPDX-License-Identifier: Apache-2.0 */
/* The ingest flow: parse -> label -> chunk -> scan -> embed -> store -> index. */
#ifndef STILE_INGEST_INGEST_H
#define STILE_INGEST_INGEST_H

#include "plane/caller.h"

/* One document as it comes in. Everything is borrowed until the call returns. */
typedef struct stile_ingest_item {
    stile_slice id, title, url;
    stile_slice metadata; /* canonical JSON object, or empty */
    stile_slice label;    /* text; empty is refused: nothing defaults to public */
    stile_slice original;
    stile_format format;
    stile_trust trust;
    stile_slice fallback_title; /* when neither the item nor the document names one */
} stile_ingest_item;

typedef enum {
    STILE_INGEST_FAILED, /* see error */
    STILE_INGEST_CREATED,
    STILE_INGEST_REPLACED,
    STILE_INGEST_RELABELLED, /* same content, another label */
    STILE_INGEST_UNCHANGED
} stile_ingest_outcome;
const char *stile_ingest_outcome_name(stile_ingest_outcome outcome);

typedef struct stile_ingest_result {
    stile_ingest_outcome outcome;
    uint32_t chunks;
    uint32_t flagged;  /* chunks whose verdict says injection */
    uint32_t withheld; /* of them, those whose text will not be released */
    stile_error error;
} stile_ingest_result;

#define STILE_INGEST_GROUP 64 /* items of one call */

/* Ingest up to STILE_INGEST_GROUP items into `collection`: prepared side by side, then committed
 * in one durable, atomic step and recorded in the audit log. An item that fails fills its result
 * and does not stop the rest; the call itself fails only when nothing could be stored. Items of
 * one id are committed in order. */
stile_status stile_ingest(stile_plane *plane, const stile_caller *caller,
                          const stile_collection *collection, const stile_ingest_item *items,
                          size_t count, stile_ingest_result *results,
                          stile_error *err) STILE_MUST_CHECK;

/* Remove one document. STILE_NOT_FOUND when it is not there or the caller may not read it: the
 * two cannot be told apart. */
stile_status stile_document_delete(stile_plane *plane, const stile_caller *caller,
                                   const stile_collection *collection, stile_slice id,
                                   stile_error *err) STILE_MUST_CHECK;

/* Put `label` on the documents named, or on all whose ids start with `prefix` (when ids is NULL),
 * in one atomic step. `*changed` counts those that were there. */
typedef struct stile_relabel {
    const stile_slice *ids;
    size_t id_count;
    stile_slice prefix;
    stile_slice label;
} stile_relabel;
stile_status stile_label_set(stile_plane *plane, const stile_caller *caller,
                             const stile_collection *collection, const stile_relabel *relabel,
                             size_t *changed, stile_error *err) STILE_MUST_CHECK;

#endif
