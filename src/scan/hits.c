/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/hits.h"

#include "scan/idle.h"

#define CANCEL_WITHIN 100 /* bytes around a match in which its rule's "not" cancels it */

static stile_status add(stile_scan_hits *h, stile_scan_hit hit, stile_error *err)
{
    if (h->count == h->size) {
        size_t size = h->size ? 2 * h->size : 16;
        stile_scan_hit *grown = stile_arena_array(h->arena, size, sizeof *grown);
        if (!grown)
            return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
        if (h->count)
            memcpy(grown, h->hits, h->count * sizeof *grown);
        h->hits = grown;
        h->size = size;
    }
    h->hits[h->count++] = hit;
    return STILE_OK;
}

static bool cancelled(stile_scanner *scanner, const stile_rule *rule, stile_slice text,
                      size_t start, size_t end)
{
    size_t low = start > CANCEL_WITHIN ? start - CANCEL_WITHIN : 0;
    size_t high = text.len - end > CANCEL_WITHIN ? end + CANCEL_WITHIN : text.len, s, e;

    /* A limit hit here must not cancel: only a match does. */
    return rule->cancel &&
           stile_pattern_match(rule->cancel, scanner->matcher, stile_slice_cut(text, low, high), 0,
                               &s, &e) == STILE_MATCH_FOUND;
}

/* The last hit that is looked for reaches to the end, so that none behind it is left standing. */
static stile_scan_hit last_hit(uint32_t rule, size_t start, stile_slice text)
{
    return (stile_scan_hit){rule, (uint32_t)start, (uint32_t)text.len, false};
}

static stile_status add_limit(stile_scan_hits *out, uint32_t rule, size_t from, stile_slice text,
                              stile_error *err)
{
    return add(out, (stile_scan_hit){rule, (uint32_t)from, (uint32_t)text.len, true}, err);
}

/* Where matches of one rule may start, in order. */
typedef struct places {
    const stile_gate_range *ranges; /* NULL: anywhere */
    size_t count;
} places;

/* The first match at or behind `at`, in one of the places; those behind which it starts are dropped. */
static stile_match next_match(stile_scanner *scanner, const stile_rule *rule, stile_slice text,
                              places *in, size_t at, size_t *start, size_t *end)
{
    if (!in->ranges)
        return stile_pattern_match(rule->pattern, scanner->matcher, text, at, start, end);
    for (; in->count; in->ranges++, in->count--) {
        size_t from = in->ranges->low > at ? in->ranges->low : at;
        stile_match match = STILE_MATCH_NONE;
        if (from <= in->ranges->high)
            match = stile_pattern_match_within(rule->pattern, scanner->matcher, text, from,
                                               in->ranges->high, start, end);
        if (match != STILE_MATCH_NONE)
            return match;
    }
    return STILE_MATCH_NONE;
}

static stile_status match_rule(stile_scanner *scanner, uint32_t index, stile_slice text, places in,
                               stile_scan_hits *out, stile_error *err)
{
    const stile_rule *rule = &scanner->policy->rules.rules[index];
    size_t at = 0, found = 0, most = rule->signal ? STILE_MATCHES_A_RULE : STILE_HITS_A_RULE;
    stile_status st = STILE_OK;

    for (size_t tried = 0; !st && at <= text.len; tried++) {
        size_t start, end;
        stile_match match = next_match(scanner, rule, text, &in, at, &start, &end);
        if (match == STILE_MATCH_NONE)
            break;
        /* Decoys that cancel must not use up the attention meant for what stands behind them. */
        if (match == STILE_MATCH_LIMIT || tried == STILE_MATCHES_A_RULE)
            return add_limit(out, index, at, text, err);
        at = end > start ? end : end + 1;
        if (cancelled(scanner, rule, text, start, end))
            continue;
        if (++found == most && !rule->signal)
            return add(out, last_hit(index, start, text), err);
        st = add(out, (stile_scan_hit){index, (uint32_t)start, (uint32_t)end, false}, err);
    }
    return st;
}

/* Hits stand by rule, then by place. The first of `rule` that starts at `low` or behind, or NULL. */
static const stile_scan_hit *first_from(const stile_scan_hits *h, size_t plain, uint32_t rule,
                                        uint32_t low)
{
    size_t left = 0, right = plain;

    while (left < right) {
        size_t middle = left + (right - left) / 2;
        const stile_scan_hit *hit = &h->hits[middle];
        if (hit->rule < rule || (hit->rule == rule && hit->start < low))
            left = middle + 1;
        else
            right = middle;
    }
    return left < plain && h->hits[left].rule == rule && !h->hits[left].limited ? &h->hits[left]
                                                                                : NULL;
}

/* Where the combination is complete with nothing before `low`: as the hits of one rule do not
 * overlap, the first of each from there on ends first. False: not close enough. */
