/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/endpoint.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "judge/batch.h"
#include "judge/reply.h"
#include "net/breaker.h"
#include "net/fetch.h"
#include "net/key_file.h"
#include "stile/limits.h"

#define DEFAULT_BATCH 32
#define DEFAULT_TIMEOUT_MS 2000
#define DEFAULT_THRESHOLD 0.9
#define DEFAULT_LABEL "INJECTION"
#define REPLY_ROOM 4096 /* of a reply, beside its results */
#define RESULT_ROOM 4096

typedef struct endpoint {
    stile_judge common;
    /* immutable */
    stile_fetcher *fetcher;
    bool tei;
    char *url, *model, *label;
    char *key; /* or NULL */
    uint32_t timeout_ms;
    /* each has its own lock */
    stile_breaker breaker;
    stile_judge_batch batch;
    bool has_breaker, has_batch;
} endpoint;

static stile_status write_request(const endpoint *e, const stile_slice *texts, size_t count,
                                  stile_buf *out, stile_error *err)
{
    json_t *root = json_object(), *list = json_array();
    bool ok = root && list && json_object_set(root, e->tei ? "inputs" : "texts", list) == 0;
    stile_status st;

    for (size_t i = 0; ok && i < count; i++) {
        json_t *text = stile_json_string(texts[i]);
        ok = text && json_array_append_new(list, e->tei ? json_pack("[o]", text) : text) == 0;
    }
    if (ok && e->tei)
        ok = json_object_set_new(root, "truncate", json_false()) == 0;
    else if (ok && *e->model)
        ok = json_object_set_new(root, "model", json_string(e->model)) == 0;
    st = ok ? stile_json_write(root, out, err)
            : stile_fail(err, STILE_NO_MEMORY, "judge: a request cannot be written");
    json_decref(list);
    json_decref(root);
    return st;
}

/* That it refuses a text is no failure of the endpoint. */
static bool refuses(long http)
{
    return http == 400 || http == 413 || http == 422;
}

static stile_status fetch(endpoint *e, stile_slice request, stile_buf *reply, stile_error *err)
{
    const stile_fetch_request asked = {.method = "POST",
                                       .url = e->url,
                                       .bearer = e->key,
                                       .content_type = "application/json",
                                       .body = request,
                                       .timeout_ms = e->timeout_ms};
    stile_fetch_reply got = {0};
    stile_status st = stile_fetch(e->fetcher, &asked, &got, reply, err);

    if (st && st != STILE_NO_MEMORY && st != STILE_TIMEOUT)
        return stile_fail(err, STILE_UNAVAILABLE, "judge: no reply that can be read");
    if (!st && got.status != 200)
        return stile_fail(err, refuses(got.status) ? STILE_INVALID : STILE_UNAVAILABLE,
                          "judge: HTTP %ld", got.status);
    return st;
}

static stile_status exchange(endpoint *e, const stile_slice *texts, size_t count, double *scores,
                             stile_error *err)
{
    stile_buf request, reply;
    stile_status st;

    stile_buf_init(&request, STILE_MAX_HTTP_BODY);
    stile_buf_init(&reply, REPLY_ROOM + count * RESULT_ROOM);
    if (!(st = write_request(e, texts, count, &request, err)) &&
        !(st = fetch(e, stile_buf_slice(&request), &reply, err)))
        st = e->tei ? stile_judge_reply_tei(stile_buf_slice(&reply), e->label, count, scores, err)
                    : stile_judge_reply_plain(stile_buf_slice(&reply), count, scores, err);
    stile_buf_release(&reply);
    stile_buf_release(&request);
    return st;
}

static stile_status send_texts(void *ctx, const stile_slice *texts, size_t count, double *scores,
                               stile_error *err)
{
    endpoint *e = ctx;
    stile_status st;

    if (!stile_breaker_pass(&e->breaker, stile_clock_ms()))
        return stile_fail(err, STILE_UNAVAILABLE, "judge: left alone for a while after failures");
    st = exchange(e, texts, count, scores, err);
    stile_breaker_report(&e->breaker, stile_clock_ms(),
                         st != STILE_UNAVAILABLE && st != STILE_TIMEOUT);
    return st;
}

