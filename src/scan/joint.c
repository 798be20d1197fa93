/* SPDX-License-Identifier: Apache-2.0 */
/* The gate is passed once, over all of the text, as what a long match needs may stand anywhere; it is PCRE2
 * that is spared most, which sees the whole text too, but starts only where a match that crosses may
 * start. */
#include "scan/joint.h"

#include "base/memory.h"
#include "classifiers/reach.h"
#include "scan/idle.h"

#define MOST_TRIES 32 /* matches of one rule looked at that do not cross */

struct stile_joint_plan {
    stile_reach *reach; /* of each rule */
    uint32_t *within;   /* of each rule, the most bytes of a combination that takes it */
};

/* Bytes before `low` came from before the joint, bytes from `high` on from behind it. */
typedef struct joint {
    uint32_t low, high;
} joint;

/* One view that is looked at. */
typedef struct look {
    stile_scanner *scanner;
    const stile_gate *gate;
    stile_slice text;
    stile_runs runs;
    joint joints[2];                /* none where `high` is 0 or `low` at the text's end */
    const stile_gate_range *ranges; /* of rule i: from first[i] up to first[i + 1] */
    uint32_t *first;
    uint32_t *rules; /* those that may match at all */
    size_t rule_count;
} look;

stile_status stile_joint_plan_create(const stile_rules *rules, stile_joint_plan **out,
                                     stile_error *err)
{
    stile_joint_plan *plan = stile_alloc(sizeof *plan);

    if (!plan || !(plan->reach = stile_alloc_array(rules->count, sizeof *plan->reach)) ||
        !(plan->within = stile_alloc_array(rules->count, sizeof *plan->within))) {
        stile_joint_plan_destroy(plan);
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    }
    for (size_t i = 0; i < rules->count; i++)
        plan->reach[i] = stile_reach_of(rules->rules[i].pattern_text);
    for (size_t c = 0; c < rules->combination_count; c++) {
        const stile_rule *rule = &rules->rules[rules->combinations[c]];
        for (size_t n = 0; n < rule->near_count; n++)
            if (plan->within[rule->near[n]] < rule->within)
                plan->within[rule->near[n]] = rule->within;
    }
    *out = plan;
    return STILE_OK;
}

void stile_joint_plan_destroy(stile_joint_plan *plan)
{
    if (plan) {
        stile_free(plan->reach);
        stile_free(plan->within);
    }
    stile_free(plan);
}

/* Where the place `at` of the original is in the view. */
static joint joint_at(const stile_scan_view *view, uint32_t at)
{
    joint j = {(uint32_t)view->text.len, 0};

    for (size_t i = 0; i < view->piece_count; i++) {
        const stile_view_piece *p = &view->pieces[i];
        uint32_t next = i + 1 < view->piece_count ? p[1].at : (uint32_t)view->text.len;
        uint32_t before = at <= p->start ? 0 : at - p->start; /* bytes of an exact piece */
        uint32_t low = p->exact ? p->at + (before < p->len ? before : p->len) : p->at;
        uint32_t high = p->exact ? low : next;
        if (p->start + p->len > at && low < j.low)
            j.low = low;
        if (p->start < at && high > j.high)
            j.high = high;
    }
    return j;
}

/* Whether a match that crosses a joint, or one that a combination takes about it, may have something at `at`. */
static bool is_near(const void *context, uint32_t pattern, uint32_t at)
{
    const look *l = context;
    const stile_joint_plan *plan = l->scanner->policy->joints;
    uint32_t reach = stile_reach_within(&plan->reach[pattern], &l->runs);
    uint64_t far = (uint64_t)reach + plan->within[pattern];

    for (int i = 0; i < 2; i++)
        if (at + far >= l->joints[i].low && at <= l->joints[i].high + far)
            return true;
    return false;
}

/* Where matches may start that the gate knows of, and whose they may be. */
static stile_status find_starts(look *l, stile_error *err)
{
    stile_scanner *scanner = l->scanner;
    const stile_rules *rules = &scanner->policy->rules;
    const unsigned char *reads = scanner->policy->reads[STILE_VIEW_NORMALIZED];
    size_t count, at = 0;
    const stile_idle idle = {scanner->policy, STILE_VIEW_NORMALIZED};
    const stile_gate_caller caller = {l, is_near, &idle, stile_idle_drop};
    stile_status st = stile_gate_scan(l->gate, scanner->gates[STILE_PREFILTER_OTHER], l->text,
                                      &caller, &l->ranges, &count, err);

    for (uint32_t i = 0; !st && i < rules->count; i++) {
        l->first[i] = (uint32_t)at;
        while (at < count && l->ranges[at].pattern == i)
            at++;
        if (reads[i] && !rules->rules[i].signal &&
            (l->first[i] < at || !stile_gate_knows(l->gate, i)))
            l->rules[l->rule_count++] = i;
    }
    l->first[rules->count] = (uint32_t)at;
    return st;
}

