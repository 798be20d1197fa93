/* SPDX-License-Identifier: Apache-2.0 */
/* One query, stage by stage. A stage that fails ends the flow in a recorded refusal. */
#include "query/retrieve.h"

#include "base/utf8.h"
#include "plane/record.h"
#include "query/retrieval.h"
#include "query/watch.h"

static stile_status authenticate(stile_retrieval *r, stile_error *err)
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
    if (query->neighbours > STILE_MAX_NEIGHBOURS)
        return stile_fail(err, STILE_TOO_LARGE, "%u neighbours, at most %d", query->neighbours,
                          STILE_MAX_NEIGHBOURS);
    return query->filter ? stile_filter_check(query->filter, err) : STILE_OK;
}

static stile_status add_any_collection(void *ctx, const stile_collection *collection,
                                       stile_error *err)
{
    stile_retrieval *r = ctx;
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
static stile_status resolve_collections(stile_retrieval *r, stile_error *err)
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

static stile_status clear(stile_retrieval *r, stile_error *err)
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

static stile_status cite(stile_retrieval *r, stile_error *err)
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
    r->answer.spotlight = r->query->spotlight;
    r->answer.released = r->released;
    r->answer.count = r->count;
    r->answer.context_label = r->context_label;
    r->answer.scan_version = stile_policy_hash(r->standing.policy);
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

static json_t *describe_query(const stile_retrieval *r)
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

/* No change of the policy comes between the check and the record. */
static stile_status audit(stile_retrieval *r, stile_error *err)
{
    json_t *record = describe_query(r);
    stile_status st;

    if (!stile_plane_hold(r->plane, &r->standing)) {
        json_decref(record);
        return stile_fail(err, STILE_BUSY,
                          "the policy changed twice while this was answered; ask "
                          "again");
    }
    st = stile_record_append(r->plane, "retrieve", record, &r->receipt, err);
    stile_plane_let_go(r->plane);
    return st;
}

static stile_status answer(stile_retrieval *r, stile_error *err)
{
    return stile_answer_write(&r->answer, r->query->format, &r->receipt, r->out, err);
}

static stile_status compare(stile_retrieval *r, stile_error *err)
{
    (void)err;
    stile_watch_released(r->plane, r->view, r->released, r->count, &r->arena);
    return STILE_OK;
}

typedef struct stage {
    const char *name;
    stile_status (*run)(stile_retrieval *r, stile_error *err);
} stage;

static const stage stages[] = {
    {"authenticate", authenticate},
    {"clear", clear},
    {"policy", stile_retrieval_policy},
    {"search", stile_retrieval_search},
    {"fetch", stile_retrieval_fetch},
    {"dispose", stile_retrieval_dispose},
    {"rerank", stile_retrieval_rerank},
    {"choose", stile_retrieval_choose},
    {"assemble", stile_retrieval_assemble},
    {"cite", cite},
    {"audit", audit},
    {"answer", answer},
    {"watch", compare},
};

static void release(stile_retrieval *r)
{
    stile_label_destroy(r->context_label);
    stile_worker_release(r->plane, r->worker);
    stile_standing_release(&r->standing);
    stile_permit_unref(r->permit);
    stile_view_unref(r->view);
    stile_arena_release(&r->arena);
}

stile_status stile_retrieve(stile_plane *plane, const stile_query *query, stile_buf *out,
                            stile_error *err)
{
    stile_error own;
    stile_retrieval r = {.plane = plane, .query = query, .out = out};
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
