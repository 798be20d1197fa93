/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/misplaced.h"

#include <string.h>

#include "classifiers/misplaced_block.h"

#define LEAST_WORDS 28 /* of a block: a sentence, and what it can be compared with */
#define LEAST_SENTENCES 3
#define NODES 7
/* At the low level a sentence weighs .25, in thousandths. */
#define LOW_WEIGHT 250
#define SURE_WEIGHT 500

static int32_t score_of(const uint8_t *features)
{
    int32_t sum = stile_misplaced_base;

    for (size_t t = 0; t < stile_misplaced_tree_count; t++) {
        const stile_misplaced_tree *tree = &stile_misplaced_trees[t];
        size_t node = 0;
        while (node < NODES)
            node = 2 * node + 1 + (features[tree->feature[node]] > tree->limit[node]);
        sum += tree->leaf[node - NODES];
    }
    return sum;
}

static double weight_of(int32_t score)
{
    int32_t low = stile_misplaced_low, strict = stile_misplaced_strict, thousandths;

    if (score >= strict)
        return STILE_MISPLACED_SURE;
    thousandths = LOW_WEIGHT + (SURE_WEIGHT - LOW_WEIGHT) * (score - low) / (strict - low);
    return thousandths / 1000.0;
}

/* Whether a block is worth counting: something asks, but not everything does. */
static bool may_hold(const stile_misplaced_block *b)
{
    size_t asking = b->questions + b->imperatives;
    return b->word_count >= LEAST_WORDS && b->sentence_count >= LEAST_SENTENCES && asking > 0 &&
           asking <= STILE_MISPLACED_ASKING;
}

static void find_in(const stile_misplaced_block *b, stile_misplaced_result *out)
{
    uint8_t features[STILE_MISPLACED_FEATURES];

    for (size_t i = 0; i < b->sentence_count && out->count < STILE_MISPLACED_HITS; i++) {
        const stile_misplaced_sentence *s = &b->sentences[i];
        int32_t score;
        if (s->kind == STILE_MISPLACED_NONE || !stile_misplaced_features(b, i, features))
            continue;
        score = score_of(features);
        if (score >= stile_misplaced_low)
            out->hits[out->count++] =
                (stile_misplaced_hit){s->start, s->close, score, weight_of(score)};
    }
}

void stile_misplaced_find(stile_slice text, stile_misplaced_result *out)
{
    stile_words words = {.text = text};
    stile_misplaced_block block;

    out->count = 0;
    while (out->count < STILE_MISPLACED_HITS && stile_misplaced_read(&words, &block)) {
        if (!may_hold(&block))
            continue;
        stile_misplaced_count(&block);
        find_in(&block, out);
    }
}

stile_slice stile_misplaced_version(void)
{
    return stile_str(stile_misplaced_digest);
}

size_t stile_misplaced_explain(stile_slice text, uint32_t start,
                               stile_misplaced_reason out[STILE_MISPLACED_REASONS])
{
#define NAME(name) #name,
    static const char *const names[] = {STILE_MISPLACED_EACH(NAME)};
#undef NAME
    stile_words words = {.text = text};
    stile_misplaced_block b;
    uint8_t features[STILE_MISPLACED_FEATURES];

    while (stile_misplaced_read(&words, &b)) {
        if (!may_hold(&b))
            continue;
        stile_misplaced_count(&b);
        for (size_t i = 0; i < b.sentence_count; i++) {
            if (b.sentences[i].start != start || b.sentences[i].kind == STILE_MISPLACED_NONE ||
                !stile_misplaced_features(&b, i, features))
                continue;
            for (size_t f = 0; f < STILE_MISPLACED_FEATURES; f++)
                out[f] = (stile_misplaced_reason){names[f], features[f]};
            return STILE_MISPLACED_FEATURES;
        }
    }
    return 0;
}
