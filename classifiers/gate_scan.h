/* SPDX-License-Identifier: Apache-2.0 */
/* One scan of a gate: the text as it is looked at, where its words begin, and the ranges found so far. */
#ifndef STILE_CLASSIFIERS_GATE_SCAN_H
#define STILE_CLASSIFIERS_GATE_SCAN_H

#include <string.h>

#include "classifiers/gate_table.h"

enum { STILE_GATE_BLOCK = STILE_GATE_WORD_BYTES };

/* A block of the text. */
typedef struct stile_gate_block {
    uint64_t begins; /* bit: a word begins there */
    uint32_t first;  /* its first word, or the first behind it */
} stile_gate_block;

/* Where the text's words begin, and how. All are padded for kernels. */
typedef struct stile_gate_words {
    uint32_t *at;
    uint8_t *first, *second; /* of the hash of how it begins (stile_gate_bit) */
    uint8_t *pair;           /* stile_gate_pair */
    stile_gate_block *blocks;
    size_t count;
} stile_gate_words;

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

/* Places in the text, both ends in. */
typedef struct stile_gate_stretch {
    uint32_t low, high;
} stile_gate_stretch;

/* The pilot of a way stands at `at`. */
typedef struct stile_gate_meeting {
    uint32_t way, at;
} stile_gate_meeting;

enum { STILE_GATE_MEETINGS = 512 }; /* kept until they are looked at */

struct stile_gate_scratch {
    char *text; /* folded, padded */
    size_t text_size, len;
    stile_gate_words words;
    stile_gate_state *ways;
    stile_gate_seen *sets;
    uint32_t scan;
    stile_gate_meeting meetings[STILE_GATE_MEETINGS];
    size_t meeting_count;
    bool met_before;    /* there were more; some are looked at already */
    unsigned char *may; /* one byte a pattern */
    stile_gate_range *ranges;
    size_t range_count, range_size;
    bool failed; /* memory ran out */
};

/* Whether the literal stands at `text`, in a scratch's. */
static inline bool stile_gate_is(const stile_gate_literal *l, const char *text, uint64_t head)
{
    static const uint64_t of_length[] = {0,
                                         0xff,
                                         0xffff,
                                         0xffffff,
                                         0xffffffff,
                                         UINT64_C(0xffffffffff),
                                         UINT64_C(0xffffffffffff),
                                         UINT64_C(0xffffffffffffff),
                                         UINT64_MAX};

    return (head & of_length[l->len < 8 ? l->len : 8]) == l->head &&
           (l->len <= sizeof head ||
            memcmp(text + sizeof head, l->tail, l->len - sizeof head) == 0) &&
           (!l->ends_word || !stile_gate_in_word[(unsigned char)text[l->len]]) &&
           (l->lead_len == 0 || memcmp(text - l->lead_len, l->lead, l->lead_len) == 0);
}

/* A range more, if all else that the way needs is near its pilot. Pilots come in the order of the text. */
void stile_gate_meet(const stile_gate *gate, stile_gate_scratch *s, stile_gate_meeting m);

static inline uint32_t stile_gate_sum(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* Where clause `c` of the way stands, in a match that starts in `starts` and has its pilot at `at`; a clause before
 * the pilot only where `at` is not 0. */
static inline stile_gate_stretch stile_gate_stretch_of(const stile_gate_way *way, uint32_t c,
                                                       stile_gate_stretch starts, uint32_t at)
{
    stile_gate_stretch in = {stile_gate_sum(starts.low, way->low[c]),
                             stile_gate_sum(starts.high, way->high[c])};

    if (c > way->pilot)
        in.low = in.low > at ? in.low : at + 1;
    else
        in.high = in.high < at ? in.high : at - 1;
    return in;
}

/* The first word at `at` or behind. */
static inline uint32_t stile_gate_word_from(const stile_gate_words *words, uint32_t at)
{
    const stile_gate_block *block = &words->blocks[at / STILE_GATE_BLOCK];
    uint64_t before = block->begins & ((UINT64_C(1) << at % STILE_GATE_BLOCK) - 1);
    return block->first + (uint32_t)__builtin_popcountll(before);
}

bool stile_gate_words_reserve(stile_gate_words *words, size_t len);
void stile_gate_words_release(stile_gate_words *words);
/* Of a text folded and padded. */
void stile_gate_words_find(stile_gate_words *words, const stile_gate_kernel *kernel,
                           const char *text, size_t len);

/* The ranges by pattern, then by place, those that meet as one. */
void stile_gate_sort_ranges(stile_gate_scratch *s);

/* As stile_gate_kernel's. */
size_t stile_gate_screen_portable(const stile_gate *gate, const stile_gate_scratch *s,
                                  stile_gate_meeting *list, size_t count);
size_t stile_gate_screen_avx2(const stile_gate *gate, const stile_gate_scratch *s,
                              stile_gate_meeting *list, size_t count);

#endif
