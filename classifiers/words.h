/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a view, as every classifier reads them, and what stands before each. Only bytes count,
 * so a text has the same words on every machine. A walk is its thread's own. */
#ifndef STILE_CLASSIFIERS_WORDS_H
#define STILE_CLASSIFIERS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"

#define STILE_WORD_MARKS 4

typedef struct stile_word {
    uint32_t start, end; /* bytes of the text, at most 32 */
    uint32_t hash;       /* of the word in lower case; all numbers have that of "0" */
    uint32_t stem;       /* hash of its first five characters, when it has more; else 0 */
    bool begins;         /* a sentence, or a part that may hold an instruction of its own */
    bool number;         /* digits alone */
    unsigned char
        marks[STILE_WORD_MARKS]; /* the first distinct marks between the word before and it */
    size_t mark_count;
} stile_word;

/* Zero but for `text`, of less than 4 GiB, to begin. */
typedef struct stile_words {
    stile_slice text;
    size_t at, count;
} stile_words;

/* The next word; false at the end. */
bool stile_words_next(stile_words *words, stile_word *out);

/* Spreads the bits of a hash. */
uint32_t stile_word_mix(uint32_t h);

#endif
