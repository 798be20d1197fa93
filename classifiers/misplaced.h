/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences that ask where nothing is asked. "What is the capital of Peru?" is honest, and so is an
 * encyclopedia's passage; the one within the other is not. A sentence that asks (a question, or an
 * imperative that wants an answer, a text or a deed) is held against the rest of its document: does the
 * rest ask as well, address the reader, speak of the same things, tell of the past; where does the
 * sentence stand, how is it set? Some eighty such features, all small whole numbers, go through an
 * ensemble of small decision trees (misplaced_table.c, fitted by tools/classifier/misplaced_fit.py, which
 * also has the features written once more). English only: other languages are silent here.
 *
 * A text is read in blocks of STILE_MISPLACED_WORDS words, each as a document of its own. One pass
 * decides whether anything asks; most texts end there. No state, no allocation, integers only: the same
 * text has the same hits on every machine, and any number of threads may ask at once. A call takes
 * 40 KB of stack. */
#ifndef STILE_CLASSIFIERS_MISPLACED_H
#define STILE_CLASSIFIERS_MISPLACED_H

#include <stdint.h>

#include "stile/slice.h"

#define STILE_MISPLACED_HITS 8    /* sentences reported of a text: the first ones */
#define STILE_MISPLACED_WORDS 512 /* a block */
#define STILE_MISPLACED_ASKING 8  /* with more of them in a block, asking is what the text does */

/* At the threshold a sentence weighs this much, alone enough for an external source. */
#define STILE_MISPLACED_SURE 0.5

typedef struct stile_misplaced_hit {
    uint32_t start, end; /* bytes of the sentence */
    int32_t score;       /* logits, in 1024ths */
    double weight;       /* what it adds to a verdict: 0.25 to STILE_MISPLACED_SURE */
} stile_misplaced_hit;

typedef struct stile_misplaced_result {
    stile_misplaced_hit hits[STILE_MISPLACED_HITS]; /* ascending, apart */
    size_t count;
} stile_misplaced_result;

/* The misplaced sentences of `text`, of less than 4 GiB, as it is released: no view of it. */
void stile_misplaced_find(stile_slice text, stile_misplaced_result *out);

/* What the hits depend on besides the text: belongs into the scan version. */
stile_slice stile_misplaced_version(void);

/* For `explain` and tests: each feature of the sentence that begins at `start`, by name. NULL behind the
 * last, and when no sentence that asks begins there. */
typedef struct stile_misplaced_reason {
    const char *feature;
    uint8_t value;
} stile_misplaced_reason;
#define STILE_MISPLACED_REASONS 80
size_t stile_misplaced_explain(stile_slice text, uint32_t start,
                               stile_misplaced_reason out[STILE_MISPLACED_REASONS]);

#endif
