/* SPDX-License-Identifier: Apache-2.0 */
/* The strict request guard: refuses what two parsers could read in two ways.
 *
 * libmicrohttpd 0.9.75 forgives: it takes Content-Length beside Transfer-Encoding, the first of
 * two differing Content-Lengths, ignores "Content-Length :" and reads the body as the next
 * request. Behind a proxy that reads them otherwise, each of these smuggles a request past it. So
 * every head is judged once more, here, before any byte of its body is used, and a refused
 * connection is closed: nothing after an ambiguous head can be trusted to be where it seems.
 *
 * Lines that are folded or end in a bare LF are seen by lines.h, before the guard. */
#ifndef STILE_HTTP_GUARD_H
#define STILE_HTTP_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

/* One head, as far as it was seen. Begin with zeroes. */
typedef struct stile_guard {
    unsigned hosts, lengths, codings, authorizations, types, matches;
    bool chunked;                            /* the one Transfer-Encoding says so */
    uint64_t length;                         /* the one Content-Length */
    stile_slice authorization, content_type; /* borrowed from the header */
    stile_slice if_match;
    stile_error fault; /* the first one; later headers no longer matter */
} stile_guard;

/* Judge one header. Call for each, in any order; `value` without the spaces around it. */
void stile_guard_header(stile_guard *guard, stile_slice name, stile_slice value);

/* The verdict on the whole head: STILE_OK, or STILE_INVALID. `version` is as on the request line
 * ("HTTP/1.1"). */
stile_status stile_guard_verdict(const stile_guard *guard, stile_slice version,
                                 stile_error *err) STILE_MUST_CHECK;

/* Whether a body follows the head; of a passed guard. */
bool stile_guard_has_body(const stile_guard *guard);

/* The token of "Bearer TOKEN"; false when the value is of another form. Borrows. */
bool stile_guard_bearer(stile_slice authorization, stile_slice *out);

/* Whether a Content-Type's media type is `type` ("application/json"), whatever its parameters. */
bool stile_guard_is_type(stile_slice content_type, const char *type);

/* Case-insensitive, ASCII. */
bool stile_guard_same_name(stile_slice a, const char *b);

#endif
