/* SPDX-License-Identifier: Apache-2.0 */
/* One request a query, no retries: an answer that waits for a second try is worse than one in the
 * order it had. */
#include "rerank/rerank.h"

#include <math.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "net/breaker.h"
#include "net/fetch.h"
#include "net/key_file.h"
#include "rerank/reply.h"
#include "stile/limits.h"

#define DEFAULT_CANDIDATES 50
#define DEFAULT_TIMEOUT_MS 2000
#define REPLY_ROOM 4096   /* of a reply, beside its results */
#define RESULT_ROOM 65536 /* some endpoints send the documents back */

struct stile_reranker {
    /* immutable */
    stile_fetcher *fetcher;
    bool tei;
    char *url, *model;
    char *key; /* or NULL */
    uint32_t candidates, timeout_ms;
    stile_sha256 hash;
    /* has its own lock */
    stile_breaker breaker;
};

static stile_status write_request(const stile_reranker *r, stile_slice query,
                                  const stile_slice *texts, size_t count, stile_buf *out,
                                  stile_error *err)
{
    json_t *root = json_object(), *list = json_array();
    bool ok = root && list && json_object_set_new(root, "query", stile_json_string(query)) == 0;
    stile_status st;

    for (size_t i = 0; ok && i < count; i++)
        if (texts[i].len)
            ok = json_array_append_new(list, stile_json_string(texts[i])) == 0;
    ok = ok && json_object_set(root, r->tei ? "texts" : "documents", list) == 0;
    if (r->tei)
        ok = ok && json_object_set_new(root, "truncate", json_true()) == 0;
    else
        ok = ok && json_object_set_new(root, "model", json_string(r->model)) == 0;
    st = ok ? stile_json_write(root, out, err)
            : stile_fail(err, STILE_INVALID, "reranker: a text is not UTF-8");
    json_decref(list);
    json_decref(root);
    return st;
}

static stile_status ask(stile_reranker *r, stile_slice request, stile_buf *reply, stile_error *err)
{
    const stile_fetch_request asked = {.method = "POST",
                                       .url = r->url,
                                       .bearer = r->key,
                                       .content_type = "application/json",
                                       .body = request,
                                       .timeout_ms = r->timeout_ms};
    stile_fetch_reply got = {0};
    stile_status st = stile_fetch(r->fetcher, &asked, &got, reply, err);

    if (st && st != STILE_NO_MEMORY && st != STILE_TIMEOUT)
        return stile_fail(err, STILE_UNAVAILABLE, "reranker: no reply that can be read");
    if (!st && got.status != 200)
        return stile_fail(err, STILE_UNAVAILABLE, "reranker: HTTP %ld", got.status);
    return st;
}

/* Judge the `sent` texts that are not empty. */
static stile_status judge(stile_reranker *r, stile_slice query, const stile_slice *texts,
                          size_t count, size_t sent, double *scores, stile_error *err)
{
    size_t room = REPLY_ROOM + sent * RESULT_ROOM;
    stile_buf request, reply;
    stile_status st;

    stile_buf_init(&request, STILE_MAX_HTTP_BODY);
    stile_buf_init(&reply, room < STILE_MAX_HTTP_RESPONSE ? room : STILE_MAX_HTTP_RESPONSE);
    if (!(st = write_request(r, query, texts, count, &request, err)) &&
        !(st = ask(r, stile_buf_slice(&request), &reply, err)))
        st = stile_rerank_reply_read(stile_buf_slice(&reply), sent, scores, err);
    stile_buf_release(&reply);
    stile_buf_release(&request);
    return st;
}

/* From the scores of those sent, in front, to one for each text. */
static void spread(const stile_slice *texts, size_t count, size_t sent, double *scores)
{
    double least = INFINITY;
    size_t from = sent;

    for (size_t i = 0; i < sent; i++)
        least = scores[i] < least ? scores[i] : least;
    for (size_t i = count; i > 0; i--)
        scores[i - 1] = texts[i - 1].len ? scores[--from] : least;
}

