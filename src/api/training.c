/* SPDX-License-Identifier: Apache-2.0 */
/* Reviews as training data. Few poisoned releases can halve a classifier's recall, so a row needs a
 * decision that still holds, a second person's approval, a label that the caller's clearance
 * dominates, and room under two caps: rows of one reviewer, and rows of one document. */
#include "api/quarantine.h"
#include "api/reply.h"
#include "plane/record.h"

#define MAX_ROWS 2000
#define MAX_OF_PRINCIPAL 50
#define MAX_OF_DOCUMENT 3

/* One more under `name`, unless it had so many. */
static bool has_room(json_t *counts, const char *name, json_int_t most)
{
    json_int_t count = json_integer_value(json_object_get(counts, name));

    if (count >= most)
        return false;
    (void)json_object_set_new(counts, name, json_integer(count + 1));
    return true;
}

typedef struct export
{
    const stile_api *api;
    stile_quarantine *q;
    stile_slice collection;
    stile_arena *arena;
    json_t *rows, *of_principal, *of_document;
    const stile_label *labels[MAX_ROWS];
    size_t count, left_out;
}
export;

/* Where the payload lies: what the findings condemn. */
static json_t *spans_json(const stile_verdict *verdict)
{
    json_t *spans = json_array();

    for (size_t i = 0; i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        if (f->field == STILE_FIELD_TEXT && f->action >= STILE_ACTION_STRIP && f->end > f->start)
            (void)json_array_append_new(
                spans, json_pack("[I,I]", (json_int_t)f->start, (json_int_t)f->end));
    }
    return spans;
}

static json_t *row_json(const export *e, const stile_quarantined *c, const stile_review *review)
{
    bool injection = review->decision == STILE_REVIEW_CONFIRMED;
    char document[2 * sizeof review->doc.bytes + 1], id[STILE_CHUNK_ID_LEN + 1];

    stile_hex(review->doc.bytes, sizeof review->doc.bytes, document);
    stile_chunk_id_format(&review->doc, review->ordinal, id);
    return json_pack("{s:s,s:o,s:s,s:s,s:o,s:s,s:o,s:o,s:o}", "id", id, "text",
                     stile_json_string(c->fetched.chunk.text), "label",
                     injection ? "injection" : "benign", "kind", "review", "source",
                     stile_json_string(e->collection), "group", document, "security_label",
                     stile_json_string(stile_label_text(c->fetched.label)), "reviewer",
                     stile_json_string(review->principal), "spans",
                     injection ? spans_json(&c->verdict) : json_array());
}

/* Whether the decision still speaks of what is there. */
static bool still_holds(const stile_quarantined *c, const stile_sha256 *pin,
                        const stile_review *review)
{
    const stile_sha256 *now =
        review->scope == STILE_REVIEW_CHUNK ? &c->pins.chunk : &c->pins.collection;

    return memcmp(now->bytes, pin->bytes, sizeof pin->bytes) == 0 &&
           (review->decision != STILE_REVIEW_RELEASED || stile_now_ms() < review->until_ms);
}

static stile_status add_review(void *ctx, const stile_sha256 *pin, const stile_review *review,
                               stile_error *err)
{
    export *e = ctx;
    char document[2 * sizeof review->doc.bytes + 1];
    stile_quarantined c;
    stile_slice principal;
    stile_status st;

    if (review->approver.len == 0 || review->decision == STILE_REVIEW_REOPENED ||
        stile_slice_eq(review->approver, review->principal))
        return STILE_OK;
    st = stile_quarantine_look(e->q, &review->doc, review->ordinal, e->arena, &c, err);
    if (st == STILE_NOT_FOUND || st == STILE_CONFLICT)
        return STILE_OK; /* not the caller's to see, gone, or no longer flagged */
    if (st || (st = stile_arena_copy(e->arena, review->principal, &principal, err)))
        return st;
    if (!still_holds(&c, pin, review))
        return STILE_OK;
    stile_hex(review->doc.bytes, sizeof review->doc.bytes, document);
    if (e->count == MAX_ROWS || !has_room(e->of_document, document, MAX_OF_DOCUMENT) ||
        !has_room(e->of_principal, principal.ptr, MAX_OF_PRINCIPAL)) {
        e->left_out++;
        return STILE_OK;
    }
    e->labels[e->count++] = c.fetched.label;
    return json_array_append_new(e->rows, row_json(e, &c, review)) == 0
               ? STILE_OK
               : stile_fail(err, STILE_NO_MEMORY, "out of memory");
}

