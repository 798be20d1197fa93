/* SPDX-License-Identifier: Apache-2.0 */
/* One query on its way through the stages; for the files of the query flow alone.
 *
 *     hits -> fetched -> released (candidates) -> chosen -> answer */
#ifndef STILE_QUERY_RETRIEVAL_H
#define STILE_QUERY_RETRIEVAL_H

#include "query/answer.h"
#include "query/phrase.h"

#define STILE_DEFAULT_K 10

typedef struct stile_retrieval {
    stile_plane *plane;
    const stile_query *query;
    stile_buf *out;
    stile_arena arena;

    stile_caller caller; /* authenticate */
    bool authenticated;
    stile_view *view; /* clear: pinned before the permit is minted, so that the permit
                         covers every label the view can hold */
    stile_permit *permit;
    stile_worker *worker;    /* with the policy in force */
    stile_standing standing; /* what the dispositions rest on */
    uint32_t *collections;
    size_t collection_count;
    stile_mode mode; /* search */
    stile_phrases phrases;
    stile_hit *hits;
    size_t hit_count;
    stile_fetched *fetched; /* fetch: the candidates */
    size_t fetched_count;
    stile_released *released; /* dispose: of the candidates; later those chosen */
    size_t count;
    stile_label *context_label; /* cite */
    stile_answer answer;
    stile_receipt receipt; /* audit */
} stile_retrieval;

static inline uint32_t stile_retrieval_k(const stile_retrieval *r)
{
    return r->query->k ? r->query->k : STILE_DEFAULT_K;
}

/* candidates.c: what the index finds, and its records: those that hold the query's phrases,
 * without near-duplicates. */
stile_status stile_retrieval_search(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;
stile_status stile_retrieval_fetch(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;

/* release.c: the policy in force, and what it lets out. */
stile_status stile_retrieval_policy(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;
bool stile_retrieval_policy_current(stile_retrieval *r);
stile_status stile_retrieval_dispose(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;
/* Scan the texts chosen as one; when the policy changed meanwhile, dispose of them again, once. */
stile_status stile_retrieval_assemble(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;

/* choose.c: another order by the reranker; then those that the answer has room for, and their
 * neighbours. */
stile_status stile_retrieval_rerank(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;
stile_status stile_retrieval_choose(stile_retrieval *r, stile_error *err) STILE_MUST_CHECK;

#endif
