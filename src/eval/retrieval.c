/* SPDX-License-Identifier: Apache-2.0 */
/* A BEIR set through the real flows: ingested under one label into a data directory of its own,
 * asked by a caller cleared for it, answers taken from the answer's JSON as a client would. */
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "eval/beir.h"
#include "eval/eval.h"
#include "ingest/ingest.h"
#include "query/retrieve.h"

#define THREADS 2
#define MAX_CORPUS ((size_t)4 << 30)
#define LABEL "public"

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *at)
{
    (void)info;
    (void)flag;
    (void)at;
    return remove(path);
}

/* Lines of the corpus, gathered into ingest groups. */
typedef struct corpus {
    stile_plane *plane;
    stile_caller caller;
    stile_collection collection;
    const stile_eval_retrieval *options;
    stile_ingest_item items[STILE_INGEST_GROUP];
    json_t *rows[STILE_INGEST_GROUP]; /* own the items' strings */
    size_t count, documents;
} corpus;

static stile_status flush(corpus *c, stile_error *err)
{
    stile_ingest_result results[STILE_INGEST_GROUP];
    stile_status st =
        stile_ingest(c->plane, &c->caller, &c->collection, c->items, c->count, results, err);

    for (size_t i = 0; i < c->count; i++) {
        if (!st && results[i].error.status) {
            st = stile_fail(err, results[i].error.status, "document %.*s: %s",
                            STILE_SLICE_ARGS(c->items[i].id), results[i].error.text);
        }
        json_decref(c->rows[i]);
    }
    c->documents += c->count;
    if (c->options->ingested)
        c->options->ingested(c->options->ctx, c->count);
    c->count = 0;
    return st;
}

static stile_status add_line(corpus *c, stile_slice line, stile_error *err)
{
    json_t *row = NULL;
    stile_ingest_item item = {.label = stile_str(LABEL), .format = STILE_FORMAT_TEXT};
    stile_status st = stile_json_parse(line, "document", &row, err);

    if (!st && !(st = stile_json_get_string(row, "", "_id", true, &item.id, err)) &&
        !(st = stile_json_get_string(row, "", "title", false, &item.title, err)))
        st = stile_json_get_string(row, "", "text", true, &item.original, err);
    if (st) {
        json_decref(row);
        return st;
    }
    c->items[c->count] = item;
    c->rows[c->count++] = row;
    return c->count == STILE_INGEST_GROUP ? flush(c, err) : STILE_OK;
}

static stile_status ingest_corpus(corpus *c, const char *folder, stile_error *err)
{
    char path[PATH_MAX];
    stile_map map = {0};
    stile_slice text;
    stile_status st;

    (void)snprintf(path, sizeof path, "%s/corpus.jsonl", folder);
    if ((st = stile_map_open(path, &map, err)))
        return st;
    text = stile_slice_of(map.ptr, map.len);
    for (size_t at = 0, line = 1; !st && at < text.len; line++) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        size_t stop = end ? (size_t)(end - text.ptr) : text.len;
        if (stop > at && (st = add_line(c, stile_slice_cut(text, at, stop), err)))
            (void)stile_fail_in(err, st, "%s:%zu", path, line);
        at = stop + 1;
    }
    if (!st && c->count)
        st = flush(c, err);
    stile_map_close(&map);
    return st;
}

typedef struct asking {
    stile_plane *plane;
    const stile_beir_query *queries;
    size_t count;
    const stile_eval_retrieval *options;
    atomic_size_t next;
    pthread_mutex_t lock; /* guards the rest */
    double ndcg, recall;
    stile_error error;
} asking;

/* Distinct document ids of an answer, best first; borrowed from `json`. */
static size_t documents_of(const json_t *json, stile_slice *out, size_t most)
{
    const json_t *results = json_object_get(json, "results");
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(results) && count < most; i++) {
        const json_t *id = json_object_get(json_array_get(results, i), "document_id");
        stile_slice document = stile_slice_of(json_string_value(id), json_string_length(id));
        bool seen = false;
        for (size_t j = 0; !seen && j < count; j++)
            seen = stile_slice_eq(out[j], document);
        if (!seen)
            out[count++] = document;
    }
    return count;
}

