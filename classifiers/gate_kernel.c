/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/gate_kernel.h"

#include "classifiers/gate_filter_avx2.h"
#include "classifiers/gate_scan.h"

static uint64_t words(const char *text)
{
    uint64_t bits = 0;

    for (int i = 0; i < STILE_GATE_WORD_BYTES; i++)
        bits |= (uint64_t)stile_gate_in_word[(unsigned char)text[i]] << i;
    return bits;
}

static uint32_t members(const stile_gate_filter *filter, const uint8_t *bytes)
{
    uint32_t bits = 0;

    for (int i = 0; i < STILE_GATE_FILTER_BYTES; i++)
        bits |= (uint32_t)stile_gate_filter_has(filter, bytes[i]) << i;
    return bits;
}

static uint32_t both(const stile_gate_filter *f, const stile_gate_filter *g, const uint8_t *a,
                     const uint8_t *b)
{
    return members(f, a) & members(g, b);
}

static size_t begins(const uint64_t *bits, const char *text, uint32_t from, uint32_t to,
                     uint32_t *out)
{
    size_t count = 0;

    for (uint32_t at = from; at < to; at++) {
        uint32_t bit =
            stile_gate_bit(stile_gate_first(stile_gate_load(text + at), STILE_GATE_ANYWHERE));
        out[count] = at;
        count += bits[bit / 64] >> bit % 64 & 1;
    }
    return count;
}

const stile_gate_kernel stile_gate_kernel_portable = {words, members, both, begins,
                                                      stile_gate_screen_portable};

#if defined(__x86_64__)

__attribute__((target("avx2"))) static __m256i in_range(__m256i x, char low, char high)
{
    return _mm256_and_si256(_mm256_cmpgt_epi8(x, _mm256_set1_epi8((char)(low - 1))),
                            _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(high + 1)), x));
}

/* Bytes from 0x80 on are negative, and in no range. */
__attribute__((target("avx2"))) static uint32_t words_of_32(const char *text)
{
    __m256i x = _mm256_loadu_si256((const __m256i_u *)text);
    __m256i lower = _mm256_or_si256(x, _mm256_set1_epi8(0x20));
    __m256i in = _mm256_or_si256(_mm256_or_si256(in_range(lower, 'a', 'z'), in_range(x, '0', '9')),
                                 _mm256_cmpeq_epi8(x, _mm256_set1_epi8('_')));

    return (uint32_t)_mm256_movemask_epi8(in);
}

__attribute__((target("avx2"))) static uint64_t words_avx2(const char *text)
{
    return words_of_32(text) | (uint64_t)words_of_32(text + 32) << 32;
}

__attribute__((target("avx2"))) static uint32_t members_avx2(const stile_gate_filter *filter,
                                                             const uint8_t *bytes)
{
    return ~(uint32_t)_mm256_movemask_epi8(stile_gate_outside_avx2(filter, bytes));
}

__attribute__((target("avx2"))) static uint32_t both_avx2(const stile_gate_filter *f,
                                                          const stile_gate_filter *g,
                                                          const uint8_t *a, const uint8_t *b)
{
    return members_avx2(f, a) & members_avx2(g, b);
}

__attribute__((target("avx2"))) static size_t begins_avx2(const uint64_t *bits, const char *text,
                                                          uint32_t from, uint32_t to, uint32_t *out)
{
    const __m256i grams = _mm256_setr_epi8(0, 1, 2, -1, 1, 2, 3, -1, 2, 3, 4, -1, 3, 4, 5, -1, 4, 5,
                                           6, -1, 5, 6, 7, -1, 6, 7, 8, -1, 7, 8, 9, -1);
    size_t count = 0;

    for (uint32_t at = from; at < to; at += 8) {
        __m256i x = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)(text + at)));
        __m256i bit = _mm256_srli_epi32(
            _mm256_mullo_epi32(_mm256_shuffle_epi8(x, grams), _mm256_set1_epi32((int)2654435761u)),
            32 - STILE_GATE_BITS);
        __m256i in = _mm256_i32gather_epi32((const int *)bits, _mm256_srli_epi32(bit, 5), 4);
        uint32_t mask;
        in = _mm256_sllv_epi32(in, _mm256_sub_epi32(_mm256_set1_epi32(31),
                                                    _mm256_and_si256(bit, _mm256_set1_epi32(31))));
        mask = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(in));
        mask &= to - at < 8 ? (1u << (to - at)) - 1 : 255u;
        for (; mask; mask &= mask - 1)
            out[count++] = at + (uint32_t)__builtin_ctz(mask);
    }
    return count;
}

static const stile_gate_kernel with_avx2 = {words_avx2, members_avx2, both_avx2, begins_avx2,
                                            stile_gate_screen_avx2};

const stile_gate_kernel *stile_gate_kernel_best(void)
{
    return __builtin_cpu_supports("avx2") ? &with_avx2 : &stile_gate_kernel_portable;
}

#else

const stile_gate_kernel *stile_gate_kernel_best(void)
{
    return &stile_gate_kernel_portable;
}

#endif
