/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a pack's life. Each takes policy_lock, reads the record, checks the step, builds
 * whatever policy it needs aside, and then commits: the audit record first, so that nothing takes
 * effect unrecorded; the synced batch; and, for steps that change the policy in force, the swap,
 * all three under the gate. */
#include <stdio.h>

#include "base/utf8.h"
#include "classifiers/rules.h"
#include "plane/packs_internal.h"
#include "plane/record.h"
#include "plane/shadow.h"

#define RECORD_CAP ((size_t)16 * 1024)
#define KEY_CAP 128

/* What one step writes. */
typedef struct commit {
    const char *event;
    const stile_caller *caller; /* NULL: stile itself */
    const stile_pack *packs;    /* changed records; the first is the step's own */
    size_t count;
    const stile_slice *text; /* of a new version, or NULL */
    stile_policy *policy;    /* put in force with it; NULL: nothing changes there */
} commit;

/* --- committing --------------------------------------------------------------------------- */

static void put_pair(stile_plane *plane, stile_batch *batch, stile_pack_key_kind kind,
                     const stile_pack *pack, stile_slice value, stile_buf *key)
{
    stile_buf_reset(key);
    stile_dbkey_pack(kind, pack->name, pack->version, key);
    if (!stile_buf_ok(key, NULL))
        stile_batch_put(batch, plane->store, STILE_TABLE_PACKS, stile_buf_slice(key), value);
}

static stile_status write_packs(stile_plane *plane, const commit *c, stile_error *err)
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

static json_t *describe(const commit *c)
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
    return body;
}

static stile_status record_and_write(stile_plane *plane, const commit *c, stile_error *err)
{
    stile_receipt receipt;
    stile_status st = stile_record_append(plane, c->event, describe(c), &receipt, err);

    if (st || !(st = write_packs(plane, c, err)))
        return st;
    /* Recorded, and not done: say so, so that the log does not read as if it were in force. */
    return stile_record_refusal(plane, c->caller, c->event, st, err);
}

static stile_status commit_step(stile_plane *plane, const commit *c, stile_error *err)
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

/* Beside what is in force now. The old one's policy is no longer what would be in force with it. */
static void renew_shadow(stile_plane *plane)
{
    stile_shadow shadow;
    stile_slice none = {0};
    stile_error why = {0};

    if (stile_packs_shadow(plane, none, &shadow, &why))
        stile_log(STILE_LOG_WARN, "rules.shadow", "nothing is in shadow: %s", why.text);
    stile_plane_set_shadow(plane, &shadow);
}

/* --- what every step checks --------------------------------------------------------------- */

static stile_status check_match(stile_slice if_match, const stile_pack *pack, stile_error *err)
{
    char etag[STILE_ETAG_LEN];

    if (if_match.len == 0 || stile_slice_eq(if_match, stile_str("*")))
        return STILE_OK;
    stile_pack_etag(pack, etag);
    if (stile_slice_eq(if_match, stile_str(etag)))
        return STILE_OK;
    return stile_fail(err, STILE_STALE, "the pack has changed: it is %s now", etag);
}

static stile_status begin(stile_plane *plane, const stile_pack_step *step, stile_arena *arena,
                          stile_pack *pack, stile_error *err)
{
    stile_status st;

    if (step->version == 0)
        return stile_fail(err, STILE_INVALID, "pack: which version? they begin at 1");
    st = stile_plane_pack(plane, step->name, step->version, arena, pack, err);
    return st ? st : check_match(step->if_match, pack, err);
}

static stile_status wrong_state(const stile_pack *pack, const char *wanted, stile_error *err)
{
    return stile_fail(err, STILE_CONFLICT, "%.*s version %u is %s; this step wants %s",
                      STILE_SLICE_ARGS(pack->name), pack->version,
                      stile_pack_state_name(pack->state), wanted);
}

static void turn(stile_pack *pack, stile_pack_state state)
{
    pack->state = state;
    pack->revision++;
    pack->changed_ms = stile_now_ms();
}

/* --- the steps ---------------------------------------------------------------------------- */

static stile_status check_upload(stile_slice text, stile_slice note, stile_error *err)
{
    if (text.len == 0)
        return stile_fail(err, STILE_INVALID, "pack: it is empty");
    if (text.len > STILE_MAX_PACK_TEXT)
        return stile_fail(err, STILE_TOO_LARGE, "pack: %zu bytes, at most %zu", text.len,
                          STILE_MAX_PACK_TEXT);
    if (note.len > STILE_MAX_PACK_NOTE)
        return stile_fail(err, STILE_TOO_LARGE, "note: at most %d bytes", STILE_MAX_PACK_NOTE);
    if (stile_utf8_valid(text) != text.len)
        return stile_fail(err, STILE_INVALID, "pack: not UTF-8 at byte %zu",
                          stile_utf8_valid(text));
    return STILE_OK;
}

