/* SPDX-License-Identifier: Apache-2.0 */
/* The constants of BM25 in stile.yaml reach the scores of an answer. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "world/world.h"

#define DOCUMENTS 2

/* Counts of words in what is stored below; the query asks for "copper", which both hold. */
static const struct {
    const char *title, *body;
    double title_tf, body_tf, title_len, body_len;
} stored[DOCUMENTS] = {
    {"copper ledger", "copper anchor copper barley", 1, 2, 2, 4},
    {"orchard", "ledger copper", 0, 1, 1, 2},
};

static double expected_score(int n, double k1, double b, double title_weight)
{
    double total = 0, length[DOCUMENTS], idf = log(1 + .5 / (DOCUMENTS + .5));
    double tf = stored[n].body_tf + title_weight * stored[n].title_tf;

    for (int i = 0; i < DOCUMENTS; i++) {
        length[i] = stored[i].body_len + title_weight * stored[i].title_len;
        total += length[i];
    }
    return idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length[n] / (total / DOCUMENTS)));
}

static void expect_scores(const char *config, double k1, double b, double title_weight)
{
    world_document documents[DOCUMENTS];
    const world_document *all[DOCUMENTS];
    stile_buf answer;
    json_t *json = NULL;
    const json_t *results;
    world w;

    world_open(&w, config);
    for (int i = 0; i < DOCUMENTS; i++) {
        documents[i] = (world_document){.format = STILE_FORMAT_TEXT, .metadata = "{}"};
        (void)snprintf(documents[i].id, sizeof documents[i].id, "doc-%05d", i);
        (void)snprintf(documents[i].title, sizeof documents[i].title, "%s", stored[i].title);
        stile_buf_init(&documents[i].body, 1024);
        stile_buf_add_str(&documents[i].body, stored[i].body);
        all[i] = &documents[i];
    }
    world_put(&w, all, DOCUMENTS);
    world_ask_json(&w, 0, "{\"query\":\"copper\",\"mode\":\"lexical\"}", &answer);
    cr_assert_eq(stile_json_parse(stile_buf_slice(&answer), "answer", &json, NULL), STILE_OK);
    results = json_object_get(json, "results");
    cr_assert_eq(json_array_size(results), DOCUMENTS);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        const json_t *result = json_array_get(results, i);
        const char *id = json_string_value(json_object_get(result, "document_id"));
        double score = json_real_value(json_object_get(result, "score"));
        double expected = expected_score(id[8] - '0', k1, b, title_weight);
        cr_expect_float_eq(score, expected, 1e-6, "%s: %s: %f, expected %f",
                           config ? config : "no stile.yaml", id, score, expected);
    }
    json_decref(json);
    stile_buf_release(&answer);
    world_close(&w);
    for (int i = 0; i < DOCUMENTS; i++)
        world_document_release(&documents[i]);
}

Test(bm25, its_usual_constants_are_those_of_the_manual)
{
    expect_scores(NULL, 1.2, .75, 1);
}

Test(bm25, its_constants_are_those_of_the_configuration)
{
    expect_scores("index:\n  k1: 0.9\n", .9, .75, 1);
    expect_scores("index:\n  b: 0\n", 1.2, 0, 1);
    expect_scores("index:\n  title_weight: 2.5\n", 1.2, .75, 2.5);
    expect_scores("index:\n  k1: 2\n  b: 0.3\n  title_weight: 0.5\n", 2, .3, .5);
}