static stile_status record(const export *e, const char *label, stile_error *err)
{
    char scan[STILE_SHA256_HEX];
    json_t *body = stile_record_begin(e->q->caller);
    stile_receipt receipt;
    stile_status st;

    stile_hex(stile_policy_hash(e->q->standing.policy)->bytes, STILE_SHA256_LEN, scan);
    if (body) {
        (void)json_object_set_new(body, "collection", stile_json_string(e->collection));
        (void)json_object_set_new(body, "rows", json_integer((json_int_t)e->count));
        (void)json_object_set_new(body, "label", json_string(label));
        (void)json_object_set_new(body, "policy", json_pack("{s:s}", "scan", scan));
    }
    if (!stile_plane_hold(e->api->plane, &e->q->standing)) {
        json_decref(body);
        return stile_fail(err, STILE_BUSY, "the policy changed while this was answered; ask again");
    }
    st = stile_record_append(e->api->plane, "quarantine.export", body, &receipt, err);
    stile_plane_let_go(e->api->plane);
    return st;
}

/* The rows, and the join of their labels: what is fitted from them carries it. */
static stile_status write_rows(export *e, stile_buf *out, stile_error *err)
{
    stile_label *join = NULL;
    const char *text = NULL;
    stile_status st = STILE_OK;

    if (e->count && !(st = stile_label_join(stile_plane_levels(e->api->plane), e->labels, e->count,
                                            &join, err)))
        text = stile_label_text(join).ptr;
    if (!st && !(st = record(e, text, err)))
        st = stile_api_reply(json_pack("{s:s?,s:I,s:O}", "label", text, "left_out",
                                       (json_int_t)e->left_out, "rows", e->rows),
                             out, err);
    stile_label_destroy(join);
    return st;
}

stile_status stile_api_quarantine_export(const stile_api *api, const stile_api_call *call,
                                         stile_buf *out, stile_error *err)
{
    stile_caller caller;
    stile_quarantine q = {0};
    stile_arena arena;
    stile_collection collection;
    export *e;
    bool entered;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_rules_enter(api, call, "quarantine.export", STILE_SCOPE_QUARANTINE, &arena,
                               &caller, err);
    entered = !st;
    e = stile_arena_alloc(&arena, sizeof *e);
    if (!st && !e)
        st = stile_fail(err, STILE_NO_MEMORY, "out of memory");
    if (!st && !(st = stile_quarantine_init(&q, api->plane, &caller, err)) &&
        !(st = stile_caller_collection(&caller, api->plane, stile_api_query(call, "collection"),
                                       &arena, &collection, err))) {
        *e = (export){.api = api,
                      .q = &q,
                      .collection = collection.name,
                      .arena = &arena,
                      .rows = json_array(),
                      .of_principal = json_object(),
                      .of_document = json_object()};
        if (!(st = stile_plane_reviews(api->plane, collection.id, add_review, e, err)))
            st = write_rows(e, out, err);
        json_decref(e->rows);
        json_decref(e->of_principal);
        json_decref(e->of_document);
    }
    if (st && entered)
        st = stile_record_refusal(api->plane, &caller, "quarantine.export", st, err);
    stile_quarantine_release(&q);
    stile_arena_release(&arena);
    return st;
}
