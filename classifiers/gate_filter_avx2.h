/* SPDX-License-Identifier: Apache-2.0 */
/* A filter asked of 32 bytes at once: for the kernels of processors with AVX2. */
#ifndef STILE_CLASSIFIERS_GATE_FILTER_AVX2_H
#define STILE_CLASSIFIERS_GATE_FILTER_AVX2_H

#if defined(__x86_64__)
#include <immintrin.h>

#include "classifiers/gate_kernel.h"

/* 0xff for each of 32 bytes that is not in the filter, else 0. */
__attribute__((target("avx2"))) static inline __m256i
stile_gate_outside_avx2(const stile_gate_filter *filter, const uint8_t *bytes)
{
    const __m256i bit =
        _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16,
                         32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
    __m256i x = _mm256_loadu_si256((const __m256i_u *)bytes), low, high, in;
    __m256i table0 = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)filter->bits));
    __m256i table1 =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)(filter->bits + 16)));

    low = _mm256_and_si256(x, _mm256_set1_epi8(15));
    high = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(15));
    in = _mm256_blendv_epi8(_mm256_shuffle_epi8(table0, low), _mm256_shuffle_epi8(table1, low), x);
    in = _mm256_and_si256(in, _mm256_shuffle_epi8(bit, high));
    return _mm256_cmpeq_epi8(in, _mm256_setzero_si256());
}
#endif

#endif
