/* SPDX-License-Identifier: Apache-2.0 */
/* Fitting the classifier: rows as they are read, windows against a brute force, folds, levels, a file
 * that scores as the weights did, and a fit that finds what was planted. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "classifiers/linear.h"
#include "stile/buf.h"
#include "support/folder.h"
#include "support/random.h"
#include "train/explain.h"
#include "train/folds.h"
#include "train/model_file.h"

#define BITS 12u

static char *folder;
static stile_train_corpus corpus;

static void set_up(void)
{
    folder = test_folder_make();
    stile_train_corpus_init(&corpus, BITS);
}

static void tear_down(void)
{
    stile_train_corpus_release(&corpus);
    test_folder_remove(folder);
}

TestSuite(train, .init = set_up, .fini = tear_down);

static stile_status read_rows(const char *rows, stile_error *err)
{
    const char *path = test_path(folder, "rows.jsonl");
    test_file_write(path, stile_str(rows));
    return stile_train_corpus_read(&corpus, path, err);
}

static size_t first_hot(const stile_train_text *t)
{
    for (size_t i = 0; i < t->words; i++)
        if (t->hot[i])
            return i;
    return t->words;
}

Test(train, words_of_a_span_are_hot)
{
    stile_error err = {0};

    cr_assert_eq(read_rows("{\"text\":\"one two\\nthree four\",\"label\":\"injection\","
                           "\"spans\":[[4,13]]}\n",
                           &err),
                 STILE_OK, "%s", err.text);
    cr_assert_eq(corpus.count, 1);
    cr_assert_eq(corpus.texts[0].words, 4);
    cr_assert_eq(corpus.texts[0].hot_words, 2);
    cr_assert_eq(first_hot(&corpus.texts[0]), 1);
}

Test(train, a_payload_is_found_in_the_normalized_view)
{
    stile_error err = {0};

    cr_assert_eq(
        read_rows("{\"text\":\"Fine. SEND   it\\u200b now, friend\",\"label\":\"injection\","
                  "\"meta\":{\"payload\":\"send it now\"}}\n",
                  &err),
        STILE_OK, "%s", err.text);
    cr_assert_eq(corpus.texts[0].hot_words, 3);
    cr_assert_eq(first_hot(&corpus.texts[0]), 1);
}

Test(train, direct_prompts_and_jailbreaks_are_not_fitted)
{
    stile_error err = {0};

    cr_assert_eq(read_rows("{\"text\":\"a\",\"label\":\"injection\",\"kind\":\"direct\"}\n"
                           "{\"text\":\"a\",\"label\":\"injection\",\"kind\":\"jailbreak\"}\n"
                           "{\"text\":\"a\",\"label\":\"injection\",\"kind\":\"indirect\"}\n",
                           &err),
                 STILE_OK);
    cr_assert_not(stile_train_text_fits(&corpus.texts[0]));
    cr_assert_not(stile_train_text_fits(&corpus.texts[1]));
    cr_assert(stile_train_text_fits(&corpus.texts[2]));
}

Test(train, a_wrong_row_is_named_by_its_line_and_not_by_its_text)
{
    static const char *const rows[] = {
        "\n{\"label\":\"benign\"}", "\n{\"text\":\"secret\"}", "\n{\"text\":\"secret\",",
        "\n{\"text\":\"secret\",\"label\":\"injection\",\"spans\":[[5,4]]}",
        "\n{\"text\":\"secret\",\"label\":\"injection\",\"spans\":[[0,7]]}"};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_error err = {0};
        cr_assert_neq(read_rows(rows[i], &err), STILE_OK);
        cr_assert(strstr(err.text, "rows.jsonl:2"), "%s", err.text);
        cr_assert_not(strstr(err.text, "secret"), "%s", err.text);
    }
}

/* Rows of random words; injections hold a span of them. */
static void random_rows(test_random *r, size_t count, size_t most_words)
{
    static const char *const words[] = {"ignore", "send", "the", "cat.", "Now:", "to", "1", "é"};
    char row[8192];
    stile_buf rows;
    stile_error err = {0};

    stile_buf_init(&rows, 1 << 24);
    for (size_t i = 0; i < count; i++) {
        size_t len = 0, n = 1 + test_random_below(r, (uint32_t)most_words);
        bool injection = test_random_below(r, 2);
        for (size_t w = 0; w < n; w++)
            len += (size_t)snprintf(row + len, sizeof row - len, "%s ",
                                    words[test_random_below(r, 8)]);
        stile_buf_printf(&rows, "{\"text\":\"%.*s\",\"source\":\"s%u\",\"label\":\"%s\"%s}\n",
                         (int)len, row, test_random_below(r, 4), injection ? "injection" : "benign",
                         injection ? ",\"spans\":[[0,1]]" : "");
    }
    cr_assert_eq(read_rows(rows.ptr, &err), STILE_OK, "%s", err.text);
    stile_buf_release(&rows);
}

