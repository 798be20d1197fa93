/* SPDX-License-Identifier: Apache-2.0 */
/* An OpenAI-compatible /v1/embeddings endpoint.
 *
 * Texts go in batches. A batch that the endpoint calls too large (413, 422 and, from some, 400)
 * is halved until it passes or one text is left. Overload and passing faults are tried again
 * after a wait; a timeout is not, as the caller has waited long enough. Whatever the endpoint
 * does wrong reads as STILE_UNAVAILABLE, so that a caller may answer by words alone. */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "embed/endpoint_reply.h"
#include "embed/internal.h"
#include "net/breaker.h"
#include "net/fetch.h"
#include "net/key_file.h"
#include "stile/limits.h"

#define DEFAULT_BATCH 32
#define DEFAULT_TIMEOUT_MS 30000
#define DEFAULT_RETRIES 4
#define MAX_BATCH 2048 /* OpenAI's own limit */
#define MAX_RETRIES 16
#define FIRST_WAIT_MS 250
#define MAX_WAIT_MS 30000 /* an endpoint that asks for more cannot be had */
#define REPLY_ROOM 65536  /* of a reply, beside its numbers */
#define NUMBER_ROOM 40    /* bytes of one number in JSON */

typedef struct endpoint {
    stile_embedder common;
    /* immutable */
    stile_fetcher *fetcher;
    char *url, *model;
    char *key; /* or NULL; wiped when freed */
    size_t batch;
    uint32_t timeout_ms, retries;
    /* has its own lock */
    stile_breaker breaker;
} endpoint;

static void wait_ms(uint32_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&t, &t) != 0) /* a signal; the rest is in `t` */
        ;
}

/* What the endpoint asks for, or twice as long each time; and up to half as much again, so that
 * callers who failed together do not come back together. */
static uint32_t wait_before(uint32_t attempt, uint32_t asked)
{
    uint32_t wait = attempt < 7 ? (uint32_t)FIRST_WAIT_MS << attempt : MAX_WAIT_MS;
    uint32_t jitter = 0;

    wait = asked ? asked : wait;
    if (stile_random(&jitter, sizeof jitter, NULL))
        jitter = 0;
    return wait + jitter % (wait / 2 + 1);
}

static bool is_passing(long status)
{
    return status == 408 || status == 424 || status == 429 || status >= 500;
}

static bool is_too_large(long status)
{
    return status == 400 || status == 413 || status == 422;
}

/* One try. `*status` is the HTTP status, or 0 when there was no reply to judge. */
static stile_status try_once(endpoint *e, stile_slice request, stile_buf *reply, long *status,
                             uint32_t *asked, stile_error *err)
{
    stile_fetch_request r = {.method = "POST",
                             .url = e->url,
                             .bearer = e->key,
                             .content_type = "application/json",
                             .body = request,
                             .timeout_ms = e->timeout_ms};
    stile_fetch_reply got = {0};
    char code[STILE_ENDPOINT_CODE];
    stile_status st;

    stile_buf_reset(reply);
    *status = 0;
    *asked = 0;
    if ((st = stile_fetch(e->fetcher, &r, &got, reply, err)))
        /* A reply past its cap is the endpoint's fault, not the caller's. */
        return st == STILE_TOO_LARGE ? stile_fail(err, STILE_UNAVAILABLE,
                                                  "embeddings endpoint: the reply is too large")
                                     : st;
    *status = got.status;
    *asked = got.retry_after_ms;
    if (got.status == 200)
        return STILE_OK;
    stile_endpoint_reply_code(stile_buf_slice(reply), code);
    return stile_fail(err, STILE_UNAVAILABLE, "embeddings endpoint: HTTP %ld %s", got.status, code);
}

/* Try until it works, or trying again makes no sense. */
static stile_status send_request(endpoint *e, stile_slice request, stile_buf *reply, long *status,
                                 stile_error *err)
{
    for (uint32_t attempt = 0;; attempt++) {
        uint32_t asked;
        stile_status st = try_once(e, request, reply, status, &asked, err);
        /* No status: the connection failed, or the reply was too large, which stays so. */
        bool passing = *status ? is_passing(*status) : reply->failed == STILE_OK;

        if (st != STILE_UNAVAILABLE || !passing || attempt >= e->retries || asked > MAX_WAIT_MS)
            return st;
        wait_ms(wait_before(attempt, asked));
    }
}

