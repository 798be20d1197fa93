/* SPDX-License-Identifier: Apache-2.0 */
/* A raw HTTP client: bytes out as given, answers in whole. */
#ifndef STILE_TESTS_HTTP_CLIENT_H
#define STILE_TESTS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "http/server.h"

#define TEST_REPLY ((size_t)65536)

/* One answer, cut at its Content-Length. */
typedef struct test_reply {
    int status; /* 0: the connection ended without an answer */
    char head[4096];
    char body[TEST_REPLY];
    size_t body_len;
} test_reply;

/* Connect to the server; sends and receives give up after five seconds. Aborts when it cannot. */
int test_connect(const stile_server *server);
void test_send(int fd, const char *bytes, size_t len);
/* The next answer on the connection; `of_head` when it answers a HEAD and so has no body. */
void test_receive(int fd, bool of_head, test_reply *out);
/* Whether the server ends the connection within five seconds; drops what it still sends. */
bool test_is_closed(int fd);
/* Connect, send a NUL-terminated request, receive one answer, close. */
void test_ask(const stile_server *server, const char *request, test_reply *out);
/* As above, and whether the server closed the connection afterwards by itself. */
bool test_ask_closes(const stile_server *server, const char *request, test_reply *out);
/* The value of a header in `reply`, in a static buffer, or NULL. */
const char *test_header(const test_reply *reply, const char *name);

/* A request with Host and a key: method, path, content type (or NULL) and body (or NULL). In a
 * static buffer. */
const char *test_request(const char *method, const char *path, const char *key, const char *type,
                         const char *body);

#endif
