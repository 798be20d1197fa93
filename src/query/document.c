/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one document: authenticate -> fetch -> rescan -> dispose -> audit -> answer, for every
 * chunk of it. */
#include "plane/record.h"
#include "query/answer.h"
#include "query/watch.h"

typedef struct reading {
    stile_plane *plane;
    const stile_document_request *request;
    stile_buf *out;
    stile_arena arena;
    stile_caller caller;
    bool authenticated;
    stile_view *view;
    stile_standing standing; /* what the dispositions rest on */
    stile_worker *worker;
    stile_docref doc;
    stile_document document;
    const stile_label *label;
    stile_fetched *fetched;
    stile_released *released;
    stile_receipt receipt;
} reading;

static stile_status authenticate(reading *r, stile_error *err)
{
    stile_collection collection;
    stile_status st =
        stile_authenticate(r->plane, &r->request->credentials, &r->arena, &r->caller, err);

    if (st)
        return st;
    r->authenticated = true;
    if ((st = stile_caller_need(&r->caller, STILE_SCOPE_RETRIEVE, err)) ||
        (st = stile_caller_collection(&r->caller, r->plane, r->request->collection, &r->arena,
                                      &collection, err)))
        return st;
    if (!r->caller.clearance)
        return stile_fail(err, STILE_FORBIDDEN,
                          "no clearance: say who asks, for example --clearance internal");
    return STILE_OK;
}

static stile_status fetch(reading *r, stile_error *err)
{
    stile_status st = stile_docref_of(r->request->collection, r->request->id, &r->doc, err);

    r->view = stile_plane_view(r->plane);
    if (st || (st = stile_fetch_document(r->plane, r->view, r->caller.clearance, &r->doc, &r->arena,
                                         &r->document, &r->label, err)))
        return st;
    r->fetched = stile_arena_array(&r->arena, r->document.chunks, sizeof *r->fetched);
    r->released = stile_arena_array(&r->arena, r->document.chunks, sizeof *r->released);
    if (!r->fetched || !r->released)
        return stile_fail(err, STILE_NO_MEMORY, "document: out of memory");
    for (uint32_t i = 0; !st && i < r->document.chunks; i++)
        st = stile_fetch_chunk(r->plane, r->view, r->caller.clearance, &r->doc, i, &r->arena,
                               &r->fetched[i], err);
    return st;
}

static stile_status rescan_and_dispose(reading *r, stile_error *err)
{
    stile_status st;

    stile_worker_release(r->plane, r->worker);
    r->worker = NULL;
    stile_standing_release(&r->standing);
    r->standing = stile_plane_standing(r->plane);
    st = stile_worker_acquire(r->plane, r->standing.policy, &r->worker, err);
    for (uint32_t i = 0; !st && i < r->document.chunks; i++)
        st = stile_release_chunk(r->plane, r->view, r->worker, &r->standing, &r->fetched[i],
                                 &r->arena, &r->released[i], err);
    return st;
}

/* As for a query: a policy that changed meanwhile is followed once. */
static stile_status dispose(reading *r, stile_error *err)
{
    stile_status st = rescan_and_dispose(r, err);

    if (st)
        return st;
    if (stile_plane_hold(r->plane, &r->standing)) {
        stile_plane_let_go(r->plane);
        return STILE_OK;
    }
    return rescan_and_dispose(r, err);
}

static stile_disposition worst(const reading *r)
{
    stile_disposition least = STILE_DISPOSITION_ALLOW;
    for (uint32_t i = 0; i < r->document.chunks; i++)
        if (r->released[i].disposition < least)
            least = r->released[i].disposition;
    return least;
}

/* A review speaks of chunks; the bytes between them it never saw. */
static bool is_reviewed(const reading *r)
{
    for (uint32_t i = 0; i < r->document.chunks; i++)
        if (r->released[i].ruling == STILE_RULING_RELEASED)
            return true;
    return false;
}

static stile_status not_released_whole(stile_error *err)
{
    return stile_fail(err, STILE_FORBIDDEN,
                      "the original holds text that is not released as it is; read the document "
                      "without --original");
}

