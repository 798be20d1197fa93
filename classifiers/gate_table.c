/* SPDX-License-Identifier: Apache-2.0 */
/* Making a gate: its ways, and the tables in which their pilots are looked up. */
#include "classifiers/gate_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "classifiers/gate_make.h"

#define T true
#define LETTERS T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T
const bool stile_gate_in_word[256] = {
    ['0'] = T, T, T, T, T, T, T, T, T, T, ['A'] = LETTERS, ['_'] = T, ['a'] = LETTERS};
#undef LETTERS
#undef T

/* A pilot that may be far from where matches start costs as one so much commoner; more where nothing else tells
 * where they start. */
#define FAR_COSTS 1.5
#define NO_ANCHOR_COSTS 30.0
#define FAR_PLACES 500.0 /* bytes in which what may be far is looked for, usually */
#define TELLS 1.5 /* another clause, found less often in as many bytes as it is looked for in */

static bool is_far(const stile_clause *c)
{
    return c->high == STILE_FAR || c->high - c->low > STILE_GATE_NEAR;
}

static uint32_t spread(const stile_clause *c)
{
    return c->high == STILE_FAR ? STILE_FAR : c->high - c->low;
}

/* What a clause costs as the pilot. Of one that may be far from the start, each time it is met all that another
 * clause, an anchor, is met before it is tried. */
static double pilot_cost(const stile_way *way, const stile_clause *pilot)
{
    if (!is_far(pilot))
        return pilot->often;
    for (size_t c = 0; c < way->count; c++)
        if (!is_far(&way->clauses[c]))
            return pilot->often * FAR_COSTS * (1 + way->clauses[c].often);
    return pilot->often * NO_ANCHOR_COSTS;
}

/* There is one that is not short. */
static uint8_t pilot_of(const stile_way *way)
{
    size_t best = way->count;
    double least = 0;

    for (size_t c = 0; c < way->count; c++) {
        double cost = pilot_cost(way, &way->clauses[c]);
        if (!way->clauses[c].short_one && (best == way->count || cost < least)) {
            best = c;
            least = cost;
        }
    }
    return (uint8_t)best;
}

static uint8_t anchor_of(const stile_way *way, uint8_t pilot)
{
    uint8_t best = pilot;

    for (uint8_t c = 0; c < way->count; c++)
        if (spread(&way->clauses[c]) < spread(&way->clauses[best]))
            best = c;
    return best;
}

/* What it takes to find that a clause is not near the pilot, for each time that it is not: bytes looked at, of
 * which a word's are as good as one. STILE_FAR: it is nearly always there. */
static double cost_of(const stile_clause *clause, const stile_clause *pilot)
{
    double places = (double)spread(clause) + spread(pilot), there;
    size_t words = 0;

    places = places < FAR_PLACES ? places + 1 : FAR_PLACES;
    for (size_t i = 0; i < clause->count; i++)
        words += clause->literals[i].starts_word || stile_gate_lead(&clause->literals[i]) > 0;
    there = clause->often * places / 1000;
    if (words == clause->count)
        places /= 6;
    if (there > (words == clause->count ? TELLS : TELLS / 3) || places > FAR_PLACES / 2)
        return STILE_FAR;
    return places * (1 + there);
}

/* Which other clauses are looked for near a pilot, the cheapest first. */
static void choose_checks(const stile_way *need, stile_gate_way *way)
{
    const stile_clause *pilot = &need->clauses[way->pilot];
    double costs[STILE_WAY_CLAUSES];

    way->checks = 0;
    for (uint8_t c = 0; c < need->count; c++) {
        uint8_t to = way->checks;
        costs[c] = cost_of(&need->clauses[c], pilot);
        if (c == way->pilot || c == way->anchor || costs[c] >= STILE_FAR)
            continue;
        for (; to > 0 && costs[way->check[to - 1]] > costs[c]; to--)
            way->check[to] = way->check[to - 1];
        way->check[to] = c;
        way->checks++;
    }
}

