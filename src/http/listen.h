/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server listens: "127.0.0.1:7717", "[::1]:0", "localhost:7717". */
#ifndef STILE_HTTP_LISTEN_H
#define STILE_HTTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "stile/status.h"

#define STILE_LISTEN_TEXT 80

typedef struct stile_listen_address {
    struct sockaddr_storage address;
    socklen_t len;
} stile_listen_address;

/* STILE_INVALID for another form; STILE_NOT_FOUND for a name that does not resolve. A name gives
 * the first of its addresses. */
stile_status stile_listen_parse(const char *text, stile_listen_address *out,
                                stile_error *err) STILE_MUST_CHECK;
/* Reachable from this machine alone. */
bool stile_listen_is_loopback(const stile_listen_address *where);
/* A listening, non-blocking socket; the caller closes it. `where` then holds the port it got.
 * STILE_BUSY when the address is taken. */
stile_status stile_listen_open(stile_listen_address *where, int *out,
                               stile_error *err) STILE_MUST_CHECK;
uint16_t stile_listen_port(const stile_listen_address *where);
/* As stile_listen_parse reads it, numeric; `out` holds STILE_LISTEN_TEXT bytes. */
void stile_listen_format(const stile_listen_address *where, char *out);

#endif
