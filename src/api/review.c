/* SPDX-License-Identifier: Apache-2.0 */
/* The quarantine: deciding, and what becomes training data of it. */
#include "api/quarantine.h"
#include "api/reply.h"
#include "base/utf8.h"
#include "plane/record.h"

#define DAY_MS UINT64_C(86400000)
#define DAYS_USUAL 90

/* What a decision asks for. */
typedef struct wish {
    stile_slice pin, reason;
    stile_review_scope scope;
    long long days;
} wish;

static stile_status parse_wish(const json_t *body, bool release, bool reason, wish *out,
                               stile_error *err)
{
    static const char *const known[] = {"pin", "reason", "scope", "days", NULL};
    stile_slice scope = stile_str("chunk");
    stile_status st;

    *out = (wish){.days = DAYS_USUAL};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "pin", true, &out->pin, err)) ||
        (st = stile_json_get_string(body, "", "reason", reason, &out->reason, err)) ||
        (st = stile_json_get_string(body, "", "scope", false, &scope, err)) ||
        (st = stile_json_get_integer(body, "", "days", false, 1, STILE_MAX_REVIEW_DAYS, &out->days,
                                     err)))
        return st;
    if (!release && json_object_get(body, "days"))
        return stile_fail(err, STILE_INVALID, "/days: only a release ends");
    if (reason && out->reason.len == 0)
        return stile_fail(err, STILE_INVALID, "/reason: say why, for who reviews after you");
    if (out->reason.len > STILE_MAX_REVIEW_REASON)
        return stile_fail(err, STILE_TOO_LARGE, "/reason: at most %d bytes",
                          STILE_MAX_REVIEW_REASON);
    if (stile_slice_eq(scope, stile_str("collection")))
        out->scope = STILE_REVIEW_COLLECTION;
    else if (!stile_slice_eq(scope, stile_str("chunk")))
        return stile_fail(err, STILE_INVALID, "/scope: expected chunk or collection");
    return STILE_OK;
}

/* The reviewer decides on what they saw: these bytes, this label, these findings. */
static stile_status check_pin(const stile_quarantined *c, const wish *w, stile_error *err)
{
    char pin[STILE_SHA256_HEX];

    stile_hex(c->pins.chunk.bytes, STILE_SHA256_LEN, pin);
    if (!stile_slice_eq(w->pin, stile_str(pin)))
        return stile_fail(err, STILE_STALE,
                          "the chunk, its label or its findings have changed; look again");
    if (w->scope == STILE_REVIEW_COLLECTION && !c->pins.text_only)
        return stile_fail(err, STILE_CONFLICT,
                          "not only the text has findings, so it cannot be released for the whole "
                          "collection");
    return STILE_OK;
}

typedef struct deciding {
    stile_arena arena;
    stile_caller caller;
    stile_quarantine q;
    stile_quarantined chunk;
    wish wish;
} deciding;

static stile_status begin(const stile_api *api, const stile_api_call *call, const char *action,
                          bool release, bool reason, deciding *d, bool *entered, stile_error *err)
{
    stile_docref doc;
    uint32_t ordinal = 0;
    stile_status st;

    *d = (deciding){0};
    stile_arena_init(&d->arena, 0);
    st = stile_api_rules_enter(api, call, action, STILE_SCOPE_QUARANTINE, &d->arena, &d->caller,
                               err);
    *entered = !st;
    if (st || (st = stile_quarantine_init(&d->q, api->plane, &d->caller, err)) ||
        (st = parse_wish(call->json, release, reason, &d->wish, err)))
        return st;
    if (!stile_chunk_id_parse(call->parameter[0], &doc, &ordinal))
        return stile_fail(err, STILE_NOT_FOUND, "no such document");
    if ((st = stile_quarantine_look(&d->q, &doc, ordinal, &d->arena, &d->chunk, err)))
        return st;
    return check_pin(&d->chunk, &d->wish, err);
}

static json_t *describe(const deciding *d, const stile_review *review)
{
    char id[STILE_CHUNK_ID_LEN + 1];
    json_t *body = stile_record_begin(&d->caller);

    if (!body)
        return NULL;
    stile_chunk_id_format(&review->doc, review->ordinal, id);
    (void)json_object_set_new(body, "chunk", json_string(id));
    (void)json_object_set_new(body, "pin", stile_json_string(d->wish.pin));
    (void)json_object_set_new(
        body, "scope", json_string(review->scope == STILE_REVIEW_CHUNK ? "chunk" : "collection"));
    (void)json_object_set_new(body, "decision",
                              json_string(stile_api_decision_name(review->decision)));
    (void)json_object_set_new(body, "reviewer", stile_json_string(review->principal));
    (void)json_object_set_new(body, "until", stile_api_time(review->until_ms));
    return body;
}

