/* SPDX-License-Identifier: Apache-2.0 */
/* Needs: what a text must hold for a pattern to match it, worked out of the pattern's syntax. A match
 * goes one of the pattern's ways; a way is a list of clauses, in the order in which they stand in the
 * match; of each clause's literals one is there. What is not understood needs nothing, so that a need
 * is never made up: a text without it has no match. */
#ifndef STILE_CLASSIFIERS_NEEDS_H
#define STILE_CLASSIFIERS_NEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/arena.h"
#include "stile/slice.h"

#define STILE_FAR UINT32_MAX /* no bound */

enum {
    STILE_LITERAL_MAX = 22, /* bytes */
    STILE_WAY_CLAUSES = 4,
    STILE_NEEDS_WAYS = 40
};

/* Folded to lower case. */
typedef struct stile_literal {
    uint8_t len;
    bool starts_word,
        ends_word; /* it begins or ends with a letter of a word, and the word with it */
    char text[STILE_LITERAL_MAX];
} stile_literal;

/* The literal begins `low` to `high` bytes behind the start of the match. */
typedef struct stile_clause {
    const stile_literal *literals;
    size_t count;
    uint32_t low, high; /* `high` may be STILE_FAR */
    double often;       /* estimated: how often one of them is found in 1,000 bytes */
    bool short_one; /* some literal is so short that only near another clause is it worth a look */
} stile_clause;

typedef struct stile_way {
    stile_clause clauses[STILE_WAY_CLAUSES];
    size_t count; /* at least one */
} stile_way;

typedef struct stile_needs {
    const stile_way *ways;
    size_t count;
} stile_needs;

/* The needs of a pattern as stile_pattern_compile takes it. False when it needs nothing that can be looked
 * for. `out` borrows from `arena`. */
bool stile_needs_of(stile_slice pattern, stile_arena *arena, stile_needs *out);

#endif
