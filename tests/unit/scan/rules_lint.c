/* SPDX-License-Identifier: Apache-2.0 */
/* The linter finds what is wrong with rules that load, and nothing in rules that are sound. */
#include "scan/rules_lint.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/folder.h"

#define RULE(id, fields)                                                                           \
    "  - {id: " id ", family: f, reason: r, references: [OWASP-LLM01], " fields "}\n"
#define EXAMPLES ", positive: [abc], negative: [xyz]"

typedef struct seen {
    const stile_policy *policy;
    char text[2048]; /* "error duplicate b: ..." lines */
    size_t errors, count;
} seen;

static void see(void *ctx, const stile_lint_problem *p)
{
    seen *s = ctx;
    size_t len = strlen(s->text);

    s->count++;
    s->errors += p->error;
    (void)snprintf(s->text + len, sizeof s->text - len, "%s %s %s: %s\n",
                   p->error ? "error" : "warning", p->code,
                   stile_policy_rule(s->policy, p->rule).id, p->what);
}

static stile_policy *load(const char *rules)
{
    char *folder = test_folder_make(), pack[4096];
    const stile_policy_options options = {.rules_folder = folder, .classifier = "none"};
    stile_policy *policy = NULL;
    stile_error err = {0};

    (void)snprintf(pack, sizeof pack, "rules:\n%s", rules);
    test_file_write(test_path(folder, "pack.yaml"), stile_str(pack));
    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    test_folder_remove(folder);
    return policy;
}

static void check(const char *rules, size_t errors, size_t count, const char *says)
{
    stile_policy *policy = load(rules);
    seen s = {.policy = policy};

    cr_assert_eq(stile_rules_lint(policy, see, &s, NULL), STILE_OK);
    cr_assert(s.errors == errors && s.count == count, "%s", s.text);
    cr_assert(strstr(s.text, says), "%s, wanted %s", s.text, says);
    stile_policy_unref(policy);
}

static stile_lint_cost cost_of(const char *rules)
{
    stile_policy *policy = load(rules);
    stile_lint_cost cost;

    cr_assert_eq(stile_rules_lint_cost(policy, 0, &cost, NULL), STILE_OK);
    stile_policy_unref(policy);
    return cost;
}

Test(rules_lint, sound_rules_pass)
{
    check(RULE("a", "pattern: abc" EXAMPLES) RULE("b", "pattern: 'ab+c'" EXAMPLES)
              RULE("s", "pattern: x, signal: true") RULE("t", "pattern: y, signal: true")
                  RULE("c", "near: {rules: [s, t], within: 9}, positive: ['x y'], negative: [x]"),
          0, 0, "");
}

Test(rules_lint, examples_that_are_missing_or_fail)
{
    check(RULE("a", "pattern: abc"), 1, 2, "error examples a: no positive example");
    check(RULE("a", "pattern: abc, positive: [abc]"), 0, 1, "warning examples a: no negative");
    check(RULE("a", "pattern: abd" EXAMPLES), 1, 1, "error examples a: positive example 1");
    check(RULE("a", "pattern: abc, positive: [abc], negative: [zabc]"), 1, 1,
          "error examples a: negative example 1");
}

Test(rules_lint, characters_that_are_more_than_a_byte)
{
    check(RULE("a", "pattern: 'abc|é?'" EXAMPLES), 1, 1, "error bytes a: ");
    check(RULE("a", "pattern: 'abc|é{2}'" EXAMPLES), 1, 1, "error bytes a: ");
    check(RULE("a", "pattern: 'abc|[eé]'" EXAMPLES), 1, 1, "error bytes a: ");
    check(RULE("a", "pattern: 'abc|[^]éxyz]'" EXAMPLES), 1, 1, "error bytes a: ");
    check(RULE("a", "pattern: 'abc|(?:é)?x+[]a]é(?:é|e)[\\]]é'" EXAMPLES), 0, 0, "");
}

Test(rules_lint, a_pattern_given_twice)
{
    check(RULE("a", "pattern: abc" EXAMPLES) RULE("b", "pattern: abc" EXAMPLES), 1, 1,
          "error duplicate b: the same pattern as a (pack.yaml:2)");
    check(RULE("a", "pattern: abc" EXAMPLES) RULE("b", "pattern: abc, not: q" EXAMPLES), 0, 1,
          "warning duplicate b");
    check(RULE("a", "pattern: abc, views: [raw]" EXAMPLES)
              RULE("b", "pattern: abc, views: [normalized]" EXAMPLES),
          0, 0, "");
}

Test(rules_lint, a_combination_given_twice)
{
    static const char signals[] =
        RULE("s", "pattern: x, signal: true") RULE("t", "pattern: y, signal: true");
    char rules[1024];

    (void)snprintf(
        rules, sizeof rules, "%s%s", signals,
        RULE("c", "near: {rules: [s, t], within: 9}, positive: ['x y'], negative: [x]")
            RULE("d", "near: {rules: [t, s], within: 9}, positive: ['x y'], negative: [x]"));
    check(rules, 1, 1, "error duplicate d: the same combination as c");
}

