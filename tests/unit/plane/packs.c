/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "plane/packs.h"
#include "plane/shadow.h"
#include "support/folder.h"

static char *folder, *rules;
static stile_plane *plane;
static stile_arena arena;
static stile_clearance *clearance;
static stile_caller ann = {.name = "ann", .key_id = "1"}, ben = {.name = "ben", .key_id = "2"};

static void open_plane(void)
{
    stile_error err = {0};
    cr_assert_eq(stile_plane_open(folder, &plane, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(
        stile_clearance_parse(stile_plane_levels(plane), stile_str("internal"), &clearance, NULL),
        STILE_OK);
    ann.clearance = ben.clearance = clearance;
}

static void close_plane(void)
{
    stile_plane_close(plane);
    stile_clearance_destroy(clearance);
}

static void setup(void)
{
    char config[512];
    stile_error err = {0};

    folder = test_folder_make();
    rules = test_folder_make();
    test_file_write(test_path(rules, "base.yaml"),
                    stile_str("pack: base\nversion: 1\nrules:\n  - id: base.sig\n    family: f\n"
                              "    signal: true\n    pattern: 'apples'\n    reason: r\n"
                              "  - id: base.rule\n    family: f\n    pattern: 'pears'\n"
                              "    reason: r\n"));
    (void)snprintf(config, sizeof config,
                   "embedder:\n  kind: none\nscan:\n  rules: %s\n  shadow_least: 10\n"
                   "  withheld_rise: 0.2\n  spike_least: 10\n  spike_rise: 0.5\n"
                   "  trial_chunks: 20\n",
                   rules);
    test_file_write(test_path(folder, "stile.yaml"), stile_str(config));
    cr_assert_eq(stile_plane_init(folder, &err), STILE_OK, "%s", err.text);
    stile_arena_init(&arena, 0);
    open_plane();
}

static void teardown(void)
{
    close_plane();
    stile_arena_release(&arena);
    test_folder_remove(folder);
    test_folder_remove(rules);
}

TestSuite(packs, .init = setup, .fini = teardown);

static const char *pack_of(const char *name, const char *pattern, const char *more)
{
    static char text[1024];
    (void)snprintf(text, sizeof text,
                   "pack: x\nversion: 1\nrules:\n  - id: %s.rule\n    family: f\n"
                   "    pattern: '%s'\n    reason: r\n    positive: [\"some plums\"]\n"
                   "    negative: [\"no fruit\"]\n%s",
                   name, pattern, more);
    return text;
}

static stile_pack upload(const char *name, const char *text)
{
    stile_pack_step step = {.caller = &ann, .name = stile_str(name)};
    stile_pack pack = {0};
    stile_error err = {0};
    cr_assert_eq(stile_plane_pack_upload(plane, &step, stile_str(text), stile_str("a note"), &arena,
                                         &pack, &err),
                 STILE_OK, "%s", err.text);
    return pack;
}

static stile_pack_step step_of(const stile_caller *caller, const stile_pack *pack)
{
    return (stile_pack_step){.caller = caller, .name = pack->name, .version = pack->version};
}

static void test_it(stile_pack *pack)
{
    stile_pack_step step = step_of(&ann, pack);
    stile_pack_report report = {0};
    cr_assert_eq(stile_plane_pack_test(plane, &step, &report, &arena, pack, NULL), STILE_OK);
    cr_assert_eq(report.failed, 0);
}

static void shadow_it(stile_pack *pack)
{
    stile_pack_step step = step_of(&ann, pack);
    stile_error err = {0};
    cr_assert_eq(stile_plane_pack_shadow(plane, &step, true, &arena, pack, &err), STILE_OK, "%s",
                 err.text);
}

static stile_status approve_it(stile_pack *pack, const stile_caller *who)
{
    stile_pack_step step = step_of(who, pack);
    return stile_plane_pack_approve(plane, &step, &arena, pack, NULL);
}

static stile_status promote_it(stile_pack *pack, stile_error *err)
{
    stile_pack_step step = step_of(&ben, pack);
    return stile_plane_pack_promote(plane, &step, &arena, pack, err);
}

static stile_shadow_pair pair_now(void)
{
    stile_shadow shadow = stile_plane_shadow(plane);
    stile_policy *enforced = stile_plane_policy(plane);
    stile_shadow_pair pair = {*stile_policy_hash(enforced), *stile_policy_hash(shadow.policy)};
    stile_policy_unref(enforced);
    stile_policy_unref(shadow.policy);
    return pair;
}

/* `count` chunks that were allowed, and that the shadow would dispose of as `would`. */
static void see(uint32_t collection, uint32_t label, unsigned count, stile_disposition would)
{
    stile_shadow_pair pair = pair_now();
    for (unsigned i = 0; i < count; i++) {
        stile_shadow_sample chunk = {
            .ordinal = i, .enforced = STILE_DISPOSITION_ALLOW, .shadow = (uint8_t)would};
        cr_assert_eq(stile_shadow_note(plane, &pair, collection, label, &chunk, NULL), STILE_OK);
    }
}

static uint32_t label_id(const char *text)
{
    stile_label *label = NULL;
    uint32_t id;
    bool added;
    cr_assert_eq(stile_label_parse(stile_plane_levels(plane), stile_str(text), &label, NULL),
                 STILE_OK);
    cr_assert_eq(stile_labels_add(stile_plane_labels(plane), label, &id, &added, NULL), STILE_OK);
    stile_label_destroy(label);
    return id;
}

static stile_sha256 scan_version(void)
{
    stile_policy *policy = stile_plane_policy(plane);
    stile_sha256 hash = *stile_policy_hash(policy);
    stile_policy_unref(policy);
    return hash;
}

/* A whole way up to active. */
static stile_pack activate(const char *name, const char *pattern)
{
    stile_error err = {0};
    stile_pack pack = upload(name, pack_of(name, pattern, ""));
    test_it(&pack);
    shadow_it(&pack);
    see(0, label_id("internal"), 10, STILE_DISPOSITION_ALLOW);
    cr_assert_eq(approve_it(&pack, &ben), STILE_OK);
    cr_assert_eq(promote_it(&pack, &err), STILE_OK, "%s", err.text);
    return pack;
}

Test(packs, a_whole_life_changes_the_scan_version_and_a_rollback_brings_it_back)
{
    stile_sha256 before = scan_version(), with;
    stile_pack pack = activate("acme", "plums"), second;
    stile_pack_step step;

    with = scan_version();
    cr_assert_neq(memcmp(before.bytes, with.bytes, 32), 0);
    cr_assert_eq(pack.state, STILE_PACK_ACTIVE);
    second = activate("acme", "plums?");
    cr_assert_eq(second.version, 2);
    cr_assert_eq(second.previous, 1);
    step = step_of(&ben, &second);
    cr_assert_eq(stile_plane_pack_rollback(plane, &step, &arena, &second, NULL), STILE_OK);
    cr_assert_eq(memcmp(scan_version().bytes, with.bytes, 32), 0, "the first version is back");
    step = step_of(&ben, &pack);
    cr_assert_eq(stile_plane_pack_rollback(plane, &step, &arena, &pack, NULL), STILE_OK);
    cr_assert_eq(memcmp(scan_version().bytes, before.bytes, 32), 0);
}

Test(packs, what_is_active_and_in_shadow_survives_reopening)
{
    stile_pack active = activate("acme", "plums"),
               waiting = upload("beta", pack_of("beta", "plums?", ""));
    stile_sha256 version = scan_version();
    stile_shadow shadow;

    (void)active;
    test_it(&waiting);
    shadow_it(&waiting);
    close_plane();
    open_plane();
    cr_assert_eq(memcmp(scan_version().bytes, version.bytes, 32), 0);
    shadow = stile_plane_shadow(plane);
    cr_assert_str_eq(shadow.pack, "beta");
    cr_assert_not_null(shadow.policy);
    stile_policy_unref(shadow.policy);
}

Test(packs, nobody_approves_their_own)
{
    stile_pack pack = upload("acme", pack_of("acme", "plums", ""));
    test_it(&pack);
    shadow_it(&pack);
    cr_assert_eq(approve_it(&pack, &ann), STILE_FORBIDDEN);
    cr_assert_eq(approve_it(&pack, &ben), STILE_OK);
}

Test(packs, leaving_shadow_takes_the_approval_along)
{
    stile_pack pack = upload("acme", pack_of("acme", "plums", ""));
    stile_pack_step step;
    test_it(&pack);
    shadow_it(&pack);
    cr_assert_eq(approve_it(&pack, &ben), STILE_OK);
    step = step_of(&ann, &pack);
    cr_assert_eq(stile_plane_pack_shadow(plane, &step, false, &arena, &pack, NULL), STILE_OK);
    shadow_it(&pack);
    see(0, label_id("internal"), 10, STILE_DISPOSITION_ALLOW);
    cr_assert_eq(promote_it(&pack, NULL), STILE_CONFLICT);
}

Test(packs, a_promotion_needs_figures_that_the_promoter_may_see)
{
    stile_error err = {0};
    stile_pack pack = upload("acme", pack_of("acme", "plums", ""));
    test_it(&pack);
    shadow_it(&pack);
    cr_assert_eq(approve_it(&pack, &ben), STILE_OK);
    see(0, label_id("restricted"), 1000, STILE_DISPOSITION_WITHHELD); /* above ben */
    cr_assert_eq(promote_it(&pack, &err), STILE_CONFLICT);
    cr_assert(strstr(err.text, "shadow: 0 chunks"), "%s", err.text);
    see(0, label_id("internal"), 10, STILE_DISPOSITION_ALLOW);
    cr_assert_eq(promote_it(&pack, &err), STILE_OK, "%s", err.text);
}

Test(packs, too_many_newly_withheld_in_one_collection_refuse_the_promotion)
{
    stile_error err = {0};
    stile_pack pack = upload("acme", pack_of("acme", "plums", ""));
    test_it(&pack);
    shadow_it(&pack);
    cr_assert_eq(approve_it(&pack, &ben), STILE_OK);
    see(0, label_id("internal"), 1000, STILE_DISPOSITION_ALLOW);
    see(7, label_id("internal"), 8, STILE_DISPOSITION_ALLOW);
    see(7, label_id("public"), 3, STILE_DISPOSITION_WITHHELD);
    cr_assert_eq(promote_it(&pack, &err), STILE_CONFLICT);
    cr_assert(strstr(err.text, "newly be withheld"), "%s", err.text);
}

Test(packs, counting_begins_anew_when_the_policy_changes)
{
    stile_pack pack = upload("acme", pack_of("acme", "plums", "")), other;
    stile_pack_step step;
    stile_error err = {0};

    other = activate("beta", "plums");
    test_it(&pack);
    shadow_it(&pack);
    cr_assert_eq(approve_it(&pack, &ben), STILE_OK);
    see(0, label_id("internal"), 10, STILE_DISPOSITION_ALLOW);
    step = step_of(&ben, &other);
    cr_assert_eq(stile_plane_pack_rollback(plane, &step, &arena, &other, NULL), STILE_OK);
    cr_assert_eq(promote_it(&pack, &err), STILE_CONFLICT);
    cr_assert(strstr(err.text, "shadow: 0 chunks"), "%s", err.text);
}

Test(packs, one_at_a_time_is_in_shadow)
{
    stile_pack a = upload("acme", pack_of("acme", "plums", ""));
    stile_pack b = upload("beta", pack_of("beta", "plums", ""));
    stile_pack_step step = step_of(&ann, &b);
    test_it(&a);
    test_it(&b);
    shadow_it(&a);
    cr_assert_eq(stile_plane_pack_shadow(plane, &step, true, &arena, &b, NULL), STILE_CONFLICT);
}

Test(packs, a_step_out_of_order_is_refused)
{
    stile_pack pack = upload("acme", pack_of("acme", "plums", ""));
    stile_pack_step step = step_of(&ben, &pack);
    cr_assert_eq(stile_plane_pack_shadow(plane, &step, true, &arena, &pack, NULL), STILE_CONFLICT);
    cr_assert_eq(approve_it(&pack, &ben), STILE_CONFLICT);
    cr_assert_eq(promote_it(&pack, NULL), STILE_CONFLICT);
    cr_assert_eq(stile_plane_pack_rollback(plane, &step, &arena, &pack, NULL), STILE_CONFLICT);
    step.version = 9;
    cr_assert_eq(stile_plane_pack_approve(plane, &step, &arena, &pack, NULL), STILE_NOT_FOUND);
}

Test(packs, an_entity_tag_that_is_not_current_is_refused)
{
    stile_pack pack = upload("acme", pack_of("acme", "plums", ""));
    stile_pack_step step = step_of(&ann, &pack);
    stile_pack_report report = {0};
    char etag[STILE_ETAG_LEN];

    stile_pack_etag(&pack, etag);
    cr_assert_str_eq(etag, "\"1.1\"");
    step.if_match = stile_str("\"1.2\"");
    cr_assert_eq(stile_plane_pack_test(plane, &step, &report, &arena, &pack, NULL), STILE_STALE);
    step.if_match = stile_str("\"1.1\"");
    cr_assert_eq(stile_plane_pack_test(plane, &step, &report, &arena, &pack, NULL), STILE_OK);
    stile_pack_etag(&pack, etag);
    cr_assert_str_eq(etag, "\"1.2\"");
    step =
        (stile_pack_step){.caller = &ann, .name = stile_str("nobody"), .if_match = stile_str("*")};
    cr_assert_eq(stile_plane_pack_upload(plane, &step, stile_str(pack_of("nobody", "plums", "")),
                                         stile_str(""), &arena, &pack, NULL),
                 STILE_STALE, "there is nothing that it could match");
}

typedef struct bad {
    const char *name, *text, *why;
} bad;

Test(packs, what_would_take_anothers_place_is_refused_at_the_door)
{
    static const char head[] = "pack: x\nversion: 1\nrules:\n";
    const bad rows[] = {
        {"acme", "  - id: base.more\n    family: f\n    pattern: p\n    reason: r\n", "begin with"},
        {"acme", "  - id: acme\n    family: f\n    pattern: p\n    reason: r\n", "begin with"},
        {"acme", "  - id: acme.\n    family: f\n    pattern: p\n    reason: r\n", "begin with"},
        {"base", "  - id: base.mine\n    family: f\n    pattern: p\n    reason: r\n",
         "shipped rules"},
        {"acme",
         "  - id: acme.n\n    family: f\n    near: {rules: [base.sig, other.x], within: 9}\n"
         "    reason: r\n",
         "not there"},
        {"acme", "  - id: acme.r\n    family: f\n    pattern: '('\n    reason: r\n", "acme:4"},
        {"ACME", "", "lower-case"},
        {"a.b", "", "lower-case"},
        {"", "", "lower-case"},
    };
    activate("other", "plums");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        stile_pack_step step = {.caller = &ann, .name = stile_str(rows[i].name)};
        stile_pack pack;
        stile_error err = {0};
        (void)snprintf(text, sizeof text, "%s%s", head, rows[i].text);
        cr_expect_eq(stile_plane_pack_upload(plane, &step, stile_str(text), stile_str(""), &arena,
                                             &pack, &err),
                     STILE_INVALID, "row %zu", i);
        cr_expect(strstr(err.text, rows[i].why), "row %zu: %s", i, err.text);
    }
}

Test(packs, a_combination_may_name_a_shipped_signal)
{
    stile_pack pack =
        upload("acme", pack_of("acme", "plums",
                               "  - id: acme.pair\n    family: f\n"
                               "    near: {rules: [base.sig, acme.rule], within: 90}\n"
                               "    reason: r\n    positive: [\"apples, plums\"]\n"
                               "    negative: [\"plums\"]\n"));
    test_it(&pack);
    cr_assert_eq(pack.state, STILE_PACK_TESTED);
}

Test(packs, a_rule_without_examples_does_not_pass)
{
    stile_pack pack =
        upload("acme", "pack: x\nversion: 1\nrules:\n  - id: acme.r\n    family: f\n"
                       "    pattern: plums\n    reason: r\n    positive: [\"plums\"]\n");
    stile_pack_step step = step_of(&ann, &pack);
    stile_pack_report report = {0};
    cr_assert_eq(stile_plane_pack_test(plane, &step, &report, &arena, &pack, NULL), STILE_OK);
    cr_assert_eq(report.failed, 1);
    cr_assert_eq(pack.state, STILE_PACK_DRAFT);
}

Test(packs, what_the_linter_calls_an_error_does_not_pass)
{
    static const char *const rows[] = {
        "    pattern: pears\n", /* a shipped rule's */
        "    pattern: '(?:a+)+$'\n",
        "    pattern: plums\n    signal: true\n", /* of no combination */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[512];
        stile_pack pack;
        stile_pack_step step;
        stile_pack_report report = {0};
        (void)snprintf(text, sizeof text,
                       "pack: x\nversion: 1\nrules:\n  - id: acme.r\n    family: f\n%s"
                       "    reason: r\n    positive: [\"plums pears aaa\"]\n"
                       "    negative: [\"b\"]\n",
                       rows[i]);
        pack = upload("acme", text);
        step = step_of(&ann, &pack);
        cr_assert_eq(stile_plane_pack_test(plane, &step, &report, &arena, &pack, NULL), STILE_OK);
        cr_expect_gt(report.failed, 0, "row %zu", i);
        cr_expect_eq(pack.state, STILE_PACK_DRAFT, "row %zu", i);
    }
}

Test(packs, a_spike_ends_the_trial_once)
{
    stile_trial trial, now;
    activate("acme", "plums");
    trial = stile_plane_trial(plane);
    cr_assert_not_null(trial.before);
    cr_assert_eq(stile_plane_trial_add(plane, &trial, 9, 9, &now), STILE_TRIAL_GOES_ON);
    cr_assert_eq(stile_plane_trial_add(plane, &trial, 1, 0, &now), STILE_TRIAL_SPIKE);
    cr_assert_eq(now.seen, 10);
    cr_assert_eq(stile_plane_trial_add(plane, &trial, 99, 99, &now), STILE_TRIAL_GOES_ON);
    cr_assert_eq(stile_plane_spikes(plane), 1);
    stile_policy_unref(trial.before);
}

Test(packs, a_trial_passes_after_so_many_chunks)
{
    stile_trial trial, now;
    activate("acme", "plums");
    trial = stile_plane_trial(plane);
    cr_assert_eq(stile_plane_trial_add(plane, &trial, 20, 10, &now), STILE_TRIAL_PASSED);
    cr_assert_eq(stile_plane_spikes(plane), 0);
    stile_policy_unref(trial.before);
}

Test(packs, a_standing_is_held_until_the_policy_changes)
{
    stile_standing standing = stile_plane_standing(plane);
    cr_assert(stile_plane_hold(plane, &standing));
    stile_plane_let_go(plane);
    standing.until_ms = 1; /* a review that ended long ago */
    cr_assert_not(stile_plane_hold(plane, &standing));
    standing.until_ms = 0;
    activate("acme", "plums");
    cr_assert_not(stile_plane_hold(plane, &standing));
    stile_standing_release(&standing);
}
