/* SPDX-License-Identifier: Apache-2.0 */
#include "support/server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_REQUESTS 64
#define MAX_REQUEST 65536

struct net_server {
    const net_answer *answers;
    size_t count;
    int listener;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t lock;
    /* guarded by lock */
    char *requests[MAX_REQUESTS];
    size_t connections;
};

static int listen_on_loopback(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0);
    cr_assert(listen(fd, 16) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

unsigned net_closed_port(void)
{
    unsigned port;

    (void)close(listen_on_loopback(&port));
    return port;
}

/* Length of the whole request once its head is there; 0 before. */
static size_t whole_length(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");
    size_t body = 0;

    if (!end)
        return 0;
    for (const char *line = request; line < end; line = strstr(line, "\r\n") + 2)
        if (strncasecmp(line, "Content-Length:", 15) == 0)
            body = strtoul(line + 15, NULL, 10);
    return (size_t)(end - request) + 4 + body;
}

static char *read_request(int fd)
{
    char *request = calloc(1, MAX_REQUEST + 1);
    size_t len = 0, whole = 0;

    while (len < MAX_REQUEST && (whole == 0 || len < whole)) {
        ssize_t n = recv(fd, request + len, MAX_REQUEST - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        whole = whole_length(request);
    }
    return request;
}

static void answer(int fd, const net_answer *a)
{
    struct timespec wait = {a->wait_ms / 1000, (long)(a->wait_ms % 1000) * 1000000};
    char rest[256];

    (void)nanosleep(&wait, NULL);
    for (size_t i = 0; i <= a->repeat; i++)
        if (send(fd, a->bytes.ptr, a->bytes.len, MSG_NOSIGNAL) != (ssize_t)a->bytes.len)
            break;
    /* Closing with bytes unread would reset the connection, and the answer be lost. */
    (void)shutdown(fd, SHUT_WR);
    while (recv(fd, rest, sizeof rest, MSG_DONTWAIT) > 0)
        ;
    (void)close(fd);
}

static void *serve(void *ctx)
{
    net_server *s = ctx;

    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        char *request;
        size_t n;

        if (fd < 0)
            return NULL;
        request = read_request(fd);
        (void)pthread_mutex_lock(&s->lock);
        n = s->connections++;
        cr_assert(n < MAX_REQUESTS);
        s->requests[n] = request;
        (void)pthread_mutex_unlock(&s->lock);
        answer(fd, &s->answers[n < s->count ? n : s->count - 1]);
    }
}

net_server *net_server_start(const net_answer *answers, size_t count)
{
    net_server *s = calloc(1, sizeof *s);

    s->answers = answers;
    s->count = count;
    s->listener = listen_on_loopback(&s->port);
    cr_assert(pthread_mutex_init(&s->lock, NULL) == 0);
    cr_assert(pthread_create(&s->thread, NULL, serve, s) == 0);
    return s;
}

const char *net_server_url(const net_server *s, const char *path)
{
    static char ring[8][256];
    static unsigned at;
    char *url = ring[at++ % 8];

    (void)snprintf(url, sizeof ring[0], "http://127.0.0.1:%u%s", s->port, path);
    return url;
}

const char *net_server_request(net_server *s, size_t n)
{
    const char *request;

    (void)pthread_mutex_lock(&s->lock);
    request = n < s->connections ? s->requests[n] : NULL;
    (void)pthread_mutex_unlock(&s->lock);
    return request;
}

size_t net_server_connections(net_server *s)
{
    size_t n;

    (void)pthread_mutex_lock(&s->lock);
    n = s->connections;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

void net_server_stop(net_server *s)
{
    (void)shutdown(s->listener, SHUT_RDWR); /* wakes accept */
    (void)pthread_join(s->thread, NULL);
    (void)close(s->listener);
    (void)pthread_mutex_destroy(&s->lock);
    for (size_t i = 0; i < s->connections; i++)
        free(s->requests[i]);
    free(s);
}
