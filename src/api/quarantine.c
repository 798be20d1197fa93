/* SPDX-License-Identifier: Apache-2.0 */
/* The quarantine: looking. */
#include "api/quarantine.h"

#include <stdio.h>

#include "api/reply.h"
#include "plane/record.h"
#include "query/answer.h"

const char *stile_api_decision_name(stile_review_decision decision)
{
    static const char *const names[] = {"reopened", "released", "confirmed"};
    return (unsigned)decision < 3 ? names[decision] : names[0];
}

static json_t *review_json(const stile_review *review)
{
    return json_pack(
        "{s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "decision", stile_api_decision_name(review->decision),
        "scope", review->scope == STILE_REVIEW_CHUNK ? "chunk" : "collection", "by",
        stile_json_string(review->principal), "reason", stile_json_string(review->reason),
        "approver", review->approver.len ? stile_json_string(review->approver) : json_null(), "at",
        stile_api_time(review->created_ms), "until", stile_api_time(review->until_ms));
}

json_t *stile_api_quarantined_json(const stile_quarantined *c)
{
    static const char *const rulings[] = {"none", "released", "withheld"};
    char id[STILE_CHUNK_ID_LEN + 1], pin[STILE_SHA256_HEX];

    stile_chunk_id_format(&c->fetched.doc, c->fetched.ordinal, id);
    stile_hex(c->pins.chunk.bytes, STILE_SHA256_LEN, pin);
    return json_pack("{s:s,s:o,s:o,s:s,s:s,s:f,s:s,s:s,s:b,s:o,s:o}", "chunk_id", id, "document_id",
                     stile_json_string(c->fetched.document.id), "label",
                     stile_json_string(stile_label_text(c->fetched.label)), "trust",
                     stile_trust_name(c->fetched.document.trust), "disposition",
                     stile_disposition_name(c->verdict.disposition), "score", c->verdict.score,
                     "pin", pin, "ruling", rulings[c->ruling], "text_only", (int)c->pins.text_only,
                     "review", c->reviewed ? review_json(&c->review) : json_null(), "findings",
                     stile_answer_findings(&c->verdict, c->fetched.chunk.text, true));
}

static stile_status enter(const stile_api *api, const stile_api_call *call, const char *action,
                          stile_arena *arena, stile_caller *caller, stile_quarantine *q,
                          stile_error *err)
{
    stile_status st;

    *q = (stile_quarantine){0};
    stile_arena_init(arena, 0);
    st = stile_api_rules_enter(api, call, action, STILE_SCOPE_QUARANTINE, arena, caller, err);
    if (st)
        return st;
    if ((st = stile_quarantine_init(q, api->plane, caller, err)))
        return stile_record_refusal(api->plane, caller, action, st, err);
    return STILE_OK;
}

/* --- the list ----------------------------------------------------------------------------- */

typedef enum { OPEN, REVIEWED, ALL } wanted_state;

typedef struct listing {
    json_t *list;
    wanted_state state;
} listing;

static bool is_open(const stile_quarantined *c)
{
    return !c->reviewed || c->review.decision == STILE_REVIEW_REOPENED ||
           (c->review.decision == STILE_REVIEW_RELEASED && c->ruling != STILE_RULING_RELEASED);
}

static stile_status add_to_list(void *ctx, const stile_quarantined *chunk, bool *taken,
                                stile_error *err)
{
    listing *l = ctx;
    json_t *json;

    *taken = l->state == ALL || is_open(chunk) == (l->state == OPEN);
    if (!*taken)
        return STILE_OK;
    json = stile_api_quarantined_json(chunk);
    return json_array_append_new(l->list, json) == 0
               ? STILE_OK
               : stile_fail(err, STILE_NO_MEMORY, "out of memory");
}

static stile_status parse_state(stile_slice name, wanted_state *out, stile_error *err)
{
    static const char *const names[] = {"open", "reviewed", "all"};

    *out = OPEN;
    for (int i = 0; i < 3; i++)
        if (stile_slice_eq(name, stile_str(names[i]))) {
            *out = (wanted_state)i;
            return STILE_OK;
        }
    return name.len ? stile_fail(err, STILE_INVALID, "state: expected open, reviewed or all")
                    : STILE_OK;
}

/* "ORDINAL:DOCUMENT", as the page before gave it. */
static stile_status parse_place(stile_slice text, stile_quarantine_place *out, stile_error *err)
{
    uint64_t ordinal = 0;
    size_t at = 0;

    *out = (stile_quarantine_place){0};
    if (text.len == 0)
        return STILE_OK;
    for (; at < text.len && at < 9 && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++)
        ordinal = ordinal * 10 + (uint64_t)(text.ptr[at] - '0');
    if (at == 0 || at >= text.len || text.ptr[at] != ':' ||
        text.len - at - 1 > STILE_MAX_DOCUMENT_ID)
        return stile_fail(err, STILE_INVALID, "after: not what a page gave as next");
    out->ordinal = (uint32_t)ordinal;
    out->document = stile_slice_cut(text, at + 1, text.len);
    return STILE_OK;
}