/* By the clause that is there least often, where a pilot is met in a text of usual length. */
static void choose_screen(const stile_way *need, stile_gate_way *way)
{
    const stile_clause *pilot = &need->clauses[way->pilot];
    double least = INFINITY;

    way->screen = STILE_WAY_CLAUSES;
    for (uint8_t c = 0; c < need->count; c++) {
        double places = (double)spread(&need->clauses[c]) + spread(pilot) + 1;
        double there = need->clauses[c].often * (places < FAR_PLACES ? places : FAR_PLACES);
        if (c != way->pilot && there < least) {
            least = there;
            way->screen = c;
        }
    }
}

/* The clause's bounds are those of where its literals' first words begin. */
static void take_bounds(const stile_clause *clause, stile_gate_way *way, size_t c)
{
    uint8_t least = STILE_GATE_LEAD, most = 0;

    for (size_t i = 0; i < clause->count; i++) {
        uint8_t lead = stile_gate_lead(&clause->literals[i]);
        least = lead < least ? lead : least;
        most = lead > most ? lead : most;
    }
    way->low[c] = clause->low + least;
    way->high[c] = clause->high > STILE_FAR - 1 - most ? STILE_FAR : clause->high + most;
}

static void add_way(stile_gate_making *m, uint32_t pattern, uint32_t index, const stile_way *need)
{
    stile_gate_way *way = &m->gate->ways[index];

    way->pattern = pattern;
    way->pilot = pilot_of(need);
    way->anchor = anchor_of(need, way->pilot);
    choose_checks(need, way);
    choose_screen(need, way);
    for (uint32_t c = 0; c < need->count; c++) {
        const stile_clause *clause = &need->clauses[c];
        take_bounds(clause, way, c);
        for (size_t i = 0; i < clause->count; i++)
            m->items[m->item_count++] =
                stile_gate_item_of(&clause->literals[i], index, c, c == way->pilot);
    }
}

static bool is_new(const stile_gate_making *m, size_t i)
{
    const stile_gate_item *it = &m->items[i];
    return i == 0 || it[-1].pilot != it->pilot ||
           memcmp(&it[-1].literal, &it->literal, sizeof it->literal) != 0;
}

static void fill_literal(stile_gate_literal *to, const stile_gate_item *from)
{
    const stile_literal *l = &from->literal;
    uint8_t lead = stile_gate_lead(l), len = (uint8_t)(l->len - lead);
    size_t head = len < sizeof to->head ? len : sizeof to->head;

    to->len = len;
    to->lead_len = lead;
    to->ends_word = l->ends_word;
    to->head = from->head;
    memcpy(to->tail, l->text + lead + head, len - head);
    memcpy(to->lead, l->text, lead);
}

static void note_beginning(stile_gate *g, uint64_t head, int set)
{
    uint32_t bit = stile_gate_bit(stile_gate_first(head, set));
    g->begins[set][bit / 64] |= UINT64_C(1) << bit % 64;
}

static void enter_pilot(stile_gate *g, const stile_gate_item *it)
{
    stile_gate_table *table = &g->tables[it->table];

    if (it->set == STILE_GATE_ANYWHERE && it->literal.len == 2)
        for (uint64_t third = 0; third < 256; third++)
            note_beginning(g, it->head | third << 16, it->set);
    else
        note_beginning(g, it->head, it->set);
    table->has[it->hash / 64] |= UINT64_C(1) << it->hash % 64;
    table->start[stile_gate_bucket(it->hash) + 1] = (uint32_t)g->literal_count + 1;
}

/* An empty bucket ends where the one before does, the first of a table where the table begins. */
static void close_buckets(stile_gate *g)
{
    uint32_t begin = 0;

    for (int t = 0; t < STILE_GATE_SETS * STILE_GATE_LENGTHS; t++) {
        uint32_t *start = g->tables[t].start;
        start[0] = begin;
        for (size_t k = 1; k <= STILE_GATE_BUCKETS; k++)
            start[k] = start[k] ? start[k] : start[k - 1];
        begin = start[STILE_GATE_BUCKETS];
    }
}

/* The items, sorted, as literals: pilots' first, in the order of their buckets, each with its ways. */
static void fill_literals(stile_gate_making *m)
{
    stile_gate *g = m->gate;
    size_t pilots = 0;

    for (size_t i = 0; i < m->item_count; i++) {
        stile_gate_item *it = &m->items[i];
        if (is_new(m, i)) {
            if (it->pilot)
                enter_pilot(g, it);
            fill_literal(&g->literals[g->literal_count], it);
            g->literals[g->literal_count++].first = (uint32_t)pilots;
        }
        it->number = (uint32_t)g->literal_count - 1;
        if (it->pilot)
            g->pilots[pilots++] = it->way;
    }
    g->literals[g->literal_count].first = (uint32_t)pilots;
    close_buckets(g);
}

