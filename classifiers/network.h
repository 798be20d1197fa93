/* SPDX-License-Identifier: Apache-2.0 */
/* The small network that a classifier's file may hold: the words of a view as vectors, two convolutions
 * over them, a value a word. What the weights of words know of wordings, it knows of meanings, so it
 * helps with instructions worded as none was that either was fitted on. The section and the sums are in
 * docs/formats/classifier.md, "The network". Immutable once made, so any number of threads may use it at
 * once; a walk is its thread's own, allocates nothing and adds integers only. */
#ifndef STILE_CLASSIFIERS_NETWORK_H
#define STILE_CLASSIFIERS_NETWORK_H

#include "classifiers/words.h"
#include "stile/status.h"

#define STILE_NETWORK_WIDTH 64 /* channels at most; always a multiple of 16 */
#define STILE_NETWORK_DELAY 14 /* words at most that a value is behind the word read */

typedef struct stile_network stile_network;

/* Checks every field of a section: STILE_CORRUPT. `bytes` is borrowed while the network lives; `name`
 * stands for it in errors. Caller destroys. */
stile_status stile_network_create(stile_slice bytes, const char *name, stile_network **out,
                                  stile_error *err) STILE_MUST_CHECK;
void stile_network_destroy(stile_network *network);

/* A walk over a text's words. Zero to begin. */
typedef struct stile_network_walk {
    size_t words, hidden, taken;             /* how many of each there are */
    int16_t vectors[8][STILE_NETWORK_WIDTH]; /* of the last words, in a ring */
    int16_t layer[32][STILE_NETWORK_WIDTH];  /* of the last hidden positions, in a ring */
} stile_network_walk;

/* Read the next word of `text`. Take the value that it completes before the next is added. */
void stile_network_add(const stile_network *network, stile_network_walk *walk, stile_slice text,
                       const stile_word *word);
/* The value of the next word, in units of a weight, at most STILE_NETWORK_VALUE either way; false when
 * it depends on words not yet read or, at the `end` of the text, when there is none left. */
#define STILE_NETWORK_VALUE 32767
bool stile_network_take(const stile_network *network, stile_network_walk *walk, bool end,
                        int32_t *out);

#endif