/* A refused text is one that cannot be judged, not a mistake of the scan's caller. */
static stile_status ask(stile_judge *judge, const stile_slice *texts, size_t count, double *scores,
                        stile_error *err)
{
    endpoint *e = (endpoint *)judge;
    stile_status st = stile_judge_batch_ask(&e->batch, texts, count, scores, err);

    return st == STILE_INVALID ? stile_fail(err, STILE_UNAVAILABLE, "judge: it refuses a text")
                               : st;
}

static void destroy(stile_judge *judge)
{
    endpoint *e = (endpoint *)judge;

    if (e->has_batch)
        stile_judge_batch_release(&e->batch);
    if (e->has_breaker)
        stile_breaker_release(&e->breaker);
    stile_fetcher_destroy(e->fetcher);
    stile_key_forget(e->key);
    stile_free(e->label);
    stile_free(e->model);
    stile_free(e->url);
    stile_free(e);
}

static stile_status check_options(const stile_judge_options *o, stile_error *err)
{
    if (!o->kind || (strcmp(o->kind, "tei") != 0 && strcmp(o->kind, "plain") != 0))
        return stile_fail(err, STILE_INVALID, "judge: kind is plain or tei");
    if (!o->url || !*o->url || strlen(o->url) > STILE_MAX_URL)
        return stile_fail(err, STILE_INVALID, "judge: it needs a URL");
    if (o->batch > STILE_JUDGE_MAX_BATCH)
        return stile_fail(err, STILE_INVALID, "judge: at most %d texts a request",
                          STILE_JUDGE_MAX_BATCH);
    if (o->threshold >= 1)
        return stile_fail(err, STILE_INVALID, "judge: the threshold is below 1");
    return STILE_OK;
}

static stile_status hash_of(const endpoint *e, const char *kind, stile_sha256 *out,
                            stile_error *err)
{
    char threshold[32];
    stile_slice parts[] = {stile_str("stile.judge.1"), stile_str(kind),     stile_str(e->url),
                           stile_str(e->model),        stile_str(e->label), {0}};

    (void)snprintf(threshold, sizeof threshold, "%.17g", e->common.threshold);
    parts[5] = stile_str(threshold);
    return stile_sha256_parts(parts, sizeof parts / sizeof *parts, out, err);
}

static stile_status set_up(endpoint *e, const stile_judge_options *o, stile_error *err)
{
    stile_status st;

    e->common.threshold = o->threshold > 0 ? o->threshold : DEFAULT_THRESHOLD;
    e->tei = strcmp(o->kind, "tei") == 0;
    e->timeout_ms = o->timeout_ms ? o->timeout_ms : DEFAULT_TIMEOUT_MS;
    e->batch = (stile_judge_batch){.send = send_texts,
                                   .ctx = e,
                                   .most = o->batch ? o->batch : DEFAULT_BATCH,
                                   .timeout_ms = e->timeout_ms};
    if (!(e->url = stile_strdup(o->url)) || !(e->model = stile_strdup(o->model ? o->model : "")) ||
        !(e->label = stile_strdup(o->label ? o->label : DEFAULT_LABEL)))
        return stile_fail(err, STILE_NO_MEMORY, "judge: out of memory");
    if ((st = stile_breaker_init(&e->breaker, err)))
        return st;
    e->has_breaker = true;
    if ((st = stile_judge_batch_init(&e->batch, err)))
        return st;
    e->has_batch = true;
    if (o->key_file && (st = stile_key_read(o->key_file, "judge", &e->key, err)))
        return st;
    if ((st = stile_fetcher_create(&e->fetcher, err)))
        return st;
    return hash_of(e, o->kind, &e->common.hash, err);
}

stile_status stile_judge_endpoint_create(const stile_judge_options *options, stile_judge **out,
                                         stile_error *err)
{
    static const stile_judge_type type = {.ask = ask, .destroy = destroy};
    endpoint *e;
    stile_status st = check_options(options, err);

    if (st)
        return st;
    if (!(e = stile_alloc(sizeof *e)))
        return stile_fail(err, STILE_NO_MEMORY, "judge: out of memory");
    e->common.type = &type;
    if ((st = set_up(e, options, err)))
        destroy(&e->common);
    else
        *out = &e->common;
    return st;
}
