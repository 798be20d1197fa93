/* SPDX-License-Identifier: Apache-2.0 */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_HOST 256
#define BACKLOG 511

/* "host:port" or "[host]:port" into its two parts; `host` holds MAX_HOST bytes. */
static stile_status split(const char *text, char *host, const char **port, stile_error *err)
{
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    bool bracketed = len > 2 && text[0] == '[' && text[len - 1] == ']';

    if (!colon || len == 0 || len >= MAX_HOST || !colon[1] ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon + 1) > 5 ||
        (!bracketed && memchr(text, ':', len)))
        return stile_fail(err, STILE_INVALID,
                          "listen: expected HOST:PORT, for example 127.0.0.1:7717 or [::1]:7717");
    (void)snprintf(host, MAX_HOST, "%.*s", (int)(bracketed ? len - 2 : len),
                   bracketed ? text + 1 : text);
    *port = colon + 1;
    return STILE_OK;
}

stile_status stile_listen_parse(const char *text, stile_listen_address *out, stile_error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[MAX_HOST];
    const char *port = "";
    unsigned number = 0;
    stile_status st = split(text, host, &port, err);

    if (st)
        return st;
    for (const char *p = port; *p; p++)
        number = number * 10 + (unsigned)(*p - '0');
    if (number > UINT16_MAX)
        return stile_fail(err, STILE_INVALID, "listen: there is no port %s", port);
    if (getaddrinfo(host, port, &hints, &found) != 0 || !found)
        return stile_fail(err, STILE_NOT_FOUND, "listen: no address for %s", host);
    *out = (stile_listen_address){.len = found->ai_addrlen};
    memcpy(&out->address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return STILE_OK;
}

bool stile_listen_is_loopback(const stile_listen_address *where)
{
    if (where->address.ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &where->address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    if (where->address.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &where->address, sizeof v6);
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    }
    return false;
}

static stile_status fail_errno(stile_error *err, const char *what)
{
    stile_status st = errno == EADDRINUSE ? STILE_BUSY
                      : errno == EACCES   ? STILE_FORBIDDEN
                                          : STILE_IO;
    return stile_fail(err, st, "listen: %s: %s", what, strerror(errno));
}

stile_status stile_listen_open(stile_listen_address *where, int *out, stile_error *err)
{
    const int on = 1;
    stile_status st = STILE_OK;
    char text[STILE_LISTEN_TEXT];
    int fd = socket(where->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    stile_listen_format(where, text);
    if (fd < 0)
        return fail_errno(err, text);
    /* A restart must not wait for the last life's connections to time out. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (where->address.ss_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        bind(fd, (const struct sockaddr *)&where->address, where->len) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&where->address, &where->len) != 0)
        st = fail_errno(err, text);
    if (st)
        (void)close(fd);
    else
        *out = fd;
    return st;
}

uint16_t stile_listen_port(const stile_listen_address *where)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (where->address.ss_family == AF_INET6) {
        memcpy(&v6, &where->address, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    memcpy(&v4, &where->address, sizeof v4);
    return ntohs(v4.sin_port);
}

void stile_listen_format(const stile_listen_address *where, char *out)
{
    bool v6 = where->address.ss_family == AF_INET6;
    char host[INET6_ADDRSTRLEN + 24] = "?";

    (void)getnameinfo((const struct sockaddr *)&where->address, where->len, host, sizeof host, NULL,
                      0, NI_NUMERICHOST);
    (void)snprintf(out, STILE_LISTEN_TEXT, v6 ? "[%s]:%u" : "%s:%u", host,
                   (unsigned)stile_listen_port(where));
}
