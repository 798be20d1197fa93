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

static bool covers(const stile_rule *a, const stile_rule *b)
{
    for (size_t n = 0; n < b->near_count; n++) {
        size_t k = 0;
        while (k < a->near_count && a->near[k] != b->near[n])
            k++;
        if (k == a->near_count)
            return false;
    }
    return true;
}

static bool same_combination(const stile_rule *a, const stile_rule *b)
{
    if (a->near_count != b->near_count)
        return false;
    if (a->ordered && b->ordered)
        return memcmp(a->near, b->near, a->near_count * sizeof *a->near) == 0;
    return covers(a, b) && covers(b, a);
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
            bool alike = r->within == above->within && r->ordered == above->ordered && !r->cancel &&
                         !above->cancel;
            report_other(l, alike, "duplicate", i, "the same combination as", above);
            return;
        }
    }
}

/* Without an order one match stands for both. */
static void lint_self(const lint *l, size_t i)
{
    const stile_rule *r = &l->rules->rules[i];

    for (size_t n = 1; n < r->near_count && !r->ordered; n++)
        for (size_t k = 0; k < n; k++)
            if (r->near[k] == r->near[n]) {
                report(l, true, "duplicate", i, "it combines a rule with itself");
                return;
            }
}

/* Where a class that begins at `at` has its first member. */
static size_t class_start(stile_slice p, size_t at)
{
    at++;
    if (at < p.len && p.ptr[at] == '^')
        at++;
    return at < p.len && p.ptr[at] == ']' ? at + 1 : at;
}

/* Patterns match bytes: a quantifier behind a character beyond ASCII is of its last byte alone, and a
 * class takes its bytes for members. */
static void lint_bytes(const lint *l, size_t i)
{
    stile_slice p = l->rules->rules[i].pattern_text;
    bool in_class = false;

    for (size_t at = 0; at < p.len; at++) {
        bool wide = (unsigned char)p.ptr[at] >= 0x80;
        char next = at + 1 < p.len ? p.ptr[at + 1] : '\0';
        bool repeated = next && strchr("?*+{", next);
        if (p.ptr[at] == '\\') {
            at++;
        } else if (wide && (in_class || repeated)) {
            report(
                l, true, "bytes", i,
                "a class or a quantifier of a character beyond ASCII is of its bytes: write (?:x)");
            return;
        } else if (in_class) {
            in_class = p.ptr[at] != ']';
        } else if (p.ptr[at] == '[') {
            in_class = true;
            at = class_start(p, at) - 1;
        }
    }
}

/* "OWASP-LLM01", "AML.T0051" or "AML.T0051.001". */
static bool is_catalogued(stile_slice id)
{
    static const char *const shapes[] = {"OWASP-LLM00", "AML.T0000", "AML.T0000.000"};

    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        size_t i = 0;
        while (i < id.len && shapes[s][i] &&
               (shapes[s][i] == '0' ? id.ptr[i] >= '0' && id.ptr[i] <= '9'
                                    : id.ptr[i] == shapes[s][i]))
            i++;
        if (i == id.len && !shapes[s][i])
            return true;
    }
    return false;
}

/* What kind of attack it is, in the catalogues that a reader of findings has at hand. */
static void lint_references(const lint *l, size_t i)
{
    const stile_rule *r = &l->rules->rules[i];
    size_t good = 0;

    for (size_t n = 0; n < r->references.count; n++) {
        stile_slice id = r->references.texts[n];
        bool meant = (id.len >= 5 && memcmp(id.ptr, "OWASP", 5) == 0) ||
                     (id.len >= 3 && memcmp(id.ptr, "AML", 3) == 0);
        good += is_catalogued(id);
        if (meant && !is_catalogued(id))
            report(l, true, "references", i, "not of the form OWASP-LLM01 or AML.T0051.001");
    }
    if (!good && !r->signal)
        report(l, false, "references", i, "no id of OWASP's or ATLAS's list");
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
        lint_self(&l, i);
        lint_bytes(&l, i);
        lint_references(&l, i);
        lint_reachable(&l, i);
    }
    return stile_policy_test(policy, report_example, &l, &tried, &failed, err);
}
