/* SPDX-License-Identifier: Apache-2.0 */
#include "net/breaker.h"

stile_status stile_breaker_init(stile_breaker *breaker, stile_error *err)
{
    *breaker = (stile_breaker){.failures = 0};
    if (pthread_mutex_init(&breaker->lock, NULL))
        return stile_fail(err, STILE_NO_MEMORY, "breaker: no mutex");
    return STILE_OK;
}

void stile_breaker_release(stile_breaker *breaker)
{
    (void)pthread_mutex_destroy(&breaker->lock);
}

bool stile_breaker_pass(stile_breaker *breaker, uint64_t now_ms)
{
    bool pass = true;

    (void)pthread_mutex_lock(&breaker->lock);
    if (breaker->failures >= STILE_BREAKER_FAILURES) {
        pass = !breaker->trying && now_ms >= breaker->rest_until_ms;
        breaker->trying = breaker->trying || pass;
    }
    (void)pthread_mutex_unlock(&breaker->lock);
    return pass;
}

void stile_breaker_report(stile_breaker *breaker, uint64_t now_ms, bool worked)
{
    (void)pthread_mutex_lock(&breaker->lock);
    breaker->trying = false;
    breaker->failures = worked ? 0 : breaker->failures + (breaker->failures < UINT32_MAX);
    if (breaker->failures >= STILE_BREAKER_FAILURES)
        breaker->rest_until_ms = now_ms + STILE_BREAKER_REST_MS;
    (void)pthread_mutex_unlock(&breaker->lock);
}
