/* SPDX-License-Identifier: Apache-2.0 */
/* Labels large enough for a graph: recall, restarts, and what hidden data may not change. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "indexes/code.h"
#include "stile/permit.h"
#include "world.h"

#define DIM WORLD_DIM
#define ROWS 3000
#define K 10

static void random_unit(float *vector, test_random *r)
{
    double norm = 0;

    for (int i = 0; i < DIM; i++) {
        vector[i] = (float)(test_random_unit(r) + test_random_unit(r) - 1);
        norm += (double)vector[i] * (double)vector[i];
    }
    for (int i = 0; i < DIM; i++)
        vector[i] = (float)((double)vector[i] / sqrt(norm));
}

/* Documents [from, to) of one row each, in steps of 100; `tag` is part of their identities, and
 * their vectors derive from `salt`. */
static void add_tagged(world *w, uint32_t label, uint32_t tag, uint32_t from, uint32_t to,
                       uint64_t salt)
{
    static const stile_term term = {7, 0, 1};
    static const stile_terms terms = {&term, 1, 0, 1};
    stile_error err = {0};

    for (uint32_t first = from; first < to; first += 100) {
        stile_index_document documents[100];
        int8_t codes[100][DIM];
        float scales[100], vector[DIM];
        size_t n = 0;
        for (uint32_t i = first; i < to && i < first + 100; i++, n++) {
            test_random r = {salt * 1000003 + i};
            stile_docref doc = {{0}};
            memcpy(doc.bytes, &i, sizeof i);
            memcpy(doc.bytes + 8, &tag, sizeof tag);
            random_unit(vector, &r);
            stile_code_encode(vector, DIM, codes[n], &scales[n]);
            documents[n] = (stile_index_document){
                doc, 0, w->label_ids[label], 1, codes[n], &scales[n], &terms, {0}};
        }
        cr_assert_eq(stile_index_apply(w->index, documents, n, NULL, 0, ++w->seq, &err), STILE_OK,
                     "%s", err.text);
    }
}

static void add_rows(world *w, uint32_t label, uint32_t from, uint32_t to, uint64_t salt)
{
    add_tagged(w, label, label, from, to, salt);
}

static void remove_rows(world *w, uint32_t label, uint32_t from, uint32_t to)
{
    stile_docref *docs = calloc(to - from, sizeof *docs);
    stile_error err = {0};

    for (uint32_t i = from; i < to; i++) {
        memcpy(docs[i - from].bytes, &i, sizeof i);
        memcpy(docs[i - from].bytes + 8, &label, sizeof label);
    }
    cr_assert_eq(stile_index_apply(w->index, NULL, 0, docs, to - from, ++w->seq, &err), STILE_OK);
    free(docs);
}

static void save(world *w)
{
    stile_error err = {0};
    cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
}

/* The hits of one dense search for label 0; and, if asked, the generation. */
static size_t search(world *w, uint64_t query, uint32_t k, stile_hit *out, stile_sha256 *generation)
{
    test_random r = {query * 77 + 5};
    float vector[DIM];
    uint32_t collection = 0;
    stile_permit *permit = world_permit(w, 1);
    stile_search s = {.mode = STILE_MODE_DENSE,
                      .collections = &collection,
                      .collection_count = 1,
                      .permit = permit,
                      .vector = vector,
                      .k = k};
    stile_index_view *view = stile_index_acquire(w->index);
    stile_arena arena = {0};
    stile_hit *hits;
    stile_error err = {0};
    size_t count;

    random_unit(vector, &r);
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_OK, "%s",
                 err.text);
    memcpy(out, hits, count * sizeof *hits);
    if (generation)
        stile_index_generation(view, permit, &collection, 1, generation);
    stile_arena_release(&arena);
    stile_permit_unref(permit);
    stile_index_view_unref(view);
    return count;
}

static uint64_t ann_count(world *w)
{
    stile_index_view *view = stile_index_acquire(w->index);
    stile_index_stats stats;
    const char *why = NULL;

    stile_index_view_stats(view, &stats);
    cr_assert(stile_index_view_validate(view, &why), "%s", why);
    stile_index_view_unref(view);
    return stats.ann_indexes;
}

static double recall(world *w, world *exact)
{
    uint32_t found = 0;

    for (uint64_t q = 0; q < 100; q++) {
        stile_hit a[K], b[K];
        cr_assert_eq(search(w, q, K, a, NULL), K);
        cr_assert_eq(search(exact, q, K, b, NULL), K);
        for (int i = 1; i < K; i++)
            for (int j = 0; j < i; j++)
                cr_assert_neq(memcmp(a[i].doc.bytes, a[j].doc.bytes, 16), 0, "a row twice");
        for (int i = 0; i < K; i++)
            for (int j = 0; j < K; j++)
                if (memcmp(a[i].doc.bytes, b[j].doc.bytes, 16) == 0) {
                    cr_assert_eq(a[i].score, b[j].score);
                    found++;
                }
    }
    return found / (100.0 * K);
}

