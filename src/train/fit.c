/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix that liblinear is given, and its answer as weights by feature.
 *
 * Each source counts alike within its class, tamed by a square root: a row of a small source stands
 * in the matrix several times (the same row, pointed to again), since liblinear weighs classes and
 * not rows. */
#include "train/fit.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

#define MOST_TIMES 8.0 /* that a row of a small source counts */

typedef struct matrix {
    uint32_t bits;
    int *column;       /* of a feature, from 1 on; 0: too seldom */
    uint32_t *feature; /* of a column */
    int columns;
    struct feature_node *nodes; /* of all rows, each closed by index -1 */
    struct feature_node **rows; /* a row may stand several times */
    double *labels;
    size_t row_count;
} matrix;

static void release(matrix *m)
{
    stile_free(m->column);
    stile_free(m->feature);
    stile_free(m->nodes);
    stile_free(m->rows);
    stile_free(m->labels);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The features of a window, sorted, into `out`. */
static size_t sorted_features(const stile_train_corpus *c, const stile_train_window *w,
                              uint32_t *out)
{
    const stile_train_text *t = &c->texts[w->text];
    size_t count = t->ends[w->to] - t->ends[w->from];

    if (count)
        memcpy(out, t->features + t->ends[w->from], count * sizeof *out);
    qsort(out, count, sizeof *out, by_value);
    return count;
}

static size_t widest(const stile_train_corpus *c, const stile_train_windows *w)
{
    size_t most = 1;
    for (size_t i = 0; i < w->count; i++) {
        const stile_train_text *t = &c->texts[w->items[i].text];
        size_t count = t->ends[w->items[i].to] - t->ends[w->items[i].from];
        most = count > most ? count : most;
    }
    return most;
}

/* Give a column to each feature that `least` windows hold. */
static stile_status choose_columns(matrix *m, const stile_train_corpus *c,
                                   const stile_train_windows *w, unsigned least, uint32_t *work,
                                   stile_error *err)
{
    m->column = stile_alloc_array((size_t)1 << m->bits, sizeof *m->column);
    m->feature = stile_alloc_array(((size_t)1 << m->bits) + 1, sizeof *m->feature);
    if (!m->column || !m->feature)
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    for (size_t i = 0; i < w->count; i++) {
        size_t count = sorted_features(c, &w->items[i], work);
        for (size_t f = 0; f < count; f++)
            m->column[work[f]] += f == 0 || work[f] != work[f - 1];
    }
    for (uint32_t f = 0; f < 1u << m->bits; f++) {
        bool often = m->column[f] >= (int)least;
        m->column[f] = often ? ++m->columns : 0;
        if (often)
            m->feature[m->columns] = f;
    }
    return STILE_OK;
}

/* How often a window's row stands in the matrix. */
typedef struct share {
    const char *source;
    size_t count[2];
} share;

static share *share_of(share *shares, size_t *count, const char *source)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(shares[i].source, source) == 0)
            return &shares[i];
    shares[*count] = (share){.source = source};
    return &shares[(*count)++];
}

static size_t times_of(const share *s, const size_t most[2], bool injection)
{
    double times = sqrt((double)most[injection] / (double)s->count[injection]);
    return (size_t)lround(times < MOST_TIMES ? times : MOST_TIMES);
}

static size_t fill_row(const matrix *m, const uint32_t *features, size_t count,
                       struct feature_node *out)
{
    size_t n = 0;
    for (size_t f = 0; f < count; f++) {
        int column = m->column[features[f]];
        if (column == 0)
            continue;
        if (n && out[n - 1].index == column)
            out[n - 1].value++;
        else
            out[n++] = (struct feature_node){.index = column, .value = 1};
    }
    out[n++] = (struct feature_node){.index = m->columns + 1, .value = 1}; /* the bias */
    out[n++] = (struct feature_node){.index = -1};
    return n;
}

#define MAX_SOURCES 4096

static stile_status count_shares(const stile_train_corpus *c, const stile_train_windows *w,
                                 share *shares, size_t most[2], size_t *nodes, stile_error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < w->count; i++) {
        const stile_train_text *t = &c->texts[w->items[i].text];
        share *s;
        if (count == MAX_SOURCES)
            return stile_fail(err, STILE_TOO_LARGE, "train: more than %d sources", MAX_SOURCES);
        s = share_of(shares, &count, t->source);
        *nodes += t->ends[w->items[i].to] - t->ends[w->items[i].from] + 2;
        if (++s->count[w->items[i].injection] > most[w->items[i].injection])
            most[w->items[i].injection] = s->count[w->items[i].injection];
    }
    if (most[0] == 0 || most[1] == 0)
        return stile_fail(err, STILE_INVALID, "train: needs texts with payloads and benign ones");
    return STILE_OK;
}