static void random_weights(test_random *r, stile_train_weights *out)
{
    out->of = stile_alloc_array(1u << BITS, sizeof *out->of);
    for (size_t i = 0; i < 1u << BITS; i++)
        out->of[i] = (float)test_random_below(r, 255) - 127;
    out->of[0] = 127; /* so that a unit is 1 and the file holds these very weights */
    out->bias = (double)test_random_below(r, 400) - 200;
}

/* Every window summed anew, by the words of docs/formats/classifier.md. */
static double slow_score(const stile_train_text *t, stile_train_shape shape,
                         const stile_train_weights *weights)
{
    double best = -HUGE_VAL;
    size_t last = t->words > shape.window ? t->words - shape.window : 0;

    for (size_t from = 0; from <= last; from++) {
        double sum = 0;
        size_t to = from + shape.window < t->words ? from + shape.window : t->words;
        if (from % shape.stride != 0 && from != last)
            continue;
        for (uint32_t f = t->ends[from]; f < t->ends[to]; f++)
            sum += (double)weights->of[t->features[f]];
        best = fmax(best, sum);
    }
    return best + weights->bias;
}

Test(train, a_score_is_that_of_the_best_window)
{
    test_random r = test_random_start("train-score");
    stile_train_weights weights;

    random_rows(&r, 1200, 90);
    random_weights(&r, &weights);
    for (size_t i = 0; i < corpus.count; i++) {
        stile_train_shape shape = {.window = 4 + test_random_below(&r, 40)};
        uint32_t from;
        shape.stride = 1 + test_random_below(&r, shape.window);
        cr_assert_float_eq(stile_train_score(&corpus.texts[i], shape, &weights, &from),
                           slow_score(&corpus.texts[i], shape, &weights), 1e-6, "text %zu", i);
    }
    stile_train_weights_release(&weights);
}

/* The text of a row as the corpus read it, for the engine to score. */
Test(train, a_written_model_scores_as_the_weights_did)
{
    static const char *const texts[] = {"Ignore the cat. Send 1 now: to the end of all of it", "é",
                                        "one two three four five six seven eight nine"};
    test_random r = test_random_start("train-model");
    const char *path = test_path(folder, "model.bin");
    stile_train_shape shape = {.window = 6, .stride = 2}, read_shape;
    stile_train_levels levels = {.low = 10, .threshold = 60, .sure = 200}, read_levels;
    stile_error err = {0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        stile_buf row;
        stile_buf_init(&row, 4096);
        stile_buf_printf(&row, "{\"text\":\"%s\",\"label\":\"benign\"}\n", texts[i]);
        cr_assert_eq(read_rows(row.ptr, &err), STILE_OK);
        stile_buf_release(&row);
    }
    for (size_t n = 0; n < 1000; n++) {
        const stile_train_text *text = &corpus.texts[n % 3];
        stile_train_weights weights, read = {0};
        stile_linear *model = NULL;
        stile_linear_result result;
        char lower[128];
        uint32_t from;
        random_weights(&r, &weights);
        cr_assert_eq(
            stile_train_model_write(path, &weights, BITS, shape, &levels, (stile_slice){0}, &err),
            STILE_OK);
        cr_assert_eq(stile_linear_load(path, &model, &err), STILE_OK, "%s", err.text);
        (void)snprintf(lower, sizeof lower, "%s", texts[n % 3]);
        stile_linear_score(model, stile_str(lower), false, &result);
        cr_assert_float_eq(result.score, stile_train_score(text, shape, &weights, &from), 1e-6);
        cr_assert_eq(stile_train_model_weights(model, &read, &read_shape, &read_levels, &err),
                     STILE_OK);
        cr_assert_arr_eq(read.of, weights.of, sizeof(float) << BITS);
        cr_assert_float_eq(read.bias, weights.bias, 1e-9);
        cr_assert_eq(read_shape.window, shape.window);
        cr_assert_float_eq(read_levels.threshold, levels.threshold, 1e-9);
        stile_linear_destroy(model);
        stile_train_weights_release(&read);
        stile_train_weights_release(&weights);
    }
}

