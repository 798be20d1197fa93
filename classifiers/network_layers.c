/* SPDX-License-Identifier: Apache-2.0 */
/* No sum can leave an int32: 5 taps of 64 inputs of 1023 times 127, and a bias below 2^24. */
#include "classifiers/network_layers.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* Two inputs in every pair of lanes, against two weights of each channel. Half of the hidden values
 * are zero, and cost a look only. */
__attribute__((target("avx2"), always_inline)) static inline void
add_avx2(const stile_network_layer *layer, const int16_t *const *taps, size_t lanes, int32_t *sums)
{
    const int16_t *w = layer->weights;
    __m256i acc[STILE_NETWORK_WIDTH / 8];

    for (size_t l = 0; l < lanes; l++)
        acc[l] = _mm256_loadu_si256((const __m256i *)(const void *)(sums + 8 * l));
    for (size_t tap = 0; tap < STILE_NETWORK_TAPS; tap++) {
        for (size_t i = 0; i < layer->in; i += 2, w += 16 * lanes) {
            int32_t both;
            __m256i x;
            if (!taps[tap])
                continue;
            memcpy(&both, taps[tap] + i, sizeof both);
            if (!both)
                continue;
            x = _mm256_set1_epi32(both);
            for (size_t l = 0; l < lanes; l++) {
                __m256i pair = _mm256_loadu_si256((const __m256i *)(const void *)(w + 16 * l));
                acc[l] = _mm256_add_epi32(acc[l], _mm256_madd_epi16(x, pair));
            }
        }
    }
    for (size_t l = 0; l < lanes; l++)
        _mm256_storeu_si256((__m256i *)(void *)(sums + 8 * l), acc[l]);
}

/* With the number of lanes known, the sums stay in registers. */
__attribute__((target("avx2"))) static void sum_avx2(const stile_network_layer *layer,
                                                     const int16_t *const *taps, int32_t *sums)
{
    switch (layer->out) {
    case 16:
        add_avx2(layer, taps, 2, sums);
        break;
    case 32:
        add_avx2(layer, taps, 4, sums);
        break;
    case 48:
        add_avx2(layer, taps, 6, sums);
        break;
    default:
        add_avx2(layer, taps, 8, sums);
        break;
    }
}
#endif

static void sum_plain(const stile_network_layer *layer, const int16_t *const *taps, int32_t *sums)
{
    const int16_t *w = layer->weights;

    for (size_t tap = 0; tap < STILE_NETWORK_TAPS; tap++)
        for (size_t i = 0; i < layer->in; i += 2, w += 2 * layer->out) {
            int32_t a = taps[tap] ? taps[tap][i] : 0, b = taps[tap] ? taps[tap][i + 1] : 0;
            for (size_t o = 0; (a || b) && o < layer->out; o++)
                sums[o] += a * w[2 * o] + b * w[2 * o + 1];
        }
}

void stile_network_convolve(const stile_network_layer *layer,
                            const int16_t *const taps[STILE_NETWORK_TAPS], int16_t *out)
{
    int32_t sums[STILE_NETWORK_WIDTH];

    memcpy(sums, layer->bias, sizeof sums);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        sum_avx2(layer, taps, sums);
    else
#endif
        sum_plain(layer, taps, sums);
    for (size_t o = 0; o < layer->out; o++) {
        int64_t value = sums[o] > 0 ? (int64_t)sums[o] * layer->factor >> 20 : 0;
        out[o] = (int16_t)(value < STILE_NETWORK_MOST ? value : STILE_NETWORK_MOST);
    }
}
