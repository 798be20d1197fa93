/* SPDX-License-Identifier: Apache-2.0 */
/* What stands near a pilot. A match of the way starts at one of the places that the pilot's bounds give; so each
 * other clause stands in a stretch of text about the pilot, or there is no match. The clause whose distance
 * from the start varies least, the anchor, then gives the places exactly. */
#include "base/memory.h"
#include "classifiers/gate_scan.h"
#include "scan/lanes.h"

typedef stile_gate_stretch stretch;

/* What is looked up in a group. */
typedef struct key {
    uint32_t at;
    uint8_t gram, second;
    bool exact; /* `second` is as it is in whatever is found */
} key;

/* The first `count` bits. */
static uint32_t first_bits(uint32_t bits, uint32_t count)
{
    return count < 32 ? bits & ((UINT32_C(1) << count) - 1) : bits;
}

static bool stands(const stile_gate *gate, const stile_gate_scratch *s,
                   const stile_gate_group *group, key k)
{
    const char *grams = gate->members.grams + group->members;
    const char *seconds = gate->members.seconds + group->members;
    const uint32_t *literals = gate->members.literals + group->members;
    const char *text = s->text + STILE_GATE_PAD + k.at;
    uint64_t head = stile_gate_load(text);
    uint32_t part = k.gram / (256 / STILE_GATE_PARTS);

    for (uint32_t i = group->start[part], end = group->start[part + 1]; i < end; i += STILE_LANES) {
        uint32_t same = stile_lanes_bits(stile_lanes_equal(stile_lanes_load(grams + i), k.gram));
        if (k.exact)
            same &= stile_lanes_bits(stile_lanes_equal(stile_lanes_load(seconds + i), k.second));
        for (same = first_bits(same, end - i); same; same &= same - 1)
            if (stile_gate_is(&gate->literals[literals[i + (uint32_t)__builtin_ctz(same)]], text,
                              head))
                return true;
    }
    return false;
}

static bool find_word(const stile_gate *gate, const stile_gate_scratch *s,
                      const stile_gate_group *group, stretch in, uint32_t *at)
{
    const stile_gate_words *w = &s->words;
    const stile_gate_kernel *kernel = gate->kernel;
    uint32_t end = stile_gate_word_from(w, in.high + 1);

    for (uint32_t i = stile_gate_word_from(w, in.low); i < end; i += STILE_GATE_FILTER_BYTES) {
        uint32_t whole = kernel->both(&group->first, &group->second, w->first + i, w->second + i);
        uint32_t pairs = group->pairs ? kernel->members(&group->pair, w->pair + i) : 0;
        for (uint32_t bits = first_bits(whole | pairs, end - i); bits; bits &= bits - 1) {
            uint32_t k = (uint32_t)__builtin_ctz(bits), word = i + k;
            *at = w->at[word];
            if ((whole >> k & 1 &&
                 stands(gate, s, group, (key){*at, w->first[word], w->second[word], true})) ||
                (pairs >> k & 1 && stands(gate, s, group, (key){*at, w->pair[word], 0, false})))
                return true;
        }
    }
    return false;
}

static bool find_other(const stile_gate *gate, const stile_gate_scratch *s,
                       const stile_gate_group *group, stretch in, uint32_t *at)
{
    const uint8_t *text = (const uint8_t *)s->text + STILE_GATE_PAD;

    for (uint32_t i = in.low; i <= in.high; i += STILE_GATE_FILTER_BYTES) {
        uint32_t bits = gate->kernel->both(&group->first, &group->second, text + i, text + i + 1);
        for (bits = first_bits(bits, in.high - i + 1); bits; bits &= bits - 1) {
            *at = i + (uint32_t)__builtin_ctz(bits);
            if (stands(gate, s, group, (key){*at, text[*at], 0, false}))
                return true;
        }
    }
    return false;
}

/* The first place in the stretch where a literal of the set stands. */
static bool look_for(const stile_gate *gate, const stile_gate_scratch *s, uint32_t index,
                     stretch in, uint32_t *out)
{
    const uint32_t *group = gate->sets[index].group;
    uint32_t at = 0;
    bool found = false;

    if (group[STILE_GATE_WORDS] != STILE_GATE_NO_GROUP &&
        (found = find_word(gate, s, &gate->groups[group[STILE_GATE_WORDS]], in, &at)))
        in.high = *out = at;
    if (group[STILE_GATE_ANYWHERE] != STILE_GATE_NO_GROUP &&
        find_other(gate, s, &gate->groups[group[STILE_GATE_ANYWHERE]], in, &at)) {
        *out = at;
        found = true;
    }
    return found;
}

