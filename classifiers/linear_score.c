/* SPDX-License-Identifier: Apache-2.0 */
/* Scoring: each word's value, the window that slides over them, and the passages where it is high. The
 * words and their features are in linear_words.c. */
#include "classifiers/linear_model.h"

#define WAITING 16 /* at least STILE_NETWORK_DELAY + 1 */

static int32_t weigh_word(const stile_linear *m, const stile_linear_word *word)
{
    int32_t sum = 0;
    for (size_t i = 0; i < word->count; i++)
        sum += m->weights[word->hash[i] & m->mask];
    return sum;
}

/* Read a word; what the network will add to it is known some words later. */
static void read_word(stile_linear_values *v)
{
    const stile_network *network = v->weights_alone ? NULL : v->model->adds;
    stile_linear_word word;

    if (!stile_linear_next(&v->words, &word)) {
        v->end = true;
        return;
    }
    v->waiting[v->read++ % WAITING] =
        (stile_linear_value){word.start, word.end, weigh_word(v->model, &word)};
    if (network)
        stile_network_add(network, &v->network, v->words.words.text, &v->words.word);
}

bool stile_linear_values_next(stile_linear_values *v, stile_linear_value *out)
{
    const stile_network *network = v->weights_alone ? NULL : v->model->adds;
    int32_t added = 0;

    for (;;) {
        bool there =
            network ? stile_network_take(network, &v->network, v->end, &added) : v->given < v->read;
        if (there)
            break;
        if (v->end)
            return false;
        read_word(v);
    }
    *out = v->waiting[v->given++ % WAITING];
    out->units += added;
    return true;
}

/* From a score in units to what it adds to a verdict, in thousandths: 0 below `low`, 250 there, 500
 * at the threshold, 900 from `sure` on. Integers, since a contracted multiply-add rounds otherwise
 * on other machines. */
static double weight_of(const stile_linear *m, int32_t units)
{
    int64_t milli;

    if (units < m->low)
        return 0;
    if (units < m->threshold)
        milli = 250 + (int64_t)250 * (units - m->low) / (m->threshold - m->low);
    else if (units < m->sure)
        milli = 500 + (int64_t)400 * (units - m->threshold) / (m->sure - m->threshold);
    else
        milli = 900;
    return (double)milli / 1000;
}

/* The window that slides, and what it found. */
typedef struct sliding {
    const stile_linear *model;
    int32_t values[STILE_LINEAR_WINDOW];  /* of the last words, in a ring */
    uint32_t starts[STILE_LINEAR_WINDOW]; /* where they begin */
    size_t words;
    int32_t sum, best; /* of the window now; of the best window yet */
    int32_t hit_best[STILE_LINEAR_HITS];
    bool any;
} sliding;

/* Passages that touch are one. */
static void keep_hit(sliding *s, int32_t units, uint32_t start, uint32_t end,
                     stile_linear_result *out)
{
    size_t last = out->hit_count - 1; /* read only when there is one */

    if (out->hit_count && start <= out->hits[last].end) {
        out->hits[last].end = end;
    } else if (out->hit_count == STILE_LINEAR_HITS) {
        out->hits[last].end = end;
        out->more = true;
    } else {
        last = out->hit_count++;
        out->hits[last] = (stile_linear_hit){.start = start, .end = end};
        s->hit_best[last] = units;
    }
    if (units > s->hit_best[last])
        s->hit_best[last] = units;
}

static void judge_window(sliding *s, uint32_t end, stile_linear_result *out)
{
    const stile_linear *m = s->model;
    int32_t units = s->sum + m->bias;
    size_t oldest = s->words < m->window ? 0 : s->words % m->window;

    if (!s->any || units > s->best)
        s->best = units;
    s->any = true;
    if (units >= m->low)
        keep_hit(s, units, s->starts[oldest], end, out);
}

static void add_word(sliding *s, const stile_linear_value *word)
{
    size_t slot = s->words % s->model->window;

    if (s->words >= s->model->window)
        s->sum -= s->values[slot];
    s->values[slot] = word->units;
    s->starts[slot] = word->start;
    s->sum += s->values[slot];
    s->words++;
}

static bool on_stride(const sliding *s)
{
    return s->words >= s->model->window && (s->words - s->model->window) % s->model->stride == 0;
}

/* Cut a passage to the run of words that says most for its being an instruction: the greatest sum of
 * the words' values, each with its share of the bias and of a quarter of the best window's score, so
 * that words which say little do not stretch it (Kadane). The passage is read as a text of its own. */
static void trim_hit(const stile_linear *m, stile_slice view, int32_t units, stile_linear_hit *hit)
{
    stile_linear_values values = {.model = m};
    stile_linear_value word;
    int64_t run = 0, best = 0;
    uint32_t from = 0, start = 0, end = 0;

    values.words.words.text = stile_slice_cut(view, hit->start, hit->end);
    while (stile_linear_values_next(&values, &word)) {
        if (run <= 0) {
            run = 0;
            from = word.start;
        }
        run += (int64_t)word.units * m->window + m->bias - (units > 0 ? units / 4 : 0);
        if (run > best) {
            best = run;
            start = from;
            end = word.end;
        }
    }
    if (best > 0) {
        hit->end = hit->start + end;
        hit->start += start;
    }
}

/* Slide over the text; with `network`, what the model's adds counts too. Returns what was found. */
static sliding slide(const stile_linear *model, stile_slice view, bool network,
                     stile_linear_result *out)
{
    stile_linear_values values = {
        .model = model, .weights_alone = !network, .words.words.text = view};
    stile_linear_value word = {.end = 0};
    sliding s = {.model = model, .best = model->bias};

    out->hit_count = 0;
    out->more = false;
    while (stile_linear_values_next(&values, &word)) {
        add_word(&s, &word);
        if (on_stride(&s))
            judge_window(&s, word.end, out);
    }
    if (s.words && !on_stride(&s))
        judge_window(&s, word.end, out);
    return s;
}

/* A short text's score, and its passage if it still is one. */
static void hold_to_more(sliding *s, stile_linear_result *out)
{
    int32_t less = s->model->threshold - s->model->low;
    size_t kept = 0;

    s->best -= less;
    for (size_t i = 0; i < out->hit_count; i++)
        if (s->hit_best[i] - less >= s->model->low) {
            s->hit_best[kept] = s->hit_best[i] - less;
            out->hits[kept++] = out->hits[i];
        }
    out->hit_count = kept;
}

/* The network costs ten times what the weights do. Where they alone see nothing, what it could add has
 * not been seen to matter: it is asked of the few texts that they find worth a look. */
void stile_linear_score(const stile_linear *model, stile_slice view, bool shown,
                        stile_linear_result *out)
{
    sliding s = slide(model, view, false, out);

    if (model->adds && s.best >= model->low)
        s = slide(model, view, true, out);
    if (shown && s.words < STILE_LINEAR_SHORT)
        hold_to_more(&s, out);
    out->score = (double)s.best * model->scale;
    out->weight = weight_of(model, s.best);
    for (size_t i = 0; i < out->hit_count; i++) {
        out->hits[i].score = (double)s.hit_best[i] * model->scale;
        out->hits[i].weight = weight_of(model, s.hit_best[i]);
        if (!(out->more && i == out->hit_count - 1))
            trim_hit(model, view, s.hit_best[i], &out->hits[i]);
    }
}
