/* SPDX-License-Identifier: Apache-2.0 */
#include "train/windows.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "classifiers/linear.h"

#define BENIGN_A_TEXT 4
#define PAYLOAD_A_TEXT 3
#define CLEAN_A_TEXT 1
#define MISTAKEN_A_TEXT 2
/* A benign window that scores this or more is worth learning from. */
#define MISTAKEN_FROM (-2.0)
/* A payload longer than this fills a window whatever else is in it. */
#define ENOUGH_WORDS(shape) ((shape).window * 5 / 6)
#define ENOUGH_SHARE 0.8

void stile_train_windows_release(stile_train_windows *windows)
{
    stile_free(windows->items);
    *windows = (stile_train_windows){0};
}

void stile_train_weights_release(stile_train_weights *weights)
{
    stile_free(weights->of);
    *weights = (stile_train_weights){0};
}

static stile_status append(stile_train_windows *w, stile_train_window item, stile_error *err)
{
    if (w->count == w->size) {
        size_t size = w->size ? 2 * w->size : 4096;
        stile_train_window *grown = stile_realloc_array(w->items, size, sizeof *grown);
        if (!grown)
            return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
        w->items = grown;
        w->size = size;
    }
    w->items[w->count++] = item;
    return STILE_OK;
}

/* Windows begin at every stride, and one ends with the last word. */
static uint32_t window_count(const stile_train_text *t, stile_train_shape shape)
{
    if (t->words <= shape.window)
        return t->words ? 1 : 0;
    return (uint32_t)((t->words - shape.window + shape.stride - 1) / shape.stride) + 1;
}

static uint32_t window_from(const stile_train_text *t, stile_train_shape shape, uint32_t i)
{
    uint32_t last = t->words > shape.window ? (uint32_t)t->words - shape.window : 0;
    return i * shape.stride < last ? i * shape.stride : last;
}

static uint32_t window_to(const stile_train_text *t, stile_train_shape shape, uint32_t from)
{
    return from + shape.window < t->words ? from + shape.window : (uint32_t)t->words;
}

static uint32_t mix(uint32_t h)
{
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    return h ^ h >> 16;
}

/* What a window of an injected text is good for. */
typedef enum { MIXED, PAYLOAD, CLEAN } use;

static use use_of(const stile_train_text *t, stile_train_shape shape, uint32_t from, uint32_t to)
{
    /* What stands beside a payload may lead up to it, so it is no example of a clean text. */
    uint32_t low = from > shape.window ? from - shape.window : 0;
    uint32_t high = to + shape.window < t->words ? to + shape.window : (uint32_t)t->words;
    size_t inside = 0, near = 0;
    size_t most = t->hot_words < ENOUGH_WORDS(shape) ? t->hot_words : ENOUGH_WORDS(shape);

    for (uint32_t i = low; i < high; i++) {
        near += t->hot[i];
        inside += i >= from && i < to && t->hot[i];
    }
    if (near == 0)
        return CLEAN;
    return (double)inside >= ENOUGH_SHARE * (double)most ? PAYLOAD : MIXED;
}

/* To the payload's words, for the first window of each text: what stands around them says more of
 * where a set of texts is from than of what an injection is. */
static void crop(const stile_train_text *t, uint32_t *from, uint32_t *to)
{
    while (*from < *to && !t->hot[*from])
        (*from)++;
    while (*to > *from && !t->hot[*to - 1])
        (*to)--;
}

/* Take up to `left[use]` windows of the text, starting at a place drawn from its number and going
 * round by a step that is prime to most counts. */
static stile_status choose_of(stile_train_windows *out, const stile_train_corpus *c, uint32_t index,
                              stile_train_shape shape, stile_error *err)
{
    const stile_train_text *t = &c->texts[index];
    uint32_t count = window_count(t, shape), step = count % 7 ? 7 : 1;
    uint32_t at = count ? mix(index * 2654435761u + 1) % count : 0;
    size_t left[] = {0, PAYLOAD_A_TEXT, t->injection ? CLEAN_A_TEXT : BENIGN_A_TEXT};
    stile_status st = STILE_OK;

    if (t->injection && t->hot_words == 0)
        return STILE_OK;
    for (uint32_t i = 0; !st && i < count; i++, at = (at + step) % count) {
        uint32_t from = window_from(t, shape, at), to = window_to(t, shape, from);
        use u = t->injection ? use_of(t, shape, from, to) : CLEAN;
        if (left[u] == 0)
            continue;
        left[u]--;
        if (u == PAYLOAD && left[u] == PAYLOAD_A_TEXT - 1)
            crop(t, &from, &to);
        st = append(out, (stile_train_window){index, from, to, u == PAYLOAD}, err);
    }
    return st;
}

stile_status stile_train_windows_choose(stile_train_windows *out, const stile_train_corpus *corpus,
                                        const unsigned char *held, stile_train_shape shape,
                                        stile_error *err)
{
    stile_status st = STILE_OK;

    for (uint32_t i = 0; !st && i < corpus->count; i++)
        if (!(held && held[i]) && stile_train_text_fits(&corpus->texts[i]))
            st = choose_of(out, corpus, i, shape, err);
    return st;
}

static double value_of(const stile_train_text *t, const stile_train_weights *weights, uint32_t word)
{
    double sum = t->added ? t->added[word] * weights->unit : 0;
    for (uint32_t i = t->ends[word]; i < t->ends[word + 1]; i++)
        sum += (double)weights->of[t->features[i]];
    return sum;
}

