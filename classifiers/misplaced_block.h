/* SPDX-License-Identifier: Apache-2.0 */
/* A block of a text as the detector of misplaced sentences reads it: words with their classes, sentences
 * with their counts. Shared by the files of misplaced*.c alone. */
#ifndef STILE_CLASSIFIERS_MISPLACED_BLOCK_H
#define STILE_CLASSIFIERS_MISPLACED_BLOCK_H

#include "classifiers/misplaced.h"
#include "classifiers/misplaced_table.h"
#include "classifiers/words.h"

typedef struct stile_misplaced_word {
    uint32_t start, end, hash;
    uint32_t
        stem; /* once counted, of a word that carries a topic: hash of its first five bytes; else 0 */
    uint64_t classes; /* bits STILE_MISPLACED_STOP and on */
    bool number, capital;
} stile_misplaced_word;

/* Bytes of the text and words of the block, [first, end). */
typedef struct stile_misplaced_sentence {
    uint16_t first, end;
    uint32_t before;     /* the byte behind the word before it; its own start when there is none */
    uint32_t start;      /* of its first word */
    uint32_t close, gap; /* behind its closing marks; where the next sentence begins */
    uint16_t you, me, past, stop, mail, symbols;
    bool proper, speaker, bullet;
    bool stops, question, colon; /* its closing marks hold one of . ! ?, a ?, a colon */
    int8_t kind;                 /* the feature that says how it asks, or NONE */
    uint16_t head;               /* the word with which asking begins */
} stile_misplaced_sentence;

#define STILE_MISPLACED_NONE (-1)

typedef struct stile_misplaced_block {
    stile_slice text;
    stile_misplaced_word words[STILE_MISPLACED_WORDS];
    stile_misplaced_sentence sentences[STILE_MISPLACED_WORDS];
    size_t word_count, sentence_count;
    size_t questions, imperatives; /* how many sentences ask in either way */
} stile_misplaced_block;

/* Read the next words, cut them into sentences and say which ask. False when no word is left. */
bool stile_misplaced_read(stile_words *words, stile_misplaced_block *out);
/* Count what the features count in every sentence, and take the words' stems. */
void stile_misplaced_count(stile_misplaced_block *block);
/* The features of sentence `which`, which asks; false when its document is too little to tell. */
bool stile_misplaced_features(const stile_misplaced_block *block, size_t which,
                              uint8_t out[STILE_MISPLACED_FEATURES]);

static inline bool stile_misplaced_is(const stile_misplaced_word *word, int class)
{
    return word->classes >> class & 1;
}

static inline bool stile_misplaced_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Whether one of `marks` lies in bytes [from, to). */
bool stile_misplaced_has(stile_slice text, size_t from, size_t to, const char *marks);

#endif
