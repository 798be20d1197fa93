/* SPDX-License-Identifier: Apache-2.0 */
/* Scoring: the window that slides over the words' values, and the passages where it is high. The words
 * and their features are in linear_words.c, what the network is asked of in linear_stretch.c. */
#include "classifiers/linear_model.h"
#include "classifiers/linear_stretch.h"

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

/* The window that slides over a stretch, and what was found in all of them. */
typedef struct sliding {
    const stile_linear *model;
    int32_t values[STILE_LINEAR_WINDOW];  /* of the last words, in a ring */
    uint32_t starts[STILE_LINEAR_WINDOW]; /* where they begin */
    size_t words;                         /* of this stretch */
    int32_t sum, best;                    /* of the window now; of the best window yet */
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

/* Slide over the stretches. A text without one has the score of its best window by weights alone. */
static size_t slide(sliding *s, stile_slice view, stile_linear_result *out)
{
    stile_linear_stretches stretches;
    stile_linear_value word;
    bool begins, window_ends;

    out->hit_count = 0;
    out->more = false;
    stile_linear_stretches_init(&stretches, s->model, view);
    while (stile_linear_stretches_next(&stretches, &word, &begins, &window_ends)) {
        if (begins) {
            s->words = 0;
            s->sum = 0;
        }
        add_word(s, &word);
        if (window_ends)
            judge_window(s, word.end, out);
    }
    if (!s->any)
        s->best = stretches.best;
    return stretches.read;
}

void stile_linear_score(const stile_linear *model, stile_slice view, bool shown,
                        stile_linear_result *out)
{
    sliding s = {.model = model};
    size_t words = slide(&s, view, out);

    if (shown && words < STILE_LINEAR_SHORT)
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
