/* SPDX-License-Identifier: Apache-2.0 */
/* Most pilots that are met stand alone: nothing else of their way is near. A screen sees that from the filters of the
 * way's rarest other clause, before the rest of the way is read. What it lets through is looked at in gate_near.c; it
 * drops nothing that would be found there. */
#include "classifiers/gate_filter_avx2.h"
#include "classifiers/gate_scan.h"

#define AHEAD 8 /* meetings; their ways are fetched while others are looked at */

/* Whether one of so many places is in both filters. Reads 32 bytes behind. */
typedef bool (*any_of)(const stile_gate_filter *f, const stile_gate_filter *g, const uint8_t *first,
                       const uint8_t *second, uint32_t count);

/* For each kernel the same code, into which its `any` is set. */
#define SCREEN static inline __attribute__((always_inline))

/* What the way's own two filters do not tell of the clause: short literals at words, and literals at bytes beside
 * those at words. */
SCREEN bool any_more(const stile_gate *gate, const stile_gate_scratch *s, const stile_gate_way *way,
                     stile_gate_stretch in, any_of any)
{
    const uint32_t *index = gate->sets[way->set[way->screen]].group;
    const uint8_t *text = (const uint8_t *)s->text + STILE_GATE_PAD;
    const stile_gate_group *words = &gate->groups[index[STILE_GATE_WORDS]];
    const stile_gate_group *bytes = &gate->groups[index[STILE_GATE_ANYWHERE]];

    if (words->pairs) {
        uint32_t from = stile_gate_word_from(&s->words, in.low);
        uint32_t to = stile_gate_word_from(&s->words, in.high + 1);
        if (any(&words->pair, &words->pair, s->words.pair + from, s->words.pair + from, to - from))
            return true;
    }
    return index[STILE_GATE_ANYWHERE] != STILE_GATE_NO_GROUP &&
           any(&bytes->first, &bytes->second, text + in.low, text + in.low + 1,
               in.high - in.low + 1);
}

SCREEN bool may_stand(const stile_gate *gate, const stile_gate_scratch *s,
                      const stile_gate_way *way, stile_gate_stretch in, any_of any)
{
    const uint8_t *text = (const uint8_t *)s->text + STILE_GATE_PAD;
    uint32_t from, to;

    if (!way->screen_words)
        return any(&way->first, &way->second, text + in.low, text + in.low + 1,
                   in.high - in.low + 1);
    from = stile_gate_word_from(&s->words, in.low);
    to = stile_gate_word_from(&s->words, in.high + 1);
    return any(&way->first, &way->second, s->words.first + from, s->words.second + from,
               to - from) ||
           (way->screen_more && any_more(gate, s, way, in, any));
}

SCREEN bool passes(const stile_gate *gate, const stile_gate_scratch *s, stile_gate_meeting m,
                   any_of any)
{
    const stile_gate_way *way = &gate->ways[m.way];
    uint32_t c = way->screen, low = way->low[way->pilot], high = way->high[way->pilot];
    stile_gate_stretch in;

    if (m.at < low)
        return false;
    if (c == STILE_WAY_CLAUSES)
        return true;
    if (c < way->pilot && m.at == 0)
        return false;
    in = (stile_gate_stretch){m.at > high ? m.at - high : 0, m.at - low};
    in = stile_gate_stretch_of(way, c, in, m.at);
    in.high = in.high < s->len ? in.high : (uint32_t)s->len - 1;
    if (in.low > in.high)
        return false;
    return in.high - in.low >= STILE_GATE_NEAR || may_stand(gate, s, way, in, any);
}

SCREEN size_t screen(const stile_gate *gate, const stile_gate_scratch *s, stile_gate_meeting *list,
                     size_t count, any_of any)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        stile_gate_meeting m = list[i];
        if (i + AHEAD < count) {
            const char *next = (const char *)&gate->ways[list[i + AHEAD].way];
            __builtin_prefetch(next);
            __builtin_prefetch(next + STILE_GATE_LINE);
        }
        list[kept] = m;
        kept += passes(gate, s, m, any);
    }
    return kept;
}

static bool any_portable(const stile_gate_filter *f, const stile_gate_filter *g,
                         const uint8_t *first, const uint8_t *second, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (stile_gate_filter_has(f, first[i]) && stile_gate_filter_has(g, second[i]))
            return true;
    return false;
}

size_t stile_gate_screen_portable(const stile_gate *gate, const stile_gate_scratch *s,
                                  stile_gate_meeting *list, size_t count)
{
    return screen(gate, s, list, count, any_portable);
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) static inline bool
any_avx2(const stile_gate_filter *f, const stile_gate_filter *g, const uint8_t *first,
         const uint8_t *second, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += STILE_GATE_FILTER_BYTES) {
        __m256i out = _mm256_or_si256(stile_gate_outside_avx2(f, first + i),
                                      stile_gate_outside_avx2(g, second + i));
        uint32_t in = ~(uint32_t)_mm256_movemask_epi8(out), left = count - i;
        if (in & (left < 32 ? (UINT32_C(1) << left) - 1 : UINT32_MAX))
            return true;
    }
    return false;
}

__attribute__((target("avx2,popcnt"))) size_t stile_gate_screen_avx2(const stile_gate *gate,
                                                                     const stile_gate_scratch *s,
                                                                     stile_gate_meeting *list,
                                                                     size_t count)
{
    return screen(gate, s, list, count, any_avx2);
}
#endif
