/* SPDX-License-Identifier: Apache-2.0 */
/* An embeddings server on the loopback that misbehaves as asked. One thread, one connection at a
 * time; each reply ends its connection. */
#ifndef STILE_TESTS_EMBED_SERVER_H
#define STILE_TESTS_EMBED_SERVER_H

#include <pthread.h>
#include <stdatomic.h>

#define SERVER_DIM 4

typedef enum {
    SERVER_HONEST,
    SERVER_REVERSED,     /* items last first, indices right */
    SERVER_BASE64,       /* whatever encoding_format says */
    SERVER_413_PAST_TWO, /* more than two texts */
    SERVER_422_PAST_TWO,
    SERVER_400_PAST_TWO,
    SERVER_413_ALWAYS,
    SERVER_429_ONCE, /* Retry-After: 1, then honest */
    SERVER_503_ONCE, /* retry-after-ms: 10, then honest */
    SERVER_503_ALWAYS,
    SERVER_503_AN_HOUR, /* Retry-After: 3600 */
    SERVER_CUT,         /* the connection ends in the middle of the body */
    SERVER_HALF_JSON,   /* a whole reply of half a JSON text */
    SERVER_OTHER_DIM,
    SERVER_NAN,
    SERVER_NAN_BASE64,
    SERVER_INFINITE, /* 1e39, which no float holds */
    SERVER_TEXT_IN_VECTOR,
    SERVER_BAD_BASE64,
    SERVER_DOUBLE_INDEX,
    SERVER_FAR_INDEX,
    SERVER_NO_INDEX,
    SERVER_ONE_SHORT,
    SERVER_NO_EMBEDDING,
    SERVER_ZEROS,
    SERVER_HUGE, /* without end */
    SERVER_SLOW, /* a second too late */
    SERVER_401_WRAPPED,
    SERVER_400_FLAT,
    SERVER_REDIRECT, /* to itself; honest there */
} server_mode;

typedef struct server {
    server_mode mode;
    int listener;
    pthread_t thread;
    char url[64];
    _Atomic unsigned requests;
    char last[65536]; /* the last request, head and body; read after server_stop */
} server;

void server_start(server *s, server_mode mode);
void server_stop(server *s);

#endif
