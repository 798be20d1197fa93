/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/hits.h"

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

static stile_status match_rule(stile_scanner *scanner, uint32_t index, stile_slice text,
                               stile_scan_hits *out, stile_error *err)
{
    const stile_rule *rule = &scanner->policy->rules.rules[index];
    size_t at = 0, found = 0;

    while (at <= text.len && found < STILE_HITS_A_RULE) {
        size_t start, end;
        stile_scan_hit hit = {.rule = index};
        stile_match match =
            stile_pattern_match(rule->pattern, scanner->matcher, text, at, &start, &end);
        stile_status st = STILE_OK;
        if (match == STILE_MATCH_NONE)
            break;
        if (match == STILE_MATCH_LIMIT) {
            hit.start = (uint32_t)at;
            hit.end = (uint32_t)text.len;
            hit.limited = true;
            return add(out, hit, err);
        }
        hit.start = (uint32_t)start;
        hit.end = (uint32_t)end;
        found++;
        if (!cancelled(scanner, rule, text, start, end) && (st = add(out, hit, err)))
            return st;
        at = end > start ? end : end + 1;
    }
    return STILE_OK;
}

/* The hit of `rule` nearest to `from`, or NULL. */
static const stile_scan_hit *nearest(const stile_scan_hits *h, uint32_t rule,
                                     const stile_scan_hit *from)
{
    const stile_scan_hit *best = NULL;
    uint64_t least = UINT64_MAX;

    for (size_t i = 0; i < h->count; i++) {
        const stile_scan_hit *hit = &h->hits[i];
        uint64_t far =
            hit->start > from->start ? hit->start - from->start : from->start - hit->start;
        if (hit->rule == rule && !hit->limited && far < least) {
            least = far;
            best = hit;
        }
    }
    return best;
}

/* The first place where all of the combination's rules matched close enough. */
static bool combine(const stile_scan_hits *h, size_t plain, const stile_rule *rule,
                    stile_scan_hit *out)
{
    for (size_t i = 0; i < plain; i++) {
        const stile_scan_hit *first = &h->hits[i];
        uint32_t low = first->start, high = first->end;
        size_t n = 1;
        if (first->rule != rule->near[0] || first->limited)
            continue;
        for (; n < rule->near_count; n++) {
            const stile_scan_hit *other = nearest(h, rule->near[n], first);
            if (!other)
                break;
            low = other->start < low ? other->start : low;
            high = other->end > high ? other->end : high;
        }
        if (n == rule->near_count && high - low <= rule->within) {
            out->start = low;
            out->end = high;
            return true;
        }
    }
    return false;
}

static stile_status match_combinations(const stile_rules *rules, uint32_t kind,
                                       stile_scan_hits *out, stile_error *err)
{
    size_t plain = out->count;
    stile_status st = STILE_OK;

    for (uint32_t i = 0; !st && plain && i < rules->count; i++) {
        stile_scan_hit hit = {.rule = i};
        if (rules->rules[i].near_count && rules->rules[i].views & kind &&
            combine(out, plain, &rules->rules[i], &hit))
            st = add(out, hit, err);
    }
    return st;
}

static void drop_signals(const stile_rules *rules, stile_scan_hits *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++)
        if (!rules->rules[h->hits[i].rule].signal)
            h->hits[kept++] = h->hits[i];
    h->count = kept;
}

/* Which rules may match; all of them without a prefilter. */
static stile_status prefilter(stile_scanner *scanner, stile_slice text, stile_error *err)
{
    stile_prefilter *filter = stile_policy_prefilter(scanner->policy, text.len);
    stile_status st;

    if (!filter) {
        memset(scanner->may, 1, scanner->policy->rules.count);
        return STILE_OK;
    }
    if (!scanner->scratch && (st = stile_prefilter_scratch_create(filter, &scanner->scratch, err)))
        return st;
    stile_prefilter_scan(filter, scanner->scratch, text, scanner->may);
    return STILE_OK;
}

stile_status stile_scan_signals_of(stile_scanner *scanner, const stile_scan_view *view,
                                   stile_arena *arena, stile_scan_hits *out, stile_error *err)
{
    const stile_rules *rules = &scanner->policy->rules;
    uint32_t kind = 1u << view->kind;
    stile_status st;

    *out = (stile_scan_hits){.arena = arena};
    if (view->text.len == 0)
        return STILE_OK;
    if ((st = prefilter(scanner, view->text, err)))
        return st;
    for (uint32_t i = 0; i < rules->count; i++)
        if (rules->rules[i].pattern && rules->rules[i].views & kind && scanner->may[i] &&
            (st = match_rule(scanner, i, view->text, out, err)))
            return st;
    return match_combinations(rules, kind, out, err);
}

stile_status stile_scan_hits_of(stile_scanner *scanner, const stile_scan_view *view,
                                stile_arena *arena, stile_scan_hits *out, stile_error *err)
{
    stile_status st = stile_scan_signals_of(scanner, view, arena, out, err);

    if (!st)
        drop_signals(&scanner->policy->rules, out);
    return st;
}
