/* SPDX-License-Identifier: Apache-2.0 */
#include "train/calibration.h"

#include <stdlib.h>

#include "base/memory.h"

#define ALL_SHARE 0.001
#define WORST_SHARE 0.01
#define LOW_SHARE 0.005
#define ENOUGH 100 /* texts to speak of a share of 1% */
#define ENOUGH_OF_A_LANGUAGE 1000
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

/* Twins and records made up to be mistaken are worth fitting, but no source of documents: what they
 * score when all of their kind is held out says nothing of what a reader will meet. */
static bool is_document(const stile_train_text *t)
{
    return !t->injection && strcmp(t->kind, "benign-made") != 0;
}

/* Benign scores of `source` or `language` (NULL: of all), sorted from the top, into `out`. */
static size_t benign_scores(const stile_train_corpus *c, const double *scores, const char *source,
                            const char *language, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        if (is_document(&c->texts[i]) && (!source || strcmp(c->texts[i].source, source) == 0) &&
            (!language || strcmp(c->texts[i].language, language) == 0))
            out[n++] = scores[i];
    qsort(out, n, sizeof *out, descending);
    return n;
}

/* Whether no earlier document has the source, or the language, of this one. */
static bool is_first(const stile_train_corpus *c, size_t i, bool of_source)
{
    const stile_train_text *t = &c->texts[i];
    for (size_t j = 0; j < i; j++)
        if (is_document(&c->texts[j]) &&
            strcmp(of_source ? c->texts[j].source : c->texts[j].language,
                   of_source ? t->source : t->language) == 0)
            return false;
    return is_document(t);
}

static void raise_level(double *level, const double *sorted, size_t count, size_t least,
                        double share)
{
    if (count >= least && level_of(sorted, count, share) > *level)
        *level = level_of(sorted, count, share);
}

stile_status stile_train_calibrate(const stile_train_corpus *corpus, const double *scores,
                                   stile_train_levels *out, stile_error *err)
{
    double *sorted = stile_alloc_array(corpus->count, sizeof *sorted);
    size_t n;

    if (!sorted)
        return stile_fail(err, STILE_NO_MEMORY, "train: out of memory");
    n = benign_scores(corpus, scores, NULL, NULL, sorted);
    if (n < ENOUGH) {
        stile_free(sorted);
        return stile_fail(err, STILE_INVALID, "calibrate: %zu benign texts, %d are needed", n,
                          ENOUGH);
    }
    out->threshold = level_of(sorted, n, ALL_SHARE);
    out->low = level_of(sorted, n, LOW_SHARE);
    for (size_t i = 0; i < corpus->count; i++) {
        const stile_train_text *t = &corpus->texts[i];
        if (is_first(corpus, i, true)) {
            n = benign_scores(corpus, scores, t->source, NULL, sorted);
            raise_level(&out->threshold, sorted, n, ENOUGH, WORST_SHARE);
        }
        if (is_first(corpus, i, false)) {
            n = benign_scores(corpus, scores, NULL, t->language, sorted);
            raise_level(&out->threshold, sorted, n, ENOUGH_OF_A_LANGUAGE, ALL_SHARE);
            raise_level(&out->low, sorted, n, ENOUGH_OF_A_LANGUAGE, LOW_SHARE);
        }
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