static bool complete_from(const stile_scan_hits *h, size_t plain, const stile_rule *rule,
                          uint32_t low, uint32_t *high)
{
    *high = low;
    for (size_t n = 0; n < rule->near_count; n++) {
        const stile_scan_hit *hit = first_from(h, plain, rule->near[n], low);
        if (!hit || hit->end - low > rule->within)
            return false;
        *high = hit->end > *high ? hit->end : *high;
    }
    return true;
}

/* The same in the order of the combination: the first of each behind the one before ends first. */
static bool complete_in_order(const stile_scan_hits *h, size_t plain, const stile_rule *rule,
                              uint32_t low, uint32_t *high)
{
    uint32_t at = low;

    for (size_t n = 0; n < rule->near_count; n++) {
        const stile_scan_hit *hit = first_from(h, plain, rule->near[n], at);
        if (!hit || hit->end - low > rule->within)
            return false;
        at = hit->end;
    }
    *high = at;
    return true;
}

/* The next place to try: the first hit of any of the combination's rules from `low` on; of its first
 * rule where they have an order. */
static bool next_low(const stile_scan_hits *h, size_t plain, const stile_rule *rule, uint32_t *low)
{
    uint32_t least = UINT32_MAX;

    if (rule->ordered) {
        const stile_scan_hit *hit = first_from(h, plain, rule->near[0], *low);
        *low = hit ? hit->start : least;
        return hit != NULL;
    }

    for (size_t n = 0; n < rule->near_count; n++) {
        const stile_scan_hit *hit = first_from(h, plain, rule->near[n], *low);
        if (!hit)
            return false;
        least = hit->start < least ? hit->start : least;
    }
    *low = least;
    return true;
}

static stile_status combine(stile_scanner *scanner, uint32_t index, stile_slice text,
                            stile_scan_hits *out, size_t plain, stile_error *err)
{
    const stile_rule *rule = &scanner->policy->rules.rules[index];
    uint32_t low = 0, high = 0;
    size_t found = 0, tried = 0;
    stile_status st = STILE_OK;

    while (!st && next_low(out, plain, rule, &low)) {
        bool whole = rule->ordered ? complete_in_order(out, plain, rule, low, &high)
                                   : complete_from(out, plain, rule, low, &high);
        if (!whole) {
            low++;
            continue;
        }
        if (tried++ == STILE_MATCHES_A_RULE)
            return add_limit(out, index, low, text, err);
        if (cancelled(scanner, rule, text, low, high)) {
            low++;
            continue;
        }
        if (++found == STILE_HITS_A_RULE)
            return add(out, last_hit(index, low, text), err);
        st = add(out, (stile_scan_hit){index, low, high, false}, err);
        low = high > low ? high : low + 1;
    }
    return st;
}

static stile_status match_combinations(stile_scanner *scanner, uint32_t kind, stile_slice text,
                                       stile_scan_hits *out, stile_error *err)
{
    const stile_rules *rules = &scanner->policy->rules;
    size_t plain = out->count;
    stile_status st = STILE_OK;

    for (size_t c = 0; !st && plain && c < rules->combination_count; c++)
        if (rules->rules[rules->combinations[c]].views & kind)
            st = combine(scanner, rules->combinations[c], text, out, plain, err);
    return st;
}

/* Whether any combination that the signal feeds still may be complete: `may` is 0 for each rule known to
 * have no hit. */
static bool feeds_any(const stile_policy *policy, const unsigned char *may, uint32_t signal)
{
    for (uint32_t f = policy->feeds_from[signal]; f < policy->feeds_from[signal + 1]; f++) {
        const stile_rule *rule = &policy->rules.rules[policy->feeds[f]];
        bool whole = true;
        for (size_t n = 0; n < rule->near_count; n++)
            whole &= may[rule->near[n]] != 0;
        if (whole)
            return true;
    }
    return false;
}

/* A signal whose budget ran out stays where the others that it stands with were found: what it might have
 * fed is not known. */
static void drop_signals(const stile_scanner *scanner, stile_scan_hits *h)
{
    const stile_rules *rules = &scanner->policy->rules;
    size_t kept = 0;

    for (size_t i = 0; i < h->count; i++)
        if (!rules->rules[h->hits[i].rule].signal ||
            (h->hits[i].limited && feeds_any(scanner->policy, scanner->may, h->hits[i].rule)))
            h->hits[kept++] = h->hits[i];
    h->count = kept;
}

/* Takes those of rule `index` from the front of all ranges, and drops those of rules before it. */
static places take_places(places *all, uint32_t index)
{
    places own;

    for (; all->count && all->ranges->pattern < index; all->count--)
        all->ranges++;
    own = (places){all->ranges, 0};
    while (own.count < all->count && all->ranges[own.count].pattern == index)
        own.count++;
    all->ranges += own.count;
    all->count -= own.count;
    return own;
}

/* Of the rules that the gate does not know, which may match: none where none of them is worth the prefilter's
 * look, all of them without a prefilter. */