/* The title on a line of its own, then the text. NULL when it is not UTF-8 or memory ran out. */
static json_t *input_of(const stile_embed_text *text)
{
    stile_buf joined;
    json_t *input;

    if (text->title.len == 0)
        return stile_json_string(text->text);
    stile_buf_init(&joined, STILE_MAX_HTTP_BODY);
    stile_buf_add_slice(&joined, text->title);
    stile_buf_add_byte(&joined, '\n');
    stile_buf_add_slice(&joined, text->text);
    input = joined.failed ? NULL : stile_json_string(stile_buf_slice(&joined));
    stile_buf_release(&joined);
    return input;
}

/* {"model":..., "input":[...], "encoding_format":"float"} */
static stile_status write_request(const endpoint *e, const stile_embed_text *texts, size_t count,
                                  stile_buf *out, stile_error *err)
{
    json_t *root = json_object(), *input = json_array();
    bool ok = root && input && json_object_set_new(root, "model", json_string(e->model)) == 0;
    stile_status st;

    for (size_t i = 0; ok && i < count; i++)
        ok = json_array_append_new(input, input_of(&texts[i])) == 0;
    ok = ok && json_object_set(root, "input", input) == 0 &&
         json_object_set_new(root, "encoding_format", json_string("float")) == 0;
    st = ok ? stile_json_write(root, out, err)
            : stile_fail(err, STILE_INVALID, "embeddings endpoint: a text is not UTF-8");
    json_decref(input);
    json_decref(root);
    return st;
}

/* Send `count` texts at once. `*too_large` when it is worth sending them in halves. */
static stile_status embed_once(endpoint *e, const stile_embed_text *texts, size_t count,
                               size_t *dim, float *out, bool *too_large, stile_error *err)
{
    stile_buf request, reply;
    size_t numbers = count * (*dim ? *dim : STILE_MAX_DIM);
    size_t room = REPLY_ROOM + numbers * NUMBER_ROOM;
    long status = 0;
    stile_status st;

    stile_buf_init(&request, STILE_MAX_HTTP_BODY);
    stile_buf_init(&reply, room < STILE_MAX_HTTP_RESPONSE ? room : STILE_MAX_HTTP_RESPONSE);
    st = write_request(e, texts, count, &request, err);
    *too_large = st == STILE_TOO_LARGE;
    if (!st) {
        st = send_request(e, stile_buf_slice(&request), &reply, &status, err);
        *too_large = is_too_large(status);
        if (st && *too_large && status != 400)
            st = STILE_TOO_LARGE;
    }
    if (!st)
        st = stile_endpoint_reply_read(stile_buf_slice(&reply), count, dim, out, err);
    stile_buf_release(&reply);
    stile_buf_release(&request);
    return st;
}

/* Texts [0, count) in requests of at most `most`; `most` halves where a request is too large. */
static stile_status embed_run(endpoint *e, const stile_embed_text *texts, size_t count, float *out,
                              stile_error *err)
{
    size_t dim = e->common.dim, most = e->batch;

    for (size_t at = 0; at < count;) {
        size_t n = count - at < most ? count - at : most;
        bool too_large = false;
        stile_status st = embed_once(e, texts + at, n, &dim, out + at * dim, &too_large, err);

        if (st && !(too_large && n > 1))
            return st;
        if (st)
            most = (n + 1) / 2;
        else
            at += n;
    }
    return STILE_OK;
}

/* Only what says that the endpoint cannot be had counts against it. */
static bool blames_endpoint(stile_status st)
{
    return st == STILE_UNAVAILABLE || st == STILE_TIMEOUT;
}

static stile_status embed_guarded(endpoint *e, const stile_embed_text *texts, size_t count,
                                  float *out, stile_error *err)
{
    stile_status st;

    if (!stile_breaker_pass(&e->breaker, stile_clock_ms()))
        return stile_fail(err, STILE_UNAVAILABLE,
                          "embeddings endpoint: left alone for a while after failures");
    st = embed_run(e, texts, count, out, err);
    stile_breaker_report(&e->breaker, stile_clock_ms(), !blames_endpoint(st));
    return st;
}

/* Endpoints refuse an empty text; it has no known token, and so no direction. */
static bool is_blank(stile_slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr(" \t\r\n", s.ptr[i]) || s.ptr[i] == '\0')
            return false;
    return true;
}

/* Each run of texts that are not blank; the blank ones between get zeros. */
static stile_status embed(stile_embedder *embedder, stile_embed_role role,
                          const stile_embed_text *texts, size_t count, float *out, stile_error *err)
{
    endpoint *e = (endpoint *)embedder;
    size_t dim = e->common.dim;

    (void)role; /* the API has none */
    for (size_t at = 0; at < count;) {
        size_t end = at;
        stile_status st;

        while (end < count && !(is_blank(texts[end].title) && is_blank(texts[end].text)))
            end++;
        if (end > at && (st = embed_guarded(e, texts + at, end - at, out + at * dim, err)))
            return st;
        if (end < count)
            memset(out + end * dim, 0, dim * sizeof *out);
        at = end + 1;
    }
    return STILE_OK;
}

