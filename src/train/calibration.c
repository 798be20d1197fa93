/* SPDX-License-Identifier: Apache-2.0 */
#include "train/calibration.h"

#include <stdlib.h>

#include "base/memory.h"

#define ALL_SHARE 0.001
#define WORST_SHARE 0.01
#define LOW_SHARE 0.005
#define ENOUGH 100 /* texts to speak of a share of 1% */
/* Logits from the threshold to certainty: an odds ratio of 55. */
#define DOUBT 4.0
#define LEAST_STEP 0.05 /* between low and threshold */

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The least level that at most `share` of the scores, sorted from the top, reach. */
static double level_of(const double *sorted, size_t count, double share)
{
    size_t may = (size_t)((double)count * share);
    return may < count ? sorted[may] + 1e-6 : sorted[count - 1];
}

/* Benign scores of `source` (NULL: of all), sorted from the top, into `out`. */
static size_t benign_scores(const stile_train_corpus *c, const double *scores, const char *source,
                            double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        if (!c->texts[i].injection && (!source || strcmp(c->texts[i].source, source) == 0))
            out[n++] = scores[i];
    qsort(out, n, sizeof *out, descending);
    return n;
}

static bool is_first_of_source(const stile_train_corpus *c, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (!c->texts[j].injection && strcmp(c->texts[j].source, c->texts[i].source) == 0)
            return false;
    return true;
}

stile_status stile_train_calibrate(const stile_train_corpus *corpus, const double *scores,
                                   stile_train_levels *out, stile_error *err)
{
    double *sorted = stile_alloc_array(corpus->count, sizeof *sorted);
    size_t n;

    if (!sorted)
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    n = benign_scores(corpus, scores, NULL, sorted);
    if (n < ENOUGH) {
        stile_free(sorted);
        return stile_fail(err, STILE_INVALID, "calibrate: %zu benign texts, %d are needed", n,
                          ENOUGH);
    }
    out->threshold = level_of(sorted, n, ALL_SHARE);
    out->low = level_of(sorted, n, LOW_SHARE);
    for (size_t i = 0; i < corpus->count; i++) {
        if (corpus->texts[i].injection || !is_first_of_source(corpus, i))
            continue;
        n = benign_scores(corpus, scores, corpus->texts[i].source, sorted);
        if (n >= ENOUGH && level_of(sorted, n, WORST_SHARE) > out->threshold)
            out->threshold = level_of(sorted, n, WORST_SHARE);
    }
    if (out->low > out->threshold - LEAST_STEP)
        out->low = out->threshold - LEAST_STEP;
    out->sure = out->threshold + DOUBT;
    stile_free(sorted);
    return STILE_OK;
}

/* The line of a text in the table, made when it is the first. */
static json_t *line_of(json_t *lines, const stile_train_text *text)
{
    size_t i;
    json_t *line;

    json_array_foreach(lines, i, line)
    {
        if (strcmp(json_string_value(json_object_get(line, "source")), text->source) == 0 &&
            strcmp(json_string_value(json_object_get(line, "kind")), text->kind) == 0 &&
            strcmp(json_string_value(json_object_get(line, "language")), text->language) == 0)
            return line;
    }
    line = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i}", "source", text->source, "kind", text->kind,
                     "language", text->language, "n", 0, "flagged", 0, "low", 0);
    (void)json_array_append_new(lines, line);
    return line;
}

static void count_in(json_t *line, const char *name, bool one)
{
    json_t *number = json_object_get(line, name);
    (void)json_integer_set(number, json_integer_value(number) + (one ? 1 : 0));
}

stile_status stile_train_table(const stile_train_corpus *corpus, const double *scores,
                               const stile_train_levels *levels, json_t **out, stile_error *err)
{
    json_t *table = json_pack("{s:[],s:[]}", "benign", "injected");

    if (!table)
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    for (size_t i = 0; i < corpus->count; i++) {
        const stile_train_text *t = &corpus->texts[i];
        json_t *line = line_of(json_object_get(table, t->injection ? "injected" : "benign"), t);
        count_in(line, "n", true);
        count_in(line, "flagged", scores[i] >= levels->threshold);
        count_in(line, "low", scores[i] >= levels->low);
    }
    *out = table;
    return STILE_OK;
}