/* Markup holds bytes that no chunk shows. */
static stile_status check_original(reading *r, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(&r->doc);
    stile_slice original, redacted;
    stile_sensitive_hit *hits;
    size_t count;
    stile_status st =
        stile_store_get(stile_plane_store(r->plane), stile_view_snapshot(r->view),
                        STILE_TABLE_ORIGINALS, stile_dbkey_slice(&key), &r->arena, &original, err);

    if (st || (st = stile_redact_text(r->worker->scanner, original, &r->arena, &redacted, &hits,
                                      &count, err)))
        return st;
    return redacted.ptr == original.ptr ? STILE_OK : not_released_whole(err);
}

static json_t *describe_reading(const reading *r)
{
    char ref[2 * sizeof r->doc.bytes + 1], scan[STILE_SHA256_HEX];
    json_t *body = stile_record_begin(&r->caller);

    if (!body)
        return NULL;
    stile_hex(r->doc.bytes, sizeof r->doc.bytes, ref);
    stile_hex(stile_policy_hash(r->standing.policy)->bytes, STILE_SHA256_LEN, scan);
    (void)json_object_set_new(body, "document", json_string(ref));
    (void)json_object_set_new(body, "label", stile_json_string(stile_label_text(r->label)));
    (void)json_object_set_new(body, "original", json_boolean(r->request->original));
    (void)json_object_set_new(body, "disposition", json_string(stile_disposition_name(worst(r))));
    (void)json_object_set_new(body, "policy", json_pack("{s:s}", "scan", scan));
    return body;
}

static stile_status audit(reading *r, stile_error *err)
{
    json_t *record;
    stile_status st;

    if (r->request->original && (worst(r) != STILE_DISPOSITION_ALLOW || is_reviewed(r)))
        return not_released_whole(err);
    if (r->request->original && (st = check_original(r, err)))
        return st;
    record = describe_reading(r);
    /* No change of the policy comes between the check and the record. */
    if (!stile_plane_hold(r->plane, &r->standing)) {
        json_decref(record);
        return stile_fail(err, STILE_BUSY,
                          "the policy changed twice while this was answered; ask again");
    }
    st = stile_record_append(r->plane, "document", record, &r->receipt, err);
    stile_plane_let_go(r->plane);
    return st;
}

static json_t *chunk_json(const reading *r, uint32_t i)
{
    const stile_released *released = &r->released[i];
    const stile_chunk_record *chunk = &released->from->chunk;
    char id[STILE_CHUNK_ID_LEN + 1];

    stile_chunk_id_format(&r->doc, i, id);
    return json_pack("{s:s,s:o,s:o,s:o,s:s,s:o,s:o}", "chunk_id", id, "span",
                     stile_answer_span(chunk->orig_start, chunk->orig_end), "lines",
                     stile_answer_lines(chunk->line_start, chunk->line_end), "text",
                     released->has_text ? stile_json_string(released->text) : json_null(),
                     "disposition", stile_disposition_name(released->disposition), "findings",
                     stile_answer_findings(&released->verdict, released->from->chunk.text,
                                           stile_caller_has(&r->caller, STILE_SCOPE_FINDINGS)),
                     "redactions", stile_answer_redactions(released));
}

/* The released texts, with the paragraph breaks that chunks end at. */
static json_t *joined_text(const reading *r, stile_error *err)
{
    stile_buf text;
    json_t *json = NULL;

    stile_buf_init(&text, STILE_MAX_HTTP_RESPONSE);
    for (uint32_t i = 0; i < r->document.chunks; i++) {
        if (i > 0)
            stile_buf_add_str(&text, "\n\n");
        stile_buf_add_slice(&text, r->released[i].text);
    }
    if (!stile_buf_ok(&text, err))
        json = stile_json_string(stile_buf_slice(&text));
    stile_buf_release(&text);
    return json;
}