static stile_status fill(matrix *m, const stile_train_corpus *c, const stile_train_windows *w,
                         uint32_t *work, stile_error *err)
{
    share *shares = stile_alloc_array(MAX_SOURCES, sizeof *shares);
    size_t most[2] = {0, 0}, nodes = 0, at = 0, count = 0;
    size_t size = (size_t)MOST_TIMES * w->count;
    stile_status st = shares ? count_shares(c, w, shares, most, &nodes, err)
                             : stile_fail(err, STILE_NO_MEMORY, "train: out of memory");

    if (st)
        goto out;
    for (count = 0; count < MAX_SOURCES && shares[count].source;)
        count++;
    m->nodes = stile_alloc_array(nodes, sizeof *m->nodes);
    m->rows = stile_alloc_array(size, sizeof(struct feature_node *));
    m->labels = stile_alloc_array(size, sizeof *m->labels);
    if (!m->nodes || !m->rows || !m->labels) {
        st = stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
        goto out;
    }
    for (size_t i = 0; i < w->count; i++) {
        const stile_train_window *window = &w->items[i];
        const share *s = share_of(shares, &count, c->texts[window->text].source);
        struct feature_node *row = m->nodes + at;
        at += fill_row(m, work, sorted_features(c, window, work), row);
        for (size_t n = times_of(s, most, window->injection); n > 0; n--) {
            m->labels[m->row_count] = window->injection ? 1 : -1;
            m->rows[m->row_count++] = row;
        }
    }
out:
    stile_free(shares);
    return st;
}

static void no_print(const char *text)
{
    (void)text;
}

/* The weights of an earlier fit as a place to begin, or NULL when memory ran out: a slower fit. */
static double *start_from(const matrix *m, const stile_train_weights *before)
{
    double *w = stile_alloc_array((size_t)m->columns + 1, sizeof *w);

    for (int i = 1; w && i <= m->columns; i++)
        w[i - 1] = (double)before->of[m->feature[i]];
    if (w)
        w[m->columns] = before->bias;
    return w;
}

/* Both classes count alike, so that the bias says nothing of how the corpus was put together. */
static stile_status solve(const matrix *m, const stile_train_options *options,
                          const stile_train_weights *before, stile_train_weights *out,
                          stile_error *err)
{
    int labels[] = {1, -1};
    double positive = 0, class_weight[2];
    struct problem problem = {
        .l = (int)m->row_count, .n = m->columns + 1, .y = m->labels, .x = m->rows, .bias = 1};
    struct parameter parameter = {.solver_type = L2R_LR,
                                  .eps = 0.01,
                                  .C = options->cost,
                                  .nr_weight = 2,
                                  .weight_label = labels,
                                  .weight = class_weight,
                                  .p = 0.1};
    struct model *model;

    for (size_t i = 0; i < m->row_count; i++)
        positive += m->labels[i] > 0;
    class_weight[0] = (double)m->row_count / 2 / positive;
    class_weight[1] = (double)m->row_count / 2 / ((double)m->row_count - positive);
    if (!(out->of = stile_alloc_array((size_t)1 << m->bits, sizeof *out->of)))
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    set_print_string_function(no_print);
    if (before)
        parameter.init_sol = start_from(m, before);
    model = train(&problem, &parameter); /* of the labels 1 and -1 the weights are for 1 */
    for (int i = 1; i <= m->columns; i++)
        out->of[m->feature[i]] = (float)model->w[i - 1];
    out->bias = model->w[m->columns];
    free_and_destroy_model(&model);
    stile_free(parameter.init_sol);
    return STILE_OK;
}

static stile_status fit_windows(const stile_train_corpus *c, const stile_train_windows *w,
                                const stile_train_options *options,
                                const stile_train_weights *before, stile_train_weights *out,
                                stile_error *err)
{
    matrix m = {.bits = c->bits};
    uint32_t *work = stile_alloc_array(widest(c, w), sizeof *work);
    stile_status st = work ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "train: out of memory");

    if (!st && !(st = choose_columns(&m, c, w, options->least, work, err)) &&
        !(st = fill(&m, c, w, work, err)))
        st = solve(&m, options, before, out, err);
    release(&m);
    stile_free(work);
    return st;
}

stile_status stile_train_fit(const stile_train_corpus *corpus, const unsigned char *held,
                             const stile_train_options *options, stile_train_weights *out,
                             stile_error *err)
{
    stile_train_windows windows = {0};
    stile_train_weights before = {0}, after = {0};
    stile_status st = stile_train_windows_choose(&windows, corpus, held, options->shape, err);

    for (unsigned round = 0; !st && round < options->rounds; round++) {
        if (round && (st = stile_train_windows_mistaken(&windows, corpus, held, options->shape,
                                                        &before, err)))
            break;
        st = fit_windows(corpus, &windows, options, round ? &before : NULL, &after, err);
        stile_train_weights_release(&before);
        before = after;
        after = (stile_train_weights){0};
    }
    if (!st) {
        *out = before;
        before = (stile_train_weights){0};
    }
    stile_train_windows_release(&windows);
    stile_train_weights_release(&before);
    return st;
}
