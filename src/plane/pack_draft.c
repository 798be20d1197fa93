/* SPDX-License-Identifier: Apache-2.0 */
/* The first steps of a pack's life: upload and test. They change nothing that is in force. */
#include "base/utf8.h"
#include "classifiers/rules.h"
#include "plane/pack_model.h"
#include "plane/packs_internal.h"
#include "scan/rules_lint.h"

static stile_status check_upload(stile_slice name, stile_slice text, stile_slice note,
                                 stile_error *err)
{
    bool model = stile_pack_is_model(name);
    size_t most = model ? STILE_MAX_MODEL_TEXT : STILE_MAX_PACK_TEXT;

    if (text.len == 0)
        return stile_fail(err, STILE_INVALID, "pack: it is empty");
    if (text.len > most)
        return stile_fail(err, STILE_TOO_LARGE, "pack: %zu bytes, at most %zu", text.len, most);
    if (note.len > STILE_MAX_PACK_NOTE)
        return stile_fail(err, STILE_TOO_LARGE, "note: at most %d bytes", STILE_MAX_PACK_NOTE);
    if (!model && stile_utf8_valid(text) != text.len)
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
    stile_slice none = {0};
    stile_status st;

    stile_arena_init(&arena, 0);
    if (!(st = stile_arena_copy(&arena, name, &copy, err))) {
        stile_rules_pack pack = {.name = copy.ptr, .text = text};
        st = stile_plane_build_policy(plane, &pack, 1, none, &policy, err);
    }
    stile_policy_unref(policy);
    stile_arena_release(&arena);
    return st;
}

static stile_status upload(stile_plane *plane, const stile_pack_step *step, stile_slice text,
                           stile_pack *pack, stile_error *err)
{
    stile_pack_change c = {
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
        st = stile_pack_check_match(step->if_match, &newest, err);
    if (!st && newest.version >= STILE_MAX_PACK_VERSIONS)
        st = stile_fail(err, STILE_TOO_LARGE, "pack: too many versions; begin another name");
    pack->version = newest.version + 1;
    if (!st && !(st = stile_sha256_of(text, &pack->text_sha256, err)))
        st = stile_pack_commit(plane, &c, err);
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
    if ((st = stile_pack_name_check(step->name, err)) ||
        (st = check_upload(step->name, text, note, err)))
        return st;
    if (stile_pack_is_model(step->name))
        st = stile_pack_model_admit(plane, text, step->caller, err);
    else
        st = check_compiles(plane, step->name, text, err);
    if (st)
        return st;
    (void)pthread_mutex_lock(&plane->policy_lock);
    st = upload(plane, step, text, &pack, err);
    (void)pthread_mutex_unlock(&plane->policy_lock);
    return st ? st : stile_pack_copy(&pack, arena, out, err);
}

/* Of all that is wrong, what is wrong with the pack's own rules. */
typedef struct checking {
    const stile_policy *policy;
    stile_pack_report *report;
    const char *name;
} checking;

static bool is_own(const checking *c, const stile_rule_info *rule)
{
    return strcmp(rule->file, c->name) == 0;
}

static void fail_rule(const checking *c, const stile_rule_info *rule, const char *what)
{
    c->report->failed++;
    if (c->report->each)
        c->report->each(c->report->ctx, rule->file, rule->line, rule->id, what);
}

/* Errors, and examples that are missing: a rule without both kinds says nothing about what it is
 * for. Other warnings are for who reads `stile rules lint`. */
static void take_problem(void *ctx, const stile_lint_problem *problem)
{
    const checking *c = ctx;
    stile_rule_info rule;

    if (problem->rule >= stile_policy_rule_count(c->policy) ||
        (!problem->error && strcmp(problem->code, "examples") != 0))
        return;
    rule = stile_policy_rule(c->policy, problem->rule);
    if (is_own(c, &rule))
        fail_rule(c, &rule, problem->what);
}

/* What scans would give up on: a rule that meets its limit on text made for it. */
static stile_status check_costs(const checking *c, stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < stile_policy_rule_count(c->policy); i++) {
        stile_rule_info rule = stile_policy_rule(c->policy, i);
        stile_lint_cost cost;
        if (!is_own(c, &rule))
            continue;
        c->report->tried += rule.positives + rule.negatives;
        if (!(st = stile_rules_lint_cost(c->policy, i, &cost, err)) && cost.limit)
            fail_rule(c, &rule, "catastrophic: it meets the match limit on text made to be hard");
    }
    return st;
}

static stile_status check_rules(stile_plane *plane, const stile_pack *pack,
                                stile_pack_report *report, stile_error *err)
{
    stile_policy *policy = NULL;
    stile_slice none = {0}, name;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    report->tried = report->failed = 0;
    if (!(st = stile_arena_copy(&arena, pack->name, &name, err)) &&
        !(st = stile_packs_policy(plane, pack, none, &policy, err))) {
        checking c = {.policy = policy, .report = report, .name = name.ptr};
        if (!(st = stile_rules_lint(policy, take_problem, &c, err)))
            st = check_costs(&c, err);
    }
    stile_policy_unref(policy);
    stile_arena_release(&arena);
    return st;
}

/* The checks take a while, so they run without the lock: a version's text never changes, and its
 * state is looked at again. A test that fails is on record like one that passes. */
stile_status stile_plane_pack_test(stile_plane *plane, const stile_pack_step *step,
                                   stile_pack_report *report, stile_arena *arena, stile_pack *out,
                                   stile_error *err)
{
    stile_pack pack;
    stile_pack_change c = {.event = "rules.test",
                           .caller = step->caller,
                           .packs = &pack,
                           .count = 1,
                           .report = report};
    stile_status st;

    if ((st = stile_pack_begin(plane, step, arena, &pack, err)) ||
        (st = stile_pack_is_model(pack.name) ? stile_pack_model_test(plane, &pack, report, err)
                                             : check_rules(plane, &pack, report, err)))
        return st;
    (void)pthread_mutex_lock(&plane->policy_lock);
    if (!(st = stile_pack_begin(plane, step, arena, &pack, err))) {
        bool passed = pack.state == STILE_PACK_DRAFT && report->failed == 0;
        if (passed)
            stile_pack_turn(&pack, STILE_PACK_TESTED);
        st = passed ? stile_pack_commit(plane, &c, err) : stile_pack_record(plane, &c, err);
    }
    (void)pthread_mutex_unlock(&plane->policy_lock);
    if (!st)
        *out = pack;
    return st;
}
