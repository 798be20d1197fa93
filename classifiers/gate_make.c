/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/gate_make.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "scan/lanes.h"

uint8_t stile_gate_lead(const stile_literal *l)
{
    uint8_t lead = 0;

    while (lead < l->len && !stile_gate_in_word[(unsigned char)l->text[lead]])
        lead++;
    /* what is left is to be long enough to be looked for */
    return lead <= STILE_GATE_LEAD && lead + 3 <= l->len ? lead : 0;
}

stile_gate_item stile_gate_item_of(const stile_literal *literal, uint32_t way, uint32_t clause,
                                   bool pilot)
{
    stile_gate_item it = {
        .literal = *literal, .way = way, .clause = (uint8_t)clause, .pilot = pilot};
    uint8_t lead = stile_gate_lead(literal), len = (uint8_t)(literal->len - lead);
    char bytes[sizeof literal->text] = {0};
    int length = len < 4 ? 0 : len < 6 ? 1 : len < 8 ? 2 : 3;

    memcpy(bytes, literal->text + lead, len);
    it.head = stile_gate_load(bytes);
    it.set = literal->starts_word || lead > 0 ? STILE_GATE_WORDS : STILE_GATE_ANYWHERE;
    it.table = it.set * STILE_GATE_LENGTHS + length;
    it.hash = stile_gate_hash(it.head, it.set, length);
    it.pair = it.set == STILE_GATE_WORDS && (len == 1 || (len == 2 && !literal->ends_word));
    if (it.set == STILE_GATE_ANYWHERE) {
        it.gram = (uint8_t)it.head;
        it.second = (uint8_t)(it.head >> 8);
    } else if (it.pair) {
        it.gram = (uint8_t)stile_gate_pair(it.head);
    } else {
        uint32_t bit = stile_gate_bit(stile_gate_first(it.head, STILE_GATE_WORDS));
        it.gram = (uint8_t)(bit >> 8);
        it.second = (uint8_t)bit;
    }
    return it;
}

static int by_literal(const void *a, const void *b)
{
    const stile_gate_item *x = a, *y = b;
    int order;

    if (x->pilot != y->pilot)
        return x->pilot ? -1 : 1;
    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if ((order = memcmp(&x->literal, &y->literal, sizeof x->literal)) != 0)
        return order;
    if (x->way != y->way)
        return x->way < y->way ? -1 : 1;
    return (x->clause > y->clause) - (x->clause < y->clause);
}

void stile_gate_sort_items(stile_gate_making *m)
{
    if (m->item_count)
        qsort(m->items, m->item_count, sizeof *m->items, by_literal);
}

/* By clause, then by how the set's members stand. */
static int by_clause(const void *a, const void *b)
{
    const stile_gate_item *x = a, *y = b;

    if (x->pilot != y->pilot)
        return x->pilot ? -1 : 1;
    if (x->way != y->way)
        return x->way < y->way ? -1 : 1;
    if (x->clause != y->clause)
        return x->clause < y->clause ? -1 : 1;
    if (x->set != y->set)
        return x->set < y->set ? -1 : 1;
    if (x->gram != y->gram)
        return x->gram < y->gram ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/* The items of one clause, with the hash of what they are. */
typedef struct group {
    uint64_t hash;
    size_t first, count;
} group;

static bool same_set(const stile_gate_item *items, const group *x, const group *y)
{
    if (x->hash != y->hash || x->count != y->count)
        return false;
    for (size_t i = 0; i < x->count; i++)
        if (items[x->first + i].number != items[y->first + i].number)
            return false;
    return true;
}

static int by_hash(const void *a, const void *b)
{
    const group *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static size_t find_groups(const stile_gate_making *m, group *out)
{
    size_t count = 0, i = 0;

    while (i < m->item_count && m->items[i].pilot)
        i++;
    while (i < m->item_count) {
        const stile_gate_item *first = &m->items[i];
        group g = {0, i, 0};
        for (; i < m->item_count && m->items[i].way == first->way &&
               m->items[i].clause == first->clause;
             i++, g.count++)
            g.hash = (g.hash ^ m->items[i].number) * UINT64_C(0x9e3779b97f4a7c15) + (g.hash >> 29);
        out[count++] = g;
    }
    return count;
}

static void add_to_filters(stile_gate_group *to, const stile_gate_item *it)
{
    if (it->pair) {
        to->pairs = true;
        stile_gate_filter_add(&to->pair, it->gram);
        return;
    }
    stile_gate_filter_add(&to->first, it->gram);
    if (it->literal.len > 1)
        stile_gate_filter_add(&to->second, it->second);
    else
        memset(&to->second, 0xff, sizeof to->second);
}

/* The items stand by gram. */
static void add_group(stile_gate_making *m, const stile_gate_item *items, size_t count,
                      size_t *members)
{
    stile_gate_group *to = &m->gate->groups[m->gate->group_count++];
    const stile_gate_members *to_members = &m->gate->members;
    size_t i = 0;

    to->members = (uint32_t)*members;
    for (int part = 0; part < STILE_GATE_PARTS; part++) {
        for (; i < count && items[i].gram / (256 / STILE_GATE_PARTS) == part; i++) {
            add_to_filters(to, &items[i]);
            to_members->grams[*members] = (char)items[i].gram;
            to_members->seconds[*members] = (char)items[i].second;
            to_members->literals[(*members)++] = items[i].number;
        }
        to->start[part + 1] = (uint16_t)i;
    }
}

static void add_set(stile_gate_making *m, const group *g, size_t *members)
{
    stile_gate_set *set = &m->gate->sets[m->gate->set_count++];
    size_t i = g->first, end = g->first + g->count;

    for (int which = 0; which < STILE_GATE_SETS; which++) {
        size_t from = i;
        while (i < end && m->items[i].set == which)
            i++;
        set->group[which] = i > from ? (uint32_t)m->gate->group_count : STILE_GATE_NO_GROUP;
        if (i > from)
            add_group(m, &m->items[from], i - from, members);
    }
}

stile_status stile_gate_make_sets(stile_gate_making *m, stile_error *err)
{
    stile_gate *g = m->gate;
    group *groups = stile_alloc_array(m->item_count, sizeof *groups);
    size_t count, members = 0;

    g->members.grams = stile_alloc(m->item_count + STILE_LANES);
    g->members.seconds = stile_alloc(m->item_count + STILE_LANES);
    g->members.literals = stile_alloc_array(m->item_count, sizeof *g->members.literals);
    if (!groups || !g->members.grams || !g->members.seconds || !g->members.literals) {
        stile_free(groups);
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    }
    if (m->item_count)
        qsort(m->items, m->item_count, sizeof *m->items, by_clause);
    count = find_groups(m, groups);
    g->sets = stile_alloc_array(count, sizeof *g->sets);
    g->groups = stile_alloc_array(STILE_GATE_SETS * count + 1, sizeof *g->groups);
    if (!g->sets || !g->groups) {
        stile_free(groups);
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    }
    g->group_count = STILE_GATE_NO_GROUP + 1;
    if (count)
        qsort(groups, count, sizeof *groups, by_hash);
    for (size_t i = 0; i < count; i++) {
        const stile_gate_item *it = &m->items[groups[i].first];
        if (i == 0 || !same_set(m->items, &groups[i], &groups[i - 1]))
            add_set(m, &groups[i], &members);
        g->ways[it->way].set[it->clause] = (uint32_t)g->set_count - 1;
    }
    stile_free(groups);
    return STILE_OK;
}
