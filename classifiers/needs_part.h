/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a pattern while its needs are worked out: what a piece of syntax matches, and how pieces
 * join. A part that matches a few strings and no others is exact; any other is a list of ways. */
#ifndef STILE_CLASSIFIERS_NEEDS_PART_H
#define STILE_CLASSIFIERS_NEEDS_PART_H

#include "classifiers/needs.h"

#define STILE_WORD_BOUND '\x01' /* "\b", in a string */

/* Strings of one exact part, and of two that are joined. */
enum { STILE_PART_STRINGS = 256, STILE_PART_JOINED = 96, STILE_PART_CLAUSES = 6 };

typedef struct stile_part_string {
    uint8_t len;
    char text[STILE_LITERAL_MAX + 2]; /* folded to lower case; with STILE_WORD_BOUND */
} stile_part_string;

typedef struct stile_part_strings {
    stile_part_string *all;
    size_t count;
} stile_part_strings;

typedef struct stile_part_clause {
    stile_part_strings strings;
    uint32_t low, high;
    double often;   /* estimated occurrences in 1,000 bytes */
    bool bound_if;  /* a word begins where it does, if one does where the part does */
    bool ends_part; /* it ends where the part does */
    bool short_one; /* as a stile_clause's */
} stile_part_clause;

typedef struct stile_part_way {
    stile_part_clause clauses[STILE_PART_CLAUSES];
    size_t count;
} stile_part_way;

typedef struct stile_part {
    bool exact;
    stile_part_strings strings; /* of an exact part */
    stile_part_way *ways;       /* of another */
    size_t way_count;
    uint32_t min, max; /* bytes that it matches; `max` may be STILE_FAR */
    /* Whether a word, if one comes next, begins there: behind any match; or only if one began where the
     * match does. */
    bool bounds, keeps_bound;
} stile_part;

/* Pieces one behind the other, under way. */
typedef struct stile_sequence {
    stile_part_way *ways;
    size_t way_count;
    stile_part_strings tail; /* strings that end where the sequence ends so far */
    uint32_t tail_low, tail_high;
    bool tail_bound_if; /* as a clause's */
    uint32_t min, max;
    bool whole;               /* the tail is all of it */
    bool bounds, keeps_bound; /* as a part's */
} stile_sequence;

/* All borrow from `arena` and give false when it is full. */
bool stile_part_string_of(stile_part *out, const char *text, size_t len, stile_arena *arena);
/* Not followed up; `outside`: none of its bytes is a letter of a word. */
bool stile_part_opaque(stile_part *out, uint32_t min, uint32_t max, bool outside,
                       stile_arena *arena);
/* One of `count` parts. */
bool stile_part_choice(stile_part *out, const stile_part *parts, size_t count, stile_arena *arena);
/* `part` from `least` to `most` times. */
bool stile_part_repeat(stile_part *part, uint32_t least, uint32_t most, stile_arena *arena);

bool stile_sequence_start(stile_sequence *s, stile_arena *arena);
bool stile_sequence_add(stile_sequence *s, const stile_part *part, stile_arena *arena);
bool stile_sequence_end(stile_sequence *s, stile_part *out, stile_arena *arena);

/* The part's ways, where it is exact the one that it is. */
bool stile_part_ways(const stile_part *part, stile_part_way **ways, size_t *count,
                     stile_arena *arena);

/* One clause more; past the most the least telling goes, but the first, where matches begin. */
void stile_part_add_clause(stile_part_way *way, const stile_part_clause *clause);
/* The strings as a clause, if they can be looked for. */
void stile_part_add_strings(stile_part_way *way, const stile_part_strings *strings, uint32_t low,
                            uint32_t high, bool bound_if, bool ends_part);
/* Many ways as one: of each its best clause, all of them together. */
bool stile_part_collapse(stile_part_way **ways, size_t *count, stile_arena *arena);
/* How often the clause's strings are found, and whether they are short. */
void stile_part_weigh(stile_part_clause *clause);
/* Where words begin, or end, at each of the strings. */
bool stile_part_bind(stile_part_strings *strings, bool end, stile_arena *arena);

static inline bool stile_part_in_word(char c)
{
    return ((unsigned)c | 32u) - 'a' < 26u || (unsigned)c - '0' < 10u || c == '_';
}

/* A string as what can be looked for; false when it is empty. */
bool stile_part_literal(const stile_part_string *string, stile_literal *out);
/* Two bytes at most, and neither a word nor two marks. */
bool stile_part_is_short(const stile_literal *literal);

#endif
