/* SPDX-License-Identifier: Apache-2.0 */
#include "echo.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_uint calls;

unsigned echo_calls(void)
{
    return atomic_load(&calls);
}

static stile_status fail_as(stile_slice name, stile_error *err)
{
    for (int i = 1; i < STILE_STATUS_COUNT; i++)
        if (stile_slice_eq(name, stile_str(stile_status_name((stile_status)i))))
            return stile_fail(err, (stile_status)i, "told: %.*s", STILE_SLICE_ARGS(name));
    return stile_fail(err, STILE_INTERNAL, "no such status");
}

static stile_status echo(const stile_api *api, const stile_api_request *request, stile_buf *out,
                         const char **allow, stile_error *err)
{
    const struct timespec pause = {.tv_nsec = 300000000};
    stile_slice fail = stile_str("/fail/"), first = request->body;

    atomic_fetch_add(&calls, 1);
    if (stile_slice_starts(request->path, fail))
        return fail_as(stile_slice_cut(request->path, fail.len, request->path.len), err);
    if (stile_slice_eq(request->path, stile_str("/none"))) {
        *allow = "GET, PUT";
        return stile_fail(err, STILE_UNSUPPORTED, "no %s here", request->method);
    }
    if (stile_slice_eq(request->path, stile_str("/slow")))
        nanosleep(&pause, NULL);
    first.len = first.len > 32 ? 32 : first.len;
    stile_buf_printf(out, "%s %.*s?%.*s %.*s %zu %.*s", request->method,
                     STILE_SLICE_ARGS(request->path), STILE_SLICE_ARGS(request->query),
                     STILE_SLICE_ARGS(api->credentials.key), request->body.len,
                     STILE_SLICE_ARGS(first));
    return stile_buf_ok(out, err);
}

stile_server *echo_start(void)
{
    const stile_server_options options = {.listen = "127.0.0.1:0",
                                          .threads = 2,
                                          .timeout_s = 2,
                                          .max_body = ECHO_MAX_BODY,
                                          .dispatch = echo};
    stile_server *server = NULL;
    stile_error err = {0};

    if (stile_server_create(&options, &server, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return server;
}
