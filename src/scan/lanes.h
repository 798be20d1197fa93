/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen bytes looked at together: every question gives bytes of all ones where the answer is yes. With SSE2,
 * which every x86-64 has, each is an instruction or three; anywhere else loops that compilers do well with
 * (STILE_LANES_PORTABLE: here too, for the tests). */
#ifndef STILE_SCAN_LANES_H
#define STILE_SCAN_LANES_H

#include <stdint.h>
#include <string.h>

#define STILE_LANES 16

#if defined(__SSE2__) && !defined(STILE_LANES_PORTABLE)
#include <emmintrin.h>

typedef __m128i stile_lanes;

/* Of 16 readable bytes. */
static inline stile_lanes stile_lanes_load(const char *bytes)
{
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

static inline void stile_lanes_store(char *bytes, stile_lanes v)
{
    _mm_storeu_si128((__m128i *)(void *)bytes, v);
}

static inline stile_lanes stile_lanes_all(unsigned char c)
{
    return _mm_set1_epi8((char)c);
}

static inline stile_lanes stile_lanes_or(stile_lanes a, stile_lanes b)
{
    return _mm_or_si128(a, b);
}

static inline stile_lanes stile_lanes_and(stile_lanes a, stile_lanes b)
{
    return _mm_and_si128(a, b);
}

static inline stile_lanes stile_lanes_not(stile_lanes v)
{
    return _mm_xor_si128(v, stile_lanes_all(0xff));
}

static inline stile_lanes stile_lanes_equal(stile_lanes v, unsigned char c)
{
    return _mm_cmpeq_epi8(v, stile_lanes_all(c));
}

/* low <= byte <= high */
static inline stile_lanes stile_lanes_range(stile_lanes v, unsigned char low, unsigned char high)
{
    stile_lanes above = _mm_sub_epi8(v, stile_lanes_all(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, stile_lanes_all((unsigned char)(high - low))), above);
}

/* One bit a byte, the first byte's the lowest: its highest bit. */
static inline uint32_t stile_lanes_bits(stile_lanes v)
{
    return (uint32_t)_mm_movemask_epi8(v);
}

#else

typedef struct stile_lanes {
    unsigned char byte[STILE_LANES];
} stile_lanes;

static inline stile_lanes stile_lanes_load(const char *bytes)
{
    stile_lanes v;
    memcpy(v.byte, bytes, sizeof v.byte);
    return v;
}

static inline void stile_lanes_store(char *bytes, stile_lanes v)
{
    memcpy(bytes, v.byte, sizeof v.byte);
}

static inline stile_lanes stile_lanes_all(unsigned char c)
{
    stile_lanes v;
    memset(v.byte, c, sizeof v.byte);
    return v;
}

static inline stile_lanes stile_lanes_or(stile_lanes a, stile_lanes b)
{
    for (int i = 0; i < STILE_LANES; i++)
        a.byte[i] |= b.byte[i];
    return a;
}

static inline stile_lanes stile_lanes_and(stile_lanes a, stile_lanes b)
{
    for (int i = 0; i < STILE_LANES; i++)
        a.byte[i] &= b.byte[i];
    return a;
}

static inline stile_lanes stile_lanes_not(stile_lanes v)
{
    for (int i = 0; i < STILE_LANES; i++)
        v.byte[i] = (unsigned char)~v.byte[i];
    return v;
}

static inline stile_lanes stile_lanes_equal(stile_lanes v, unsigned char c)
{
    for (int i = 0; i < STILE_LANES; i++)
        v.byte[i] = v.byte[i] == c ? 0xff : 0;
    return v;
}

static inline stile_lanes stile_lanes_range(stile_lanes v, unsigned char low, unsigned char high)
{
    for (int i = 0; i < STILE_LANES; i++)
        v.byte[i] = v.byte[i] >= low && v.byte[i] <= high ? 0xff : 0;
    return v;
}

static inline uint32_t stile_lanes_bits(stile_lanes v)
{
    uint32_t bits = 0;
    for (int i = 0; i < STILE_LANES; i++)
        bits |= (uint32_t)(v.byte[i] >> 7) << i;
    return bits;
}

#endif

/* ASCII letters. */
static inline stile_lanes stile_lanes_letters(stile_lanes v)
{
    return stile_lanes_range(stile_lanes_or(v, stile_lanes_all(0x20)), 'a', 'z');
}

/* White space of ASCII, the blank as well. */
static inline stile_lanes stile_lanes_space(stile_lanes v)
{
    return stile_lanes_or(stile_lanes_range(v, '\t', '\r'), stile_lanes_equal(v, ' '));
}

#endif
