/* SPDX-License-Identifier: Apache-2.0 */
/* Documents as JSON: one object, or one a line.
 *
 *   {"id" or "_id": "...", "text" | "html" | "markdown": "...", "title", "url", "label",
 *    "metadata": {"key": string | number | boolean | [string, ...]}}
 *
 * "_id" is what BEIR's corpora say. Unknown members are refused. */
#ifndef STILE_INGEST_JSONL_H
#define STILE_INGEST_JSONL_H

#include <jansson.h>

#include "stile/arena.h"
#include "stile/document.h"

/* All but `metadata_json` borrow from the JSON object. */
typedef struct stile_item {
    stile_slice id, title, body, url, label;
    stile_slice metadata_json; /* compact, keys sorted; empty when there is none */
    stile_format format;
} stile_item;

/* Read one document's object. `metadata_json` borrows from `arena`. Errors carry a pointer:
 * "/metadata/x: ...". */
stile_status stile_item_decode(const json_t *object, stile_arena *arena, stile_item *out,
                               stile_error *err) STILE_MUST_CHECK;

/* Up to `size` more bytes into `into`; *len 0 at the end. */
typedef stile_status (*stile_jsonl_pull)(void *ctx, char *into, size_t size, size_t *len,
                                         stile_error *err);

typedef struct stile_jsonl stile_jsonl;

/* A reader over bytes in memory (borrowed), a file, or a callback. The caller destroys it. */
stile_status stile_jsonl_open_slice(stile_slice bytes, stile_jsonl **out,
                                    stile_error *err) STILE_MUST_CHECK;
stile_status stile_jsonl_open_file(const char *path, stile_jsonl **out,
                                   stile_error *err) STILE_MUST_CHECK;
stile_status stile_jsonl_open_pull(stile_jsonl_pull pull, void *ctx, stile_jsonl **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_jsonl_destroy(stile_jsonl *reader);

/* The next document; blank lines are passed over. *more is false at the end. `out` is valid
 * until the next call. STILE_INVALID and STILE_TOO_LARGE concern one line ("line 17:
 * /metadata/x: ..."): *more stays true and the next call goes on behind it. Any other failure
 * ends the input: *more is false. Not thread-safe. */
stile_status stile_jsonl_next(stile_jsonl *reader, stile_item *out, bool *more,
                              stile_error *err) STILE_MUST_CHECK;
size_t stile_jsonl_line(const stile_jsonl *reader); /* of the last item or error, from 1 */

#endif