/* What asks for a match's place and end. */
typedef struct wanted {
    uint32_t low, high; /* it starts there */
    uint32_t past;      /* and ends behind this */
} wanted;

/* A match from `low` to `high` on that ends where it is wanted. One that does not hides none that starts
 * inside of it. */
static bool matches_from(const look *l, uint32_t rule, const wanted *w, uint32_t low, uint32_t high)
{
    const stile_pattern *pattern = l->scanner->policy->rules.rules[rule].pattern;
    size_t at = low, start, end;

    for (int tried = 0; at <= high; tried++, at = start + 1) {
        stile_match match = stile_pattern_match_within(pattern, l->scanner->matcher, l->text, at,
                                                       high, &start, &end);
        if (match == STILE_MATCH_NONE)
            return false;
        if (match == STILE_MATCH_LIMIT || end > w->past || tried == MOST_TRIES)
            return true;
    }
    return false;
}

/* Whether the gate lets any match through that starts where it is wanted. */
static bool may_match(const look *l, uint32_t rule, const wanted *w)
{
    if (!stile_gate_knows(l->gate, rule))
        return true;
    for (uint32_t i = l->first[rule]; i < l->first[rule + 1]; i++)
        if (l->ranges[i].low <= w->high && l->ranges[i].high >= w->low)
            return true;
    return false;
}

static bool matches(const look *l, uint32_t rule, const wanted *w)
{
    if (!stile_gate_knows(l->gate, rule))
        return matches_from(l, rule, w, w->low, w->high);
    for (uint32_t i = l->first[rule]; i < l->first[rule + 1]; i++) {
        uint32_t low = l->ranges[i].low, high = l->ranges[i].high;
        low = low > w->low ? low : w->low;
        high = high < w->high ? high : w->high;
        if (low <= high && matches_from(l, rule, w, low, high))
            return true;
    }
    return false;
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

/* A match of one rule across the joint. */
static bool rule_crosses(const look *l, uint32_t rule, const joint *j)
{
    const stile_reach *reach = &l->scanner->policy->joints->reach[rule];
    wanted w = {0, less(j->high, 1), j->low};

    if (!may_match(l, rule, &w))
        return false;
    w.low = less(j->low, stile_reach_within(reach, &l->runs));
    return matches(l, rule, &w);
}

/* Matches of all that a combination takes, close enough to the joint. Those that the gate knows are looked for
 * first: they are places, not stretches. */
static bool combination_crosses(const look *l, const stile_rule *rule, const joint *j)
{
    const wanted w = {less(j->low, rule->within), j->high + rule->within, 0};

    for (size_t n = 0; n < rule->near_count; n++)
        if (!may_match(l, rule->near[n], &w))
            return false;
    for (int known = 1; known >= 0; known--)
        for (size_t n = 0; n < rule->near_count; n++)
            if (stile_gate_knows(l->gate, rule->near[n]) == known && !matches(l, rule->near[n], &w))
                return false;
    return true;
}

static bool any_crosses(const look *l, const joint *j)
{
    const stile_policy *policy = l->scanner->policy;
    const stile_rules *rules = &policy->rules;

    for (size_t i = 0; i < l->rule_count; i++)
        if (rule_crosses(l, l->rules[i], j))
            return true;
    for (size_t c = 0; c < rules->combination_count; c++) {
        const stile_rule *rule = &rules->rules[rules->combinations[c]];
        if (rule->views & 1u << STILE_VIEW_NORMALIZED && combination_crosses(l, rule, j))
            return true;
    }
    return false;
}

stile_status stile_joint_may_cross(stile_scanner *scanner, const stile_scan_view *view,
                                   const uint32_t at[2], bool *may, stile_error *err)
{
    look l = {.scanner = scanner,
              .gate = stile_policy_gate(scanner->policy, STILE_PREFILTER_OTHER),
              .text = view->text,
              .first = scanner->first,
              .rules = scanner->first + scanner->policy->rules.count + 1};
    stile_status st;

    *may = !l.gate;
    if (!l.gate || view->text.len == 0)
        return STILE_OK;
    stile_runs_of(l.text, &l.runs);
    for (int i = 0; i < 2; i++)
        l.joints[i] = joint_at(view, at[i]);
    if ((st = find_starts(&l, err)))
        return st;
    for (int i = 0; i < 2 && !*may; i++) {
        const joint *j = &l.joints[i];
        *may = j->high > 0 && j->low < view->text.len && any_crosses(&l, j);
    }
    return STILE_OK;
}