Test(train, sources_that_share_a_payload_or_a_group_are_held_out_together)
{
    stile_train_folds folds;
    stile_error err = {0};

    cr_assert_eq(
        read_rows("{\"text\":\"a\",\"label\":\"injection\",\"source\":\"x\",\"meta\":{\"payload\":"
                  "\"p\"}}\n"
                  "{\"text\":\"b\",\"label\":\"injection\",\"source\":\"y\",\"meta\":{\"payload\":"
                  "\"p\"}}\n"
                  "{\"text\":\"c\",\"label\":\"benign\",\"source\":\"z\",\"group\":\"g\"}\n"
                  "{\"text\":\"d\",\"label\":\"injection\",\"source\":\"y\",\"group\":\"g\"}\n"
                  "{\"text\":\"e\",\"label\":\"injection\",\"source\":\"w\"}\n"
                  "{\"text\":\"f\",\"label\":\"benign\",\"source\":\"v\"}\n",
                  &err),
        STILE_OK);
    cr_assert_eq(stile_train_folds_make(&corpus, 2, &folds, &err), STILE_OK);
    cr_assert_eq(folds.of[0], folds.of[1]);
    cr_assert_eq(folds.of[1], folds.of[2], "a carrier ties a benign text to an injected one");
    cr_assert_eq(folds.of[2], folds.of[3]);
    cr_assert_neq(folds.of[4], folds.of[0]);
    cr_assert_neq(folds.of[5], folds.of[0]);
    cr_assert_neq(folds.of[5], folds.of[4]);
    cr_assert_eq(folds.count, 4);
    stile_train_folds_release(&folds);
}

Test(train, at_the_threshold_no_source_flags_more_than_its_share)
{
    test_random r = test_random_start("train-levels");

    for (size_t n = 0; n < 1000; n++) {
        static const char *const sources[] = {"a", "b", "c"};
        stile_train_text texts[2000];
        double scores[2000];
        stile_train_corpus c = {.texts = texts, .count = 1000 + test_random_below(&r, 1000)};
        stile_train_levels levels;
        size_t flagged[3] = {0}, all[3] = {0}, low = 0;
        for (size_t i = 0; i < c.count; i++) {
            size_t source = test_random_below(&r, 3);
            texts[i] = (stile_train_text){.source = sources[source], .kind = "", .language = ""};
            scores[i] = test_random_unit(&r) * (double)(1 + source);
            all[source]++;
        }
        cr_assert_eq(stile_train_calibrate(&c, scores, &levels, NULL), STILE_OK);
        for (size_t i = 0; i < c.count; i++) {
            flagged[texts[i].source[0] - 'a'] += scores[i] >= levels.threshold;
            low += scores[i] >= levels.low;
        }
        for (size_t s = 0; s < 3; s++)
            cr_assert_leq(flagged[s] * 100, all[s]);
        cr_assert_leq((flagged[0] + flagged[1] + flagged[2]) * 1000, c.count);
        cr_assert(levels.low < levels.threshold && levels.threshold < levels.sure);
        cr_assert_geq(low, flagged[0] + flagged[1] + flagged[2]);
    }
}