static double score_from(const stile_train_text *t, stile_train_shape shape,
                         const stile_train_weights *weights, uint32_t from)
{
    double sum = 0;
    for (uint32_t i = from; i < window_to(t, shape, from); i++)
        sum += value_of(t, weights, i);
    return sum;
}

static double best_window(const stile_train_text *text, stile_train_shape shape,
                          const stile_train_weights *weights, uint32_t *from)
{
    uint32_t count = window_count(text, shape), left = 0, right = window_to(text, shape, 0);
    double sum = count ? score_from(text, shape, weights, 0) : 0, best = sum;

    *from = 0;
    for (uint32_t i = 1; i < count; i++) {
        uint32_t at = window_from(text, shape, i);
        while (left < at)
            sum -= value_of(text, weights, left++);
        while (right < window_to(text, shape, at))
            sum += value_of(text, weights, right++);
        if (sum > best) {
            best = sum;
            *from = at;
        }
    }
    return best + weights->bias;
}

/* The best window of words [from, to), all of whose words lie in there; `best` when none is better. */
static double best_within(const stile_train_text *t, stile_train_shape shape,
                          const stile_train_weights *weights, uint32_t from, uint32_t to,
                          double best, uint32_t *at)
{
    uint32_t count = window_count(t, shape);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t begin = window_from(t, shape, i);
        double score;
        if (begin < from || window_to(t, shape, begin) > to)
            continue;
        score = score_from(t, shape, weights, begin) + weights->bias;
        if (score > best) {
            best = score;
            *at = begin;
        }
    }
    return best;
}

/* The best window of the stretches that the network is asked of (docs/formats/classifier.md). */
static double best_asked(const stile_train_text *t, stile_train_shape shape,
                         const stile_train_weights *alone, const stile_train_weights *weights,
                         uint32_t *at)
{
    uint32_t count = window_count(t, shape), from = 0, to = 0;
    double best = -HUGE_VAL;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t begin = window_from(t, shape, i), end = window_to(t, shape, begin);
        uint32_t before = begin > STILE_LINEAR_AROUND ? begin - STILE_LINEAR_AROUND : 0;
        if (score_from(t, shape, alone, begin) + alone->bias < weights->low)
            continue;
        if (to && before > to)
            best = best_within(t, shape, weights, from, to, best, at);
        if (to == 0 || before > to)
            from = before;
        to = end + STILE_LINEAR_AROUND;
    }
    return to ? best_within(t, shape, weights, from, to, best, at) : best;
}

double stile_train_score(const stile_train_text *text, stile_train_shape shape,
                         const stile_train_weights *weights, uint32_t *from)
{
    stile_train_weights alone = *weights;
    double score, asked;

    alone.unit = 0;
    score = best_window(text, shape, &alone, from);
    if (!text->added || score < weights->low)
        return score;
    asked = best_asked(text, shape, &alone, weights, from);
    return asked > -HUGE_VAL ? asked : score;
}

static int by_place(const void *a, const void *b)
{
    const stile_train_window *x = a, *y = b;
    if (x->text != y->text)
        return x->text < y->text ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* The first `known` windows stand by place. */
static bool is_known(const stile_train_windows *w, size_t known, uint32_t text, uint32_t from)
{
    stile_train_window key = {.text = text, .from = from};
    return bsearch(&key, w->items, known, sizeof key, by_place) != NULL;
}

/* Of one text: the best window, then the best that lies apart from it. */
static stile_status add_mistaken(stile_train_windows *out, size_t known, const stile_train_text *t,
                                 uint32_t index, stile_train_shape shape,
                                 const stile_train_weights *weights, stile_error *err)
{
    uint32_t count = window_count(t, shape), taken[MISTAKEN_A_TEXT] = {0};
    stile_status st = STILE_OK;

    for (size_t n = 0; !st && n < MISTAKEN_A_TEXT; n++) {
        double best = MISTAKEN_FROM;
        uint32_t best_from = UINT32_MAX;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t from = window_from(t, shape, i);
            bool apart =
                n == 0 || from >= taken[0] + shape.window || from + shape.window <= taken[0];
            double score = apart ? score_from(t, shape, weights, from) + weights->bias : -1e9;
            if (score > best) {
                best = score;
                best_from = from;
            }
        }
        if (best_from == UINT32_MAX)
            break;
        taken[n] = best_from;
        if (!is_known(out, known, index, best_from))
            st = append(
                out, (stile_train_window){index, best_from, window_to(t, shape, best_from), false},
                err);
    }
    return st;
}

stile_status stile_train_windows_mistaken(stile_train_windows *out,
                                          const stile_train_corpus *corpus,
                                          const unsigned char *held, stile_train_shape shape,
                                          const stile_train_weights *weights, stile_error *err)
{
    size_t known = out->count;
    stile_status st = STILE_OK;

    if (known)
        qsort(out->items, known, sizeof *out->items, by_place);
    for (uint32_t i = 0; !st && i < corpus->count; i++) {
        const stile_train_text *t = &corpus->texts[i];
        uint32_t from;
        if ((held && held[i]) || t->injection || !stile_train_text_fits(t))
            continue;
        if (stile_train_score(t, shape, weights, &from) > MISTAKEN_FROM)
            st = add_mistaken(out, known, t, i, shape, weights, err);
    }
    return st;
}
