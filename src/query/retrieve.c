/* SPDX-License-Identifier: Apache-2.0 */
/* One query, stage by stage. A stage that fails ends the flow in a recorded refusal. */
#include "query/retrieve.h"

#include <stdio.h>

#include "base/log.h"
#include "base/utf8.h"
#include "plane/record.h"
#include "query/answer.h"

#define DEFAULT_K 10

typedef struct retrieval {
    stile_plane *plane;
    const stile_query *query;
    stile_buf *out;
    stile_arena arena;

    stile_caller caller; /* authenticate */
    bool authenticated;
    stile_view *view; /* clear: pinned before the permit is minted, so that the permit
                                   covers every label the view can hold */
    stile_permit *permit;
    stile_worker *worker; /* with the policy in force */
    stile_policy *policy;
    uint32_t *collections;
    size_t collection_count;
    stile_mode mode; /* search */
    stile_hit *hits;
    size_t hit_count;
    stile_fetched *fetched;   /* fetch */
    stile_released *released; /* dispose */
    size_t count;
    stile_label *context_label; /* cite */
    stile_answer answer;
    stile_receipt receipt; /* audit */
} retrieval;

static stile_status authenticate(retrieval *r, stile_error *err)
{
    stile_status st =
        stile_authenticate(r->plane, &r->query->credentials, &r->arena, &r->caller, err);

    if (st)
        return st;
    r->authenticated = true;
    return stile_caller_need(&r->caller, STILE_SCOPE_RETRIEVE, err);
}

static stile_status check_query(const stile_query *query, stile_error *err)
{
    size_t valid = stile_utf8_valid(query->text);

    if (query->text.len == 0)
        return stile_fail(err, STILE_INVALID, "the query is empty");
    if (query->text.len > STILE_MAX_QUERY)
        return stile_fail(err, STILE_TOO_LARGE, "the query has %zu bytes, at most %d",
                          query->text.len, STILE_MAX_QUERY);
    if (valid != query->text.len)
        return stile_fail(err, STILE_INVALID, "the query is not UTF-8 at byte %zu", valid);
    if (query->k > STILE_MAX_K)
        return stile_fail(err, STILE_TOO_LARGE, "k is %u, at most %d", query->k, STILE_MAX_K);
    if (query->collection_count > STILE_MAX_COLLECTIONS)
        return stile_fail(err, STILE_TOO_LARGE, "more than %d collections", STILE_MAX_COLLECTIONS);
    return query->filter ? stile_filter_check(query->filter, err) : STILE_OK;
}

static stile_status add_any_collection(void *ctx, const stile_collection *collection,
                                       stile_error *err)
{
    retrieval *r = ctx;
    uint32_t *grown = stile_arena_array(&r->arena, r->collection_count + 1, sizeof *grown);

    if (!grown)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    if (r->collection_count)
        memcpy(grown, r->collections, r->collection_count * sizeof *grown);
    grown[r->collection_count++] = collection->id;
    r->collections = grown;
    return STILE_OK;
}

/* Those named; else those of the key; else all. */
static stile_status resolve_collections(retrieval *r, stile_error *err)
{
    const stile_slice *names = r->query->collections;
    size_t count = r->query->collection_count;
    stile_status st = STILE_OK;

    if (count == 0) {
        names = r->caller.collections;
        count = r->caller.collection_count;
    }
    if (count == 0)
        return stile_plane_collections(r->plane, add_any_collection, r, err);
    for (size_t i = 0; !st && i < count; i++) {
        stile_collection collection;
        st = stile_caller_collection(&r->caller, r->plane, names[i], &r->arena, &collection, err);
        if (!st)
            st = add_any_collection(r, &collection, err);
    }
    return st;
}

static stile_status clear(retrieval *r, stile_error *err)
{
    stile_status st = check_query(r->query, err);

    if (st)
        return st;
    if (!r->caller.clearance)
        return stile_fail(err, STILE_FORBIDDEN,
                          "no clearance: say who asks, for example --clearance internal");
    r->view = stile_plane_view(r->plane);
    if ((st = resolve_collections(r, err)))
        return st;
    return stile_permit_mint(stile_plane_labels(r->plane), r->caller.clearance, &r->permit, err);
}

