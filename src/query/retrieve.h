/* SPDX-License-Identifier: Apache-2.0 */
/* The query flow: authenticate -> clear -> search -> fetch -> rescan if stale -> dispose and
 * sanitize -> cite -> audit -> answer. */
#ifndef STILE_QUERY_RETRIEVE_H
#define STILE_QUERY_RETRIEVE_H

#include "plane/caller.h"
#include "scan/spotlight.h"

typedef enum { STILE_ANSWER_JSON, STILE_ANSWER_ANTHROPIC, STILE_ANSWER_TEXT } stile_answer_format;
bool stile_answer_format_parse(stile_slice name, stile_answer_format *out);

typedef struct stile_query {
    stile_credentials credentials;
    stile_slice text; /* UTF-8, at most STILE_MAX_QUERY */
    const stile_slice *collections;
    size_t collection_count; /* 0: all that the caller may use */
    stile_mode mode;
    uint32_t k;                 /* 0: 10 */
    const stile_filter *filter; /* NULL: none */
    stile_answer_format format;
    uint32_t neighbours; /* chunks on each side of a hit, at most STILE_MAX_NEIGHBOURS; they do not
                            count as results of k */
    uint32_t max_tokens; /* of the context, as stile_tokens_estimate counts; 0: no limit */
    bool has_min_score;
    double min_score; /* hits below are left out; the scale is the mode's, or the reranker's */
    bool duplicates;  /* keep near-duplicates of better hits */
    bool no_rerank;   /* leave a configured reranker out */
    stile_spotlight_mode spotlight;
} stile_query;

/* Answer one query: appends the answer (JSON, or text) to `answer`. Every answer, and every
 * refusal, is in the audit log before this returns. On failure `answer` holds nothing. */
stile_status stile_retrieve(stile_plane *plane, const stile_query *query, stile_buf *answer,
                            stile_error *err) STILE_MUST_CHECK;

/* One document, read through the same stages: its released text, its verdict, its chunks.
 * STILE_NOT_FOUND for one that is not there and for one above the caller's clearance, in the same
 * words. With `original`, also the stored bytes, only when nothing in them was flagged or changed
 * (else STILE_FORBIDDEN): unscanned bytes are never released. */
typedef struct stile_document_request {
    stile_credentials credentials;
    stile_slice collection, id;
    bool original;
} stile_document_request;
stile_status stile_document_get(stile_plane *plane, const stile_document_request *request,
                                stile_buf *answer, stile_error *err) STILE_MUST_CHECK;

#endif