/* Metadata was scanned as text; sanitizing may have broken its JSON, and then it stays here. */
static json_t *metadata_json(stile_slice metadata)
{
    json_t *json = NULL;
    if (metadata.len == 0 || stile_json_parse(metadata, "metadata", &json, NULL))
        return json_null();
    return json;
}

static json_t *original_json(const reading *r, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(&r->doc);
    stile_slice original;
    stile_arena arena;
    json_t *json = NULL;

    stile_arena_init(&arena, 0);
    if (!stile_store_get(stile_plane_store(r->plane), stile_view_snapshot(r->view),
                         STILE_TABLE_ORIGINALS, stile_dbkey_slice(&key), &arena, &original, err))
        json = stile_json_string(original);
    stile_arena_release(&arena);
    return json;
}

static stile_status answer(reading *r, stile_error *err)
{
    /* Title, url and metadata were scanned with each chunk; the strictest verdict decides. */
    const stile_released *first = &r->released[0];
    json_t *json = json_object(), *chunks = json_array();
    char sha[STILE_SHA256_HEX];
    stile_status st;

    for (uint32_t i = 0; i < r->document.chunks; i++) {
        (void)json_array_append_new(chunks, chunk_json(r, i));
        if (r->released[i].title.len < first->title.len)
            first = &r->released[i];
    }
    stile_hex(r->document.original_sha256.bytes, STILE_SHA256_LEN, sha);
    (void)json_object_set_new(json, "id", stile_json_string(r->document.id));
    (void)json_object_set_new(json, "collection", stile_json_string(r->request->collection));
    (void)json_object_set_new(json, "title", stile_json_string(first->title));
    (void)json_object_set_new(json, "url", stile_json_string(first->url));
    (void)json_object_set_new(json, "metadata", metadata_json(first->metadata));
    (void)json_object_set_new(json, "label", stile_json_string(stile_label_text(r->label)));
    (void)json_object_set_new(json, "format", json_string(stile_format_name(r->document.format)));
    (void)json_object_set_new(json, "trust", json_string(stile_trust_name(r->document.trust)));
    (void)json_object_set_new(json, "bytes", json_integer((json_int_t)r->document.original_len));
    (void)json_object_set_new(json, "original_sha256", json_string(sha));
    (void)json_object_set_new(json, "disposition", json_string(stile_disposition_name(worst(r))));
    (void)json_object_set_new(json, "text", joined_text(r, err));
    if (r->request->original)
        (void)json_object_set_new(json, "original", original_json(r, err));
    (void)json_object_set_new(json, "chunks", chunks);
    st = json_object_get(json, "chunks") && json_object_get(json, "text")
             ? stile_json_write(json, r->out, err)
             : stile_fail(err, STILE_NO_MEMORY, "document: out of memory");
    json_decref(json);
    return st;
}

static stile_status compare(reading *r, stile_error *err)
{
    (void)err;
    stile_watch_released(r->plane, r->view, r->released, r->document.chunks, &r->arena);
    return STILE_OK;
}

typedef struct stage {
    const char *name;
    stile_status (*run)(reading *r, stile_error *err);
} stage;

static const stage stages[] = {
    {"authenticate", authenticate},
    {"fetch", fetch},
    {"dispose", dispose},
    {"audit", audit},
    {"answer", answer},
    {"watch", compare},
};

stile_status stile_document_get(stile_plane *plane, const stile_document_request *request,
                                stile_buf *out, stile_error *err)
{
    stile_error own;
    reading r = {.plane = plane, .request = request, .out = out};
    size_t before = out->len;
    stile_status st = STILE_OK;

    if (!err)
        err = &own;
    stile_arena_init(&r.arena, 0);
    for (size_t i = 0; !st && i < sizeof stages / sizeof *stages; i++)
        st = stages[i].run(&r, err);
    if (st) {
        out->len = before;
        st = stile_record_refusal(plane, r.authenticated ? &r.caller : NULL, "document", st, err);
    }
    stile_worker_release(plane, r.worker);
    stile_standing_release(&r.standing);
    stile_view_unref(r.view);
    stile_arena_release(&r.arena);
    return st;
}
