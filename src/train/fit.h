/* SPDX-License-Identifier: Apache-2.0 */
/* Fitting: L2-regularized logistic regression over the windows' features. fit.c is the only user of
 * liblinear. Deterministic: the same corpus gives the same weights. */
#ifndef STILE_TRAIN_FIT_H
#define STILE_TRAIN_FIT_H

#include "train/windows.h"

typedef struct stile_train_options {
    stile_train_shape shape;
    double cost;     /* liblinear's C: how much a mistaken window counts against small weights */
    unsigned least;  /* windows that must hold a feature, or it is somebody's name */
    unsigned rounds; /* fits, each of which adds the benign windows that the one before mistook */
} stile_train_options;

#define STILE_TRAIN_USUAL                                                                          \
    {                                                                                              \
        .shape = {.window = 20, .stride = 4}, .cost = 2, .least = 3, .rounds = 2                   \
    }

/* Fit all texts that are not `held` (one byte a text, or NULL). Caller releases the weights. */
stile_status stile_train_fit(const stile_train_corpus *corpus, const unsigned char *held,
                             const stile_train_options *options, stile_train_weights *out,
                             stile_error *err) STILE_MUST_CHECK;

#endif
