/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int test_connect(const stile_server *server)
{
    const struct timeval patience = {.tv_sec = 5};
    struct sockaddr_in where = {.sin_family = AF_INET,
                                .sin_port = htons(stile_server_port(server)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) ||
        connect(fd, (struct sockaddr *)&where, sizeof where)) {
        perror("connect");
        abort();
    }
    return fd;
}

void test_send(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the server may refuse before it has read all */
        bytes += n;
        len -= (size_t)n;
    }
}

/* Byte by byte, so that nothing of the next answer is taken. */
static bool receive_head(int fd, test_reply *out)
{
    size_t len = 0;

    while (len + 1 < sizeof out->head && recv(fd, out->head + len, 1, 0) == 1) {
        out->head[++len] = '\0';
        if (len >= 4 && memcmp(out->head + len - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

void test_receive(int fd, bool of_head, test_reply *out)
{
    const char *length;
    size_t want;

    memset(out, 0, sizeof *out);
    do {
        if (!receive_head(fd, out) || sscanf(out->head, "HTTP/1.%*c %d", &out->status) != 1) {
            out->status = 0;
            return;
        }
    } while (out->status == 100);
    length = test_header(out, "Content-Length");
    want = length && !of_head ? strtoul(length, NULL, 10) : 0;
    while (out->body_len < want && want < sizeof out->body) {
        ssize_t n = recv(fd, out->body + out->body_len, want - out->body_len, 0);
        if (n <= 0)
            return;
        out->body_len += (size_t)n;
    }
}

bool test_is_closed(int fd)
{
    char bytes[512];
    ssize_t n;

    /* The library's own refusals (of a Content-Length that is no number) send their head twice. */
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        continue;
    return n == 0 || errno == ECONNRESET; /* reset: it left bytes of ours unread */
}

bool test_ask_closes(const stile_server *server, const char *request, test_reply *out)
{
    int fd = test_connect(server);
    bool closed;

    test_send(fd, request, strlen(request));
    test_receive(fd, strncmp(request, "HEAD ", 5) == 0, out);
    closed = test_is_closed(fd);
    close(fd);
    return closed;
}

void test_ask(const stile_server *server, const char *request, test_reply *out)
{
    int fd = test_connect(server);

    test_send(fd, request, strlen(request));
    test_receive(fd, strncmp(request, "HEAD ", 5) == 0, out);
    close(fd);
}

const char *test_header(const test_reply *reply, const char *name)
{
    static char value[512];
    size_t len = strlen(name);

    for (const char *line = reply->head; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            line += len + 1 + strspn(line + len + 1, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line, "\r\n"), line);
            return value;
        }
    }
    return NULL;
}

const char *test_request(const char *method, const char *path, const char *key, const char *type,
                         const char *body)
{
    static char text[65536];
    int at = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: x\r\n", method, path);

    if (key)
        at += snprintf(text + at, sizeof text - (size_t)at, "Authorization: Bearer %s\r\n", key);
    if (type)
        at += snprintf(text + at, sizeof text - (size_t)at, "Content-Type: %s\r\n", type);
    if (body)
        at +=
            snprintf(text + at, sizeof text - (size_t)at, "Content-Length: %zu\r\n", strlen(body));
    snprintf(text + at, sizeof text - (size_t)at, "\r\n%s", body ? body : "");
    return text;
}