static stile_status ask_one(asking *a, const stile_beir_query *query, double *ndcg, double *recall,
                            stile_error *err)
{
    stile_query request = {.credentials = {.owner = true, .clearance = stile_str(LABEL)},
                           .text = query->text,
                           .mode = a->options->mode,
                           .k = STILE_MAX_K};
    stile_slice ranked[STILE_MAX_K];
    stile_buf answer;
    json_t *json = NULL;
    stile_status st;

    stile_buf_init(&answer, STILE_MAX_HTTP_RESPONSE);
    if (!(st = stile_retrieve(a->plane, &request, &answer, err)) &&
        !(st = stile_json_parse(stile_buf_slice(&answer), "answer", &json, err))) {
        size_t count = documents_of(json, ranked, STILE_MAX_K);
        *ndcg = stile_ndcg(query, ranked, count, 10);
        *recall = stile_recall(query, ranked, count, 100);
    }
    json_decref(json);
    stile_buf_release(&answer);
    return st;
}

static void *ask_some(void *ctx)
{
    asking *a = ctx;
    size_t i;

    while ((i = atomic_fetch_add(&a->next, 1)) < a->count) {
        double ndcg = 0, recall = 0;
        stile_error err = {0};
        stile_status st = ask_one(a, &a->queries[i], &ndcg, &recall, &err);
        (void)pthread_mutex_lock(&a->lock);
        a->ndcg += ndcg;
        a->recall += recall;
        if (st) {
            a->error = err;
            atomic_store(&a->next, a->count);
        }
        if (a->options->asked)
            a->options->asked(a->options->ctx, 1);
        (void)pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

static stile_status ask_all(asking *a, stile_error *err)
{
    pthread_t threads[THREADS];
    size_t started = 0;

    atomic_init(&a->next, 0);
    (void)pthread_mutex_init(&a->lock, NULL);
    while (started + 1 < THREADS && !pthread_create(&threads[started], NULL, ask_some, a))
        started++;
    (void)ask_some(a);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_mutex_destroy(&a->lock);
    if (a->error.status && err)
        *err = a->error;
    return a->error.status;
}

static stile_status prepare(corpus *c, const char *data, const char *folder, stile_arena *arena,
                            stile_error *err)
{
    const stile_collection wanted = {.name = stile_str("eval")};
    const stile_credentials owner = {.owner = true, .clearance = stile_str(LABEL)};
    stile_status st;

    if ((st = stile_plane_init(data, err)) || (st = stile_plane_open(data, &c->plane, err)) ||
        (st = stile_authenticate(c->plane, &owner, arena, &c->caller, err)) ||
        (st = stile_plane_collection_create(c->plane, &wanted, arena, &c->collection, err)))
        return st;
    return ingest_corpus(c, folder, err);
}

static stile_status evaluate(const char *data, const char *folder,
                             const stile_eval_retrieval *options, json_t **out, stile_error *err)
{
    corpus *c = stile_alloc(sizeof *c);
    asking a = {.options = options};
    stile_beir_query *queries = NULL;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    if (!c)
        st = stile_fail(err, STILE_NO_MEMORY, "eval: out of memory");
    else
        st = stile_beir_queries(folder, &arena, &queries, &a.count, err);
    if (!st) {
        c->options = options;
        st = prepare(c, data, folder, &arena, err);
    }
    if (!st && a.count == 0)
        st = stile_fail(err, STILE_INVALID, "%s: no query has a relevant document", folder);
    if (!st) {
        a.plane = c->plane;
        a.queries = queries;
        st = ask_all(&a, err);
    }
    if (!st) {
        double n = (double)a.count;
        *out = json_pack("{s:f,s:f,s:I,s:I,s:s}", "ndcg@10", a.ndcg / n, "recall@100", a.recall / n,
                         "queries", (json_int_t)a.count, "docs", (json_int_t)c->documents, "mode",
                         stile_mode_name(options->mode));
        if (!*out)
            st = stile_fail(err, STILE_NO_MEMORY, "eval: out of memory");
    }
    stile_plane_close(c ? c->plane : NULL);
    stile_arena_release(&arena);
    stile_free(c);
    return st;
}

stile_status stile_eval_retrieval_folder(const char *folder, const stile_eval_retrieval *options,
                                         json_t **out, stile_error *err)
{
    const char *base = getenv("TMPDIR");
    char data[PATH_MAX];
    stile_status st;

    (void)snprintf(data, sizeof data, "%s/stile-eval-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(data))
        return stile_fail(err, STILE_IO, "%s: cannot make a temporary folder; set TMPDIR", data);
    st = evaluate(data, folder, options, out, err);
    (void)nftw(data, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return st;
}
