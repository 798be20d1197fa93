/* SPDX-License-Identifier: Apache-2.0 */
/* The steps towards force and back: shadow, approve, promote, roll back. Each takes policy_lock,
 * reads the record, checks the step, builds whatever policy it needs aside, and commits. */
#include <stdio.h>

#include "plane/pack_model.h"
#include "plane/packs_internal.h"
#include "plane/shadow.h"

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

static stile_status into_shadow(stile_plane *plane, stile_pack *pack, stile_shadow *shadow,
                                stile_error *err)
{
    stile_shadow now = stile_plane_shadow(plane);
    stile_slice none = {0};
    bool taken = now.policy != NULL;

    stile_policy_unref(now.policy);
    if (pack->state != STILE_PACK_TESTED && pack->state != STILE_PACK_REPLACED &&
        pack->state != STILE_PACK_ROLLED_BACK)
        return stile_pack_wrong_state(pack, "tested, replaced or rolled-back", err);
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
    stile_pack_change c = {.event = on ? "rules.shadow" : "rules.shadow.end",
                           .caller = step->caller,
                           .packs = &pack,
                           .count = 1};
    stile_shadow shadow = {0};
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    st = stile_pack_begin(plane, step, arena, &pack, err);
    if (!st && on)
        st = into_shadow(plane, &pack, &shadow, err);
    else if (!st && pack.state != STILE_PACK_SHADOW)
        st = stile_pack_wrong_state(&pack, "shadow", err);
    if (!st) {
        stile_pack_turn(&pack, on ? STILE_PACK_SHADOW : STILE_PACK_TESTED);
        pack.approver = (stile_slice){0}; /* who approved saw other figures */
        st = stile_pack_commit(plane, &c, err);
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
    stile_pack_change c = {
        .event = "rules.approve", .caller = step->caller, .packs = &pack, .count = 1};
    stile_status st;

    (void)pthread_mutex_lock(&plane->policy_lock);
    st = stile_pack_begin(plane, step, arena, &pack, err);
    if (!st && pack.state != STILE_PACK_SHADOW)
        st = stile_pack_wrong_state(&pack, "shadow", err);
    if (!st && !(st = check_person(&pack, stile_str(step->caller->name), err)) &&
        !(st = stile_pack_admit(plane, &pack, step->caller, err))) {
        stile_pack_turn(&pack, STILE_PACK_SHADOW);
        pack.approver = stile_str(step->caller->name);
        st = stile_pack_commit(plane, &c, err);
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
        st = stile_pack_wrong_state(pack, "shadow", err);
    else if (pack->approver.len == 0)
        st = stile_fail(err, STILE_CONFLICT, "the pack is not approved yet");
    else if (!shadow.policy)
        st = stile_fail(err, STILE_CONFLICT, "the pack's shadow could not be built; see the log");
    else
        st = check_person(pack, pack->approver, err);
    if (!st)
        st = stile_pack_admit(plane, pack, caller, err);
    if (!st) {
        stile_shadow_pair pair = {.enforced = *stile_policy_hash(enforced),
                                  .shadow = *stile_policy_hash(shadow.policy)};
        st = stile_shadow_judge(plane, &pair, caller, err);
    }
    if (!st &&
        stile_pack_is_model(pack->name)) /* what is in force may be another than when tested */
        st = stile_pack_model_judge(plane, enforced, shadow.policy, err);
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
    stile_pack_change c = {
        .event = "rules.promote", .caller = step->caller, .packs = packs, .count = 1};
    stile_policy *before = NULL;
    stile_slice none = {0};
    stile_status st;

    if ((st = stile_pack_begin(plane, step, arena, &packs[0], err)) ||
        (st = check_promotion(plane, &packs[0], step->caller, err)) ||
        (st = find_active(plane, step->name, arena, &packs[1], err)) ||
        (st = stile_packs_policy(plane, &packs[0], none, &c.policy, err)))
        return st;
    packs[0].previous = packs[1].version;
    if (packs[1].version) {
        stile_pack_turn(&packs[1], STILE_PACK_REPLACED);
        c.count = 2;
    }
    stile_pack_turn(&packs[0], STILE_PACK_ACTIVE);
    before = stile_plane_policy(plane);
    if (!(st = stile_pack_commit(plane, &c, err))) {
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
    stile_pack_change c = {.event = step->caller ? "rules.rollback" : "rules.revert",
                           .caller = step->caller,
                           .packs = packs,
                           .count = 1};
    stile_trial none = {0};
    stile_status st = stile_pack_begin(plane, step, arena, &packs[0], err);

    if (!st && packs[0].state != STILE_PACK_ACTIVE)
        st = stile_pack_wrong_state(&packs[0], "active", err);
    if (!st && packs[0].previous)
        st = stile_plane_pack(plane, step->name, packs[0].previous, arena, &packs[1], err);
    if (!st && packs[1].version && packs[1].state == STILE_PACK_REPLACED) {
        stile_pack_turn(&packs[1], STILE_PACK_ACTIVE);
        c.count = 2;
    }
    if (!st)
        st = stile_packs_policy(plane, c.count == 2 ? &packs[1] : NULL, step->name, &c.policy, err);
    if (st)
        return st;
    stile_pack_turn(&packs[0], STILE_PACK_ROLLED_BACK);
    if (!(st = stile_pack_commit(plane, &c, err))) {
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
