/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, and its quirks: a handle keeps every option until it is reset, yet also its
 * connections, which is why handles are pooled; its global start is not thread-safe in all
 * builds; a write callback can say only "failed". */
#include "net/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stile/limits.h"

#define IDLE_HANDLES 16
#define DEFAULT_TIMEOUT_MS 30000
#define CONNECT_TIMEOUT_MS 10000
#define MAX_HEADER_BYTES (64u * 1024) /* of one reply, all together */
#define MAX_RETRY_AFTER_MS (3600u * 1000)
#define MAX_HOST 256

struct stile_fetcher {
    pthread_mutex_t lock;
    /* guarded by lock */
    CURL *idle[IDLE_HANDLES];
    size_t idle_count;
};

/* One request under way; lives on the stack of the thread that makes it. */
typedef struct transfer {
    CURL *handle;               /* of the pool, ours meanwhile */
    struct curl_slist *headers; /* owned */
    stile_buf *body;            /* the caller's */
    size_t header_bytes;
    bool header_overflow;
    char host[MAX_HOST]; /* for errors: a URL's path and query may hold secrets */
} transfer;

static pthread_once_t started = PTHREAD_ONCE_INIT;
static CURLcode start_result;

static void start(void)
{
    start_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

stile_status stile_fetcher_create(stile_fetcher **out, stile_error *err)
{
    stile_fetcher *f;

    if (pthread_once(&started, start) || start_result != CURLE_OK)
        return stile_fail(err, STILE_INTERNAL, "net: libcurl does not start");
    if (!(f = stile_alloc(sizeof *f)))
        return stile_fail(err, STILE_NO_MEMORY, "net: out of memory");
    if (pthread_mutex_init(&f->lock, NULL)) {
        stile_free(f);
        return stile_fail(err, STILE_NO_MEMORY, "net: no mutex");
    }
    *out = f;
    return STILE_OK;
}

void stile_fetcher_destroy(stile_fetcher *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->idle_count; i++)
        curl_easy_cleanup(f->idle[i]);
    (void)pthread_mutex_destroy(&f->lock);
    stile_free(f);
}

static CURL *take_handle(stile_fetcher *f)
{
    CURL *handle = NULL;

    (void)pthread_mutex_lock(&f->lock);
    if (f->idle_count)
        handle = f->idle[--f->idle_count];
    (void)pthread_mutex_unlock(&f->lock);
    return handle ? handle : curl_easy_init();
}

/* Reset first: an idle handle holds no token and no pointer of a caller's. */
static void give_handle(stile_fetcher *f, CURL *handle)
{
    curl_easy_reset(handle);
    (void)pthread_mutex_lock(&f->lock);
    if (f->idle_count < IDLE_HANDLES) {
        f->idle[f->idle_count++] = handle;
        handle = NULL;
    }
    (void)pthread_mutex_unlock(&f->lock);
    curl_easy_cleanup(handle);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    transfer *t = ctx;

    stile_buf_add(t->body, bytes, size * count); /* curl keeps the product small */
    return t->body->failed ? 0 : size * count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    transfer *t = ctx;

    (void)bytes;
    t->header_bytes += size * count;
    t->header_overflow = t->header_bytes > MAX_HEADER_BYTES;
    return t->header_overflow ? 0 : size * count;
}

/* Nothing that could end a header line and begin another. */
static bool is_header_safe(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return false;
    return true;
}

static bool is_web_scheme(CURLU *url)
{
    char *scheme = NULL;
    bool web = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
               (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

    curl_free(scheme);
    return web;
}

/* Checks the URL and finds its host. Names and passwords in URLs are refused: they end in logs. */
static stile_status check_url(const char *text, char host[MAX_HOST], stile_error *err)
{
    CURLU *url = curl_url();
    char *name = NULL, *user = NULL;
    stile_status st = STILE_OK;

    if (!url)
        return stile_fail(err, STILE_NO_MEMORY, "net: out of memory");
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &name, 0) != CURLUE_OK)
        st = stile_fail(err, STILE_INVALID, "net: not a URL");
    else if (!is_web_scheme(url))
        st = stile_fail(err, STILE_INVALID, "net: only http and https URLs are fetched");
    else if (curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK)
        st = stile_fail(err, STILE_INVALID, "net: a URL must not hold a user or a password");
    else
        (void)snprintf(host, MAX_HOST, "%s", name);
    curl_free(user);
    curl_free(name);
    curl_url_cleanup(url);
    return st;
}

static stile_status add_header(transfer *t, const char *line, stile_error *err)
{
    struct curl_slist *longer;

    if (!is_header_safe(line))
        return stile_fail(err, STILE_INVALID, "net: a header with a control character");
    if (!(longer = curl_slist_append(t->headers, line)))
        return stile_fail(err, STILE_NO_MEMORY, "net: out of memory");
    t->headers = longer;
    return STILE_OK;
}

