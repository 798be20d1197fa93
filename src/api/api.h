/* SPDX-License-Identifier: Apache-2.0 */
/* What stile can be asked, as JSON in and JSON out: one function an operation. The HTTP routes and
 * the command line are two faces of these, so they cannot come to differ.
 *
 * Each appends its answer to `out`, or fails and appends nothing. Request bodies are parsed JSON,
 * borrowed; errors carry a JSON pointer. Thread-safe. docs/api.md describes the shapes. */
#ifndef STILE_API_API_H
#define STILE_API_API_H

#include "base/json.h"
#include "plane/caller.h"

/* Who asks whom. */
typedef struct stile_api {
    stile_plane *plane;
    stile_credentials credentials;
} stile_api;

/* {"query", "collections"?: [...], "mode"?, "k"?, "filters"?, "clearance"?, "format"?,
 * "neighbours"?, "max_tokens"?, "min_score"?, "duplicates"?, "rerank"?, "spotlight"?}
 * -> the answer. */
stile_status stile_api_retrieve(const stile_api *api, const json_t *body, stile_buf *out,
                                stile_error *err) STILE_MUST_CHECK;

/* Collections: {"ceiling"?, "trust"?} -> {"name","ceiling","trust","created"}. */
stile_status stile_api_collection_put(const stile_api *api, stile_slice name, const json_t *body,
                                      stile_buf *out, stile_error *err) STILE_MUST_CHECK;
/* {"trust"?, "flagged"?} -> the collection. */
stile_status stile_api_collection_change(const stile_api *api, stile_slice name, const json_t *body,
                                         stile_buf *out, stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_collection_get(const stile_api *api, stile_slice name, stile_buf *out,
                                      stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_collection_list(const stile_api *api, stile_buf *out,
                                       stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_collection_delete(const stile_api *api, stile_slice name, stile_buf *out,
                                         stile_error *err) STILE_MUST_CHECK;

/* {"title"?, "text"|"html"|"markdown", "url"?, "label", "metadata"?}
 * -> {"id","outcome","chunks","flagged","withheld"}. */
typedef struct stile_api_document {
    stile_slice collection, id;
    stile_slice trust; /* empty: the collection's */
} stile_api_document;
stile_status stile_api_document_put(const stile_api *api, const stile_api_document *where,
                                    const json_t *body, stile_buf *out,
                                    stile_error *err) STILE_MUST_CHECK;
/* JSONL of the same with "id"; `label` and `trust` (may be empty) stand in where a line has none.
 * -> {"results":[{"line","id","outcome","error"?}...],"created","replaced",...,"failed"}. A bad line
 * does not stop the rest. */
typedef struct stile_api_bulk {
    stile_slice collection, lines, label, trust;
} stile_api_bulk;
stile_status stile_api_documents_bulk(const stile_api *api, const stile_api_bulk *bulk,
                                      stile_buf *out, stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_document_get(const stile_api *api, stile_slice collection, stile_slice id,
                                    bool original, stile_buf *out,
                                    stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_document_delete(const stile_api *api, stile_slice collection, stile_slice id,
                                       stile_buf *out, stile_error *err) STILE_MUST_CHECK;

/* {"label", "ids": [...] | "prefix"} -> {"changed": n}. */
stile_status stile_api_label_set(const stile_api *api, stile_slice collection, const json_t *body,
                                 stile_buf *out, stile_error *err) STILE_MUST_CHECK;

/* {"name","clearance","scopes"?: "retrieve,...","collections"?: [...],"expires_days"?}
 * -> {"key": shown this once, "id", ...}; list; revoke. */
stile_status stile_api_key_create(const stile_api *api, const json_t *body, stile_buf *out,
                                  stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_key_list(const stile_api *api, stile_buf *out,
                                stile_error *err) STILE_MUST_CHECK;
stile_status stile_api_key_revoke(const stile_api *api, stile_slice id, stile_buf *out,
                                  stile_error *err) STILE_MUST_CHECK;

#endif