static stile_status pass_prefilter(stile_scanner *scanner, const stile_scan_view *view,
                                   stile_arena *arena, stile_error *err)
{
    int which = stile_prefilter_for(view->kind);
    stile_prefilter *filter = stile_policy_prefilter(scanner->policy, which, view->text.len);
    stile_prefilter_scratch **scratch = &scanner->scratch[which];
    const uint32_t *unknown = scanner->policy->unknown[which];
    size_t count = scanner->policy->unknown_count[which], wanted = 0;
    unsigned char *let; /* one byte a rule */
    stile_status st;

    for (size_t i = 0; i < count; i++)
        wanted += scanner->may[unknown[i]];
    if (wanted == 0 || !filter)
        return STILE_OK;
    if (!*scratch && (st = stile_prefilter_scratch_create(filter, scratch, err)))
        return st;
    if (!(let = stile_arena_alloc(arena, scanner->policy->rules.count)))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    stile_prefilter_scan(filter, *scratch, view->text, let);
    for (size_t i = 0; i < count; i++)
        scanner->may[unknown[i]] &= let[unknown[i]];
    return STILE_OK;
}

/* Which rules may match, in `may`, and where those that the gate knows may start. Signals that cannot feed a
 * combination are dropped, unless `all` are wanted. */
static stile_status find_places(stile_scanner *scanner, const stile_scan_view *view, bool all,
                                stile_arena *arena, places *out, stile_error *err)
{
    const stile_policy *policy = scanner->policy;
    int which = stile_prefilter_for(view->kind);
    const stile_gate *gate = stile_policy_gate(policy, which);
    const unsigned char *reads = policy->reads[view->kind];
    unsigned char *may = scanner->may;
    const stile_idle wants = {policy, view->kind};
    const stile_gate_caller caller = {.drop_context = &wants, .drop = stile_idle_drop};
    stile_status st;

    *out = (places){NULL, 0};
    if (!gate) {
        memcpy(may, reads, policy->rules.count);
        return STILE_OK;
    }
    if ((st = stile_gate_scan(gate, scanner->gates[which], view->text, all ? NULL : &caller,
                              &out->ranges, &out->count, err)))
        return st;
    memset(may, 0, policy->rules.count);
    for (size_t i = 0; i < out->count; i++)
        may[out->ranges[i].pattern] = reads[out->ranges[i].pattern];
    for (size_t i = 0; i < policy->unknown_count[which]; i++)
        may[policy->unknown[which][i]] = reads[policy->unknown[which][i]];
    if (!all)
        stile_drop_idle(policy, may);
    return pass_prefilter(scanner, view, arena, err);
}

/* The next rule from `i` on that may match, or `count`; most may not. */
static uint32_t next_that_may(const unsigned char *may, uint32_t i, uint32_t count)
{
    const unsigned char *found = i < count ? memchr(may + i, 1, count - i) : NULL;
    return found ? (uint32_t)(found - may) : count;
}

/* Each rule that may match; leaves in `may` those that did. */
static stile_status match_patterns(stile_scanner *scanner, const stile_scan_view *view, bool all,
                                   stile_scan_hits *out, stile_error *err)
{
    const stile_rules *rules = &scanner->policy->rules;
    const stile_gate *gate = stile_policy_gate(scanner->policy, stile_prefilter_for(view->kind));
    unsigned char *may = scanner->may;
    uint32_t count = (uint32_t)rules->count;
    places ahead;
    stile_status st = find_places(scanner, view, all, out->arena, &ahead, err);

    for (uint32_t i = 0; !st && (i = next_that_may(may, i, count)) < count; i++) {
        size_t before = out->count;
        places own = gate && stile_gate_knows(gate, i) ? take_places(&ahead, i) : (places){NULL, 0};
        if (all || !rules->rules[i].signal || feeds_any(scanner->policy, may, i))
            st = match_rule(scanner, i, view->text, own, out, err);
        may[i] = out->count > before;
    }
    return st;
}

static stile_status hits_of(stile_scanner *scanner, const stile_scan_view *view, bool all,
                            stile_arena *arena, stile_scan_hits *out, stile_error *err)
{
    stile_status st;

    *out = (stile_scan_hits){.arena = arena};
    if (view->text.len == 0)
        return STILE_OK;
    if ((st = match_patterns(scanner, view, all, out, err)))
        return st;
    return match_combinations(scanner, 1u << view->kind, view->text, out, err);
}

stile_status stile_scan_signals_of(stile_scanner *scanner, const stile_scan_view *view,
                                   stile_arena *arena, stile_scan_hits *out, stile_error *err)
{
    return hits_of(scanner, view, true, arena, out, err);
}

stile_status stile_scan_hits_of(stile_scanner *scanner, const stile_scan_view *view,
                                stile_arena *arena, stile_scan_hits *out, stile_error *err)
{
    stile_status st = hits_of(scanner, view, false, arena, out, err);

    if (!st)
        drop_signals(scanner, out);
    return st;
}