Test(rules_lint, combinations_that_differ_in_their_order)
{
#define SIGNALS RULE("s", "pattern: x, signal: true") RULE("t", "pattern: y, signal: true")
#define NEAR(id, near) RULE(id, "near: {" near ", within: 9}, positive: ['x y'], negative: [x]")
    check(SIGNALS NEAR("c", "rules: [s, t]") NEAR("d", "rules: [s, t], ordered: true"), 0, 1,
          "warning duplicate d: the same combination as c");
    check(SIGNALS NEAR("c", "rules: [s, t], ordered: true")
              NEAR("d", "rules: [s, t], ordered: true"),
          1, 1, "error duplicate d: the same combination as c");
    check(SIGNALS NEAR("c", "rules: [s, t], ordered: true")
              RULE("d", "near: {rules: [t, s], within: 9, ordered: true}, positive: ['y x'], "
                        "negative: ['x y']"),
          0, 0, "");
    check(SIGNALS NEAR("c", "rules: [s, t]")
              RULE("d", "near: {rules: [s, s], within: 9}, positive: [x], negative: [y]"),
          1, 1, "error duplicate d: it combines a rule with itself");
    check(SIGNALS NEAR("c", "rules: [s, t]")
              RULE("d", "near: {rules: [s, s], within: 9, ordered: true}, positive: [x x], "
                        "negative: [x]"),
          0, 0, "");
}

Test(rules_lint, ids_of_catalogues)
{
#define REFERS(list)                                                                               \
    "  - {id: a, family: f, reason: r, pattern: abc, references: " list EXAMPLES "}\n"
    check(REFERS("[]"), 0, 1, "warning references a: no id");
    check(REFERS("['our ticket 7']"), 0, 1, "warning references a: no id");
    check(REFERS("[OWASP-LLM01, AML.T0051, AML.T0051.001, 'our ticket 7']"), 0, 0, "");
    check(REFERS("[OWASP-LLM1]"), 1, 2, "error references a: not of the form");
    check(REFERS("[AML.T51, OWASP-LLM01]"), 1, 1, "error references a: not of the form");
    check(REFERS("[AML.T0051.1, OWASP-LLM01]"), 1, 1, "error references a: not of the form");
    check(REFERS("[OWASP-LLM012, OWASP-LLM01]"), 1, 1, "error references a: not of the form");
}

Test(rules_lint, rules_that_can_find_nothing)
{
    check(RULE("a", "pattern: abc, signal: true"), 1, 1, "error unreachable a: a signal that no");
    check(RULE("a", "pattern: abc, views: []" EXAMPLES), 2, 2, "error unreachable a: it looks at");
    check(RULE("s", "pattern: x, signal: true, views: [raw]")
              RULE("t", "pattern: y, signal: true, views: [normalized]")
                  RULE("c", "near: {rules: [s, t], within: 9}, positive: ['x y'], negative: [x]"),
          2, 2, "error unreachable c: no view");
}

Test(rules_lint, patterns_that_explode_reach_the_limit)
{
    stile_lint_cost cost = cost_of(RULE("a", "pattern: '(?:a+)+b'" EXAMPLES));

    cr_assert(cost.limit);
    cr_assert(strstr(cost.hard, "repeated"), "%s", cost.hard);
    cr_assert(cost_of(RULE("a", "pattern: 'ignore (?:\\w+ ?)+now'" EXAMPLES)).limit);
    cr_assert(cost_of(RULE("a", "pattern: '더이 (?:\\S*(?: \\S+)*)*지시'" EXAMPLES)).limit);
}

Test(rules_lint, bounded_patterns_do_not)
{
    stile_lint_cost cost =
        cost_of(RULE("a", "pattern: '\\bignore (?:all )?previous instructions\\b'" EXAMPLES));

    cr_assert(!cost.limit, "%s", cost.hard);
    cr_assert(cost.compile_ms > 0 && cost.worst_mb_per_s > 0);
    cr_assert(!cost_of(RULE("a", "pattern: 'a{1,20}b'" EXAMPLES)).limit);
}

Test(rules_lint, a_pattern_that_needs_nothing_is_tried_everywhere)
{
    cr_assert(cost_of(RULE("a", "pattern: '\\w{3} \\d'" EXAMPLES)).everywhere);
    cr_assert_not(cost_of(RULE("a", "pattern: 'previous instructions'" EXAMPLES)).everywhere);
}

/* Runs of spaces stand in no view but the raw one, and hurt a pattern only there. */
Test(rules_lint, runs_of_spaces_are_for_raw_views)
{
    cr_assert(cost_of(RULE("a", "pattern: 'x(?: +)+y', views: [raw]" EXAMPLES)).limit);
    cr_assert(!cost_of(RULE("a", "pattern: 'x(?: +)+y'" EXAMPLES)).limit);
}
