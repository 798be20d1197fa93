/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/rulings.h"

#include "plane/internal.h"
#include "plane/record.h"

#define RECORD_CAP ((size_t)64 * 1024)
#define FINDINGS_CAP ((size_t)4 << 20)

/* --- pins --------------------------------------------------------------------------------- */

/* A finding set as bytes, in the verdict's order, which is by field, place and rule. Weights and
 * severities are left out: a rule that was tuned and still finds the same is the same finding. */
static void add_findings(const stile_verdict *verdict, bool text_only, stile_buf *out)
{
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        if (text_only && f->field != STILE_FIELD_TEXT)
            continue;
        stile_buf_add_block(out, stile_str(f->family));
        stile_buf_add_block(out, stile_str(f->rule));
        stile_buf_add_byte(out, f->field);
        stile_buf_add_byte(out, f->action);
        stile_buf_add_varint(out, f->start);
        stile_buf_add_varint(out, f->end);
    }
}

static stile_status pin_of(const char *kind, stile_slice label, stile_slice text,
                           const stile_verdict *verdict, bool text_only, stile_sha256 *out,
                           stile_error *err)
{
    stile_buf findings;
    stile_status st;

    stile_buf_init(&findings, FINDINGS_CAP);
    add_findings(verdict, text_only, &findings);
    if (!(st = stile_buf_ok(&findings, err))) {
        const stile_slice parts[] = {stile_str(kind), label, text, stile_buf_slice(&findings)};
        st = stile_sha256_parts(parts, 4, out, err);
    }
    stile_buf_release(&findings);
    return st;
}

stile_status stile_pins_of(stile_slice label, const stile_chunk_record *chunk,
                           const stile_verdict *verdict, stile_pins *out, stile_error *err)
{
    stile_slice input = stile_slice_of(chunk->scan_input.bytes, sizeof chunk->scan_input.bytes);
    stile_pins pins = {.text_only = true};
    stile_status st;

    for (size_t i = 0; i < verdict->finding_count; i++)
        pins.text_only &= verdict->findings[i].field == STILE_FIELD_TEXT;
    if ((st = pin_of("stile.pin.chunk", label, input, verdict, false, &pins.chunk, err)) ||
        (st = pin_of("stile.pin.text", label, chunk->text, verdict, true, &pins.collection, err)))
        return st;
    *out = pins;
    return STILE_OK;
}

/* --- putting in force --------------------------------------------------------------------- */

typedef struct ruling {
    stile_table table;
    stile_slice key, value;
} ruling;

/* As a policy's change: recorded, written, in force, with no answer's record in between. */
static stile_status put_in_force(stile_plane *plane, const ruling *r, const char *event,
                                 json_t *body, stile_error *err)
{
    stile_batch *batch = NULL;
    stile_receipt receipt;
    stile_status st = stile_batch_create(&batch, err);

    if (st) {
        json_decref(body);
        return st;
    }
    stile_batch_put(batch, plane->store, r->table, r->key, r->value);
    (void)pthread_rwlock_wrlock(&plane->gate);
    if (!(st = stile_record_append(plane, event, body, &receipt, err))) {
        st = stile_store_write(plane->store, batch, true, err);
        (void)pthread_mutex_lock(&plane->view_lock);
        plane->rulings++; /* also after a failure: what was read before may not be what is there */
        (void)pthread_mutex_unlock(&plane->view_lock);
    }
    (void)pthread_rwlock_unlock(&plane->gate);
    stile_batch_destroy(batch);
    return st;
}

stile_status stile_plane_review_put(stile_plane *plane, const stile_review *review,
                                    const stile_sha256 *pin, const char *event, json_t *body,
                                    stile_error *err)
{
    stile_review_key key = stile_review_key_of(review->collection, review->scope, pin);
    stile_buf record;
    stile_status st;

    stile_buf_init(&record, RECORD_CAP);
    stile_review_encode(review, &record);
    if ((st = stile_buf_ok(&record, err))) {
        json_decref(body);
    } else {
        ruling r = {STILE_TABLE_REVIEWS, stile_review_key_slice(&key), stile_buf_slice(&record)};
        st = put_in_force(plane, &r, event, body, err);
    }
    stile_buf_release(&record);
    return st;
}

const char *stile_flagged_name(stile_flagged flagged)
{
    return flagged == STILE_FLAGGED_SANITIZE ? "sanitize" : "withhold";
}

bool stile_flagged_parse(stile_slice name, stile_flagged *out)
{
    bool withhold = stile_slice_eq(name, stile_str("withhold"));

    if (!withhold && !stile_slice_eq(name, stile_str("sanitize")))
        return false;
    *out = withhold ? STILE_FLAGGED_WITHHOLD : STILE_FLAGGED_SANITIZE;
    return true;
}