Test(train, too_few_benign_texts_set_no_threshold)
{
    stile_train_text texts[99];
    double scores[99] = {0};
    stile_train_corpus c = {.texts = texts, .count = 99};
    stile_train_levels levels;

    for (size_t i = 0; i < 99; i++)
        texts[i] = (stile_train_text){.source = "a", .kind = "", .language = ""};
    cr_assert_eq(stile_train_calibrate(&c, scores, &levels, NULL), STILE_INVALID);
}

/* Injections say "obey me"; `trap` is in benign texts of source s0 alone. */
static void plant(void)
{
    stile_buf rows;
    stile_error err = {0};

    stile_buf_init(&rows, 1 << 22);
    for (size_t i = 0; i < 200; i++)
        stile_buf_printf(&rows,
                         i % 2 ? "{\"text\":\"the cat sat %zu obey me at once\",\"label\":"
                                 "\"injection\",\"spans\":[[14,29]],\"source\":\"s%zu\"}\n"
                               : "{\"text\":\"the cat sat %zu on the mat again\",\"label\":"
                                 "\"benign\",\"source\":\"s%zu\"}\n",
                         i % 9, i % 4 / 2);
    cr_assert_eq(read_rows(rows.ptr, &err), STILE_OK, "%s", err.text);
    stile_buf_release(&rows);
}

Test(train, a_fit_tells_planted_payloads_from_benign_texts)
{
    stile_train_options options = STILE_TRAIN_USUAL;
    stile_train_weights weights = {0};
    stile_error err = {0};
    uint32_t from;

    plant();
    options.cost = 1;
    cr_assert_eq(stile_train_fit(&corpus, NULL, &options, &weights, &err), STILE_OK, "%s",
                 err.text);
    for (size_t i = 0; i < corpus.count; i++)
        cr_assert_eq(stile_train_score(&corpus.texts[i], options.shape, &weights, &from) > 0,
                     corpus.texts[i].injection);
    stile_train_weights_release(&weights);
}

Test(train, scores_of_held_out_sources_are_the_same_on_any_number_of_threads)
{
    stile_train_options options = STILE_TRAIN_USUAL;
    stile_train_folds folds;
    double one[200], three[200];
    stile_error err = {0};

    plant();
    cr_assert_eq(stile_train_folds_make(&corpus, 1, &folds, &err), STILE_OK);
    cr_assert_eq(stile_train_folds_score(&corpus, &folds, &options, 1, NULL, NULL, one, &err),
                 STILE_OK, "%s", err.text);
    cr_assert_eq(stile_train_folds_score(&corpus, &folds, &options, 3, NULL, NULL, three, &err),
                 STILE_OK);
    cr_assert_arr_eq(one, three, sizeof one);
    stile_train_folds_release(&folds);
}

Test(train, without_one_of_the_classes_there_is_no_fit)
{
    stile_train_options options = STILE_TRAIN_USUAL;
    stile_train_weights weights = {0};
    stile_error err = {0};

    cr_assert_eq(read_rows("{\"text\":\"a b c\",\"label\":\"benign\"}\n", &err), STILE_OK);
    cr_assert_eq(stile_train_fit(&corpus, NULL, &options, &weights, &err), STILE_INVALID);
}

/* A model in which the word "obey" counts, and nothing else. */
static stile_linear *obey_model(void)
{
    stile_train_weights weights = {.of = stile_alloc_array(1u << BITS, sizeof(float)), .bias = -1};
    stile_train_shape shape = {.window = 8, .stride = 2};
    stile_train_levels levels = {.low = 1, .threshold = 2, .sure = 6};
    const char *path = test_path(folder, "obey.bin");
    stile_linear_walk walk = {.words.text = stile_str("obey")};
    stile_linear_word word;
    stile_linear *model = NULL;
    stile_error err = {0};

    cr_assert(stile_linear_next(&walk, &word));
    weights.of[word.hash[0] & ((1u << BITS) - 1)] = 4;
    cr_assert_eq(
        stile_train_model_write(path, &weights, BITS, shape, &levels, (stile_slice){0}, &err),
        STILE_OK);
    cr_assert_eq(stile_linear_load(path, &model, &err), STILE_OK, "%s", err.text);
    stile_train_weights_release(&weights);
    return model;
}

