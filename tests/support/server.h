/* SPDX-License-Identifier: Apache-2.0 */
/* A server on the loopback address that says, byte for byte, what a test tells it to. */
#ifndef STILE_TESTS_SUPPORT_SERVER_H
#define STILE_TESTS_SUPPORT_SERVER_H

#include <stddef.h>

#include "stile/slice.h"

typedef struct net_server net_server;

/* What one connection gets, once its request (head, and body by Content-Length) has been read. */
typedef struct net_answer {
    stile_slice bytes; /* sent as they are; then the connection is closed */
    unsigned wait_ms;  /* before the bytes */
    size_t repeat;     /* the bytes are sent so many more times, or until the client hangs up */
} net_answer;

/* Connections get the answers in turn, and the last one over again. The answers are borrowed. */
net_server *net_server_start(const net_answer *answers, size_t count);
/* "http://127.0.0.1:port" and `path`, in a static ring of 8 buffers. */
const char *net_server_url(const net_server *server, const char *path);
/* The request that connection `n` sent, NUL-terminated; NULL when there was none. */
const char *net_server_request(net_server *server, size_t n);
size_t net_server_connections(net_server *server);
void net_server_stop(net_server *server);

/* A port on which nobody listens. */
unsigned net_closed_port(void);

#endif
