/* SPDX-License-Identifier: Apache-2.0 */
#include "http/exchange.h"

#include "base/log.h"
#include "base/memory.h"
#include "http/guard.h"
#include "http/lines.h"
#include "http/problem.h"
#include "plane/packs.h"

#define MAX_URI ((size_t)8192)
#define JSON "application/json"
#define PROBLEM "application/problem+json"
#define PLAIN "text/plain; charset=utf-8"

typedef struct exchange {
    stile_exchanges *all;
    struct MHD_Connection *connection;
    char *uri; /* owned; as it was sent */
    stile_slice path, query;
    const char *method; /* borrowed from the connection */
    stile_guard guard;
    bool head_seen;
    stile_slice bearer;
    stile_buf body;
    size_t held;        /* of all->bodies */
    size_t dropped;     /* bytes of a body that was given up */
    stile_error failed; /* why it will be refused at its end */
} exchange;

/* One answer before it is sent. */
typedef struct answer {
    unsigned http;
    const char *type;
    const char *allow; /* or NULL */
    bool close;
    char etag[STILE_ETAG_LEN]; /* or empty */
    stile_buf bytes;           /* owned until MHD takes them */
} answer;

void *stile_exchange_begin(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    stile_exchanges *all = ctx;
    exchange *x = stile_alloc(sizeof *x);
    const char *question = strchr(uri, '?');

    if (!x || !(x->uri = stile_strdup(uri))) {
        stile_free(x);
        return NULL;
    }
    x->all = all;
    x->connection = connection;
    x->path = stile_slice_of(x->uri, question ? (size_t)(question - uri) : strlen(uri));
    x->query = stile_str(question ? x->uri + x->path.len + 1 : NULL);
    stile_buf_init(&x->body, all->max_body);
    (void)atomic_fetch_add(&all->running, 1);
    return x;
}

void stile_exchange_end(void *ctx, struct MHD_Connection *connection, void **exchange_of,
                        enum MHD_RequestTerminationCode why)
{
    exchange *x = *exchange_of;

    (void)ctx;
    (void)connection;
    (void)why;
    if (!x)
        return;
    (void)atomic_fetch_sub(&x->all->bodies, x->held);
    (void)atomic_fetch_sub(&x->all->running, 1);
    stile_buf_release(&x->body);
    stile_free(x->uri);
    stile_free(x);
    *exchange_of = NULL;
}

/* --- answering ------------------------------------------------------------------------------ */

static bool add_headers(struct MHD_Response *response, const answer *a)
{
    bool ok = MHD_add_response_header(response, "Content-Type", a->type) &&
              MHD_add_response_header(response, "Cache-Control", "no-store") &&
              MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");

    if (a->allow)
        ok = ok && MHD_add_response_header(response, "Allow", a->allow);
    if (a->etag[0])
        ok = ok && MHD_add_response_header(response, "ETag", a->etag);
    if (a->http == 401)
        ok = ok && MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    if (a->http == 503)
        ok = ok && MHD_add_response_header(response, "Retry-After", "1");
    if (a->close)
        ok = ok && MHD_add_response_header(response, "Connection", "close");
    return ok;
}

/* Queue it, and take its bytes. MHD_NO closes the connection without an answer. */
static enum MHD_Result send_answer(exchange *x, answer *a)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(a->bytes.len, a->bytes.ptr, stile_free);
    enum MHD_Result result = MHD_NO;

    a->close = a->close || atomic_load(&x->all->stopping);
    if (!response) {
        stile_buf_release(&a->bytes);
        return MHD_NO;
    }
    if (add_headers(response, a))
        result = MHD_queue_response(x->connection, a->http, response);
    MHD_destroy_response(response); /* the queue holds a reference of its own */
    return result;
}

/* Changes of a problem that its status alone does not tell. */
typedef struct shape {
    unsigned http; /* 0: by the table */
    const char *title;
    const char *allow;
    bool close;
} shape;

static enum MHD_Result refuse(exchange *x, const stile_error *why, const shape *s)
{
    stile_problem problem = stile_problem_of(why);
    answer a = {.type = PROBLEM, .allow = s->allow, .close = s->close};

    if (stile_problem_is_ours(why->status))
        stile_log(STILE_LOG_ERROR, "http.failed", "%s: %s", stile_status_name(why->status),
                  why->text);
    if (s->http) {
        problem.http = s->http;
        problem.title = s->title;
    }
    a.http = problem.http;
    stile_buf_init(&a.bytes, STILE_MAX_HTTP_RESPONSE);
    if (stile_problem_write(&problem, &a.bytes, NULL)) {
        stile_buf_release(&a.bytes);
        return MHD_NO;
    }
    return send_answer(x, &a);
}

