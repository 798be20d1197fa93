/* SPDX-License-Identifier: Apache-2.0 */
/* The stretches of a text that the network is asked of: the words of each window that reaches the level
 * low by weights alone, and STILE_LINEAR_AROUND words either side of it; what touches is one. What the
 * network says of a word depends on few words around it, so a stretch's values are those that a walk over the
 * whole text would give, and the rest of the text costs what the weights cost. A walk is its thread's own. */
#ifndef STILE_CLASSIFIERS_LINEAR_STRETCH_H
#define STILE_CLASSIFIERS_LINEAR_STRETCH_H

#include "classifiers/linear_model.h"

/* Words kept while it is not known whether a stretch holds them: more than the widest window, the
 * words around it and as many more as the network looks back. */
#define STILE_LINEAR_KEPT 512

typedef struct stile_linear_stretches {
    const stile_linear *model;
    stile_linear_walk walk;
    size_t mask; /* of the places in use */
    struct {
        stile_word word;
        int32_t units; /* of its weights */
    } kept[STILE_LINEAR_KEPT];
    size_t read;       /* words */
    bool end;          /* no word is left to read */
    int32_t sum, best; /* by weights alone: of the window that ends here, of the best window */
    size_t from, to;   /* the stretch, in words */
    size_t fed, given; /* to the network; by it. Words of the text */
    stile_network_walk network;
} stile_linear_stretches;

/* Borrows both. */
void stile_linear_stretches_init(stile_linear_stretches *s, const stile_linear *model,
                                 stile_slice view);
/* The next word of a stretch with its value; whether a stretch begins with it, and whether a window that
 * lies in the stretch ends with it. False when there is none left: then all of the text is read. */
bool stile_linear_stretches_next(stile_linear_stretches *s, stile_linear_value *out, bool *begins,
                                 bool *window_ends);

#endif