static json_t *describe_change(const stile_caller *caller, const stile_collection *before,
                               const stile_collection *after)
{
    json_t *body = stile_record_begin(caller);

    if (!body)
        return NULL;
    (void)json_object_set_new(body, "collection", stile_json_string(after->name));
    (void)json_object_set_new(body, "trust", json_string(stile_trust_name(after->trust)));
    (void)json_object_set_new(body, "trust_before", json_string(stile_trust_name(before->trust)));
    (void)json_object_set_new(body, "flagged", json_string(stile_flagged_name(after->flagged)));
    (void)json_object_set_new(body, "flagged_before",
                              json_string(stile_flagged_name(before->flagged)));
    return body;
}

static stile_status change_locked(stile_plane *plane, const stile_caller *caller,
                                  const stile_collection_change *change, stile_arena *arena,
                                  stile_collection *out, stile_error *err)
{
    stile_collection before, after;
    stile_buf record;
    stile_status st = stile_plane_collection_find(plane, change->name, arena, &before, err);

    if (st)
        return st;
    after = before;
    if (change->sets_trust)
        after.trust = change->trust;
    if (change->sets_flagged)
        after.flagged = change->flagged;
    if ((after.trust > before.trust || after.flagged < before.flagged) &&
        (st = stile_caller_need(caller, STILE_SCOPE_TRUST, err)))
        return st;
    stile_buf_init(&record, RECORD_CAP);
    stile_collection_encode(&after, &record);
    if (!(st = stile_buf_ok(&record, err))) {
        ruling r = {STILE_TABLE_COLLECTIONS, after.name, stile_buf_slice(&record)};
        st = put_in_force(plane, &r, "collection.settings",
                          describe_change(caller, &before, &after), err);
    }
    stile_buf_release(&record);
    if (!st)
        *out = after;
    return st;
}

stile_status stile_plane_collection_change(stile_plane *plane, const stile_caller *caller,
                                           const stile_collection_change *change,
                                           stile_arena *arena, stile_collection *out,
                                           stile_error *err)
{
    stile_status st;

    (void)pthread_mutex_lock(&plane->commit_lock); /* no deleting or making it meanwhile */
    st = change_locked(plane, caller, change, arena, out, err);
    (void)pthread_mutex_unlock(&plane->commit_lock);
    return st;
}

/* --- reading ------------------------------------------------------------------------------ */

stile_status stile_plane_review(stile_plane *plane, uint32_t collection, stile_review_scope scope,
                                const stile_sha256 *pin, stile_arena *arena, stile_review *out,
                                stile_error *err)
{
    stile_review_key key = stile_review_key_of(collection, scope, pin);
    stile_slice record;
    stile_status st = stile_store_get(plane->store, NULL, STILE_TABLE_REVIEWS,
                                      stile_review_key_slice(&key), arena, &record, err);

    return st ? st : stile_review_decode(record, out, err);
}

stile_status stile_plane_reviews(stile_plane *plane, uint32_t collection, stile_review_each each,
                                 void *ctx, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_dbkey prefix = stile_dbkey_u32(collection);
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st = stile_cursor_open(plane->store, NULL, STILE_TABLE_REVIEWS,
                                        stile_dbkey_slice(&prefix), none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_review review;
        stile_sha256 pin;
        if (key.len != STILE_REVIEW_KEY_LEN) {
            st = stile_fail(err, STILE_CORRUPT, "store: a review key of %zu bytes", key.len);
            break;
        }
        memcpy(pin.bytes, key.ptr + 5, sizeof pin.bytes);
        if (!(st = stile_review_decode(value, &review, err)))
            st = each(ctx, &pin, &review, err);
    }
    stile_cursor_close(cursor);
    return st;
}

typedef struct finding_collection {
    uint32_t id;
    stile_arena *arena;
    stile_collection *out;
    bool found;
} finding_collection;

static stile_status keep_if(void *ctx, const stile_collection *collection, stile_error *err)
{
    finding_collection *f = ctx;
    stile_status st;

    if (collection->id != f->id)
        return STILE_OK;
    *f->out = *collection;
    f->found = true;
    if ((st = stile_arena_copy(f->arena, collection->name, &f->out->name, err)))
        return st;
    return stile_arena_copy(f->arena, collection->ceiling, &f->out->ceiling, err);
}

stile_status stile_plane_collection_of(stile_plane *plane, uint32_t id, stile_arena *arena,
                                       stile_collection *out, stile_error *err)
{
    stile_collection found = {0};
    finding_collection f = {.id = id, .arena = arena, .out = &found};
    stile_status st = stile_plane_collections(plane, keep_if, &f, err);

    if (!st && !f.found)
        st = stile_fail(err, STILE_NOT_FOUND, "no such collection");
    if (!st)
        *out = found;
    return st;
}
