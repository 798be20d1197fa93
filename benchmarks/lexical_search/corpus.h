/* SPDX-License-Identifier: Apache-2.0 */
/* Chunks of text to index, and words of them to ask for. */
#ifndef STILE_BENCHMARKS_CORPUS_H
#define STILE_BENCHMARKS_CORPUS_H

#include <stdint.h>

#include "stile/buf.h"

/* The pieces of text that chunks are made of: a line of a .txt file is a chunk; the sentences of
 * a .jsonl file ("text" of each line) are drawn at random, four to a chunk. Files of one kind. */
typedef struct corpus {
    stile_buf text;
    size_t *starts; /* of each piece; one more */
    size_t pieces;
    size_t to_chunk; /* pieces to a chunk */
    size_t next;     /* piece of a line-by-line corpus */
    uint64_t state;  /* of the random numbers */
} corpus;

/* Exits with a message when a file cannot be read or holds too little. */
void corpus_read(corpus *c, char **paths, int count);
void corpus_release(corpus *c);
size_t corpus_below(corpus *c, size_t bound);
/* The next chunk into `out`, emptied first; false when the lines are used up. */
bool corpus_chunk(corpus *c, stile_buf *out);

#define CORPUS_WORD 32

typedef struct corpus_word {
    char text[CORPUS_WORD];
    unsigned held; /* by how many of CORPUS_SAMPLE chunks */
} corpus_word;

#define CORPUS_SAMPLE 2000

/* The words of at least four letters in sampled chunks; caller frees `*out`. */
size_t corpus_words(corpus *c, corpus_word **out);

#endif
