/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/route.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "cli/ui.h"

#define MAX_TOKEN ((size_t)4096)
#define SERVER_TIMEOUT_MS 120000

static stile_status read_token(stile_session *s, const char *path, stile_error *err)
{
    stile_buf text;
    stile_status st;

    stile_buf_init(&text, MAX_TOKEN);
    if (!(st = stile_file_read(path, &text, err))) {
        while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
            text.len--;
        if (!(s->token = stile_strndup(text.ptr ? text.ptr : "", text.len)))
            st = stile_fail(err, STILE_NO_MEMORY, "out of memory");
        if (text.ptr)
            stile_secret_wipe(text.ptr, text.size);
    }
    stile_buf_release(&text);
    return st;
}

stile_status stile_session_open(stile_session *session, const stile_arguments *arguments,
                                const char *clearance, stile_error *err)
{
    const char *data = stile_argument(arguments, "data");
    const char *token = stile_argument(arguments, "token-file");
    stile_status st;

    *session =
        (stile_session){.server = stile_argument(arguments, "server"), .clearance = clearance};
    if (session->server && data)
        return stile_fail(err, STILE_INVALID, "give --data or --server, not both");
    if (session->server) {
        if (!token)
            return stile_fail(err, STILE_INVALID, "--server needs --token-file with an API key");
        if ((st = read_token(session, token, err)))
            return st;
        return stile_fetcher_create(&session->fetcher, err);
    }
    if (!data)
        data = getenv("STILE_DATA");
    if (!data)
        return stile_fail(err, STILE_INVALID,
                          "which data directory? give --data DIR, or --server URL");
    return stile_plane_open(data, &session->plane, err);
}

void stile_session_close(stile_session *session)
{
    stile_plane_close(session->plane);
    stile_fetcher_destroy(session->fetcher);
    if (session->token)
        stile_secret_wipe(session->token, strlen(session->token));
    stile_free(session->token);
    *session = (stile_session){0};
}

static stile_status send_local(stile_session *s, const stile_session_call *call, stile_slice body,
                               stile_buf *out, stile_error *err)
{
    const char *question = strchr(call->path, '?');
    size_t len = question ? (size_t)(question - call->path) : strlen(call->path);
    stile_api api = {.plane = s->plane,
                     .credentials = {.owner = true, .clearance = stile_str(s->clearance)}};
    stile_api_request request = {.method = call->method,
                                 .path = stile_slice_of(call->path, len),
                                 .query = stile_str(question ? question + 1 : NULL),
                                 .body = body,
                                 .if_match = stile_str(call->if_match)};

    return stile_api_dispatch(&api, &request, out, NULL, err);
}

/* A problem+json body back to what the server's stile said. */
static stile_status fail_remote(long status, stile_slice body, stile_error *err)
{
    json_t *problem = NULL;
    stile_slice code = {0}, detail = stile_str("the server gave no reason");
    stile_status st = STILE_UNAVAILABLE;

    if (!stile_json_parse(body, "reply", &problem, NULL)) {
        if (!stile_json_get_string(problem, "", "code", false, &code, NULL))
            for (int i = 1; i < STILE_STATUS_COUNT; i++)
                if (stile_slice_eq(code, stile_str(stile_status_name((stile_status)i))))
                    st = (stile_status)i;
        if (stile_json_get_string(problem, "", "detail", false, &detail, NULL))
            detail = stile_str("the server gave no reason");
    }
    (void)stile_fail(err, st, "server: %ld: %.*s", status, STILE_SLICE_ARGS(detail));
    json_decref(problem);
    return st;
}