/* The same, remembered: one way after the other asks for the same, one pilot after the other for nearly the
 * same. */
static bool find(const stile_gate *gate, stile_gate_scratch *s, uint32_t index, stretch in,
                 uint32_t *at)
{
    stile_gate_seen *seen = &s->sets[index];

    if (in.low >= s->len || in.low > in.high)
        return false;
    in.high = in.high < s->len ? in.high : (uint32_t)s->len - 1;
    if (seen->scan != s->scan || in.low < seen->from || in.low > seen->to)
        *seen = (stile_gate_seen){s->scan, in.low, in.low, false};
    if (!seen->found && seen->to <= in.high) {
        seen->found = look_for(gate, s, index, (stretch){seen->to, in.high}, &seen->to);
        if (!seen->found)
            seen->to = in.high + 1;
    }
    *at = seen->to;
    return seen->found && seen->to <= in.high;
}

/* Whether the clause stands in the stretch; of one that is too long, it may. */
static bool may_stand(const stile_gate *gate, stile_gate_scratch *s, uint32_t index, stretch in)
{
    uint32_t at, end = in.high < s->len ? in.high : (uint32_t)s->len;

    return (in.low < end && end - in.low > STILE_GATE_NEAR) || find(gate, s, index, in, &at);
}

/* One range more of a way, or its last one grown, so that a way whose matches may start far ahead of their
 * first clause has few. */
static void add_range(stile_gate_scratch *s, stile_gate_state *state, stile_gate_range r)
{
    stile_gate_range *last = state->range ? &s->ranges[state->range - 1] : NULL;

    if (last && r.low >= last->low && r.low <= last->high + 1) {
        last->high = r.high > last->high ? r.high : last->high;
        return;
    }
    if (s->range_count == s->range_size) {
        size_t size = s->range_size ? 2 * s->range_size : 64;
        stile_gate_range *grown = stile_realloc_array(s->ranges, size, sizeof *grown);
        if (!grown) {
            s->failed = true;
            return;
        }
        s->ranges = grown;
        s->range_size = size;
    }
    s->ranges[s->range_count++] = r;
    state->range = s->range_count;
}

/* What the anchors in the stretch give, but for those that gave it already. */
static void add_anchored(const stile_gate *gate, stile_gate_scratch *s, const stile_gate_way *way,
                         stile_gate_state *state, stretch in)
{
    uint32_t low = way->low[way->anchor], high = way->high[way->anchor], at;
    stretch all = in;

    if (state->from <= in.low && state->to >= in.low)
        in.low = state->to;
    for (; find(gate, s, way->set[way->anchor], in, &at); in.low = at + 1) {
        if (at >= low)
            add_range(s, state,
                      (stile_gate_range){way->pattern, at > high ? at - high : 0, at - low});
    }
    state->from = all.low;
    state->to = stile_gate_sum(all.high, 1);
}

void stile_gate_meet(const stile_gate *gate, stile_gate_scratch *s, stile_gate_meeting m)
{
    const stile_gate_way *way = &gate->ways[m.way];
    uint32_t at = m.at;
    uint32_t low = way->low[way->pilot], high = way->high[way->pilot];
    stile_gate_state *state = &s->ways[m.way];
    stretch starts;

    if (at < low)
        return;
    starts = (stretch){at > high ? at - high : 0, at - low};
    for (uint8_t i = 0; i < way->checks; i++) {
        uint32_t c = way->check[i];
        if ((c < way->pilot && at == 0) ||
            !may_stand(gate, s, way->set[c], stile_gate_stretch_of(way, c, starts, at)))
            return;
    }
    if (state->scan != s->scan)
        *state = (stile_gate_state){.scan = s->scan, .from = 1};
    if (way->anchor == way->pilot)
        add_range(s, state, (stile_gate_range){way->pattern, starts.low, starts.high});
    else if (way->anchor > way->pilot || at > 0)
        add_anchored(gate, s, way, state, stile_gate_stretch_of(way, way->anchor, starts, at));
}