static stile_status add_headers(transfer *t, const stile_fetch_request *r, stile_error *err)
{
    char type[160];
    stile_status st = add_header(t, "Expect:", err); /* no waiting for 100 Continue */

    if (r->content_type) {
        if (snprintf(type, sizeof type, "Content-Type: %s", r->content_type) >= (int)sizeof type)
            return stile_fail(err, STILE_INVALID, "net: the content type is too long");
        st = st ? st : add_header(t, type, err);
    } else if (!st) {
        st = add_header(t, "Content-Type:", err); /* else curl calls a POST a form */
    }
    for (const char *const *line = r->headers; !st && line && *line; line++)
        st = add_header(t, *line, err);
    return st;
}

/* The first option that curl refuses ends the request: none of them may be missing. */
#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK)                                                                      \
            code = curl_easy_setopt(t->handle, option, value);                                     \
    } while (0)

static CURLcode set_limits(transfer *t, const stile_fetch_request *r)
{
    CURLcode code = CURLE_OK;
    long timeout = r->timeout_ms ? (long)r->timeout_ms : DEFAULT_TIMEOUT_MS;

    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_TIMEOUT_MS, timeout);
    SET(CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_TIMEOUT_MS ? timeout : CONNECT_TIMEOUT_MS);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    return code;
}

static CURLcode set_request(transfer *t, const stile_fetch_request *r)
{
    CURLcode code = CURLE_OK;
    bool sends = r->body.len > 0 || strcmp(r->method, "GET") != 0;

    SET(CURLOPT_URL, r->url);
    SET(CURLOPT_USERAGENT, "stile/" STILE_VERSION);
    SET(CURLOPT_HTTPHEADER, t->headers);
    if (sends) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
        SET(CURLOPT_POSTFIELDS, r->body.len ? r->body.ptr : ""); /* borrowed until the end */
    }
    SET(CURLOPT_CUSTOMREQUEST, r->method);
    if (r->bearer) {
        SET(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        SET(CURLOPT_XOAUTH2_BEARER, r->bearer);
    }
    return code;
}

static stile_status fail_transfer(const transfer *t, CURLcode code, stile_error *err)
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return stile_fail(err, STILE_TIMEOUT, "net: %s: no answer in time", t->host);
    case CURLE_OUT_OF_MEMORY:
        return stile_fail(err, STILE_NO_MEMORY, "net: out of memory");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return stile_fail(err, STILE_INVALID, "net: %s: %s", t->host, curl_easy_strerror(code));
    default:
        break;
    }
    if (t->header_overflow)
        return stile_fail(err, STILE_TOO_LARGE, "net: %s: the reply's headers are too large",
                          t->host);
    if (t->body->failed && stile_buf_ok(t->body, err))
        return stile_fail_in(err, t->body->failed, "net: %s: the reply", t->host);
    return stile_fail(err, STILE_UNAVAILABLE, "net: %s: %s", t->host, curl_easy_strerror(code));
}

/* OpenAI's "retry-after-ms: 250"; a fraction is cut off. */
static uint32_t retry_after_ms(CURL *handle)
{
    struct curl_header *header = NULL;
    curl_off_t seconds = 0;
    long long ms = 0;

    if (curl_easy_header(handle, "retry-after-ms", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        ms = strtoll(header->value, NULL, 10);
    if (ms <= 0 && curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK)
        ms = seconds > MAX_RETRY_AFTER_MS / 1000 ? MAX_RETRY_AFTER_MS : seconds * 1000;
    if (ms <= 0)
        return 0;
    return ms > MAX_RETRY_AFTER_MS ? MAX_RETRY_AFTER_MS : (uint32_t)ms;
}

static void read_reply(CURL *handle, stile_fetch_reply *reply)
{
    const char *type = NULL;

    *reply = (stile_fetch_reply){0};
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply->status);
    reply->retry_after_ms = retry_after_ms(handle);
    if (curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type)
        (void)snprintf(reply->content_type, sizeof reply->content_type, "%s", type);
}

static stile_status perform(transfer *t, const stile_fetch_request *r, stile_fetch_reply *reply,
                            stile_error *err)
{
    CURLcode code;
    stile_status st = add_headers(t, r, err);

    if (st)
        return st;
    if ((code = set_limits(t, r)) != CURLE_OK || (code = set_request(t, r)) != CURLE_OK)
        return code == CURLE_OUT_OF_MEMORY
                   ? fail_transfer(t, code, err)
                   : stile_fail(err, STILE_INTERNAL, "net: libcurl refuses an option: %s",
                                curl_easy_strerror(code));
    if ((code = curl_easy_perform(t->handle)) != CURLE_OK)
        return fail_transfer(t, code, err);
    read_reply(t->handle, reply);
    return STILE_OK;
}

stile_status stile_fetch(stile_fetcher *fetcher, const stile_fetch_request *request,
                         stile_fetch_reply *reply, stile_buf *body, stile_error *err)
{
    transfer t = {.body = body};
    stile_status st = check_url(request->url, t.host, err);

    if (st)
        return st;
    if (request->bearer && !is_header_safe(request->bearer))
        return stile_fail(err, STILE_INVALID, "net: a token with a control character");
    if (!(t.handle = take_handle(fetcher)))
        return stile_fail(err, STILE_NO_MEMORY, "net: out of memory");
    st = perform(&t, request, reply, err);
    give_handle(fetcher, t.handle);
    curl_slist_free_all(t.headers);
    return st;
}
