/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks on their way out, one type for each station, so that the order cannot be mistaken:
 *
 *     hit -> stile_fetched -> stile_scanned -> stile_released -> answer
 *
 * fetch rechecks dominance against the record; rescan gives each chunk a verdict of the policy in
 * force; dispose makes the only strings that an answer may be built from. */
#ifndef STILE_QUERY_RELEASED_H
#define STILE_QUERY_RELEASED_H

#include "plane/caller.h"
#include "plane/chunk_scan.h"

/* A stored chunk that the caller's clearance dominates. Made by stile_fetch_chunk alone. */
typedef struct stile_fetched {
    stile_docref doc;
    uint32_t ordinal;
    double score;
    stile_document document;
    const stile_label *label; /* borrowed from the dictionary */
    stile_chunk_record chunk;
} stile_fetched;

/* Beside the verdict. Made by stile_rule_chunk. */
typedef enum {
    STILE_RULING_NONE,
    STILE_RULING_RELEASED, /* a review holds that it is harmless */
    STILE_RULING_WITHHELD  /* its collection withholds what is flagged */
} stile_ruling;

/* With a verdict that is current under one policy. Made by stile_rescan_chunk alone. */
typedef struct stile_scanned {
    const stile_fetched *fetched;
    stile_verdict verdict;
    stile_ruling ruling; /* what people decided about it */
} stile_scanned;

/* Something that released text held or holds: see scan/sensitive.h. */
typedef struct stile_redaction {
    stile_sensitive_class class;
    const char *kind;
    stile_field field;
} stile_redaction;

/* What may leave. Every string has been through the sanitizer. Made by stile_dispose_chunk. */
typedef struct stile_released {
    const stile_fetched *from;
    stile_verdict verdict;
    stile_ruling ruling;
    stile_disposition disposition;
    double score;                              /* of its hit; the reranker's, when there was one */
    const struct stile_released *neighbour_of; /* NULL: a hit itself */
    bool has_text;
    stile_slice text, title, url, metadata, heading;
    const stile_redaction *redactions;
    size_t redaction_count;
} stile_released;

/* STILE_NOT_FOUND when there is no such chunk in the view, or the clearance does not dominate its
 * document's label: the same words for both. */
stile_status stile_fetch_document(stile_plane *plane, const stile_view *view,
                                  const stile_clearance *clearance, const stile_docref *doc,
                                  stile_arena *arena, stile_document *out,
                                  const stile_label **label, stile_error *err) STILE_MUST_CHECK;
stile_status stile_fetch_chunk(stile_plane *plane, const stile_view *view,
                               const stile_clearance *clearance, const stile_docref *doc,
                               uint32_t ordinal, stile_arena *arena, stile_fetched *out,
                               stile_error *err) STILE_MUST_CHECK;

/* The cached verdict, or a new one, which is then cached. */
stile_status stile_rescan_chunk(stile_plane *plane, const stile_view *view, stile_worker *worker,
                                const stile_fetched *fetched, stile_arena *arena,
                                stile_scanned *out, stile_error *err) STILE_MUST_CHECK;

/* Sanitize, then redact, by the worker's policy. */
/* The same for nobody: any stored chunk's verdict, which is all that comes out. For the rescan. */
stile_status stile_rescan_stored(stile_plane *plane, const stile_view *view, stile_worker *worker,
                                 const stile_docref *doc, const stile_document *document,
                                 uint32_t ordinal, stile_arena *arena, stile_verdict *out,
                                 stile_error *err) STILE_MUST_CHECK;

stile_status stile_dispose_chunk(stile_worker *worker, const stile_scanned *scanned,
                                 stile_arena *arena, stile_released *out,
                                 stile_error *err) STILE_MUST_CHECK;

/* What people ruled about a scanned chunk; `standing` learns until when that holds. */
stile_status stile_rule_chunk(stile_plane *plane, stile_arena *arena, stile_scanned *scanned,
                              stile_standing *standing, stile_error *err) STILE_MUST_CHECK;

/* From fetched to released: rescan, rule, dispose. */
stile_status stile_release_chunk(stile_plane *plane, const stile_view *view, stile_worker *worker,
                                 stile_standing *standing, const stile_fetched *fetched,
                                 stile_arena *arena, stile_released *out,
                                 stile_error *err) STILE_MUST_CHECK;

/* Scan what was released, joined as the context joins it, for payloads that only the join makes:
 * a finding that crosses from one text into the next withholds both. */
stile_status stile_dispose_context(stile_worker *worker, stile_released *released, size_t count,
                                   stile_arena *arena, stile_error *err) STILE_MUST_CHECK;

#endif