static void destroy(stile_embedder *embedder)
{
    endpoint *e = (endpoint *)embedder;

    stile_breaker_release(&e->breaker);
    stile_fetcher_destroy(e->fetcher);
    stile_key_forget(e->key);
    stile_free(e->model);
    stile_free(e->url);
    stile_free(e);
}

/* Another URL, model or dimension: other vectors. */
static stile_status set_hash(endpoint *e, stile_error *err)
{
    char dim[24];
    stile_slice parts[4] = {
        stile_str("stile.embed.endpoint.2"), stile_str(e->url), stile_str(e->model), {0}};

    (void)snprintf(dim, sizeof dim, "%zu", e->common.dim);
    parts[3] = stile_str(dim);
    return stile_sha256_parts(parts, 4, &e->common.hash, err);
}

/* Without an expected dimension the endpoint is asked, by embedding a word. */
static stile_status ask_dimension(endpoint *e, stile_error *err)
{
    const stile_embed_text word = {.text = stile_str("dimension")};
    float *row; /* owned */
    bool too_large;
    stile_status st;

    if (e->common.dim)
        return STILE_OK;
    if (!(row = stile_alloc_array(STILE_MAX_DIM, sizeof *row)))
        return stile_fail(err, STILE_NO_MEMORY, "embeddings endpoint: out of memory");
    st = embed_once(e, &word, 1, &e->common.dim, row, &too_large, err);
    stile_free(row);
    return st;
}

static stile_status set_up(endpoint *e, const stile_embedder_options *o, stile_error *err)
{
    size_t size = strlen(o->url) + sizeof "/embeddings";
    size_t base = strlen(o->url);
    stile_status st;

    while (base && o->url[base - 1] == '/')
        base--;
    if (!(e->url = stile_alloc(size)) || !(e->model = stile_strdup(o->model)))
        return stile_fail(err, STILE_NO_MEMORY, "embeddings endpoint: out of memory");
    (void)snprintf(e->url, size, "%.*s/embeddings", (int)base, o->url);
    if ((o->key_file && (st = stile_key_read(o->key_file, "embeddings endpoint", &e->key, err))) ||
        (st = stile_fetcher_create(&e->fetcher, err)) || (st = ask_dimension(e, err)))
        return st;
    (void)snprintf(e->common.name, sizeof e->common.name, "endpoint, %.100s, %zu dimensions",
                   e->model, e->common.dim);
    return set_hash(e, err);
}

static stile_status check_options(const stile_embedder_options *o, stile_error *err)
{
    if (!o->url || !*o->url || strlen(o->url) > STILE_MAX_URL)
        return stile_fail(err, STILE_INVALID, "embeddings endpoint: it needs a URL");
    if (!o->model || !*o->model)
        return stile_fail(err, STILE_INVALID, "embeddings endpoint: it needs a model's name");
    if (o->dimensions > STILE_MAX_DIM || o->batch > MAX_BATCH || o->retries > MAX_RETRIES)
        return stile_fail(err, STILE_INVALID,
                          "embeddings endpoint: at most %d dimensions, %d texts and %d retries",
                          STILE_MAX_DIM, MAX_BATCH, MAX_RETRIES);
    return STILE_OK;
}

static stile_status create(const stile_embedder_options *options, stile_embedder **out,
                           stile_error *err)
{
    endpoint *e = NULL;
    stile_status st = check_options(options, err);

    if (st)
        return st;
    if (!(e = stile_alloc(sizeof *e)))
        return stile_fail(err, STILE_NO_MEMORY, "embeddings endpoint: out of memory");
    if ((st = stile_breaker_init(&e->breaker, err))) {
        stile_free(e);
        return st;
    }
    e->common.kind = &stile_embedder_endpoint;
    e->common.dim = options->dimensions;
    e->batch = options->batch ? options->batch : DEFAULT_BATCH;
    e->timeout_ms = options->timeout_ms ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    e->retries = options->retries ? options->retries : DEFAULT_RETRIES;
    if ((st = set_up(e, options, err))) {
        destroy(&e->common);
        return st;
    }
    *out = &e->common;
    return STILE_OK;
}

const stile_embedder_kind stile_embedder_endpoint = {
    .name = "endpoint", .weight = 0.5, .create = create, .destroy = destroy, .embed = embed};
