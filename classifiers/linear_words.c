/* SPDX-License-Identifier: Apache-2.0 */
/* Words and their features, as docs/formats/classifier.md has them and tools/classifier/features.py
 * computes them: the two must agree in every bit, or the weights mean nothing. */
#include "classifiers/linear.h"
#include "classifiers/machines.h"

#define REPEAT_WITHIN 32 /* words in which a feature counts once */
#define CLOSE 3          /* words beside a word for a machine, and ... */
#define FAR 12           /* ... behind it, that may be what it is told */

enum {
    SALT_PAIR = 0x1B873593,
    SALT_TRIPLE = 0x2545F491,
    SALT_SKIP = 0x3C6EF372,
    SALT_START = 0x4CF5AD43,
    SALT_START_PAIR = 0x510E527F,
    SALT_MARK = 0x6A09E667,
    SALT_STEM = 0x243F6A88,
    SALT_STEM_PAIR = 0x13198A2E,
    SALT_MACHINE = 0x03707344,
    SALT_BEFORE = 0x299F31D0,
    SALT_AFTER = 0x082EFA98,
    SALT_LATER = 0x4C4E6C89,
    SALT_CALL = 0x452821E6
};

static uint32_t pair(uint32_t a, uint32_t b, uint32_t salt)
{
    return stile_word_mix(a * 31 + b + salt);
}

/* Lists, tables and records say the same again and again: what a word adds is what is new in it. */
static void add(stile_linear_walk *w, uint32_t hash, stile_linear_kind kind, stile_linear_word *out)
{
    stile_linear_seen *seen = &w->seen[hash % STILE_LINEAR_SEEN];
    uint32_t word = (uint32_t)w->words.count;
    bool again = seen->word && seen->hash == hash && word - seen->word <= REPEAT_WITHIN;

    *seen = (stile_linear_seen){hash, word};
    if (again)
        return;
    out->hash[out->count] = hash;
    out->kind[out->count++] = (uint8_t)kind;
}

/* What stands beside a word for a machine, and whether it begins a sentence or is not the text's first. */
static void add_machine(stile_linear_walk *w, const stile_word *b, stile_linear_word *out)
{
    uint32_t stem = b->stem ? b->stem : b->hash;
    size_t behind = w->machine ? w->words.count - w->machine : FAR + 1;

    if (behind == 1)
        add(w, stile_word_mix((b->mark_count ? b->marks[0] : 0u) ^ (uint32_t)SALT_CALL),
            STILE_LINEAR_MACHINE_MARK, out);
    if (behind <= FAR)
        add(w, stile_word_mix(stem ^ (behind <= CLOSE ? SALT_AFTER : SALT_LATER)),
            STILE_LINEAR_AFTER_MACHINE, out);
    if (stile_is_machine(b->hash, w->last)) {
        uint32_t how = (b->begins ? 1u : 0u) | (w->machine ? 2u : 0u);
        add(w, stile_word_mix(how ^ (uint32_t)SALT_MACHINE), STILE_LINEAR_MACHINE, out);
        for (size_t i = 0; i < CLOSE && w->around[i]; i++)
            add(w, stile_word_mix(w->around[i] ^ (uint32_t)SALT_BEFORE),
                STILE_LINEAR_BEFORE_MACHINE, out);
        w->machine = w->words.count;
    }
    w->around[2] = w->around[1];
    w->around[1] = w->around[0];
    w->around[0] = stem;
}

static void add_features(stile_linear_walk *w, const stile_word *b, stile_linear_word *out)
{
    uint32_t h = b->hash;

    out->count = 0;
    add(w, h, STILE_LINEAR_WORD, out);
    if (w->words.count > 1)
        add(w, pair(w->last, h, SALT_PAIR), STILE_LINEAR_PAIR, out);
    if (w->words.count > 2) {
        add(w, pair(pair(w->before_last, w->last, SALT_PAIR), h, SALT_TRIPLE), STILE_LINEAR_TRIPLE,
            out);
        add(w, pair(w->before_last, h, SALT_SKIP), STILE_LINEAR_GAP, out);
    }
    if (b->begins)
        add(w, stile_word_mix(h ^ SALT_START), STILE_LINEAR_FIRST_WORD, out);
    if (w->last_begins)
        add(w, pair(w->last, h, SALT_START_PAIR), STILE_LINEAR_FIRST_PAIR, out);
    if (b->stem)
        add(w, stile_word_mix(b->stem ^ SALT_STEM), STILE_LINEAR_STEM, out);
    if (w->words.count > 1 && (b->stem || w->last_stem))
        add(w, pair(w->last_stem ? w->last_stem : w->last, b->stem ? b->stem : h, SALT_STEM_PAIR),
            STILE_LINEAR_STEM_PAIR, out);
    for (size_t i = 0; i < b->mark_count; i++)
        add(w, stile_word_mix(b->marks[i] ^ (uint32_t)SALT_MARK), STILE_LINEAR_MARK, out);
    add_machine(w, b, out);
}

bool stile_linear_next(stile_linear_walk *walk, stile_linear_word *out)
{
    if (!stile_words_next(&walk->words, &walk->word))
        return false;
    out->start = walk->word.start;
    out->end = walk->word.end;
    add_features(walk, &walk->word, out);
    walk->before_last = walk->last;
    walk->last = walk->word.hash;
    walk->last_stem = walk->word.stem;
    walk->last_begins = walk->word.begins;
    return true;
}
