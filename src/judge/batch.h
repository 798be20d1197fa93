/* SPDX-License-Identifier: Apache-2.0 */
/* Requests in common: texts of callers that come at the same time travel together.
 *
 * Nobody waits for company. While fewer than STILE_JUDGE_FLIGHTS requests are out, a caller sends at
 * once, with whoever waits already; then the next one goes out as soon as one comes back. So batches
 * form under load, and only then. Thread-safe. */
#ifndef STILE_JUDGE_BATCH_H
#define STILE_JUDGE_BATCH_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

#define STILE_JUDGE_FLIGHTS 4
#define STILE_JUDGE_MAX_BATCH 256

/* One request: `scores[count]`. STILE_INVALID says that one of the texts is refused, and then each
 * caller's go out alone, so that nobody's text stops the others'. */
typedef stile_status (*stile_judge_send)(void *ctx, const stile_slice *texts, size_t count,
                                         double *scores, stile_error *err);

typedef struct stile_judge_batch {
    /* immutable */
    stile_judge_send send;
    void *ctx;
    size_t most;         /* texts a request, 1 to STILE_JUDGE_MAX_BATCH */
    uint32_t timeout_ms; /* to wait for being sent; a request has its own */
    /* guarded by lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct stile_judge_waiter *first; /* not sent yet, in the order they came */
    unsigned flights;
} stile_judge_batch;

stile_status stile_judge_batch_init(stile_judge_batch *batch, stile_error *err) STILE_MUST_CHECK;
void stile_judge_batch_release(stile_judge_batch *batch);

/* STILE_TIMEOUT when they could not be sent in time; else what `send` gave. */
stile_status stile_judge_batch_ask(stile_judge_batch *batch, const stile_slice *texts, size_t count,
                                   double *scores, stile_error *err) STILE_MUST_CHECK;

#endif