/* The query's vector, or, when the embedder cannot be had, an answer from words alone. */
static stile_status embed_query(retrieval *r, const float **vector, stile_error *err)
{
    stile_embedder *embedder = stile_plane_embedder(r->plane);
    size_t dim = stile_embedder_dim(embedder);
    float *v;
    stile_status st;

    *vector = NULL;
    if (r->mode == STILE_MODE_LEXICAL)
        return STILE_OK;
    if (dim == 0) {
        r->mode = STILE_MODE_LEXICAL;
        r->answer.degraded = "no embedder is configured";
        return STILE_OK;
    }
    if (!(v = stile_arena_array(&r->arena, dim, sizeof *v)))
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    st = stile_embedder_embed(embedder, STILE_EMBED_QUERY, &r->query->text, 1, v, err);
    if (st == STILE_UNAVAILABLE || st == STILE_TIMEOUT) {
        stile_log(STILE_LOG_WARN, "query.degraded", "%s", err ? err->text : "embedder");
        r->mode = STILE_MODE_LEXICAL;
        r->answer.degraded = "the embedder is unavailable";
        return STILE_OK;
    }
    *vector = v;
    return st;
}

static stile_status search(retrieval *r, stile_error *err)
{
    stile_search search = {.collections = r->collections,
                           .collection_count = r->collection_count,
                           .permit = r->permit,
                           .filter = r->query->filter,
                           .k = r->query->k ? r->query->k : DEFAULT_K};
    stile_terms terms;
    stile_slice none = {0};
    stile_status st;

    r->mode = r->query->mode;
    if ((st = embed_query(r, &search.vector, err)))
        return st;
    if (r->mode != STILE_MODE_DENSE) {
        if ((st =
                 stile_terms_of(r->worker->analyzer, none, r->query->text, &r->arena, &terms, err)))
            return st;
        search.terms = &terms;
    }
    search.mode = r->mode;
    return stile_index_search(stile_view_index(r->view), &search, &r->arena, &r->hits,
                              &r->hit_count, err);
}

/* The index and the store are of one change, so each hit is there and dominated. Should one not
 * be, it is dropped: nothing is shown that its record does not allow. */
static stile_status fetch(retrieval *r, stile_error *err)
{
    r->fetched = stile_arena_array(&r->arena, r->hit_count, sizeof *r->fetched);
    if (!r->fetched)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    for (size_t i = 0; i < r->hit_count; i++) {
        const stile_hit *hit = &r->hits[i];
        stile_status st = stile_fetch_chunk(r->plane, r->view, r->caller.clearance, &hit->doc,
                                            hit->ordinal, &r->arena, &r->fetched[r->count], err);
        if (st == STILE_NOT_FOUND) {
            stile_log(STILE_LOG_ERROR, "query.mismatch", "index and store disagree about a chunk");
            continue;
        }
        if (st)
            return st;
        r->fetched[r->count++].score = hit->score;
    }
    return STILE_OK;
}

/* Verdicts and released strings under the policy in force now. */
static stile_status rescan_and_dispose(retrieval *r, stile_error *err)
{
    r->released = stile_arena_array(&r->arena, r->count, sizeof *r->released);
    if (!r->released)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    for (size_t i = 0; i < r->count; i++) {
        stile_scanned scanned;
        stile_status st = stile_rescan_chunk(r->plane, r->view, r->worker, &r->fetched[i],
                                             &r->arena, &scanned, err);
        if (st || (st = stile_dispose_chunk(&scanned, &r->arena, &r->released[i], err)))
            return st;
    }
    return stile_dispose_context(r->worker, r->released, r->count, &r->arena, err);
}

static stile_status take_policy(retrieval *r, stile_error *err)
{
    stile_worker_release(r->plane, r->worker);
    r->worker = NULL;
    stile_policy_unref(r->policy);
    r->policy = stile_plane_policy(r->plane);
    return stile_worker_acquire(r->plane, r->policy, &r->worker, err);
}

static bool policy_is_current(retrieval *r)
{
    stile_policy *now = stile_plane_policy(r->plane);
    bool same = now == r->policy;
    stile_policy_unref(now);
    return same;
}

/* A policy that changed meanwhile is followed once; one that keeps changing is a refusal. */
static stile_status dispose(retrieval *r, stile_error *err)
{
    stile_status st = rescan_and_dispose(r, err);

    if (st || policy_is_current(r))
        return st;
    if ((st = take_policy(r, err)) || (st = rescan_and_dispose(r, err)))
        return st;
    return STILE_OK;
}

