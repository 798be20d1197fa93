/* SPDX-License-Identifier: Apache-2.0 */
/* One scan of a gate: the text as it is looked at, where its words begin, and the ranges found so far. */
#ifndef STILE_CLASSIFIERS_GATE_SCAN_H
#define STILE_CLASSIFIERS_GATE_SCAN_H

#include <string.h>

#include "classifiers/gate_table.h"

enum { STILE_GATE_BLOCK = 64 }; /* bytes whose first word is noted */

typedef struct stile_gate_word {
    uint32_t at;
    uint16_t bit; /* stile_gate_bit of how it begins */
    uint8_t pair; /* stile_gate_pair */
} stile_gate_word;

/* One way in the text at hand. */
typedef struct stile_gate_state {
    uint32_t scan;     /* the state is of that scan */
    uint32_t from, to; /* anchors that became ranges */
    size_t range;      /* 1 and up: its last range; 0: none yet */
} stile_gate_state;

/* What is known of one set in the text at hand: it stands nowhere in text[from, to), and at `to` if `found`. */
typedef struct stile_gate_seen {
    uint32_t scan, from, to;
    bool found;
} stile_gate_seen;

struct stile_gate_scratch {
    char *text; /* folded, padded */
    size_t text_size, len;
    stile_gate_word *words; /* and one more, behind the text */
    uint32_t *blocks;       /* the first word of each block, or behind it */
    size_t word_count;
    stile_gate_state *ways;
    stile_gate_seen *sets;
    uint32_t scan;
    stile_gate_range *ranges;
    size_t range_count, range_size;
    bool failed; /* memory ran out */
};

/* Whether the literal stands at `text`, in a scratch's. */
static inline bool stile_gate_is(const stile_gate_literal *l, const char *text, uint64_t head)
{
    return (head & l->mask) == l->head &&
           (l->len <= sizeof head ||
            memcmp(text + sizeof head, l->tail, l->len - sizeof head) == 0) &&
           (!l->ends_word || !stile_gate_in_word[(unsigned char)text[l->len]]) &&
           (l->lead_len == 0 || memcmp(text - l->lead_len, l->lead, l->lead_len) == 0);
}

/* The way's pilot stands at `at`: a range more, if all else that the way needs is near it. Pilots come in the
 * order of the text. */
void stile_gate_meet(const stile_gate *gate, stile_gate_scratch *s, uint32_t way, uint32_t at);

/* The ranges by pattern, then by place, those that meet as one. */
void stile_gate_sort_ranges(stile_gate_scratch *s);

#endif
