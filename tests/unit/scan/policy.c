/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: their hash, their rules, and the tests that rules carry. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "scan/scan.h"
#include "support/folder.h"

static const char pack[] =
    "rules:\n"
    "  - {id: ignore, family: override, reason: r, weight: 0.6, pattern: 'ignore all rules',\n"
    "     positive: [ignore all rules], negative: [keep the rules]}\n"
    "  - {id: poison, family: memory, reason: r, action: withhold, pattern: 'remember'}\n";

typedef struct fixture {
    char *folder;
    stile_policy *policy;
} fixture;

static void start_with(fixture *f, const char *rules)
{
    stile_error err = {0};

    *f = (fixture){.folder = test_folder_make()};
    test_file_write(test_path(f->folder, "p.yaml"), stile_str(rules));
    cr_assert_eq(
        stile_policy_load(&(stile_policy_options){.rules_folder = f->folder}, &f->policy, &err),
        STILE_OK, "%s", err.text);
}

static void stop(fixture *f)
{
    stile_policy_unref(f->policy);
    test_folder_remove(f->folder);
}

Test(policy, its_hash_is_that_of_rules_and_thresholds)
{
    fixture f;
    stile_policy *other = NULL;
    stile_policy_options options;

    start_with(&f, pack);
    options = (stile_policy_options){.rules_folder = f.folder, .threshold = {0.45}};
    cr_assert_eq(stile_policy_load(&options, &other, NULL), STILE_OK);
    cr_assert_neq(
        memcmp(stile_policy_hash(f.policy), stile_policy_hash(other), sizeof(stile_sha256)), 0);
    stile_policy_unref(other);
    test_file_write(test_path(f.folder, "q.yaml"),
                    stile_str("rules: [{id: more, family: f, reason: r, pattern: x}]"));
    options.threshold[0] = 0;
    cr_assert_eq(stile_policy_load(&options, &other, NULL), STILE_OK);
    cr_assert_neq(
        memcmp(stile_policy_hash(f.policy), stile_policy_hash(other), sizeof(stile_sha256)), 0);
    stile_policy_unref(other);
    stop(&f);
}

static void note_failure(void *ctx, const char *file, int line, const char *rule, const char *what)
{
    (void)snprintf(ctx, 200, "%s:%d %s: %s", file, line, rule, what);
}

Test(policy, the_examples_of_its_rules_are_tests)
{
    char said[200] = "";
    size_t tried, failed;
    fixture f;

    start_with(&f, pack);
    cr_assert_eq(stile_policy_test(f.policy, note_failure, said, &tried, &failed, NULL), STILE_OK);
    cr_assert(tried == 2 && failed == 0, "%s", said);
    stop(&f);
    start_with(&f, "rules: [{id: x, family: f, reason: r, signal: true, pattern: 'lemon',\n"
                   "  positive: [lemon, lime], negative: [Lemon]}]");
    cr_assert_eq(stile_policy_test(f.policy, note_failure, said, &tried, &failed, NULL), STILE_OK);
    cr_assert(tried == 3 && failed == 2);
    cr_assert_str_eq(said, "p.yaml:1 x: negative example 1 matches");
    stop(&f);
}

Test(policy, it_lists_its_rules_in_order)
{
    stile_rule_info info;
    fixture f;

    start_with(&f, pack);
    cr_assert_eq(stile_policy_rule_count(f.policy), 2);
    info = stile_policy_rule(f.policy, 1);
    cr_assert_str_eq(info.id, "poison");
    cr_assert_str_eq(info.action, "withhold");
    cr_assert_str_eq(info.view, "normalized, decoded, extracted");
    cr_assert_eq(info.line, 4);
    stop(&f);
}

Test(policy, running_out_of_memory_is_an_error)
{
    char *folder = test_folder_make();
    stile_status st = STILE_NO_MEMORY;
    stile_policy *policy = NULL;
    stile_scanner *scanner = NULL;
    long n = 0;

    test_file_write(test_path(folder, "p.yaml"), stile_str(pack));
    for (; st == STILE_NO_MEMORY; n++) {
        stile_memory_fail_after(n);
        st = stile_policy_load(&(stile_policy_options){.rules_folder = folder}, &policy, NULL);
        if (!st && (st = stile_scanner_create(policy, &scanner, NULL)))
            stile_policy_unref(policy);
        stile_memory_fail_after(-1);
    }
    cr_assert_eq(st, STILE_OK);
    cr_assert_gt(n, 10);
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
    test_folder_remove(folder);
}