stile_status stile_rerank(stile_reranker *r, stile_slice query, const stile_slice *texts,
                          size_t count, double *scores, stile_error *err)
{
    size_t sent = 0;
    stile_status st;

    for (size_t i = 0; i < count; i++)
        sent += texts[i].len != 0;
    if (sent == 0) {
        for (size_t i = 0; i < count; i++)
            scores[i] = 0;
        return STILE_OK;
    }
    if (!stile_breaker_pass(&r->breaker, stile_clock_ms()))
        return stile_fail(err, STILE_UNAVAILABLE,
                          "reranker: left alone for a while after failures");
    st = judge(r, query, texts, count, sent, scores, err);
    stile_breaker_report(&r->breaker, stile_clock_ms(),
                         st != STILE_UNAVAILABLE && st != STILE_TIMEOUT);
    if (!st)
        spread(texts, count, sent, scores);
    return st;
}

uint32_t stile_reranker_candidates(const stile_reranker *reranker)
{
    return reranker->candidates;
}

const stile_sha256 *stile_reranker_hash(const stile_reranker *reranker)
{
    return &reranker->hash;
}

static stile_status check_options(const stile_reranker_options *o, stile_error *err)
{
    bool tei = o->kind && strcmp(o->kind, "tei") == 0;

    if (!tei && !(o->kind && strcmp(o->kind, "cohere") == 0))
        return stile_fail(err, STILE_INVALID, "reranker: kind is cohere or tei");
    if (!o->url || !*o->url || strlen(o->url) > STILE_MAX_URL)
        return stile_fail(err, STILE_INVALID, "reranker: it needs a URL");
    if (!tei && (!o->model || !*o->model))
        return stile_fail(err, STILE_INVALID, "reranker: it needs a model's name");
    if (o->candidates > STILE_MAX_K)
        return stile_fail(err, STILE_INVALID, "reranker: at most %d candidates", STILE_MAX_K);
    return STILE_OK;
}

static stile_status set_up(stile_reranker *r, const stile_reranker_options *o, stile_error *err)
{
    const char *model = o->model ? o->model : "";
    const stile_slice parts[] = {stile_str("stile.rerank.1"), stile_str(o->kind), stile_str(o->url),
                                 stile_str(model)};
    stile_status st;

    if (!(r->url = stile_strdup(o->url)) || !(r->model = stile_strdup(model)))
        return stile_fail(err, STILE_NO_MEMORY, "reranker: out of memory");
    if (o->key_file && (st = stile_key_read(o->key_file, "reranker", &r->key, err)))
        return st;
    if ((st = stile_fetcher_create(&r->fetcher, err)))
        return st;
    return stile_sha256_parts(parts, sizeof parts / sizeof *parts, &r->hash, err);
}

stile_status stile_reranker_create(const stile_reranker_options *options, stile_reranker **out,
                                   stile_error *err)
{
    stile_reranker *r;
    stile_status st = check_options(options, err);

    if (st)
        return st;
    if (!(r = stile_alloc(sizeof *r)))
        return stile_fail(err, STILE_NO_MEMORY, "reranker: out of memory");
    if ((st = stile_breaker_init(&r->breaker, err))) {
        stile_free(r);
        return st;
    }
    r->tei = strcmp(options->kind, "tei") == 0;
    r->candidates = options->candidates ? options->candidates : DEFAULT_CANDIDATES;
    r->timeout_ms = options->timeout_ms ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    if ((st = set_up(r, options, err)))
        stile_reranker_destroy(r);
    else
        *out = r;
    return st;
}

void stile_reranker_destroy(stile_reranker *r)
{
    if (!r)
        return;
    stile_breaker_release(&r->breaker);
    stile_fetcher_destroy(r->fetcher);
    stile_key_forget(r->key);
    stile_free(r->model);
    stile_free(r->url);
    stile_free(r);
}
