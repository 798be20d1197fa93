/* SPDX-License-Identifier: Apache-2.0 */
/* Rerankers: a cross-encoder behind HTTP that judges each text against the query.
 *
 * Two shapes of request are spoken: "cohere" (Cohere, Jina, Voyage's cousins, vLLM, llama.cpp:
 * {"model","query","documents"}) and "tei" (text-embeddings-inference: {"query","texts"}). Of the
 * reply either shape is understood. A reranker only orders what was found and released: it can
 * bring nothing in. */
#ifndef STILE_RERANK_RERANK_H
#define STILE_RERANK_RERANK_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_reranker stile_reranker;

typedef struct stile_reranker_options {
    const char *kind;     /* "cohere" or "tei" */
    const char *url;      /* of the rerank route itself */
    const char *model;    /* name sent; not needed for tei */
    const char *key_file; /* holds the bearer token; NULL: none */
    uint32_t candidates;  /* texts judged a query; 0: 50 */
    uint32_t timeout_ms;  /* 0: 2000 */
} stile_reranker_options;

/* Caller destroys. Strings in `options` are copied. Asks nothing of the endpoint yet. */
stile_status stile_reranker_create(const stile_reranker_options *options, stile_reranker **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_reranker_destroy(stile_reranker *reranker); /* NULL is harmless */

uint32_t stile_reranker_candidates(const stile_reranker *reranker);
/* Of kind, URL and model: part of an answer's policy. */
const stile_sha256 *stile_reranker_hash(const stile_reranker *reranker);

/* The relevance of each text, in their order; higher is better. Empty texts are not sent and get
 * the lowest score of the others. Thread-safe. Whatever the endpoint does wrong is
 * STILE_UNAVAILABLE or STILE_TIMEOUT, so that a caller may keep its own order and say so. */
stile_status stile_rerank(stile_reranker *reranker, stile_slice query, const stile_slice *texts,
                          size_t count, double *scores, stile_error *err) STILE_MUST_CHECK;

#endif
