/* SPDX-License-Identifier: Apache-2.0 */
/* The assembler: from released chunks to the answer's bytes. It takes nothing else, and what it
 * makes leaves only with a receipt. */
#ifndef STILE_QUERY_ANSWER_H
#define STILE_QUERY_ANSWER_H

#include "base/json.h"
#include "query/released.h"
#include "query/retrieve.h"

#define STILE_TRACE_ID_LEN 32 /* hex digits, as in W3C trace context */

/* Everything an answer is made of. */
typedef struct stile_answer {
    char trace_id[STILE_TRACE_ID_LEN + 1];
    stile_mode mode;
    const stile_released *released;
    size_t count;
    const stile_label *context_label;
    const stile_sha256 *scan_version, *embedder;
    stile_sha256 index_generation;
    const char *degraded;         /* why the mode is not the one asked for; NULL: it is */
    const stile_sha256 *reranker; /* NULL: its order is the search's own */
    stile_spotlight_mode spotlight;
    bool explain; /* rule ids and scores: the caller has the scope */
} stile_answer;

stile_status stile_trace_id_make(char out[STILE_TRACE_ID_LEN + 1],
                                 stile_error *err) STILE_MUST_CHECK;

/* Append the answer. `receipt` must be durable: STILE_INTERNAL otherwise. */
stile_status stile_answer_write(const stile_answer *answer, stile_answer_format format,
                                const stile_receipt *receipt, stile_buf *out,
                                stile_error *err) STILE_MUST_CHECK;

/* Shared with the document answer. New references, NULL when memory ran out. */
json_t *stile_answer_policy(const stile_answer *answer);
/* `text` is the scanned one, of which findings that stand in a quotation are marked. */
json_t *stile_answer_findings(const stile_verdict *verdict, stile_slice text, bool explain);
json_t *stile_answer_redactions(const stile_released *released);
json_t *stile_answer_span(uint32_t start, uint32_t end);
json_t *stile_answer_lines(uint32_t start, uint32_t end);

#endif