static json_t *place_json(const stile_quarantine_place *place, stile_arena *arena)
{
    char *text;

    if (place->document.len == 0)
        return json_null();
    text = stile_arena_printf(arena, "%u:%.*s", place->ordinal, STILE_SLICE_ARGS(place->document));
    return text ? json_string(text) : NULL;
}

/* A list holds ids, spans and rules; no stored text. */
stile_status stile_api_quarantine_list(const stile_api *api, const stile_api_call *call,
                                       stile_buf *out, stile_error *err)
{
    listing l = {.list = json_array()};
    stile_quarantine_place from, next;
    stile_collection collection;
    stile_caller caller;
    stile_quarantine q;
    stile_arena arena;
    bool entered;
    stile_status st = enter(api, call, "quarantine.list", &arena, &caller, &q, err);

    entered = !st;
    if (!st && !(st = parse_state(stile_api_query(call, "state"), &l.state, err)) &&
        !(st = parse_place(stile_api_query(call, "after"), &from, err)) &&
        !(st = stile_caller_collection(&caller, api->plane, stile_api_query(call, "collection"),
                                       &arena, &collection, err)) &&
        !(st = stile_quarantine_walk(&q, &collection, &from, add_to_list, &l, &arena, &next, err)))
        st = stile_api_record(api, &caller, "quarantine.list",
                              json_pack("{s:o,s:I}", "collection",
                                        stile_json_string(collection.name), "chunks",
                                        (json_int_t)json_array_size(l.list)),
                              err);
    if (!st)
        st = stile_api_reply(
            json_pack("{s:O,s:o}", "chunks", l.list, "next", place_json(&next, &arena)), out, err);
    else if (entered)
        st = stile_record_refusal(api->plane, &caller, "quarantine.list", st, err);
    json_decref(l.list);
    stile_quarantine_release(&q);
    stile_arena_release(&arena);
    return st;
}

/* --- one chunk ---------------------------------------------------------------------------- */

/* A person judges what is there, so the text is given as it is stored. It is the one route that
 * gives withheld text; its record says which chunk, under which verdict. */
static stile_status record_look(const stile_api *api, const stile_quarantine *q,
                                const stile_quarantined *c, stile_error *err)
{
    char id[STILE_CHUNK_ID_LEN + 1], pin[STILE_SHA256_HEX], scan[STILE_SHA256_HEX];
    json_t *body = stile_record_begin(q->caller);
    stile_receipt receipt;
    stile_status st;

    stile_chunk_id_format(&c->fetched.doc, c->fetched.ordinal, id);
    stile_hex(c->pins.chunk.bytes, STILE_SHA256_LEN, pin);
    stile_hex(c->verdict.scan_version.bytes, STILE_SHA256_LEN, scan);
    if (body) {
        (void)json_object_set_new(body, "chunk", json_string(id));
        (void)json_object_set_new(body, "pin", json_string(pin));
        (void)json_object_set_new(body, "policy", json_pack("{s:s}", "scan", scan));
    }
    if (!stile_plane_hold(api->plane, &q->standing)) {
        json_decref(body);
        return stile_fail(err, STILE_BUSY, "the policy changed while this was answered; ask again");
    }
    st = stile_record_append(api->plane, "quarantine.look", body, &receipt, err);
    stile_plane_let_go(api->plane);
    return st;
}

stile_status stile_api_quarantine_get(const stile_api *api, const stile_api_call *call,
                                      stile_buf *out, stile_error *err)
{
    stile_quarantined c;
    stile_docref doc;
    uint32_t ordinal = 0;
    stile_caller caller;
    stile_quarantine q;
    stile_arena arena;
    bool entered;
    stile_status st = enter(api, call, "quarantine.look", &arena, &caller, &q, err);

    entered = !st;
    if (!st && !stile_chunk_id_parse(call->parameter[0], &doc, &ordinal))
        st = stile_fail(err, STILE_NOT_FOUND, "no such document");
    if (!st && !(st = stile_quarantine_look(&q, &doc, ordinal, &arena, &c, err)))
        st = record_look(api, &q, &c, err);
    if (!st) {
        json_t *json = stile_api_quarantined_json(&c);
        (void)json_object_set_new(json, "title", stile_json_string(c.fetched.document.title));
        (void)json_object_set_new(json, "heading", stile_json_string(c.fetched.chunk.heading));
        (void)json_object_set_new(json, "text", stile_json_string(c.fetched.chunk.text));
        st = stile_api_reply(json, out, err);
    } else if (entered) {
        st = stile_record_refusal(api->plane, &caller, "quarantine.look", st, err);
    }
    stile_quarantine_release(&q);
    stile_arena_release(&arena);
    return st;
}