/* --- the head ------------------------------------------------------------------------------- */

static enum MHD_Result judge_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                    size_t name_len, const char *value, size_t value_len)
{
    stile_guard *guard = ctx;
    stile_slice n = stile_slice_of(name, name_len), v = stile_slice_of(value, value_len);

    (void)kind;
    if (!stile_lines_are_strict(n, v)) {
        (void)stile_fail(&guard->fault, STILE_INVALID,
                         "a header is folded, or its line does not end in CRLF");
        return MHD_NO;
    }
    stile_guard_header(guard, n, v);
    return MHD_YES;
}

/* Visible ASCII from a '/' on; a fragment never reaches a server. */
static bool is_plain_uri(const char *uri)
{
    if (*uri != '/')
        return false;
    for (; *uri; uri++)
        if (*uri <= 0x20 || *uri >= 0x7f || *uri == '#')
            return false;
    return true;
}

static bool is_health(const exchange *x)
{
    return stile_slice_eq(x->path, stile_str("/healthz")) ||
           stile_slice_eq(x->path, stile_str("/readyz"));
}

/* Only a bulk load takes lines; whatever else has a body takes JSON. */
static bool takes_type(const exchange *x)
{
    static const char lines[] = "/documents";
    const size_t len = sizeof lines - 1;
    bool bulk =
        strcmp(x->method, "POST") == 0 && x->path.len > len &&
        stile_slice_eq(stile_slice_cut(x->path, x->path.len - len, x->path.len), stile_str(lines));

    if (bulk)
        return stile_guard_is_type(x->guard.content_type, "application/x-ndjson") ||
               stile_guard_is_type(x->guard.content_type, "application/jsonl");
    return stile_guard_is_type(x->guard.content_type, JSON);
}

/* What can be refused without the body. `s` gets the shape of the refusal. */
static stile_status check_head(exchange *x, const char *version, shape *s, stile_error *err)
{
    bool body;
    stile_status st;

    (void)MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, judge_header, &x->guard);
    s->close = true; /* until the head is known to be sound */
    if ((st = stile_guard_verdict(&x->guard, stile_str(version), err)))
        return st;
    if (strlen(x->uri) > MAX_URI) {
        *s = (shape){414, "URI Too Long", NULL, true};
        return stile_fail(err, STILE_TOO_LARGE, "the URI is longer than %zu bytes", MAX_URI);
    }
    if (!is_plain_uri(x->uri))
        return stile_fail(err, STILE_INVALID, "the URI is not an absolute path in ASCII");
    body = stile_guard_has_body(&x->guard);
    s->close = body; /* an unread body must not be taken for the next request */
    if (!is_health(x) && !stile_guard_bearer(x->guard.authorization, &x->bearer))
        return stile_fail(err, STILE_UNAUTHENTICATED, "%s",
                          stile_status_text(STILE_UNAUTHENTICATED));
    if (x->guard.length > x->all->max_body)
        return stile_fail(err, STILE_TOO_LARGE, "the body is larger than %zu bytes",
                          x->all->max_body);
    if (body && !takes_type(x)) {
        *s = (shape){415, "Unsupported Media Type", NULL, true};
        return stile_fail(err, STILE_UNSUPPORTED,
                          "expected Content-Type: application/json, or for a bulk load "
                          "application/x-ndjson or application/jsonl");
    }
    return STILE_OK;
}

/* --- the body ------------------------------------------------------------------------------- */

/* Hold `len` more bytes, within what all requests may hold together: a client needs no valid key
 * to send a body, and many at once must not fill the memory. */
static stile_status take_body(exchange *x, const char *data, size_t len, stile_error *err)
{
    size_t before = atomic_fetch_add(&x->all->bodies, len);

    x->held += len;
    if (before + len > x->all->max_bodies)
        return stile_fail(err, STILE_BUSY, "too many large requests at once, try again");
    stile_buf_add(&x->body, data, len);
    if (x->body.failed == STILE_TOO_LARGE)
        return stile_fail(err, STILE_TOO_LARGE, "the body is larger than %zu bytes",
                          x->all->max_body);
    return stile_buf_ok(&x->body, err);
}

/* The library takes no answer in the middle of a body. So the rest of a failed one is dropped as
 * it comes, for as long as a client in good faith may go on; then the line is cut. */
