/* SPDX-License-Identifier: Apache-2.0 */
/* Rule packs: what is read, and that nothing that is not understood is passed over. */
#include "classifiers/rules.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "scan/scan.h"
#include "support/folder.h"
#include "support/random.h"

#define RULE(fields) "rules:\n  - id: a.b\n    family: f\n    reason: r\n" fields

static const char whole[] =
    "pack: p\n"
    "version: 1\n"
    "rules:\n"
    "  - id: one\n"
    "    family: override\n"
    "    severity: critical\n"
    "    weight: 0.75\n"
    "    views: [raw, decoded]\n"
    "    action: withhold\n"
    "    pattern: 'ignore (?:all )?rules'\n"
    "    not: 'museum'\n"
    "    reason: \"because: it says so\"\n"
    "    references: [OWASP-LLM01]\n"
    "    positive: [\"ignore rules\", \"ignore all rules\"]\n"
    "    negative: [\"obey\"]\n"
    "  - {id: two, family: f, reason: r, pattern: x, signal: true}\n"
    "  - {id: both, family: f, reason: r, near: {rules: [one, two], within: 50}}\n";

static stile_status load(const char *pack, stile_rules *out, stile_error *err)
{
    char *folder = test_folder_make();
    stile_status st;

    test_file_write(test_path(folder, "pack.yaml"), stile_str(pack));
    st = stile_rules_load(folder, out, err);
    test_folder_remove(folder);
    return st;
}

static void check_refused(const char *pack, const char *says)
{
    stile_rules rules;
    stile_error err = {0};

    cr_assert_eq(load(pack, &rules, &err), STILE_INVALID, "taken: %s", pack);
    cr_assert(strstr(err.text, says), "%s, wanted %s", err.text, says);
    cr_assert(strncmp(err.text, "pack.yaml:", 10) == 0, "%s", err.text);
}