static stile_status send_remote(stile_session *s, const stile_session_call *call, stile_slice body,
                                stile_buf *out, stile_error *err)
{
    char url[8192], match[128];
    const char *headers[] = {match, NULL};
    stile_buf reply;
    stile_fetch_reply answer;
    stile_fetch_request request = {.method = call->method,
                                   .url = url,
                                   .bearer = s->token,
                                   .body = body,
                                   .content_type = call->json ? "application/json"
                                                   : body.len ? "application/x-ndjson"
                                                              : NULL,
                                   .headers = call->if_match ? headers : NULL,
                                   .timeout_ms = SERVER_TIMEOUT_MS};
    size_t base = strlen(s->server);
    stile_status st;

    while (base && s->server[base - 1] == '/')
        base--;
    if (snprintf(url, sizeof url, "%.*s%s", (int)base, s->server, call->path) >= (int)sizeof url)
        return stile_fail(err, STILE_TOO_LARGE, "the URL is too long");
    if (call->if_match &&
        snprintf(match, sizeof match, "If-Match: %s", call->if_match) >= (int)sizeof match)
        return stile_fail(err, STILE_INVALID, "the entity tag is too long");
    stile_buf_init(&reply, STILE_MAX_HTTP_RESPONSE);
    if (!(st = stile_fetch(s->fetcher, &request, &answer, &reply, err))) {
        if (answer.status >= 200 && answer.status < 300)
            stile_buf_add_slice(out, stile_buf_slice(&reply));
        else
            st = fail_remote(answer.status, stile_buf_slice(&reply), err);
    }
    stile_buf_release(&reply);
    return st ? st : stile_buf_ok(out, err);
}

stile_status stile_session_send(stile_session *session, const stile_session_call *call,
                                stile_buf *out, stile_error *err)
{
    stile_buf body;
    stile_slice bytes = call->lines;
    stile_status st = STILE_OK;

    stile_buf_init(&body, STILE_MAX_HTTP_BODY);
    if (call->json && !(st = stile_json_write(call->json, &body, err)))
        bytes = stile_buf_slice(&body);
    if (!st)
        st = session->plane ? send_local(session, call, bytes, out, err)
                            : send_remote(session, call, bytes, out, err);
    stile_buf_release(&body);
    return st;
}

stile_status stile_session_ask(stile_session *session, const stile_session_call *call, json_t **out,
                               stile_error *err)
{
    stile_buf reply;
    stile_status st;

    stile_buf_init(&reply, STILE_MAX_HTTP_RESPONSE);
    if (!(st = stile_session_send(session, call, &reply, err)))
        st = stile_json_parse(stile_buf_slice(&reply), "reply", out, err);
    stile_buf_release(&reply);
    return st;
}

int stile_session_run(const stile_arguments *arguments, const char *clearance,
                      const stile_session_call *call, void (*print)(const json_t *reply))
{
    stile_session session = {0};
    stile_error err = {0};
    json_t *reply = NULL;
    int code = 0;

    if (stile_session_open(&session, arguments, clearance, &err) ||
        stile_session_ask(&session, call, &reply, &err))
        code = stile_report(&err);
    else if (stile_argument_flag(arguments, "json"))
        code = stile_print_json(reply);
    else
        print(reply);
    json_decref(reply);
    stile_session_close(&session);
    return code;
}

const char *stile_session_path(const char *collection, const char *rest, const char *id,
                               const char *clearance)
{
    static char ring[4][8192];
    static unsigned next;
    char *path = ring[next++ % 4];
    stile_buf text;

    stile_buf_init(&text, sizeof ring[0] - 1);
    stile_buf_add_str(&text, "/v1/collections");
    if (collection) {
        stile_buf_add_str(&text, "/");
        stile_percent_encode(stile_str(collection), &text);
    }
    stile_buf_add_str(&text, rest);
    if (id)
        stile_percent_encode(stile_str(id), &text);
    if (clearance) {
        stile_buf_add_str(&text, "?clearance=");
        stile_percent_encode(stile_str(clearance), &text);
    }
    (void)snprintf(path, sizeof ring[0], "%s", text.ptr ? text.ptr : "");
    stile_buf_release(&text);
    return path;
}
