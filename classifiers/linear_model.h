/* SPDX-License-Identifier: Apache-2.0 */
/* A model as linear.c loads it and linear_score.c scores with it. Immutable. */
#ifndef STILE_CLASSIFIERS_LINEAR_MODEL_H
#define STILE_CLASSIFIERS_LINEAR_MODEL_H

#include "base/file.h"
#include "classifiers/linear.h"

#define STILE_LINEAR_WINDOW 256 /* words, at most */

struct stile_linear {
    stile_map map;         /* or empty: */
    char *copy;            /* owned */
    stile_slice file;      /* either's bytes */
    const int8_t *weights; /* in the map, 1 << bits of them */
    uint32_t mask, window, stride;
    int32_t bias, low, threshold, sure; /* in units of a weight */
    double scale;                       /* logits a unit; for showing only */
    stile_slice network, label;         /* in the map */
    stile_network *adds;                /* owned; what the section holds, or NULL */
    stile_sha256 digest;
};

#endif