/* Alone beside the shipped packs: whatever else is active, it means the same. */
static stile_status check_compiles(stile_plane *plane, stile_slice name, stile_slice text,
                                   stile_error *err)
{
    stile_arena arena;
    stile_slice copy;
    stile_policy *policy = NULL;
    stile_status st;

    stile_arena_init(&arena, 0);
    if (!(st = stile_arena_copy(&arena, name, &copy, err))) {
        stile_rules_pack pack = {.name = copy.ptr, .text = text};
        st = stile_plane_build_policy(plane, &pack, 1, &policy, err);
    }
    stile_policy_unref(policy);
    stile_arena_release(&arena);
    return st;
}

static stile_status upload(stile_plane *plane, const stile_pack_step *step, stile_slice text,
                           stile_pack *pack, stile_error *err)
{
    commit c = {
        .event = "rules.upload", .caller = step->caller, .packs = pack, .count = 1, .text = &text};
    stile_arena arena;
    stile_pack newest = {0};
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_plane_pack(plane, step->name, 0, &arena, &newest, err);
    if (st == STILE_NOT_FOUND && step->if_match.len)
        st = stile_fail(err, STILE_STALE, "the pack is not there");
    else if (st == STILE_NOT_FOUND)
        st = STILE_OK;
    else if (!st)
        st = check_match(step->if_match, &newest, err);
    if (!st && newest.version >= STILE_MAX_PACK_VERSIONS)
        st = stile_fail(err, STILE_TOO_LARGE, "pack: too many versions; begin another name");
    pack->version = newest.version + 1;
    if (!st && !(st = stile_sha256_of(text, &pack->text_sha256, err)))
        st = commit_step(plane, &c, err);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_plane_pack_upload(stile_plane *plane, const stile_pack_step *step,
                                     stile_slice text, stile_slice note, stile_arena *arena,
                                     stile_pack *out, stile_error *err)
{
    stile_pack pack = {.name = step->name,
                       .revision = 1,
                       .author = stile_str(step->caller->name),
                       .note = note,
                       .text_len = (uint32_t)text.len,
                       .created_ms = stile_now_ms()};
    stile_status st;

    pack.changed_ms = pack.created_ms;
    if ((st = stile_pack_name_check(step->name, err)) || (st = check_upload(text, note, err)) ||
        (st = check_compiles(plane, step->name, text, err)))
        return st;
    (void)pthread_mutex_lock(&plane->policy_lock);
    st = upload(plane, step, text, &pack, err);
    (void)pthread_mutex_unlock(&plane->policy_lock);
    return st ? st : stile_pack_copy(&pack, arena, out, err);
}

/* Of all failures, those of the pack's own rules. */
typedef struct own_failures {
    stile_pack_report *report;
    const char *name;
} own_failures;

static void pass_own(void *ctx, const char *file, int line, const char *rule, const char *what)
{
    own_failures *own = ctx;

    if (strcmp(file, own->name) != 0)
        return;
    own->report->failed++;
    if (own->report->each)
        own->report->each(own->report->ctx, file, line, rule, what);
}

/* A rule without examples of both kinds says nothing about what it is for. */
static void check_examples(const stile_policy *policy, own_failures *own)
{
    for (size_t i = 0; i < stile_policy_rule_count(policy); i++) {
        stile_rule_info r = stile_policy_rule(policy, i);
        if (strcmp(r.file, own->name) != 0)
            continue;
        own->report->tried += r.positives + r.negatives;
        if (strcmp(r.action, "signal") == 0)
            continue;
        if (r.positives == 0)
            pass_own(own, r.file, r.line, r.id, "no positive example");
        if (r.negatives == 0)
            pass_own(own, r.file, r.line, r.id, "no negative example");
    }
}

static stile_status run_examples(stile_plane *plane, const stile_pack *pack,
                                 stile_pack_report *report, stile_error *err)
{
    stile_policy *policy = NULL;
    stile_slice none = {0}, name;
    stile_arena arena;
    size_t tried, failed;
    stile_status st;

    stile_arena_init(&arena, 0);
    report->tried = report->failed = 0;
    if (!(st = stile_arena_copy(&arena, pack->name, &name, err)) &&
        !(st = stile_packs_policy(plane, pack, none, &policy, err))) {
        own_failures own = {.report = report, .name = name.ptr};
        check_examples(policy, &own);
        st = stile_policy_test(policy, pass_own, &own, &tried, &failed, err);
    }
    stile_policy_unref(policy);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_plane_pack_test(stile_plane *plane, const stile_pack_step *step,
                                   stile_pack_report *report, stile_arena *arena, stile_pack *out,
                                   stile_error *err)
{
    stile_pack pack;
    commit c = {.event = "rules.test", .caller = step->caller, .packs = &pack, .count = 1};
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    if (!(st = begin(plane, step, arena, &pack, err)) &&
        !(st = run_examples(plane, &pack, report, err)) && pack.state == STILE_PACK_DRAFT &&
        report->failed == 0) {
        turn(&pack, STILE_PACK_TESTED);
        st = commit_step(plane, &c, err);
    }
    (void)pthread_mutex_unlock(&plane->policy_lock);
    if (!st)
        *out = pack;
    return st;
}

static stile_status into_shadow(stile_plane *plane, stile_pack *pack, stile_shadow *shadow,
                                stile_error *err)
{
    stile_shadow now = stile_plane_shadow(plane);
    stile_slice none = {0};
    bool taken = now.policy != NULL;

    stile_policy_unref(now.policy);
    if (pack->state != STILE_PACK_TESTED && pack->state != STILE_PACK_REPLACED &&
        pack->state != STILE_PACK_ROLLED_BACK)
        return wrong_state(pack, "tested, replaced or rolled-back", err);
    if (taken)
        return stile_fail(err, STILE_CONFLICT,
                          "%s version %u is in shadow; one at a time: take it out first", now.pack,
                          now.version);
    (void)snprintf(shadow->pack, sizeof shadow->pack, "%.*s", STILE_SLICE_ARGS(pack->name));
    shadow->version = pack->version;
    return stile_packs_policy(plane, pack, none, &shadow->policy, err);
}

stile_status stile_plane_pack_shadow(stile_plane *plane, const stile_pack_step *step, bool on,
                                     stile_arena *arena, stile_pack *out, stile_error *err)
{
    stile_pack pack;
    commit c = {.event = on ? "rules.shadow" : "rules.shadow.end",
                .caller = step->caller,
                .packs = &pack,
                .count = 1};
    stile_shadow shadow = {0};
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    st = begin(plane, step, arena, &pack, err);
    if (!st && on)
        st = into_shadow(plane, &pack, &shadow, err);
    else if (!st && pack.state != STILE_PACK_SHADOW)
        st = wrong_state(&pack, "shadow", err);
    if (!st) {
        turn(&pack, on ? STILE_PACK_SHADOW : STILE_PACK_TESTED);
        pack.approver = (stile_slice){0}; /* who approved saw other figures */
        st = commit_step(plane, &c, err);
    }
    if (!st) {
        stile_plane_set_shadow(plane, &shadow);
        *out = pack;
    } else {
        stile_policy_unref(shadow.policy);
    }
    (void)pthread_mutex_unlock(&plane->policy_lock);
    return st;
}

static stile_status check_person(const stile_pack *pack, stile_slice principal, stile_error *err)
{
    if (!stile_slice_eq(pack->author, principal))
        return STILE_OK;
    return stile_fail(err, STILE_FORBIDDEN,
                      "a pack is approved by another principal than its author");
}

stile_status stile_plane_pack_approve(stile_plane *plane, const stile_pack_step *step,
                                      stile_arena *arena, stile_pack *out, stile_error *err)
{
    stile_pack pack;
    commit c = {.event = "rules.approve", .caller = step->caller, .packs = &pack, .count = 1};
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    st = begin(plane, step, arena, &pack, err);
    if (!st && pack.state != STILE_PACK_SHADOW)
        st = wrong_state(&pack, "shadow", err);
    if (!st && !(st = check_person(&pack, stile_str(step->caller->name), err))) {
        turn(&pack, STILE_PACK_SHADOW);
        pack.approver = stile_str(step->caller->name);
        st = commit_step(plane, &c, err);
    }
    (void)pthread_mutex_unlock(&plane->policy_lock);
    return st ? st : stile_pack_copy(&pack, arena, out, err);
}

/* The active version of a pack, if any; version 0 otherwise. */
static stile_status keep_active(void *ctx, const stile_pack *pack, stile_error *err)
{
    void **args = ctx;

    return pack->state == STILE_PACK_ACTIVE ? stile_pack_copy(pack, args[0], args[1], err)
                                            : STILE_OK;
}

static stile_status find_active(stile_plane *plane, stile_slice name, stile_arena *arena,
                                stile_pack *out, stile_error *err)
{
    void *args[] = {arena, out};

    *out = (stile_pack){0};
    return stile_plane_packs(plane, name, keep_active, args, err);
}

static stile_status check_promotion(stile_plane *plane, const stile_pack *pack,
                                    const stile_caller *caller, stile_error *err)
{
    stile_shadow shadow = stile_plane_shadow(plane);
    stile_policy *enforced = stile_plane_policy(plane);
    stile_status st = STILE_OK;

    if (pack->state != STILE_PACK_SHADOW)
        st = wrong_state(pack, "shadow", err);
    else if (pack->approver.len == 0)
        st = stile_fail(err, STILE_CONFLICT, "the pack is not approved yet");
    else if (!shadow.policy)
        st = stile_fail(err, STILE_CONFLICT, "the pack's shadow could not be built; see the log");
    else
        st = check_person(pack, pack->approver, err);
    if (!st) {
        stile_shadow_pair pair = {.enforced = *stile_policy_hash(enforced),
                                  .shadow = *stile_policy_hash(shadow.policy)};
        st = stile_shadow_judge(plane, &pair, caller, err);
    }
    stile_policy_unref(enforced);
    stile_policy_unref(shadow.policy);
    return st;
}

/* From now on live traffic tells whether the promotion withholds more than it should. */
static void put_on_trial(stile_plane *plane, const stile_pack *pack, stile_policy *before)
{
    stile_view *view = stile_plane_view(plane);
    stile_trial trial = {.before = before, .version = pack->version, .seq = stile_view_seq(view)};

    stile_view_unref(view);
    (void)snprintf(trial.pack, sizeof trial.pack, "%.*s", STILE_SLICE_ARGS(pack->name));
    stile_plane_set_trial(plane, &trial);
}

static stile_status promote(stile_plane *plane, const stile_pack_step *step, stile_arena *arena,
                            stile_pack *out, stile_error *err)
{
    stile_pack packs[2];
    commit c = {.event = "rules.promote", .caller = step->caller, .packs = packs, .count = 1};
    stile_policy *before = NULL;
    stile_slice none = {0};
    stile_status st;

    if ((st = begin(plane, step, arena, &packs[0], err)) ||
        (st = check_promotion(plane, &packs[0], step->caller, err)) ||
        (st = find_active(plane, step->name, arena, &packs[1], err)) ||
        (st = stile_packs_policy(plane, &packs[0], none, &c.policy, err)))
        return st;
    packs[0].previous = packs[1].version;
    if (packs[1].version) {
        turn(&packs[1], STILE_PACK_REPLACED);
        c.count = 2;
    }
    turn(&packs[0], STILE_PACK_ACTIVE);
    before = stile_plane_policy(plane);
    if (!(st = commit_step(plane, &c, err))) {
        put_on_trial(plane, &packs[0], before);
        before = NULL; /* the trial's now */
        renew_shadow(plane);
        *out = packs[0];
    }
    stile_policy_unref(before);
    stile_policy_unref(c.policy);
    return st;
}

stile_status stile_plane_pack_promote(stile_plane *plane, const stile_pack_step *step,
                                      stile_arena *arena, stile_pack *out, stile_error *err)
{
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    st = promote(plane, step, arena, out, err);
    (void)pthread_mutex_unlock(&plane->policy_lock);
    return st;
}

static stile_status roll_back(stile_plane *plane, const stile_pack_step *step, stile_arena *arena,
                              stile_pack *out, stile_error *err)
{
    stile_pack packs[2] = {0};
    commit c = {.event = step->caller ? "rules.rollback" : "rules.revert",
                .caller = step->caller,
                .packs = packs,
                .count = 1};
    stile_trial none = {0};
    stile_status st = begin(plane, step, arena, &packs[0], err);

    if (!st && packs[0].state != STILE_PACK_ACTIVE)
        st = wrong_state(&packs[0], "active", err);
    if (!st && packs[0].previous)
        st = stile_plane_pack(plane, step->name, packs[0].previous, arena, &packs[1], err);
    if (!st && packs[1].version && packs[1].state == STILE_PACK_REPLACED) {
        turn(&packs[1], STILE_PACK_ACTIVE);
        c.count = 2;
    }
    if (!st)
        st = stile_packs_policy(plane, c.count == 2 ? &packs[1] : NULL, step->name, &c.policy, err);
    if (st)
        return st;
    turn(&packs[0], STILE_PACK_ROLLED_BACK);
    if (!(st = commit_step(plane, &c, err))) {
        stile_plane_set_trial(plane, &none);
        renew_shadow(plane);
        *out = packs[0];
    }
    stile_policy_unref(c.policy);
    return st;
}

stile_status stile_plane_pack_rollback(stile_plane *plane, const stile_pack_step *step,
                                       stile_arena *arena, stile_pack *out, stile_error *err)
{
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    st = roll_back(plane, step, arena, out, err);
    (void)pthread_mutex_unlock(&plane->policy_lock);
    return st;
}
