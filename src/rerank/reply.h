/* SPDX-License-Identifier: Apache-2.0 */
/* What a reranker answers: [{"index","score"}...], or the like under "results" or "data" with
 * "relevance_score". */
#ifndef STILE_RERANK_REPLY_H
#define STILE_RERANK_REPLY_H

#include <stddef.h>

#include "stile/slice.h"
#include "stile/status.h"

/* Fill `scores[count]`: each index once, each score finite; else STILE_UNAVAILABLE. Errors hold
 * nothing of the reply. */
stile_status stile_rerank_reply_read(stile_slice reply, size_t count, double *scores,
                                     stile_error *err) STILE_MUST_CHECK;

#endif
