/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels for x86-64. Each function is compiled for its own instruction set, and only runs where
 * the processor has it. Tails that do not fill a register are added one by one. */
#include "indexes/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

static int32_t tail_dot(const int16_t *query, const int8_t *row, size_t from, size_t dim)
{
    int32_t sum = 0;

    for (size_t i = from; i < dim; i++)
        sum += (int32_t)(query[i] * row[i]);
    return sum;
}

__attribute__((target("avx2"))) static int32_t sum_of(__m256i x)
{
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));

    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
    return _mm_cvtsi128_si32(s);
}

__attribute__((target("avx2"))) static void dot_avx2(const int16_t *query, const int8_t *codes,
                                                     size_t dim, size_t rows, int32_t *out)
{
    size_t whole = dim / 32 * 32;

    for (size_t r = 0; r < rows; r++) {
        const int8_t *row = codes + r * dim;
        __m256i a = _mm256_setzero_si256(), b = a;
        for (size_t i = 0; i < whole; i += 32) {
            const __m128i *codes_at = (const __m128i *)(const void *)(row + i);
            const __m256i *query_at = (const __m256i *)(const void *)(query + i);
            a = _mm256_add_epi32(a,
                                 _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(codes_at)),
                                                   _mm256_loadu_si256(query_at)));
            b = _mm256_add_epi32(
                b, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(codes_at + 1)),
                                     _mm256_loadu_si256(query_at + 1)));
        }
        out[r] = sum_of(_mm256_add_epi32(a, b)) + tail_dot(query, row, whole, dim);
    }
}

__attribute__((target("avx512f,avx512bw"))) static void
dot_avx512(const int16_t *query, const int8_t *codes, size_t dim, size_t rows, int32_t *out)
{
    size_t whole = dim / 32 * 32;

    for (size_t r = 0; r < rows; r++) {
        const int8_t *row = codes + r * dim;
        __m512i sum = _mm512_setzero_si512();
        for (size_t i = 0; i < whole; i += 32) {
            __m512i code =
                _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(row + i)));
            sum = _mm512_add_epi32(sum, _mm512_madd_epi16(code, _mm512_loadu_si512(query + i)));
        }
        out[r] = _mm512_reduce_add_epi32(sum) + tail_dot(query, row, whole, dim);
    }
}

/* dpwssd multiplies pairs and adds both products to the sum, without saturating. */
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void
dot_vnni(const int16_t *query, const int8_t *codes, size_t dim, size_t rows, int32_t *out)
{
    size_t whole = dim / 64 * 64;

    for (size_t r = 0; r < rows; r++) {
        const int8_t *row = codes + r * dim;
        __m512i a = _mm512_setzero_si512(), b = a;
        for (size_t i = 0; i < whole; i += 64) {
            const __m256i *at = (const __m256i *)(const void *)(row + i);
            a = _mm512_dpwssd_epi32(a, _mm512_cvtepi8_epi16(_mm256_loadu_si256(at)),
                                    _mm512_loadu_si512(query + i));
            b = _mm512_dpwssd_epi32(b, _mm512_cvtepi8_epi16(_mm256_loadu_si256(at + 1)),
                                    _mm512_loadu_si512(query + i + 32));
        }
        out[r] = _mm512_reduce_add_epi32(_mm512_add_epi32(a, b)) + tail_dot(query, row, whole, dim);
    }
}

__attribute__((target("popcnt"))) static void distance_popcnt(const uint64_t *query,
                                                              const uint64_t *signs, size_t words,
                                                              size_t rows, uint16_t *out)
{
    for (size_t r = 0; r < rows; r++) {
        const uint64_t *row = signs + r * words;
        unsigned sum = 0;
        for (size_t i = 0; i < words; i++)
            for (size_t plane = 0; plane < STILE_KERNEL_PLANES; plane++)
                sum += (unsigned)__builtin_popcountll(query[(1 + plane) * words + i] &
                                                      (query[i] ^ row[i]))
                       << plane;
        out[r] = (uint16_t)sum;
    }
}

#define WIDE "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt"

/* Two rows' signs: the weights that differ, summed for each word. */
__attribute__((target(WIDE))) static __m512i weigh(const __m512i query[1 + STILE_KERNEL_PLANES],
                                                   const uint64_t *signs)
{
    __m512i differ = _mm512_xor_si512(query[0], _mm512_loadu_si512(signs));
    __m512i sum = _mm512_setzero_si512();

    for (int plane = STILE_KERNEL_PLANES; plane > 0; plane--)
        sum = _mm512_add_epi64(_mm512_slli_epi64(sum, 1),
                               _mm512_popcnt_epi64(_mm512_and_si512(query[plane], differ)));
    return sum;
}

/* Four words a row is the built-in embedder's width: two rows fill a register, and a row's four
 * sums fold to one by two shuffles. Other widths go word by word. */
__attribute__((target(WIDE))) static void distance_avx512(const uint64_t *query,
                                                          const uint64_t *signs, size_t words,
                                                          size_t rows, uint16_t *out)
{
    const __m512i low = _mm512_setr_epi64(0, 4, 8, 12, 0, 4, 8, 12);
    const __m512i high = _mm512_setr_epi64(2, 6, 10, 14, 2, 6, 10, 14);
    __m512i q[1 + STILE_KERNEL_PLANES];
    size_t r = 0;

    if (words != 4) {
        distance_popcnt(query, signs, words, rows, out);
        return;
    }
    for (int i = 0; i <= STILE_KERNEL_PLANES; i++)
        q[i] = _mm512_broadcast_i64x4(
            _mm256_loadu_si256((const __m256i *)(const void *)(query + 4 * i)));
    for (; r + 4 <= rows; r += 4) {
        __m512i a = weigh(q, signs + r * 4), b = weigh(q, signs + r * 4 + 8), sum;
        a = _mm512_add_epi64(a, _mm512_shuffle_epi32(a, _MM_PERM_BADC));
        b = _mm512_add_epi64(b, _mm512_shuffle_epi32(b, _MM_PERM_BADC));
        /* each row's sums of words 0 and 1, and of 2 and 3; add them and narrow */
        sum = _mm512_add_epi64(_mm512_permutex2var_epi64(a, low, b),
                               _mm512_permutex2var_epi64(a, high, b));
        _mm_storel_epi64((__m128i *)(void *)(out + r),
                         _mm256_cvtepi64_epi16(_mm512_castsi512_si256(sum)));
    }
    distance_popcnt(query, signs + r * 4, 4, rows - r, out + r);
}

size_t stile_kernel_x86(stile_kernel out[STILE_KERNELS_MAX - 1])
{
    size_t n = 0;
    bool wide, count;

    __builtin_cpu_init();
    wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("popcnt");
    count = wide && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq");
    if (wide && __builtin_cpu_supports("avx512vnni"))
        out[n++] =
            (stile_kernel){"avx512-vnni", dot_vnni, count ? distance_avx512 : distance_popcnt};
    if (wide)
        out[n++] = (stile_kernel){"avx512", dot_avx512, distance_popcnt};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
        out[n++] = (stile_kernel){"avx2", dot_avx2, distance_popcnt};
    return n;
}
#else
size_t stile_kernel_x86(stile_kernel out[STILE_KERNELS_MAX - 1])
{
    (void)out;
    return 0;
}
#endif
