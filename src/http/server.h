/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP face: requests to the table of operations (api/route.h), and answers back. */
#ifndef STILE_HTTP_SERVER_H
#define STILE_HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/route.h"

/* Runs a pool of threads of its own, each with an epoll of its own; a request runs on the thread
 * that read it. */
typedef struct stile_server stile_server;

/* As stile_api_dispatch; tests put their own in its place. Called from several threads. */
typedef stile_status (*stile_server_dispatch)(const stile_api *api,
                                              const stile_api_request *request, stile_buf *out,
                                              const char **allow, stile_error *err);

typedef struct stile_server_options {
    stile_plane *plane;   /* borrowed; outlives the server */
    const char *listen;   /* "127.0.0.1:7717" or "[::1]:0"; port 0 takes a free one */
    bool allow_remote;    /* may listen where other machines reach it */
    unsigned threads;     /* 0: 4. At least 2: libmicrohttpd's one-thread mode collapses at 256
                                connections, from 145,000 requests a second to under 200 */
    unsigned connections; /* at once; 0: 1024 */
    unsigned timeout_s;   /* that a connection may be silent; 0: 30 */
    size_t max_body;      /* of one request; 0: STILE_MAX_HTTP_BODY */
    size_t max_bodies;    /* of all requests together; 0: 8 times max_body */
    stile_server_dispatch dispatch; /* NULL: stile_api_dispatch */
} stile_server_options;

/* Start to serve. STILE_FORBIDDEN for an address that is not loopback without `allow_remote`;
 * STILE_BUSY when the address is taken. The caller stops it. */
stile_status stile_server_create(const stile_server_options *options, stile_server **out,
                                 stile_error *err) STILE_MUST_CHECK;
uint16_t stile_server_port(const stile_server *server);
/* "127.0.0.1:7717", with the port it got. Borrowed for the life of the server. */
const char *stile_server_address(const stile_server *server);
/* Accept nothing more, let running requests finish (ten seconds at most for those still being
 * sent), and free everything. NULL is harmless. */
void stile_server_stop(stile_server *server);

#endif