static stile_status cite(retrieval *r, stile_error *err)
{
    const stile_label **labels = stile_arena_array(&r->arena, r->count, sizeof *labels);
    stile_status st;

    if (!labels)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    for (size_t i = 0; i < r->count; i++)
        labels[i] = r->released[i].from->label;
    if ((st = stile_label_join(stile_plane_levels(r->plane), labels, r->count, &r->context_label,
                               err)) ||
        (st = stile_trace_id_make(r->answer.trace_id, err)))
        return st;
    r->answer.mode = r->mode;
    r->answer.released = r->released;
    r->answer.count = r->count;
    r->answer.context_label = r->context_label;
    r->answer.scan_version = stile_policy_hash(r->policy);
    r->answer.embedder = stile_embedder_hash(stile_plane_embedder(r->plane));
    r->answer.explain = stile_caller_has(&r->caller, STILE_SCOPE_FINDINGS);
    stile_index_generation(stile_view_index(r->view), r->permit, r->collections,
                           r->collection_count, &r->answer.index_generation);
    return STILE_OK;
}

static json_t *describe_result(const stile_released *released)
{
    char id[STILE_CHUNK_ID_LEN + 1], sha[STILE_SHA256_HEX];
    stile_sha256 digest = {0};

    stile_chunk_id_format(&released->from->doc, released->from->ordinal, id);
    if (stile_sha256_of(released->from->chunk.text, &digest, NULL))
        return NULL;
    stile_hex(digest.bytes, sizeof digest.bytes, sha);
    return json_pack("{s:s,s:s,s:s,s:s}", "chunk", id, "sha256", sha, "label",
                     stile_label_text(released->from->label).ptr, "disposition",
                     stile_disposition_name(released->disposition));
}

static json_t *describe_query(const retrieval *r)
{
    stile_sha256 digest;
    char query[STILE_SHA256_HEX], permit[STILE_SHA256_HEX];
    json_t *body = stile_record_begin(&r->caller), *results = json_array();

    if (!body || !results || stile_sha256_of(r->query->text, &digest, NULL)) {
        json_decref(body);
        json_decref(results);
        return NULL;
    }
    stile_hex(digest.bytes, sizeof digest.bytes, query);
    stile_hex(stile_permit_digest(r->permit), STILE_SHA256_LEN, permit);
    for (size_t i = 0; i < r->count; i++)
        (void)json_array_append_new(results, describe_result(&r->released[i]));
    (void)json_object_set_new(body, "trace_id", json_string(r->answer.trace_id));
    (void)json_object_set_new(body, "query_sha256", json_string(query));
    (void)json_object_set_new(body, "permitted_sha256", json_string(permit));
    (void)json_object_set_new(body, "mode", json_string(stile_mode_name(r->mode)));
    (void)json_object_set_new(body, "results", results);
    (void)json_object_set_new(body, "policy", stile_answer_policy(&r->answer));
    return body;
}

static stile_status audit(retrieval *r, stile_error *err)
{
    if (!policy_is_current(r))
        return stile_fail(err, STILE_BUSY,
                          "the policy changed twice while this was answered; ask "
                          "again");
    return stile_record_append(r->plane, "retrieve", describe_query(r), &r->receipt, err);
}

static stile_status answer(retrieval *r, stile_error *err)
{
    return stile_answer_write(&r->answer, r->query->format, &r->receipt, r->out, err);
}

typedef struct stage {
    const char *name;
    stile_status (*run)(retrieval *r, stile_error *err);
} stage;

static const stage stages[] = {
    {"authenticate", authenticate},
    {"clear", clear},
    {"policy", take_policy},
    {"search", search},
    {"fetch", fetch},
    {"dispose", dispose},
    {"cite", cite},
    {"audit", audit},
    {"answer", answer},
};

static void release(retrieval *r)
{
    stile_label_destroy(r->context_label);
    stile_worker_release(r->plane, r->worker);
    stile_policy_unref(r->policy);
    stile_permit_unref(r->permit);
    stile_view_unref(r->view);
    stile_arena_release(&r->arena);
}

stile_status stile_retrieve(stile_plane *plane, const stile_query *query, stile_buf *out,
                            stile_error *err)
{
    stile_error own;
    retrieval r = {.plane = plane, .query = query, .out = out};
    size_t before = out->len;
    stile_status st = STILE_OK;

    if (!err)
        err = &own;
    stile_arena_init(&r.arena, 0);
    for (size_t i = 0; !st && i < sizeof stages / sizeof *stages; i++)
        st = stages[i].run(&r, err);
    if (st) {
        out->len = before;
        st = stile_record_refusal(plane, r.authenticated ? &r.caller : NULL, "retrieve", st, err);
    }
    release(&r);
    return st;
}
