/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of the network: one position's convolution, in integers. Every variant gives the same
 * sums; which one runs depends on the processor. */
#ifndef STILE_CLASSIFIERS_NETWORK_LAYERS_H
#define STILE_CLASSIFIERS_NETWORK_LAYERS_H

#include "classifiers/network.h"
#include <stdint.h>

#define STILE_NETWORK_TAPS 5

#define STILE_NETWORK_MOST 1023 /* of a hidden channel's value */

typedef struct stile_network_layer {
    size_t in, out;                    /* channels */
    int32_t bias[STILE_NETWORK_WIDTH]; /* of each channel that comes out */
    int32_t factor;                    /* of 2^-20: from a sum to a hidden channel's value */
    /* weights[(tap * in / 2 + i / 2) * 2 * out + 2 * o + i % 2]: two inputs at a time */
    int16_t weights[STILE_NETWORK_TAPS * STILE_NETWORK_WIDTH * STILE_NETWORK_WIDTH];
} stile_network_layer;

/* out[o] = the sum over taps and inputs, biased, below zero cut off, times the factor, at most
 * STILE_NETWORK_MOST. A tap that is NULL is zero. */
void stile_network_convolve(const stile_network_layer *layer,
                            const int16_t *const taps[STILE_NETWORK_TAPS], int16_t *out);

#endif