/* Put the review in force, and answer the chunk as it is then. */
static stile_status finish(const stile_api *api, const char *action, deciding *d, bool entered,
                           const stile_review *review, stile_status st, stile_buf *out,
                           stile_error *err)
{
    const stile_sha256 *pin =
        d->wish.scope == STILE_REVIEW_CHUNK ? &d->chunk.pins.chunk : &d->chunk.pins.collection;

    if (!st)
        st = stile_plane_review_put(api->plane, review, pin, action, describe(d, review), err);
    if (!st) {
        d->chunk.reviewed = true;
        d->chunk.review = *review;
        d->chunk.ruling =
            review->decision == STILE_REVIEW_RELEASED ? STILE_RULING_RELEASED : d->chunk.ruling;
        st = stile_api_reply(stile_api_quarantined_json(&d->chunk), out, err);
    } else if (entered) {
        st = stile_record_refusal(api->plane, &d->caller, action, st, err);
    }
    stile_quarantine_release(&d->q);
    stile_arena_release(&d->arena);
    return st;
}

static stile_status decide(const stile_api *api, const stile_api_call *call, const char *action,
                           stile_review_decision decision, stile_buf *out, stile_error *err)
{
    deciding d;
    bool entered, release = decision == STILE_REVIEW_RELEASED;
    stile_status st = begin(api, call, action, release, true, &d, &entered, err);
    stile_review review = {.scope = d.wish.scope,
                           .decision = decision,
                           .collection = d.chunk.fetched.document.collection,
                           .label = d.chunk.fetched.document.label,
                           .doc = d.chunk.fetched.doc,
                           .ordinal = d.chunk.fetched.ordinal,
                           .principal = stile_str(d.caller.name),
                           .reason = d.wish.reason,
                           .created_ms = stile_now_ms()};

    if (release)
        review.until_ms = review.created_ms + (uint64_t)d.wish.days * DAY_MS;
    if (d.chunk.ruling == STILE_RULING_RELEASED && !release)
        d.chunk.ruling = STILE_RULING_NONE;
    return finish(api, action, &d, entered, &review, st, out, err);
}

stile_status stile_api_quarantine_release(const stile_api *api, const stile_api_call *call,
                                          stile_buf *out, stile_error *err)
{
    return decide(api, call, "quarantine.release", STILE_REVIEW_RELEASED, out, err);
}

stile_status stile_api_quarantine_confirm(const stile_api *api, const stile_api_call *call,
                                          stile_buf *out, stile_error *err)
{
    return decide(api, call, "quarantine.confirm", STILE_REVIEW_CONFIRMED, out, err);
}

stile_status stile_api_quarantine_reopen(const stile_api *api, const stile_api_call *call,
                                         stile_buf *out, stile_error *err)
{
    return decide(api, call, "quarantine.reopen", STILE_REVIEW_REOPENED, out, err);
}

stile_status stile_api_quarantine_approve(const stile_api *api, const stile_api_call *call,
                                          stile_buf *out, stile_error *err)
{
    deciding d;
    bool entered;
    stile_review review = {0};
    stile_status st = begin(api, call, "quarantine.approve", false, false, &d, &entered, err);

    if (!st)
        st = stile_plane_review(api->plane, d.chunk.fetched.document.collection, d.wish.scope,
                                d.wish.scope == STILE_REVIEW_CHUNK ? &d.chunk.pins.chunk
                                                                   : &d.chunk.pins.collection,
                                &d.arena, &review, err);
    if (st == STILE_NOT_FOUND && entered && d.chunk.fetched.document.chunks)
        st = stile_fail(err, STILE_CONFLICT, "nobody has reviewed this chunk as it is now");
    else if (!st && review.decision == STILE_REVIEW_REOPENED)
        st = stile_fail(err, STILE_CONFLICT, "the decision was taken back");
    else if (!st && stile_slice_eq(review.principal, stile_str(d.caller.name)))
        st = stile_fail(err, STILE_FORBIDDEN,
                        "a decision is approved by another principal than the reviewer");
    review.approver = stile_str(d.caller.name);
    return finish(api, "quarantine.approve", &d, entered, &review, st, out, err);
}