Test(ann, finds_nearly_what_a_scan_finds_with_the_same_scores, .timeout = 300)
{
    world *w = world_make(64), *exact = world_make(0);
    stile_sha256 none = {{0}}, generation;
    stile_hit hits[K];

    add_rows(w, 0, 0, ROWS, 1);
    add_rows(exact, 0, 0, ROWS, 1);
    save(w);
    save(exact);
    cr_assert_eq(ann_count(w), 1);
    cr_assert_eq(ann_count(exact), 0);
    cr_assert(recall(w, exact) >= .95, "%f", recall(w, exact));
    /* replaced, new and removed rows that the graph does not know of */
    add_rows(w, 0, 0, 200, 2);
    add_rows(exact, 0, 0, 200, 2);
    add_rows(w, 0, 1000, 1300, 1); /* the same again */
    add_rows(w, 0, ROWS, ROWS + 300, 1);
    add_rows(exact, 0, ROWS, ROWS + 300, 1);
    remove_rows(w, 0, 500, 700);
    remove_rows(exact, 0, 500, 700);
    cr_assert(recall(w, exact) >= .95, "%f", recall(w, exact));
    (void)search(exact, 1, K, hits, &generation);
    cr_assert_eq(memcmp(&generation, &none, sizeof none), 0);
    (void)search(w, 1, K, hits, &generation);
    cr_assert_neq(memcmp(&generation, &none, sizeof none), 0);
    world_free(w);
    world_free(exact);
}

Test(ann, few_survivors_are_scanned_exactly, .timeout = 300)
{
    world *w = world_make(64), *exact = world_make(0);

    add_rows(w, 0, 0, 1000, 1);
    add_rows(exact, 0, 0, 1000, 1);
    save(w);
    remove_rows(w, 0, 20, 1000);
    remove_rows(exact, 0, 20, 1000);
    cr_assert_eq(ann_count(w), 1);
    for (uint64_t q = 0; q < 50; q++) {
        stile_hit a[25], b[25];
        size_t n = search(w, q, 25, a, NULL);
        cr_assert_eq(n, 20);
        cr_assert_eq(search(exact, q, 25, b, NULL), n);
        for (size_t i = 0; i < n; i++) {
            cr_assert_eq(memcmp(a[i].doc.bytes, b[i].doc.bytes, 16), 0);
            cr_assert_eq(a[i].score, b[i].score);
        }
    }
    save(w); /* too few for a graph now */
    cr_assert_eq(ann_count(w), 0);
    world_free(w);
    world_free(exact);
}

static void assert_same(world *a, world *b)
{
    for (uint64_t q = 0; q < 200; q++) {
        stile_hit x[K], y[K];
        stile_sha256 x_generation, y_generation;
        cr_assert_eq(search(a, q, K, x, &x_generation), K);
        cr_assert_eq(search(b, q, K, y, &y_generation), K);
        for (int i = 0; i < K; i++) {
            cr_assert_eq(memcmp(x[i].doc.bytes, y[i].doc.bytes, 16), 0, "query %d", (int)q);
            cr_assert_eq(x[i].score, y[i].score);
        }
        cr_assert_eq(memcmp(&x_generation, &y_generation, sizeof x_generation), 0);
    }
}

/* Hidden labels, their graphs, other segments and a restart: not a byte of label 0's answers. */
Test(ann, hidden_labels_and_restarts_change_nothing, .timeout = 300)
{
    world *a = world_make(64), *b = world_make(64);
    uint64_t seq;

    add_rows(a, 0, 0, ROWS, 1);
    save(a);
    add_rows(b, 3, 0, 900, 9);
    add_rows(b, 0, 1500, ROWS, 1);
    remove_rows(b, 3, 0, 100);
    add_rows(b, 0, 0, 1500, 1);
    add_rows(b, 4, 0, 70, 9);
    save(b);
    cr_assert_eq(ann_count(a), 1);
    cr_assert_eq(ann_count(b), 3);
    assert_same(a, b);
    add_rows(a, 0, 100, 300, 5);
    add_rows(b, 0, 100, 300, 5);
    add_rows(b, 3, 0, 400, 5);
    save(b); /* news, but too little for another graph */
    seq = b->seq;
    cr_assert_eq(world_reopen(b), seq);
    cr_assert_eq(ann_count(b), 3);
    assert_same(a, b);
    world_free(a);
    world_free(b);
}

static stile_sha256 generation_of(world *w, uint32_t mask)
{
    const uint32_t collection = 0;
    stile_index_view *view = stile_index_acquire(w->index);
    stile_permit *permit = world_permit(w, mask);
    stile_sha256 out;

    stile_index_generation(view, permit, &collection, 1, &out);
    stile_permit_unref(permit);
    stile_index_view_unref(view);
    return out;
}

/* Label ids tell in which order labels came, hidden ones too: a generation must not show it. */
Test(ann, a_generation_names_every_permitted_graph_and_no_label_id, .timeout = 60)
{
    world *a = world_make(64), *b = world_make(64);
    stile_sha256 one, other, both, swapped;

    add_tagged(a, 0, 1, 0, 100, 1);
    add_tagged(a, 1, 2, 0, 100, 2);
    add_tagged(b, 1, 1, 0, 100, 1);
    add_tagged(b, 0, 2, 0, 100, 2);
    save(a);
    save(b);
    one = generation_of(a, 1);
    other = generation_of(a, 2);
    both = generation_of(a, 3);
    swapped = generation_of(b, 3);
    cr_assert_neq(memcmp(&one, &other, sizeof one), 0);
    cr_assert_neq(memcmp(&both, &one, sizeof one), 0);
    cr_assert_neq(memcmp(&both, &other, sizeof one), 0);
    cr_assert_eq(memcmp(&both, &swapped, sizeof both), 0);
    swapped = generation_of(b, 2);
    cr_assert_eq(memcmp(&one, &swapped, sizeof one), 0);
    world_free(a);
    world_free(b);
}
