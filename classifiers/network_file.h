/* SPDX-License-Identifier: Apache-2.0 */
/* The network as its section holds it, for network.c and network_words.c alone. Immutable once made. */
#ifndef STILE_CLASSIFIERS_NETWORK_FILE_H
#define STILE_CLASSIFIERS_NETWORK_FILE_H

#include "classifiers/network.h"
#include "classifiers/network_layers.h"

#define STILE_NETWORK_MARKS 94 /* '!' to '~' */

struct stile_network {
    uint32_t pieces, mask; /* of the slots */
    size_t width;          /* of a word's vector */
    /* in the section */
    const unsigned char *hashes; /* of the pieces by slot, 4 bytes each; 0: none */
    const unsigned char *ids;    /* of the pieces by slot, 2 bytes each */
    const int8_t *rows;          /* of the pieces; the first is that of a word without a piece */
    const int8_t *begin, *marks; /* what the beginning of a sentence and each mark add */
    stile_network_layer first, second;
    int16_t last[STILE_NETWORK_WIDTH]; /* from the second layer to a word's value */
    int32_t bias, least, most;         /* of a word's value */
    int32_t factor;                    /* of 2^-24: from it to units of a weight */
    uint32_t step;                     /* hidden positions between two taps of the second layer */
    uint32_t whole; /* from this row on a piece stands for all of a word that begins with it */
};

/* Of a section, and of the processor that it comes to. */
uint32_t stile_network_u32(const unsigned char *bytes);

/* The vector of a word of `text`: `width` values from -127 to 127. */
void stile_network_embed(const stile_network *n, stile_slice text, const stile_word *word,
                         int16_t *out);

#endif
