/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP requests as a client. The only user of libcurl.
 *
 * Redirects are not followed, only http and https are spoken, bodies and headers are capped,
 * every request has a deadline. Thread-safe: each call uses a connection of a small pool. */
#ifndef STILE_NET_FETCH_H
#define STILE_NET_FETCH_H

#include <stdint.h>

#include "stile/buf.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_fetcher stile_fetcher;

stile_status stile_fetcher_create(stile_fetcher **out, stile_error *err) STILE_MUST_CHECK;
void stile_fetcher_destroy(stile_fetcher *fetcher);

typedef struct stile_fetch_request {
    const char *method;         /* "GET", "POST", "PUT", "DELETE" */
    const char *url;            /* NUL-terminated */
    const char *bearer;         /* token, or NULL; never logged, never in an error */
    const char *content_type;   /* of the body, or NULL */
    const char *const *headers; /* extra "Name: value" lines, NULL-terminated, or NULL */
    stile_slice body;
    uint32_t timeout_ms; /* whole request; 0: 30000 */
} stile_fetch_request;

typedef struct stile_fetch_reply {
    long status;             /* HTTP status */
    uint32_t retry_after_ms; /* from Retry-After or retry-after-ms; 0 when absent */
    char content_type[64];
} stile_fetch_reply;

/* Any HTTP status is STILE_OK: the caller judges. `body` (initialised by the caller, capped by
 * its own cap) gets the reply's body. STILE_TIMEOUT, STILE_UNAVAILABLE (no connection),
 * STILE_TOO_LARGE. */
stile_status stile_fetch(stile_fetcher *fetcher, const stile_fetch_request *request,
                         stile_fetch_reply *reply, stile_buf *body,
                         stile_error *err) STILE_MUST_CHECK;

#endif