Test(rules, every_key_is_read)
{
    stile_rules rules;
    stile_error err = {0};
    const stile_rule *r;

    cr_assert_eq(load(whole, &rules, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(rules.count, 3);
    r = &rules.rules[0];
    cr_assert_str_eq(r->id, "one");
    cr_assert_str_eq(r->family, "override");
    cr_assert_str_eq(r->reason, "because: it says so");
    cr_assert_str_eq(r->file, "pack.yaml");
    cr_assert_eq(r->line, 4);
    cr_assert_eq(r->severity, 4);
    cr_assert_eq(r->action, STILE_ACTION_WITHHOLD);
    cr_assert_eq(r->weight, 0.75);
    cr_assert_eq(r->views, 1u << STILE_VIEW_RAW | 1u << STILE_VIEW_DECODED);
    cr_assert(r->pattern && r->cancel && !r->signal && !r->near_count);
    cr_assert_eq(r->positive.count, 2);
    cr_assert(stile_slice_eq(r->positive.texts[1], stile_str("ignore all rules")));
    cr_assert_eq(r->negative.count, 1);
    stile_rules_release(&rules);
}

Test(rules, what_is_left_out_has_its_default)
{
    stile_rules rules;
    const stile_rule *r;

    cr_assert_eq(load(whole, &rules, NULL), STILE_OK);
    r = &rules.rules[1];
    cr_assert(r->signal);
    cr_assert_eq(r->severity, 2);
    cr_assert_eq(r->action, STILE_ACTION_STRIP);
    cr_assert_eq(r->weight, 0.5);
    cr_assert_eq(r->views, 1u << STILE_VIEW_NORMALIZED | 1u << STILE_VIEW_DECODED |
                               1u << STILE_VIEW_EXTRACTED);
    cr_assert_null(r->cancel);
    stile_rules_release(&rules);
}

Test(rules, a_combination_names_its_rules)
{
    stile_rules rules;
    const stile_rule *r;

    cr_assert_eq(load(whole, &rules, NULL), STILE_OK);
    r = &rules.rules[2];
    cr_assert_null(r->pattern);
    cr_assert_eq(r->near_count, 2);
    cr_assert(r->near[0] == 0 && r->near[1] == 1);
    cr_assert_eq(r->within, 50);
    stile_rules_release(&rules);
}

Test(rules, what_is_not_understood_is_refused_by_file_and_line)
{
    static const struct {
        const char *pack, *says;
    } rows[] = {
        {"[]", "expected pack"},
        {"", "expected pack"},
        {"pack: p\n", "without rules"},
        {"rules: []\nrules: []\n", "once"},
        {RULE("    pattern: \"a\\0b\"\n"), "a NUL"},
        {"pack: p\nextra: 1\n", "pack.yaml:2: a pack has"},
        {"pack: &a p\nversion: *a\n", "aliases"},
        {"rules: 3\n", "expected a list"},
        {"rules: [x]\n", "expected a list of rules"},
        {"rules:\n  - family: f\n    reason: r\n    pattern: x\n", "pack.yaml:2: a rule without"},
        {"rules:\n  - id: a.b\n    reason: r\n    pattern: x\n", "rule a.b: no family"},
        {"rules:\n  - id: a.b\n    family: f\n    pattern: x\n", "rule a.b: no reason"},
        {RULE("    colour: red\n"), "pack.yaml:5: unknown key"},
        {RULE("    weight: 2\n    pattern: x\n"), "pack.yaml:5: a number"},
        {RULE("    weight: nan\n    pattern: x\n"), "a number"},
        {RULE("    weight: 1x\n    pattern: x\n"), "a number"},
        {RULE("    weight: ''\n    pattern: x\n"), "a number"},
        {RULE("    severity: dire\n    pattern: x\n"), "not one of the values"},
        {RULE("    action: burn\n    pattern: x\n"), "not one of the values"},
        {RULE("    signal: yes\n    pattern: x\n"), "not one of the values"},
        {RULE("    views: [nowhere]\n    pattern: x\n"), "views are"},
        {RULE("    views: [raw, raw, raw, raw, raw]\n    pattern: x\n"), "too many items"},
        {RULE("    positive: {a: b}\n    pattern: x\n"), "expected a list"},
        {RULE("    pattern: [x]\n"), "expected a single value"},
        {RULE("    pattern: 'a('\n"), "rule a.b: pattern: at byte"},
        {RULE("    pattern: a\n    not: '['\n"), "rule a.b: pattern: at byte"},
        {RULE(""), "a pattern or near"},
        {RULE("    pattern: x\n    near: {rules: [a.b, a.b]}\n"), "a pattern or near"},
        {RULE("    near: {rules: [a.b]}\n"), "two rules or more"},
        {RULE("    near: {rules: [a.c, a.d]}\n"), "a rule that is not there"},
        {RULE("    near: {rules: [a.b, a.b]}\n"), "another combination"},
        {RULE("    near: {rules: [1, 2, 3, 4, 5]}\n"), "too many items"},
        {RULE("    near: {rules: [a, b], within: 0}\n"), "a number"},
        {RULE("    near: {far: 1}\n"), "near: unknown key"},
        {RULE("    pattern: x\n  - {id: a.b, family: f, reason: r, pattern: y}\n"),
         "this id is taken"},
        {"rules: [", "pack.yaml:"},
        {"\t", "pack.yaml:"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refused(rows[i].pack, rows[i].says);
}

Test(rules, a_second_document_is_not_passed_over)
{
    check_refused("rules: []\n---\nrules: []\n", "one document");
}

Test(rules, a_key_given_twice_is_refused)
{
    check_refused(RULE("    pattern: x\n    pattern: y\n"), "twice");
}

Test(rules, packs_are_read_in_the_order_of_their_names)
{
    char *folder = test_folder_make();
    stile_rules rules;
    stile_error err = {0};

    test_file_write(test_path(folder, "b.yaml"),
                    stile_str("rules: [{id: b, family: f, reason: r, near: {rules: [a, a]}}]"));
    test_file_write(test_path(folder, "a.yaml"),
                    stile_str("rules: [{id: a, family: f, reason: r, pattern: x}]"));
    test_file_write(test_path(folder, ".hidden.yaml"), stile_str("not a pack"));
    test_file_write(test_path(folder, "notes.txt"), stile_str("not a pack"));
    cr_assert_eq(stile_rules_load(folder, &rules, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(rules.count, 2);
    cr_assert_str_eq(rules.rules[0].id, "a");
    cr_assert_str_eq(rules.rules[1].id, "b");
    cr_assert_eq(rules.rules[1].near[0], 0);
    stile_rules_release(&rules);
    test_folder_remove(folder);
}

Test(rules, a_folder_without_packs_is_an_error)
{
    char *folder = test_folder_make();
    stile_rules rules;

    cr_assert_eq(stile_rules_load(folder, &rules, NULL), STILE_NOT_FOUND);
    cr_assert_eq(stile_rules_load(test_path(folder, "none"), &rules, NULL), STILE_NOT_FOUND);
    test_folder_remove(folder);
}

Test(rules, any_byte_changed_changes_the_digest)
{
    stile_rules a, b;
    char changed[sizeof whole];

    cr_assert_eq(load(whole, &a, NULL), STILE_OK);
    cr_assert_eq(load(whole, &b, NULL), STILE_OK);
    cr_assert_eq(memcmp(&a.digest, &b.digest, sizeof a.digest), 0);
    stile_rules_release(&b);
    memcpy(changed, whole, sizeof whole);
    *strstr(changed, "0.75") = ' ';
    cr_assert_eq(load(changed, &b, NULL), STILE_OK);
    cr_assert_neq(memcmp(&a.digest, &b.digest, sizeof a.digest), 0);
    stile_rules_release(&a);
    stile_rules_release(&b);
}

Test(rules, a_damaged_pack_is_taken_whole_or_refused)
{
    uint64_t seed = test_random_seed("rules");
    char *folder = test_folder_make();

    for (uint32_t n = 0; n < test_cases(1000); n++) {
        test_random r = test_random_case(seed, n);
        char pack[sizeof whole];
        stile_rules rules;
        stile_status st;
        memcpy(pack, whole, sizeof whole);
        for (uint32_t k = 1 + test_random_below(&r, 3); k > 0; k--)
            pack[test_random_below(&r, sizeof whole - 1)] =
                "'\"[]{}:,-#&*!| \n\tax1"[test_random_below(&r, 20)];
        test_file_write(test_path(folder, "pack.yaml"), stile_slice_of(pack, sizeof whole - 1));
        st = stile_rules_load(folder, &rules, NULL);
        cr_assert(st == STILE_OK || st == STILE_INVALID, "seed %llu case %u: %d",
                  (unsigned long long)seed, n, (int)st);
        if (!st)
            stile_rules_release(&rules);
    }
    test_folder_remove(folder);
}

Test(rules, running_out_of_memory_is_an_error)
{
    char *folder = test_folder_make();
    stile_rules rules;
    stile_status st = STILE_NO_MEMORY;
    long n = 0;

    test_file_write(test_path(folder, "pack.yaml"), stile_str(whole));
    for (; st == STILE_NO_MEMORY; n++) {
        stile_memory_fail_after(n);
        st = stile_rules_load(folder, &rules, NULL);
        stile_memory_fail_after(-1);
    }
    cr_assert_eq(st, STILE_OK, "failing allocation %ld gives %d", n - 1, (int)st);
    cr_assert_gt(n, 3);
    stile_rules_release(&rules);
    test_folder_remove(folder);
}
