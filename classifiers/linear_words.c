/* SPDX-License-Identifier: Apache-2.0 */
/* Words and their features, as docs/formats/classifier.md has them and tools/classifier/features.py
 * computes them: the two must agree in every bit, or the weights mean nothing. */
#include "classifiers/linear.h"

#define MAX_WORD 32 /* bytes; a longer run is cut into several words */
#define MAX_MARKS 4
#define REPEAT_WITHIN 32 /* words in which a feature counts once */

enum {
    SALT_PAIR = 0x1B873593,
    SALT_TRIPLE = 0x2545F491,
    SALT_SKIP = 0x3C6EF372,
    SALT_START = 0x4CF5AD43,
    SALT_START_PAIR = 0x510E527F,
    SALT_MARK = 0x6A09E667
};

static uint32_t mix(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    return h ^ h >> 16;
}

static uint32_t pair(uint32_t a, uint32_t b, uint32_t salt)
{
    return mix(a * 31 + b + salt);
}

static unsigned char lower(unsigned char b)
{
    return b >= 'A' && b <= 'Z' ? (unsigned char)(b | 32) : b;
}

static bool is_digit(unsigned char b)
{
    return b >= '0' && b <= '9';
}

static bool is_word(unsigned char b)
{
    return b >= 0x80 || is_digit(b) || (lower(b) >= 'a' && lower(b) <= 'z');
}

/* Bytes behind which a sentence, or a part that may hold an instruction of its own, begins. */
static bool begins_after(unsigned char b)
{
    return b && strchr(".!?:;\"`*>()[]{}|<=#", b);
}

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

/* What lies between two words. */
typedef struct between {
    bool begins; /* a sentence begins here */
    unsigned char marks[MAX_MARKS];
    size_t count;
} between;

static void note_mark(between *b, unsigned char mark)
{
    if (begins_after(mark))
        b->begins = true;
    if (mark < 33 || mark > 126 || b->count == MAX_MARKS)
        return;
    for (size_t i = 0; i < b->count; i++)
        if (b->marks[i] == mark)
            return;
    b->marks[b->count++] = mark;
}

/* To the next word's first byte, or the end. */
static void skip_between(stile_linear_walk *w, between *b)
{
    while (w->at < w->text.len) {
        unsigned char byte = (unsigned char)w->text.ptr[w->at];
        int width = byte < 0x80 ? 0 : width_alone(w->text, w->at);
        if (width < 0) {
            b->begins |= byte == 0xE3; /* ideographic full stop and its kin */
            w->at += (size_t)-width;
        } else if (!is_word(byte)) {
            note_mark(b, byte);
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
static uint32_t read_run(stile_linear_walk *w)
{
    const unsigned char *p = (const unsigned char *)w->text.ptr;
    size_t start = w->at;
    uint32_t h = 0x811C9DC5u;
    bool digits = true;

    do {
        digits &= is_digit(p[w->at]);
        h = (h ^ lower(p[w->at])) * 0x01000193u;
        w->at++;
    } while (w->at < w->text.len && w->at - start < MAX_WORD && is_word(p[w->at]) &&
             (p[w->at] < 0x80 || width_alone(w->text, w->at) == 0));
    return digits ? hash_bytes((const unsigned char *)"0", 1) : mix(h);
}

static uint32_t read_word(stile_linear_walk *w)
{
    int width = width_alone(w->text, w->at);
    size_t left = w->text.len - w->at, start = w->at;

    if (width <= 0)
        return read_run(w);
    w->at += (size_t)width < left ? (size_t)width : left;
    return hash_bytes((const unsigned char *)w->text.ptr + start, w->at - start);
}

/* Lists, tables and records say the same again and again: what a word adds is what is new in it. */
static void add(stile_linear_walk *w, uint32_t hash, stile_linear_kind kind, stile_linear_word *out)
{
    stile_linear_seen *seen = &w->seen[hash % STILE_LINEAR_SEEN];
    uint32_t word = (uint32_t)w->words + 1;
    bool again = seen->word && seen->hash == hash && word - seen->word <= REPEAT_WITHIN;

    *seen = (stile_linear_seen){hash, word};
    if (again)
        return;
    out->hash[out->count] = hash;
    out->kind[out->count++] = (uint8_t)kind;
}

static void add_features(stile_linear_walk *w, uint32_t h, const between *b, stile_linear_word *out)
{
    out->count = 0;
    add(w, h, STILE_LINEAR_WORD, out);
    if (w->words >= 1)
        add(w, pair(w->last, h, SALT_PAIR), STILE_LINEAR_PAIR, out);
    if (w->words >= 2) {
        add(w, pair(pair(w->before_last, w->last, SALT_PAIR), h, SALT_TRIPLE), STILE_LINEAR_TRIPLE,
            out);
        add(w, pair(w->before_last, h, SALT_SKIP), STILE_LINEAR_GAP, out);
    }
    if (b->begins)
        add(w, mix(h ^ SALT_START), STILE_LINEAR_FIRST_WORD, out);
    if (w->last_begins)
        add(w, pair(w->last, h, SALT_START_PAIR), STILE_LINEAR_FIRST_PAIR, out);
    for (size_t i = 0; i < b->count; i++)
        add(w, mix(b->marks[i] ^ (uint32_t)SALT_MARK), STILE_LINEAR_MARK, out);
}

bool stile_linear_next(stile_linear_walk *walk, stile_linear_word *out)
{
    between b = {.begins = walk->words == 0};
    uint32_t h;

    skip_between(walk, &b);
    if (walk->at >= walk->text.len)
        return false;
    out->start = (uint32_t)walk->at;
    h = read_word(walk);
    out->end = (uint32_t)walk->at;
    add_features(walk, h, &b, out);
    walk->before_last = walk->last;
    walk->last = h;
    walk->last_begins = b.begins;
    walk->words++;
    return true;
}