static enum MHD_Result step_body(exchange *x, const char *data, size_t *len)
{
    if (x->failed.status || take_body(x, data, *len, &x->failed)) {
        stile_buf_release(&x->body);
        (void)atomic_fetch_sub(&x->all->bodies, x->held);
        x->held = 0;
        x->dropped += *len;
    }
    *len = 0;
    return x->dropped > x->all->max_body ? MHD_NO : MHD_YES;
}

/* --- the request ---------------------------------------------------------------------------- */

/* GET and HEAD of /healthz and /readyz, open to all: they tell no more than up or down. */
static enum MHD_Result answer_health(exchange *x)
{
    bool ready = stile_slice_eq(x->path, stile_str("/healthz")) || !x->all->plane ||
                 stile_audit_usable(stile_plane_audit(x->all->plane));
    answer a = {.http = ready ? 200 : 503, .type = JSON};

    if (strcmp(x->method, "GET") != 0 && strcmp(x->method, "HEAD") != 0) {
        stile_error why;
        (void)stile_fail(&why, STILE_UNSUPPORTED, "this path has no %.16s", x->method);
        return refuse(x, &why, &(shape){405, "Method Not Allowed", "GET, HEAD", false});
    }
    stile_buf_init(&a.bytes, 64);
    stile_buf_add_str(&a.bytes, ready ? "{\"status\":\"ok\"}" : "{\"status\":\"unavailable\"}");
    if (stile_buf_ok(&a.bytes, NULL)) {
        stile_buf_release(&a.bytes);
        return MHD_NO;
    }
    return send_answer(x, &a);
}

/* Whether an answered retrieval was asked for as text. The body was accepted, so it parses, and
 * is as small as an accepted query. */
static bool is_text(const exchange *x)
{
    json_t *json = NULL;
    stile_slice format = {0};
    bool text = false;

    if (!stile_slice_eq(x->path, stile_str("/v1/retrieve")) ||
        stile_json_parse(stile_buf_slice(&x->body), "request body", &json, NULL))
        return false;
    if (!stile_json_get_string(json, "", "format", false, &format, NULL))
        text = stile_slice_eq(format, stile_str("text"));
    json_decref(json);
    return text;
}

static enum MHD_Result run_request(exchange *x)
{
    const stile_api api = {.plane = x->all->plane, .credentials = {.key = x->bearer}};
    answer a = {.http = 200, .type = JSON};
    const stile_api_request request = {.method = x->method,
                                       .path = x->path,
                                       .query = x->query,
                                       .body = stile_buf_slice(&x->body),
                                       .if_match = x->guard.if_match,
                                       .etag = a.etag};
    const char *allow = NULL;
    stile_error err = {0};
    stile_status st;

    stile_buf_init(&a.bytes, STILE_MAX_HTTP_RESPONSE);
    st = x->all->dispatch(&api, &request, &a.bytes, &allow, &err);
    if (!st) {
        a.type = is_text(x) ? PLAIN : JSON;
        return send_answer(x, &a);
    }
    stile_buf_release(&a.bytes);
    if (err.status != st) /* a failure that gave no reason */
        (void)stile_fail(&err, st, "%s", stile_status_text(st));
    if (st == STILE_UNSUPPORTED && allow)
        return refuse(x, &err, &(shape){405, "Method Not Allowed", allow, false});
    return refuse(x, &err, &(shape){0});
}

/* An answer to the head alone ends the connection, whatever the answer says. So a refusal waits for
 * the request's end where there is nothing to skip. */
static enum MHD_Result step_head(exchange *x, const char *method, const char *version)
{
    stile_error why = {0};
    shape s = {0};

    x->head_seen = true;
    x->method = method;
    if (!check_head(x, version, &s, &why))
        return MHD_YES;
    if (s.close)
        return refuse(x, &why, &s);
    x->failed = why;
    return MHD_YES;
}

enum MHD_Result stile_exchange_step(void *ctx, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *data,
                                    size_t *data_len, void **exchange_of)
{
    exchange *x = *exchange_of;

    (void)ctx;
    (void)connection;
    (void)url; /* unescaped differently than the table of routes would */
    if (!x)
        return MHD_NO;
    if (!x->head_seen)
        return step_head(x, method, version);
    if (*data_len)
        return step_body(x, data, data_len);
    if (x->failed.status)
        return refuse(x, &x->failed, &(shape){.close = stile_guard_has_body(&x->guard)});
    return is_health(x) ? answer_health(x) : run_request(x);
}
