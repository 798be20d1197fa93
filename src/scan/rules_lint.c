/* SPDX-License-Identifier: Apache-2.0 */
/* An error is what makes a rule useless or its meaning unsure; a warning, what a reviewer should
 * look at. */
#include "scan/rules_lint.h"

#include <stdio.h>
#include <string.h>

#include "scan/internal.h"

typedef struct lint {
    const stile_rules *rules;
    stile_lint_report report;
    void *ctx;
} lint;

static void report(const lint *l, bool error, const char *code, size_t rule, const char *what)
{
    const stile_lint_problem problem = {error, code, rule, what};
    l->report(l->ctx, &problem);
}

static void report_other(const lint *l, bool error, const char *code, size_t rule, const char *what,
                         const stile_rule *other)
{
    char text[512];
    (void)snprintf(text, sizeof text, "%s %.128s (%.128s:%d)", what, other->id, other->file,
                   other->line);
    report(l, error, code, rule, text);
}

static void lint_examples(const lint *l, size_t i)
{
    const stile_rule *r = &l->rules->rules[i];

    if (r->signal) /* is nothing alone: its combination's examples count */
        return;
    if (r->positive.count == 0)
        report(l, true, "examples", i, "no positive example");
    if (r->negative.count == 0)
        report(l, false, "examples", i, "no negative example");
}

static bool same_combination(const stile_rule *a, const stile_rule *b)
{
    if (a->near_count != b->near_count)
        return false;
    for (size_t n = 0; n < a->near_count; n++) {
        size_t k = 0;
        while (k < b->near_count && b->near[k] != a->near[n])
            k++;
        if (k == b->near_count)
            return false;
    }
    return true;
}

/* A rule that repeats one above it counts the same words twice. Where a `not` tells them apart, or
 * a distance, only a person can say whether both are meant. */
static void lint_duplicate(const lint *l, size_t i)
{
    const stile_rule *r = &l->rules->rules[i];

    for (size_t k = 0; k < i; k++) {
        const stile_rule *above = &l->rules->rules[k];
        if (!(above->views & r->views) || above->signal != r->signal)
            continue;
        if (r->pattern && above->pattern && stile_slice_eq(r->pattern_text, above->pattern_text)) {
            report_other(l, !r->cancel && !above->cancel, "duplicate", i, "the same pattern as",
                         above);
            return;
        }
        if (r->near_count && same_combination(r, above)) {
            report_other(l, r->within == above->within, "duplicate", i, "the same combination as",
                         above);
            return;
        }
    }
}

static bool is_combined(const stile_rules *rules, size_t signal)
{
    for (size_t i = 0; i < rules->count; i++)
        for (size_t n = 0; n < rules->rules[i].near_count; n++)
            if (rules->rules[i].near[n] == signal)
                return true;
    return false;
}

static void lint_reachable(const lint *l, size_t i)
{
    const stile_rule *r = &l->rules->rules[i];
    uint32_t views = r->views;

    if (!views)
        report(l, true, "unreachable", i, "it looks at no view");
    if (r->signal && !is_combined(l->rules, i))
        report(l, true, "unreachable", i, "a signal that no combination uses");
    for (size_t n = 0; n < r->near_count; n++)
        views &= l->rules->rules[r->near[n]].views;
    if (r->views && !views)
        report(l, true, "unreachable", i, "no view is looked at by all the rules it combines");
}

static void report_example(void *ctx, const char *file, int line, const char *rule,
                           const char *what)
{
    const lint *l = ctx;
    size_t i = 0;

    (void)file;
    (void)line;
    while (i < l->rules->count && strcmp(l->rules->rules[i].id, rule) != 0)
        i++;
    report(l, true, "examples", i, what);
}

stile_status stile_rules_lint(stile_policy *policy, stile_lint_report report_to, void *ctx,
                              stile_error *err)
{
    lint l = {&policy->rules, report_to, ctx};
    size_t tried, failed;

    for (size_t i = 0; i < policy->rules.count; i++) {
        lint_examples(&l, i);
        lint_duplicate(&l, i);
        lint_reachable(&l, i);
    }
    return stile_policy_test(policy, report_example, &l, &tried, &failed, err);
}
