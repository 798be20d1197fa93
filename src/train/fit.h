/* SPDX-License-Identifier: Apache-2.0 */
/* Fitting: L2-regularized logistic regression over the windows' features. fit.c is the only user of
 * liblinear. Deterministic: the same corpus gives the same weights. */
#ifndef STILE_TRAIN_FIT_H
#define STILE_TRAIN_FIT_H

#include "train/windows.h"

typedef struct stile_train_options {
    stile_train_shape shape;
    double cost;    /* liblinear's C: how much a mistaken window counts against small weights */
    unsigned least; /* windows that must hold a feature, or it is somebody's name */
} stile_train_options;

#define STILE_TRAIN_USUAL                                                                          \
    {                                                                                              \
        .shape = {.window = 24, .stride = 4}, .cost = 0.05, .least = 3                             \
    }

/* Fit all texts that are not `held` (one byte a text, or NULL), then once more with the benign windows
 * that the first fit mistook. Caller releases the weights. */
stile_status stile_train_fit(const stile_train_corpus *corpus, const unsigned char *held,
                             const stile_train_options *options, stile_train_weights *out,
                             stile_error *err) STILE_MUST_CHECK;

#endif
