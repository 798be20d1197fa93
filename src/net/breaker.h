/* SPDX-License-Identifier: Apache-2.0 */
/* A circuit breaker: after a run of failures nobody asks for a while, then one caller may try.
 *
 * Closed, every caller passes. STILE_BREAKER_FAILURES failures in a row open it; for
 * STILE_BREAKER_REST_MS nobody passes; then one caller does, and its outcome closes or reopens
 * it. Thread-safe. */
#ifndef STILE_NET_BREAKER_H
#define STILE_NET_BREAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "stile/status.h"

#define STILE_BREAKER_FAILURES 5
#define STILE_BREAKER_REST_MS 10000

typedef struct stile_breaker {
    pthread_mutex_t lock;
    /* guarded by lock */
    uint32_t failures; /* in a row */
    uint64_t rest_until_ms;
    bool trying; /* one caller is out to see whether it works again */
} stile_breaker;

stile_status stile_breaker_init(stile_breaker *breaker, stile_error *err) STILE_MUST_CHECK;
void stile_breaker_release(stile_breaker *breaker);

/* Whether to go on at `now_ms` (monotonic). Each true is followed by one report. */
bool stile_breaker_pass(stile_breaker *breaker, uint64_t now_ms);
void stile_breaker_report(stile_breaker *breaker, uint64_t now_ms, bool worked);

#endif
