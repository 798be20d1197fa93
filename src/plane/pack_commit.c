/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of a pack's life have in common: what they check, and how they are committed. The
 * audit record comes first, so that nothing takes effect unrecorded; then the synced batch; and, for
 * steps that change the policy in force, the swap, all three under the gate. */
#include "plane/packs_internal.h"
#include "plane/record.h"

#define RECORD_CAP ((size_t)16 * 1024)
#define KEY_CAP 128

/* --- committing --------------------------------------------------------------------------- */

static void put_pair(stile_plane *plane, stile_batch *batch, stile_pack_key_kind kind,
                     const stile_pack *pack, stile_slice value, stile_buf *key)
{
    stile_buf_reset(key);
    stile_dbkey_pack(kind, pack->name, pack->version, key);
    if (!stile_buf_ok(key, NULL))
        stile_batch_put(batch, plane->store, STILE_TABLE_PACKS, stile_buf_slice(key), value);
}

static stile_status write_packs(stile_plane *plane, const stile_pack_change *c, stile_error *err)
{
    stile_batch *batch = NULL;
    stile_buf key, record;
    stile_status st = stile_batch_create(&batch, err);

    stile_buf_init(&key, KEY_CAP);
    stile_buf_init(&record, RECORD_CAP);
    for (size_t i = 0; !st && i < c->count; i++) {
        stile_buf_reset(&record);
        stile_pack_encode(&c->packs[i], &record);
        if (!(st = stile_buf_ok(&record, err)))
            put_pair(plane, batch, STILE_PACK_KEY_RECORD, &c->packs[i], stile_buf_slice(&record),
                     &key);
    }
    if (!st && c->text)
        put_pair(plane, batch, STILE_PACK_KEY_TEXT, &c->packs[0], *c->text, &key);
    if (!st && !(st = stile_buf_ok(&key, err)))
        st = stile_store_write(plane->store, batch, true, err);
    stile_buf_release(&record);
    stile_buf_release(&key);
    stile_batch_destroy(batch);
    return st;
}

static json_t *describe(const stile_pack_change *c)
{
    const stile_pack *pack = &c->packs[0];
    char sha[STILE_SHA256_HEX], version[STILE_SHA256_HEX];
    json_t *body = stile_record_begin(c->caller);

    if (!body)
        return NULL;
    stile_hex(pack->text_sha256.bytes, STILE_SHA256_LEN, sha);
    (void)json_object_set_new(body, "pack", stile_json_string(pack->name));
    (void)json_object_set_new(body, "version", json_integer(pack->version));
    (void)json_object_set_new(body, "sha256", json_string(sha));
    (void)json_object_set_new(body, "state", json_string(stile_pack_state_name(pack->state)));
    (void)json_object_set_new(body, "author", stile_json_string(pack->author));
    if (pack->approver.len)
        (void)json_object_set_new(body, "approver", stile_json_string(pack->approver));
    if (c->count > 1)
        (void)json_object_set_new(body, "other_version", json_integer(c->packs[1].version));
    if (c->policy) {
        stile_hex(stile_policy_hash(c->policy)->bytes, STILE_SHA256_LEN, version);
        (void)json_object_set_new(body, "scan", json_string(version));
    }
    if (c->report) {
        (void)json_object_set_new(body, "tried", json_integer((json_int_t)c->report->tried));
        (void)json_object_set_new(body, "failed", json_integer((json_int_t)c->report->failed));
    }
    return body;
}

stile_status stile_pack_record(stile_plane *plane, const stile_pack_change *c, stile_error *err)
{
    stile_receipt receipt;
    return stile_record_append(plane, c->event, describe(c), &receipt, err);
}

static stile_status record_and_write(stile_plane *plane, const stile_pack_change *c,
                                     stile_error *err)
{
    stile_status st = stile_pack_record(plane, c, err);

    if (st || !(st = write_packs(plane, c, err)))
        return st;
    /* Recorded, and not done: say so, so that the log does not read as if it were in force. */
    return stile_record_refusal(plane, c->caller, c->event, st, err);
}

stile_status stile_pack_commit(stile_plane *plane, const stile_pack_change *c, stile_error *err)
{
    stile_policy *old = NULL;
    stile_status st;

    if (!c->policy)
        return record_and_write(plane, c, err);
    (void)pthread_rwlock_wrlock(&plane->gate);
    if (!(st = record_and_write(plane, c, err)))
        old = stile_plane_swap_policy(plane, c->policy);
    (void)pthread_rwlock_unlock(&plane->gate);
    stile_policy_unref(old);
    return st;
}

/* --- what every step checks --------------------------------------------------------------- */

stile_status stile_pack_check_match(stile_slice if_match, const stile_pack *pack, stile_error *err)
{
    char etag[STILE_ETAG_LEN];

    if (if_match.len == 0 || stile_slice_eq(if_match, stile_str("*")))
        return STILE_OK;
    stile_pack_etag(pack, etag);
    if (stile_slice_eq(if_match, stile_str(etag)))
        return STILE_OK;
    return stile_fail(err, STILE_STALE, "the pack has changed: it is %s now", etag);
}

stile_status stile_pack_begin(stile_plane *plane, const stile_pack_step *step, stile_arena *arena,
                              stile_pack *pack, stile_error *err)
{
    stile_status st;

    if (step->version == 0)
        return stile_fail(err, STILE_INVALID, "pack: which version? they begin at 1");
    st = stile_plane_pack(plane, step->name, step->version, arena, pack, err);
    return st ? st : stile_pack_check_match(step->if_match, pack, err);
}

stile_status stile_pack_wrong_state(const stile_pack *pack, const char *wanted, stile_error *err)
{
    return stile_fail(err, STILE_CONFLICT, "%.*s version %u is %s; this step wants %s",
                      STILE_SLICE_ARGS(pack->name), pack->version,
                      stile_pack_state_name(pack->state), wanted);
}

void stile_pack_turn(stile_pack *pack, stile_pack_state state)
{
    pack->state = state;
    pack->revision++;
    pack->changed_ms = stile_now_ms();
}
