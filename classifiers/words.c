/* SPDX-License-Identifier: Apache-2.0 */
/* docs/formats/classifier.md, "Words"; tools/classifier/features.py reads the same. */
#include "classifiers/words.h"

#define MAX_WORD 32 /* bytes; a longer run is cut into several words */
#define STEM 5      /* characters */

static inline uint32_t mix(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    return h ^ h >> 16;
}

uint32_t stile_word_mix(uint32_t h)
{
    return mix(h);
}

/* What a byte is; of those outside ASCII width_alone knows more. BEGINS: a sentence, or a part that may hold an
 * instruction of its own, begins behind it. */
enum { WORD = 1, DIGIT = 2, MARK = 4, BEGINS = 8 };
#define WORDS10 WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD
#define WORDS16 WORDS10, WORD, WORD, WORD, WORD, WORD, WORD
#define DIGITS5 WORD | DIGIT, WORD | DIGIT, WORD | DIGIT, WORD | DIGIT, WORD | DIGIT
#define B (MARK | BEGINS)
static const unsigned char kinds[256] = {
    ['!'] = B,       ['"'] = B,    ['#'] = B,        ['$'] = MARK,    ['%'] = MARK, ['&'] = MARK,
    ['\''] = MARK,   ['('] = B,    [')'] = B,        ['*'] = B,       ['+'] = MARK, [','] = MARK,
    ['-'] = MARK,    ['.'] = B,    ['/'] = MARK,     ['0'] = DIGITS5, DIGITS5,      [':'] = B,
    [';'] = B,       ['<'] = B,    ['='] = B,        ['>'] = B,       ['?'] = B,    ['@'] = MARK,
    ['A'] = WORDS10, WORDS16,      ['['] = B,        ['\\'] = MARK,   [']'] = B,    ['^'] = MARK,
    ['_'] = MARK,    ['`'] = B,    ['a'] = WORDS10,  WORDS16,         ['{'] = B,    ['|'] = B,
    ['}'] = B,       ['~'] = MARK, [0x80] = WORDS16, WORDS16,         WORDS16,      WORDS16,
    WORDS16,         WORDS16,      WORDS16,          WORDS16};
#undef B

/* A character outside ASCII that is a word by itself (CJK, kana, Hangul, emoji): its width.
 * Punctuation: its width, negative. Neither: 0. */
static int width_alone(stile_slice text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.ptr + at;
    unsigned char second = at + 1 < text.len ? p[1] : 0;

    if (p[0] < 0xC2)
        return 0;
    if (p[0] == 0xC2)
        return -2;
    if (p[0] == 0xE2 && (second == 0x80 || second == 0x81))
        return -3;
    if (p[0] == 0xE3 && second == 0x80)
        return -3;
    if (p[0] >= 0xE3 && p[0] <= 0xEE)
        return 3;
    return p[0] >= 0xF0 ? 4 : 0;
}

static void note_mark(stile_word *out, unsigned char mark)
{
    if (!(kinds[mark] & MARK)) /* most are a space */
        return;
    out->begins |= (kinds[mark] & BEGINS) != 0;
    if (out->mark_count == STILE_WORD_MARKS)
        return;
    for (size_t i = 0; i < out->mark_count; i++)
        if (out->marks[i] == mark)
            return;
    out->marks[out->mark_count++] = mark;
}

/* To the next word's first byte, or the end. */
static void skip_between(stile_words *w, stile_word *out)
{
    while (w->at < w->text.len) {
        unsigned char byte = (unsigned char)w->text.ptr[w->at];
        int width = byte < 0x80 ? 0 : width_alone(w->text, w->at);
        if (width < 0) {
            out->begins |= byte == 0xE3; /* ideographic full stop and its kin */
            w->at += (size_t)-width;
        } else if (!(kinds[byte] & WORD)) {
            note_mark(out, byte);
            w->at++;
        } else {
            return;
        }
    }
    w->at = w->text.len; /* punctuation cut short by the end */
}

static uint32_t hash_bytes(const unsigned char *p, size_t len)
{
    uint32_t h = 0x811C9DC5u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 0x01000193u;
    return mix(h);
}

/* A run of letters and digits from w->at on; moves past it. All numbers are one word. */
static uint32_t read_run(stile_words *w, stile_word *out)
{
    const unsigned char *start = (const unsigned char *)w->text.ptr + w->at, *p = start;
    size_t left = w->text.len - w->at;
    const unsigned char *end = start + (left < MAX_WORD ? left : MAX_WORD);
    unsigned digits = DIGIT;
    uint32_t h = 0x811C9DC5u;
    uint32_t stem = 0;
    unsigned letters = 0;

    do {
        digits &= kinds[*p];
        letters += (*p & 0xC0) != 0x80;
        /* A letter in lower case, without a branch. */
        h = (h ^ (*p | (uint32_t)((unsigned char)(*p - 'A') < 26) << 5)) * 0x01000193u;
        stem = letters <= STEM ? h : stem;
        p++;
    } while (p < end && kinds[*p] & WORD &&
             (*p < 0x80 || width_alone(w->text, w->at + (size_t)(p - start)) == 0));
    w->at += (size_t)(p - start);
    out->number = digits != 0;
    out->stem = !digits && letters > STEM ? mix(stem) : 0;
    return digits ? hash_bytes((const unsigned char *)"0", 1) : mix(h);
}

static uint32_t read_word(stile_words *w, stile_word *out)
{
    int width = (unsigned char)w->text.ptr[w->at] < 0x80 ? 0 : width_alone(w->text, w->at);
    size_t left = w->text.len - w->at, start = w->at;

    if (width <= 0)
        return read_run(w, out);
    w->at += (size_t)width < left ? (size_t)width : left;
    return hash_bytes((const unsigned char *)w->text.ptr + start, w->at - start);
}

bool stile_words_next(stile_words *words, stile_word *out)
{
    *out = (stile_word){.begins = words->count == 0};
    skip_between(words, out);
    if (words->at >= words->text.len)
        return false;
    out->start = (uint32_t)words->at;
    out->hash = read_word(words, out);
    out->end = (uint32_t)words->at;
    words->count++;
    return true;
}
