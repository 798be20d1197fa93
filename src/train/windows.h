/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of texts, as docs/formats/classifier.md cuts them: which of them are fitted, and what the
 * best window of a text scores under weights that are being fitted. */
#ifndef STILE_TRAIN_WINDOWS_H
#define STILE_TRAIN_WINDOWS_H

#include "train/corpus.h"

typedef struct stile_train_shape {
    uint32_t window, stride; /* words */
} stile_train_shape;

/* Words [from, to) of a text. */
typedef struct stile_train_window {
    uint32_t text, from, to;
    bool injection;
} stile_train_window;

typedef struct stile_train_windows {
    stile_train_window *items; /* owned */
    size_t count, size;
} stile_train_windows;

void stile_train_windows_release(stile_train_windows *windows);

/* One weight a feature, and what every window gets. */
typedef struct stile_train_weights {
    float *of; /* owned; 1 << bits */
    double bias;
    double unit; /* logits of one of the texts' `added`; 0 while fitting */
    double low;  /* below it, what is `added` does not count */
} stile_train_weights;

void stile_train_weights_release(stile_train_weights *weights);

/* Of every text that is fitted and not `held` (one byte a text, or NULL): windows that hold a payload
 * or most of what a window can hold of it, and windows that lie apart from it. Which ones is drawn by
 * hashes, the same on every run. Appends. */
stile_status stile_train_windows_choose(stile_train_windows *out, const stile_train_corpus *corpus,
                                        const unsigned char *held, stile_train_shape shape,
                                        stile_error *err) STILE_MUST_CHECK;

/* The benign windows that `weights` take for a payload, at most two a text: a text is judged by its
 * worst window, which a sample seldom holds. Appends those not yet there. */
stile_status stile_train_windows_mistaken(stile_train_windows *out,
                                          const stile_train_corpus *corpus,
                                          const unsigned char *held, stile_train_shape shape,
                                          const stile_train_weights *weights,
                                          stile_error *err) STILE_MUST_CHECK;

/* Score of the best window, and where it begins. A text of no words scores the bias. */
double stile_train_score(const stile_train_text *text, stile_train_shape shape,
                         const stile_train_weights *weights, uint32_t *from);

#endif