/* Copies what a screen looks at first. */
static void fill_screen(const stile_gate *g, stile_gate_way *way)
{
    const stile_gate_group *group;
    const uint32_t *index;

    if (way->screen == STILE_WAY_CLAUSES)
        return;
    index = g->sets[way->set[way->screen]].group;
    way->screen_words = index[STILE_GATE_WORDS] != STILE_GATE_NO_GROUP;
    group = &g->groups[index[way->screen_words ? STILE_GATE_WORDS : STILE_GATE_ANYWHERE]];
    way->first = group->first;
    way->second = group->second;
    way->screen_more =
        group->pairs || (way->screen_words && index[STILE_GATE_ANYWHERE] != STILE_GATE_NO_GROUP);
}

static stile_gate_way *make_ways(stile_gate *g)
{
    uintptr_t at;

    if (!(g->way_bytes = stile_alloc_array(g->way_count + 1, sizeof(stile_gate_way))))
        return NULL;
    at = (uintptr_t)g->way_bytes;
    return (stile_gate_way *)((char *)g->way_bytes +
                              (STILE_GATE_LINE - at % STILE_GATE_LINE) % STILE_GATE_LINE);
}

static stile_status fill(stile_gate_making *m, stile_error *err)
{
    stile_gate *g = m->gate;
    size_t items = 0;
    uint32_t way = 0;
    stile_status st;

    for (size_t i = 0; i < g->count; i++)
        for (size_t w = 0; w < m->needs[i].count; w++, g->way_count++)
            for (size_t c = 0; c < m->needs[i].ways[w].count; c++)
                items += m->needs[i].ways[w].clauses[c].count;
    m->items = stile_alloc_array(items, sizeof *m->items);
    g->ways = make_ways(g);
    g->literals = stile_alloc_array(items + 1, sizeof *g->literals);
    g->pilots = stile_alloc_array(items, sizeof *g->pilots);
    if (!m->items || !g->ways || !g->literals || !g->pilots)
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t w = 0; w < m->needs[i].count; w++)
            add_way(m, i, way++, &m->needs[i].ways[w]);
    stile_gate_sort_items(m);
    fill_literals(m);
    if ((st = stile_gate_make_sets(m, err)))
        return st;
    for (size_t i = 0; i < g->way_count; i++)
        fill_screen(g, &g->ways[i]);
    return STILE_OK;
}

stile_status stile_gate_create(const stile_slice *patterns, size_t count, stile_gate **out,
                               stile_error *err)
{
    stile_gate_making m = {.gate = stile_alloc(sizeof *m.gate)};
    stile_status st;

    stile_arena_init(&m.arena, 0);
    m.needs = stile_alloc_array(count, sizeof *m.needs);
    if (!m.gate || !m.needs || !(m.gate->knows = stile_alloc(count))) {
        st = stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    } else {
        m.gate->count = count;
        m.gate->kernel = stile_gate_kernel_best();
        for (size_t i = 0; i < count; i++)
            m.gate->knows[i] =
                patterns[i].len == 0 || stile_needs_of(patterns[i], &m.arena, &m.needs[i]);
        st = fill(&m, err);
    }
    stile_arena_release(&m.arena);
    stile_free(m.needs);
    stile_free(m.items);
    if (st)
        stile_gate_destroy(m.gate);
    else
        *out = m.gate;
    return st;
}

void stile_gate_destroy(stile_gate *gate)
{
    if (!gate)
        return;
    stile_free(gate->knows);
    stile_free(gate->way_bytes);
    stile_free(gate->literals);
    stile_free(gate->pilots);
    stile_free(gate->sets);
    stile_free(gate->groups);
    stile_free(gate->members.grams);
    stile_free(gate->members.seconds);
    stile_free(gate->members.literals);
    stile_free(gate);
}

bool stile_gate_knows(const stile_gate *gate, size_t i)
{
    return gate->knows[i] != 0;
}
