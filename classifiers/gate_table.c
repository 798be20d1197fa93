/* SPDX-License-Identifier: Apache-2.0 */
/* Making a gate. */
#include "classifiers/gate_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define T true
#define LETTERS T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T
const bool stile_gate_in_word[256] = {
    ['0'] = T, T, T, T, T, T, T, T, T, T, ['A'] = LETTERS, ['_'] = T, ['a'] = LETTERS};
#undef LETTERS
#undef T

/* A literal on its way into the table. */
typedef struct item {
    stile_literal literal;
    uint64_t head;
    int set, table; /* the set's tables stand together */
    uint32_t hash;
    stile_gate_entry entry;
} item;

typedef struct making {
    stile_gate *gate;
    stile_arena arena; /* of the needs */
    stile_needs *needs;
    item *items;
    size_t item_count;
} making;

static void place(item *it)
{
    char bytes[sizeof it->literal.text] = {0};
    int set = it->literal.starts_word ? STILE_GATE_WORDS : STILE_GATE_ANYWHERE;
    int length = it->literal.len < 4 ? 0 : it->literal.len < 6 ? 1 : it->literal.len < 8 ? 2 : 3;

    memcpy(bytes, it->literal.text, it->literal.len);
    it->head = stile_gate_load(bytes);
    it->set = set;
    it->table = set * STILE_GATE_LENGTHS + length;
    it->hash = stile_gate_hash(it->head, set, length);
}

static int by_literal(const void *a, const void *b)
{
    const item *x = a, *y = b;
    int order;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if ((order = memcmp(&x->literal, &y->literal, sizeof x->literal)) != 0)
        return order;
    if (x->entry.way != y->entry.way)
        return x->entry.way < y->entry.way ? -1 : 1;
    /* the last clause first: one place cannot be two clauses of a match */
    return x->entry.clause > y->entry.clause ? -1 : x->entry.clause < y->entry.clause;
}

static void count_needs(making *m)
{
    for (size_t i = 0; i < m->gate->count; i++)
        for (size_t w = 0; w < m->needs[i].count; w++, m->gate->way_count++)
            for (size_t c = 0; c < m->needs[i].ways[w].count; c++)
                m->item_count += m->needs[i].ways[w].clauses[c].count;
}

static void add_way(making *m, uint32_t pattern, uint32_t way, const stile_way *need, size_t *items)
{
    stile_gate_way *to = &m->gate->ways[way];

    to->pattern = pattern;
    to->count = (uint32_t)need->count;
    m->gate->clauses[way] = (unsigned char)need->count;
    for (uint32_t c = 0; c < need->count; c++) {
        const stile_clause *clause = &need->clauses[c];
        to->low[c] = clause->low;
        to->high[c] = clause->high;
        for (size_t i = 0; i < clause->count; i++) {
            item *it = &m->items[(*items)++];
            it->literal = clause->literals[i];
            place(it);
            it->entry = (stile_gate_entry){way, (uint16_t)c, (uint16_t)(need->count - c)};
        }
    }
}

static void fill_literal(stile_gate_literal *to, const item *from, size_t first)
{
    const stile_literal *l = &from->literal;
    size_t head = l->len < sizeof to->head ? l->len : sizeof to->head;

    to->first = (uint32_t)first;
    to->len = l->len;
    to->ends_word = l->ends_word;
    to->head = from->head;
    to->mask = head < 8 ? (UINT64_C(1) << 8 * head) - 1 : UINT64_MAX;
    memcpy(to->tail, l->text + head, l->len - head);
}

/* The items, sorted, as literals with their entries. */
static void fill_tables(making *m)
{
    stile_gate *g = m->gate;

    for (size_t i = 0; i < m->item_count; i++) {
        const item *it = &m->items[i];
        if (i == 0 || memcmp(&it[-1].literal, &it->literal, sizeof it->literal) != 0) {
            stile_gate_table *table = &g->tables[it->table];
            uint32_t bit = stile_gate_bit(stile_gate_first(it->head, it->set));
            g->begins[it->set][bit / 64] |= UINT64_C(1) << bit % 64;
            table->has[it->hash / 64] |= UINT64_C(1) << it->hash % 64;
            table->start[stile_gate_bucket(it->hash) + 1] = (uint32_t)g->literal_count + 1;
            fill_literal(&g->literals[g->literal_count++], it, i);
        }
        g->entries[i] = it->entry;
    }
    g->literals[g->literal_count].first = (uint32_t)m->item_count;
    /* an empty bucket ends where the one before does, the first of a table where the table begins */
    for (int t = 0, begin = 0; t < STILE_GATE_SETS * STILE_GATE_LENGTHS; t++) {
        uint32_t *start = g->tables[t].start;
        start[0] = (uint32_t)begin;
        for (size_t k = 1; k <= STILE_GATE_BUCKETS; k++)
            start[k] = start[k] ? start[k] : start[k - 1];
        begin = (int)start[STILE_GATE_BUCKETS];
    }
}

static stile_status fill(making *m, stile_error *err)
{
    stile_gate *g = m->gate;
    size_t items = 0;
    uint32_t way = 0;

    count_needs(m);
    m->items = stile_alloc_array(m->item_count, sizeof *m->items);
    g->ways = stile_alloc_array(g->way_count, sizeof *g->ways);
    g->clauses = stile_alloc(g->way_count);
    g->entries = stile_alloc_array(m->item_count, sizeof *g->entries);
    g->literals = stile_alloc_array(m->item_count + 1, sizeof *g->literals);
    if (!m->items || !g->ways || !g->clauses || !g->entries || !g->literals)
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t w = 0; w < m->needs[i].count; w++)
            add_way(m, i, way++, &m->needs[i].ways[w], &items);
    if (items)
        qsort(m->items, items, sizeof *m->items, by_literal);
    fill_tables(m);
    return STILE_OK;
}

stile_status stile_gate_create(const stile_slice *patterns, size_t count, stile_gate **out,
                               stile_error *err)
{
    making m = {.gate = stile_alloc(sizeof *m.gate)};
    stile_status st;

    stile_arena_init(&m.arena, 0);
    m.needs = stile_alloc_array(count, sizeof *m.needs);
    if (!m.gate || !m.needs || !(m.gate->knows = stile_alloc(count))) {
        st = stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    } else {
        m.gate->count = count;
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
    stile_free(gate->ways);
    stile_free(gate->clauses);
    stile_free(gate->literals);
    stile_free(gate->entries);
    stile_free(gate);
}

void stile_gate_clear_known(const stile_gate *gate, unsigned char *may)
{
    for (size_t i = 0; i < gate->count; i++)
        may[i] &= (unsigned char)(gate->knows[i] - 1);
}

bool stile_gate_knows(const stile_gate *gate, size_t i)
{
    return gate->knows[i] != 0;
}