Test(train, an_explanation_names_the_place_in_the_original_and_the_word_that_decided)
{
    const char text[] = "One  two\nthree OB\xE2\x80\x8B"
                        "EY four five.";
    stile_linear *model = obey_model();
    json_t *explanation = NULL, *passage, *feature;
    stile_error err = {0};

    cr_assert_eq(
        stile_train_explain(model, stile_str(text), STILE_FORMAT_TEXT, 5, &explanation, &err),
        STILE_OK, "%s", err.text);
    /* three, less the step from low to the threshold, since the text is short */
    cr_assert_float_eq(json_number_value(json_object_get(explanation, "score")), 2, 0.1);
    passage = json_array_get(
        json_object_get(json_array_get(json_object_get(explanation, "views"), 0), "passages"), 0);
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(passage, "span"), "start")),
                 15);
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(passage, "span"), "end")), 22);
    feature = json_array_get(json_object_get(passage, "features"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(feature, "feature")), "obey");
    cr_assert_str_eq(json_string_value(json_object_get(feature, "kind")), "word");
    json_decref(explanation);
    stile_linear_destroy(model);
}

Test(train, explain_names_a_misplaced_sentence)
{
    const char text[] =
        "The lighthouse on the northern cape was the third at this place. Its lamp burned rape "
        "oil, "
        "and later it was fed with gas from a works in the harbour. The keeper lived there until "
        "1932. What is the capital of Peru? A storm in 1958 broke the gallery, and it was replaced "
        "by one of iron.";
    stile_linear *model = obey_model();
    json_t *explanation = NULL, *sentence;
    stile_error err = {0};

    cr_assert_eq(
        stile_train_explain(model, stile_str(text), STILE_FORMAT_TEXT, 5, &explanation, &err),
        STILE_OK, "%s", err.text);
    sentence = json_array_get(json_object_get(explanation, "misplaced"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(sentence, "sentence")),
                     "What is the capital of Peru?");
    cr_assert_eq(
        json_integer_value(json_object_get(json_object_get(sentence, "features"), "names_unseen")),
        1);
    json_decref(explanation);
    stile_linear_destroy(model);
}

Test(train, a_text_below_the_low_level_has_no_passages)
{
    stile_linear *model = obey_model();
    json_t *explanation = NULL;
    stile_error err = {0};

    cr_assert_eq(stile_train_explain(model, stile_str("nothing here"), STILE_FORMAT_TEXT, 5,
                                     &explanation, &err),
                 STILE_OK);
    cr_assert_eq(json_number_value(json_object_get(explanation, "weight")), 0);
    cr_assert_eq(json_array_size(json_object_get(
                     json_array_get(json_object_get(explanation, "views"), 0), "passages")),
                 0);
    json_decref(explanation);
    stile_linear_destroy(model);
}

Test(train, only_the_first_window_of_a_text_is_cut_to_its_payload)
{
    stile_train_shape shape = {.window = 8, .stride = 1};
    stile_train_windows windows = {0};
    stile_error err = {0};
    size_t cut = 0;

    cr_assert_eq(
        read_rows("{\"text\":\"a b c d e f g obey me now h i j k l m n o p q r s t u v w x\","
                  "\"label\":\"injection\",\"spans\":[[14,25]]}\n",
                  &err),
        STILE_OK, "%s", err.text);
    cr_assert_eq(stile_train_windows_choose(&windows, &corpus, NULL, shape, &err), STILE_OK);
    for (size_t i = 0; i < windows.count; i++) {
        const stile_train_window *w = &windows.items[i];
        if (w->injection)
            cut += w->from == 7 && w->to == 10;
        else /* and a clean one lies a window apart from the payload */
            cr_assert_geq(w->from, 18);
    }
    cr_assert_eq(cut, 1);
    cr_assert_geq(windows.count, 3);
    stile_train_windows_release(&windows);
}
