/* SPDX-License-Identifier: Apache-2.0 */
/* A gate being made: the literals of all clauses on their way into its tables and sets. */
#ifndef STILE_CLASSIFIERS_GATE_MAKE_H
#define STILE_CLASSIFIERS_GATE_MAKE_H

#include "classifiers/gate_table.h"

/* A literal of one clause of one way. */
typedef struct stile_gate_item {
    stile_literal literal;
    uint64_t head;
    int set, table; /* the set's tables stand together */
    uint32_t hash, way, number;
    uint8_t clause, gram, second; /* as its group's filters have it; 0 of a single byte */
    bool pilot, pair;             /* pair: a short one at the start of a word */
} stile_gate_item;

typedef struct stile_gate_making {
    stile_gate *gate;
    stile_arena arena; /* of the needs */
    stile_needs *needs;
    stile_gate_item *items;
    size_t item_count;
} stile_gate_making;

/* How many of the literal's bytes stand before its first word; 0 where it is looked for from its first byte
 * on. */
uint8_t stile_gate_lead(const stile_literal *literal);
stile_gate_item stile_gate_item_of(const stile_literal *literal, uint32_t way, uint32_t clause,
                                   bool pilot);
/* Pilots first, then by table, hash, literal. */
void stile_gate_sort_items(stile_gate_making *m);
/* The clauses that are no pilots, as sets, each once. The literals are numbered. */
stile_status stile_gate_make_sets(stile_gate_making *m, stile_error *err) STILE_MUST_CHECK;

#endif
