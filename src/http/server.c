/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's life. Connections are never suspended: libmicrohttpd 0.9.75 may then forget others
 * that are ready (fixed in 1.0.3). */
#include "http/server.h"

#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "http/exchange.h"
#include "http/listen.h"

#define GRACE_MS 10000
#define GRACE_STEP_MS 5

struct stile_server {
    struct MHD_Daemon *daemon;
    stile_listen_address where;
    char address[STILE_LISTEN_TEXT];
    stile_exchanges exchanges;
};

/* Paths stay as they were sent: "%2F" inside an id is no separator, and who decodes decodes once
 * (api/route.c). */
static size_t leave_escaped(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx;
    (void)connection;
    return strlen(text);
}

static stile_server_options with_defaults(const stile_server_options *options)
{
    stile_server_options o = *options;

    o.threads = o.threads ? o.threads : 4;
    o.threads = o.threads < 2 ? 2 : o.threads;
    o.connections = o.connections ? o.connections : 1024;
    o.connections = o.connections < o.threads ? o.threads : o.connections;
    o.timeout_s = o.timeout_s ? o.timeout_s : 30;
    o.max_body = o.max_body ? o.max_body : STILE_MAX_HTTP_BODY;
    o.max_bodies = o.max_bodies ? o.max_bodies : 8 * o.max_body;
    o.dispatch = o.dispatch ? o.dispatch : stile_api_dispatch;
    return o;
}

/* Takes over `fd` when it succeeds. */
static stile_status start(stile_server *s, const stile_server_options *o, int fd, stile_error *err)
{
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, stile_exchange_step, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, o->threads,
        MHD_OPTION_CONNECTION_LIMIT, o->connections, MHD_OPTION_CONNECTION_TIMEOUT, o->timeout_s,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, stile_exchange_begin, &s->exchanges,
        MHD_OPTION_NOTIFY_COMPLETED, stile_exchange_end, NULL, MHD_OPTION_END);
    return s->daemon ? STILE_OK
                     : stile_fail(err, STILE_INTERNAL, "http: the server did not start on %s",
                                  s->address);
}

static stile_status check_reach(const stile_listen_address *where, bool allow_remote,
                                stile_error *err)
{
    if (allow_remote || stile_listen_is_loopback(where))
        return STILE_OK;
    return stile_fail(err, STILE_FORBIDDEN,
                      "listen: other machines reach this address, and keys would travel in the "
                      "clear: listen on loopback behind a TLS proxy, or give --allow-remote");
}

stile_status stile_server_create(const stile_server_options *options, stile_server **out,
                                 stile_error *err)
{
    const stile_server_options o = with_defaults(options);
    stile_server *s = stile_alloc(sizeof *s);
    int fd = -1;
    stile_status st;

    if (!s)
        return stile_fail(err, STILE_NO_MEMORY, "http: out of memory");
    if ((st = stile_listen_parse(o.listen, &s->where, err)) ||
        (st = check_reach(&s->where, o.allow_remote, err)) ||
        (st = stile_listen_open(&s->where, &fd, err)))
        goto out;
    stile_listen_format(&s->where, s->address);
    s->exchanges.plane = o.plane;
    s->exchanges.dispatch = o.dispatch;
    s->exchanges.max_body = o.max_body;
    s->exchanges.max_bodies = o.max_bodies;
    if (!(st = start(s, &o, fd, err)))
        *out = s;
out:
    /* Whether a daemon that did not start closed the socket is not said, and closing a number
     * twice may close another's file: that one is left to the process's end. */
    if (st)
        stile_free(s);
    return st;
}

uint16_t stile_server_port(const stile_server *server)
{
    return stile_listen_port(&server->where);
}

const char *stile_server_address(const stile_server *server)
{
    return server->address;
}

void stile_server_stop(stile_server *server)
{
    const struct timespec step = {.tv_nsec = GRACE_STEP_MS * 1000000L};
    MHD_socket fd;

    if (!server)
        return;
    atomic_store(&server->exchanges.stopping, true);
    fd = MHD_quiesce_daemon(server->daemon);
    for (int ms = 0; ms < GRACE_MS && atomic_load(&server->exchanges.running); ms += GRACE_STEP_MS)
        (void)nanosleep(&step, NULL);
    if (atomic_load(&server->exchanges.running))
        stile_log(STILE_LOG_WARN, "http.stop", "unfinished requests were cut off");
    MHD_stop_daemon(server->daemon); /* waits for what its threads are running */
    if (fd != MHD_INVALID_SOCKET)
        (void)close(fd); /* only now: until then a thread might still look at it */
    stile_free(server);
}
