/* SPDX-License-Identifier: Apache-2.0 */
/* The texts a classifier is fitted, calibrated and measured on: JSON lines, each read through the
 * engine's own normalized view, so that fitting sees what scanning sees. The rows are described in
 * docs/formats/classifier.md. Built by one thread; read by any number. */
#ifndef STILE_TRAIN_CORPUS_H
#define STILE_TRAIN_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "classifiers/network.h"
#include "stile/arena.h"

/* One text: the features of all of its words in a row, and where each word's end. All borrowed from
 * the corpus. */
typedef struct stile_train_text {
    const char *source, *kind, *language;
    uint64_t group, payload; /* hashes of what other texts may share; 0: none */
    bool injection;
    const uint32_t *features; /* masked to the corpus's bits */
    const uint32_t *ends;     /* words + 1 of them: word i has features [ends[i], ends[i + 1]) */
    const int32_t *added;     /* a word: what the network adds, in units of a weight; or NULL */
    const unsigned char *hot; /* a word: 1 where it lies in the payload */
    size_t words, hot_words;
} stile_train_text;

typedef struct stile_train_corpus {
    stile_arena arena; /* owns all that the texts point to */
    stile_train_text *texts;
    size_t count, size;
    uint32_t bits;                /* of a feature */
    const stile_network *network; /* borrowed; or NULL. Set before reading */
    /* The distinct `security_label`s of the rows, sorted: what is fitted carries their join. */
    stile_slice *labels;
    size_t label_count;
} stile_train_corpus;

#define STILE_TRAIN_MAX_LABELS 1024 /* distinct ones */

void stile_train_corpus_init(stile_train_corpus *corpus, uint32_t bits);
void stile_train_corpus_release(stile_train_corpus *corpus);

/* Append every row of a file. Errors name file and line, never text. */
stile_status stile_train_corpus_read(stile_train_corpus *corpus, const char *path,
                                     stile_error *err) STILE_MUST_CHECK;
/* The same of the bytes of one, which `name` stands for in errors. */
stile_status stile_train_corpus_read_text(stile_train_corpus *corpus, const char *name,
                                          stile_slice text, stile_error *err) STILE_MUST_CHECK;

/* Direct prompts and jailbreaks are measured, never fitted: they teach a classifier of documents to
 * look for what documents do not hold. */
bool stile_train_text_fits(const stile_train_text *text);

#endif
