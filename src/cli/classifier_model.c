/* SPDX-License-Identifier: Apache-2.0 */
/* `stile classifier calibrate`, `eval` and `explain`: what starts from a model's file. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/classifier.h"
#include "cli/ui.h"
#include "scan/scan.h"
#include "stile/limits.h"
#include "train/explain.h"
#include "train/model_file.h"

#define FEATURES_SHOWN 12

const stile_option stile_classifier_model_options[] = {
    {"model", 'm', "FILE", "the model; the shipped one when not given", false},
    {"scores", 0, "FILE", "also write each row's score, a JSON line each", false},
    {"out", 'o', "FILE", "calibrate: where the model with new levels goes", false},
    {"levels", 0, "A,B,...", "calibrate: of the rows' security labels, when not the usual ones",
     false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

const stile_option stile_classifier_explain_options[] = {
    {"model", 'm', "FILE", "the model; the shipped one when not given", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static stile_status load(const stile_arguments *arguments, stile_linear **out, stile_error *err)
{
    const char *given = stile_argument(arguments, "model");
    char path[PATH_MAX];
    stile_status st = STILE_OK;

    if (!given)
        st = stile_classifier_path(path, sizeof path, err);
    return st ? st : stile_linear_load(given ? given : path, out, err);
}

/* A model, and texts with their scores under it. */
typedef struct measured {
    stile_linear *model;
    stile_train_weights weights;
    stile_train_shape shape;
    stile_train_levels levels;
    stile_train_corpus corpus;
    double *scores;
} measured;

static void release(measured *m)
{
    stile_free(m->scores);
    stile_train_corpus_release(&m->corpus);
    stile_train_weights_release(&m->weights);
    stile_linear_destroy(m->model);
}

static stile_status measure(const stile_arguments *arguments, measured *m, stile_error *err)
{
    uint32_t from;
    stile_status st;

    if ((st = load(arguments, &m->model, err)) ||
        (st = stile_train_model_weights(m->model, &m->weights, &m->shape, &m->levels, err)))
        return st;
    stile_train_corpus_init(&m->corpus, stile_linear_fields_of(m->model).bits);
    m->corpus.network = stile_linear_network(m->model);
    if ((st = stile_classifier_read(arguments, &m->corpus, err)))
        return st;
    if (!(m->scores = stile_alloc_array(m->corpus.count, sizeof *m->scores)))
        return stile_fail(err, STILE_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < m->corpus.count; i++)
        m->scores[i] = stile_train_score(&m->corpus.texts[i], m->shape, &m->weights, &from);
    return STILE_OK;
}

static int finish(const stile_arguments *arguments, measured *m, stile_status st, stile_error *err)
{
    const char *path = stile_argument(arguments, "scores");
    json_t *table = NULL;
    int code;

    if (!st && path)
        st = stile_classifier_write_scores(path, &m->corpus, m->scores, err);
    if (st || stile_train_table(&m->corpus, m->scores, &m->levels, &table, err))
        code = stile_report(err);
    else
        code = stile_classifier_print(arguments, table, &m->levels);
    json_decref(table);
    release(m);
    return code;
}

int stile_classifier_eval(const stile_arguments *arguments)
{
    measured m = {0};
    stile_error err = {0};
    stile_status st = measure(arguments, &m, &err);

    return finish(arguments, &m, st, &err);
}

int stile_classifier_calibrate(const stile_arguments *arguments)
{
    const char *out = stile_argument(arguments, "out");
    measured m = {0};
    stile_error err = {0};
    stile_status st;

    if (!out)
        return stile_usage_error(arguments, "--out FILE is needed");
    if (!(st = measure(arguments, &m, &err)) &&
        !(st = stile_train_calibrate(&m.corpus, m.scores, &m.levels, &err)) &&
        !(st = stile_train_model_write(out, &m.weights, m.corpus.bits, m.shape, &m.levels,
                                       stile_linear_fields_of(m.model).network, &err)))
        st = stile_classifier_put_label(arguments, out, &m.corpus,
                                        stile_linear_fields_of(m.model).label, &err);
    return finish(arguments, &m, st, &err);
}

static void print_passage(const char *view, const json_t *passage)
{
    const json_t *span = json_object_get(passage, "span");
    size_t i;
    json_t *feature;

    printf("%s, bytes %lld to %lld: score %.2f, weight %.2f\n", view,
           json_integer_value(json_object_get(span, "start")),
           json_integer_value(json_object_get(span, "end")),
           json_number_value(json_object_get(passage, "score")),
           json_number_value(json_object_get(passage, "weight")));
    json_array_foreach(json_object_get(passage, "features"), i, feature)
    {
        printf("  %+.2f  %-13s  ", json_number_value(json_object_get(feature, "logits")),
               stile_reply_text(feature, "kind", "-"));
        stile_print_stored(stdout, stile_str(stile_reply_text(feature, "feature", "-")), false);
        printf("\n");
    }
}

static void print_misplaced(const json_t *sentence)
{
    const json_t *span = json_object_get(sentence, "span");
    const char *name;
    json_t *value;

    printf("misplaced, bytes %lld to %lld: score %.2f, weight %.2f\n  ",
           json_integer_value(json_object_get(span, "start")),
           json_integer_value(json_object_get(span, "end")),
           json_number_value(json_object_get(sentence, "score")),
           json_number_value(json_object_get(sentence, "weight")));
    stile_print_stored(stdout, stile_str(stile_reply_text(sentence, "sentence", "-")), false);
    printf("\n ");
    json_object_foreach(json_object_get(sentence, "features"), name, value)
    {
        printf(" %s=%lld", name, json_integer_value(value));
    }
    printf("\n");
}

static void print_explanation(const json_t *explanation)
{
    size_t v, p;
    json_t *view, *passage;

    printf("score %.2f, weight %.2f\n", json_number_value(json_object_get(explanation, "score")),
           json_number_value(json_object_get(explanation, "weight")));
    json_array_foreach(json_object_get(explanation, "views"), v, view)
    {
        json_array_foreach(json_object_get(view, "passages"), p, passage)
        {
            print_passage(stile_reply_text(view, "view", "-"), passage);
        }
    }
    json_array_foreach(json_object_get(explanation, "misplaced"), p, passage)
    {
        print_misplaced(passage);
    }
}

int stile_classifier_explain(const stile_arguments *arguments)
{
    size_t count;
    const char *const *paths = stile_argument_positionals(arguments, &count);
    stile_linear *model = NULL;
    stile_error err = {0};
    json_t *explanation = NULL;
    stile_buf text;
    int code = 0;

    stile_buf_init(&text, STILE_MAX_DOCUMENT);
    if (load(arguments, &model, &err) || stile_file_read(paths[0], &text, &err) ||
        stile_train_explain(model, stile_buf_slice(&text), STILE_FORMAT_UNKNOWN, FEATURES_SHOWN,
                            &explanation, &err))
        code = stile_report(&err);
    else if (stile_argument_flag(arguments, "json"))
        code = stile_print_json(explanation);
    else
        print_explanation(explanation);
    json_decref(explanation);
    stile_buf_release(&text);
    stile_linear_destroy(model);
    return code;
}
