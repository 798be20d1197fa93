/* SPDX-License-Identifier: Apache-2.0 */
/* The index against its oracle, under faults, and under concurrent readers. */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/memory.h"
#include "world.h"

Test(index, answers_as_the_oracle_after_any_history, .timeout = 600)
{
    uint64_t seed = test_random_seed("index_oracle");
    uint32_t cases = test_cases(1000);

    for (uint32_t n = 0; n < cases;) {
        test_random r = test_random_case(seed, n);
        uint32_t documents = 1 + test_random_below(&r, 60);
        world *w = world_make(0);
        for (uint32_t step = 0; step < 60 && n < cases; step++, n++) {
            const char *wrong;
            stile_error err = {0};
            world_step(w, documents, &r);
            if (test_random_below(&r, 8) == 0) {
                uint64_t seq = w->seq;
                cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
                if (test_random_below(&r, 2))
                    cr_assert_eq(world_reopen(w), seq);
            }
            wrong = world_check(w, &r);
            cr_assert_null(wrong, "case %u: %s", n, wrong);
            if (step % 10 == 0)
                world_assert_valid(w, n);
        }
        world_free(w);
    }
}

Test(index, merges_large_histories_without_a_trace, .timeout = 600)
{
    uint64_t seed = test_random_seed("index_merge");
    test_random r = test_random_case(seed, 0);
    world *w = world_make(0);
    stile_index_view *view;
    stile_index_stats stats;
    const char *wrong;

    for (uint32_t step = 0; step < 900; step++) {
        world_step(w, WORLD_DOCUMENTS, &r);
        if (step % 30 == 0) {
            wrong = world_check(w, &r);
            cr_assert_null(wrong, "step %u: %s", step, wrong);
        }
    }
    world_assert_valid(w, 0);
    view = stile_index_acquire(w->index);
    stile_index_view_stats(view, &stats);
    stile_index_view_unref(view);
    cr_assert(stats.segments <= 3 * 7, "%llu segments", (unsigned long long)stats.segments);
    cr_assert(stats.live_rows > 0);
    world_free(w);
}

Test(index, the_last_version_of_a_document_in_one_step_wins)
{
    test_random r = {1};
    world *w = world_make(0);
    stile_term term = {42, 0, 1};
    stile_terms terms = {&term, 1, 0, 1};
    int8_t codes[WORLD_DIM] = {1};
    float scale = 1;
    stile_index_document twice[2];
    stile_index_view *view;
    stile_index_stats stats;
    stile_error err = {0};

    world_fill(w, 0, 0, &r);
    for (uint32_t i = 0; i < 2; i++)
        twice[i] = (stile_index_document){
            w->documents[0].doc, 0, w->label_ids[i], 1, codes, &scale, &terms, {0}};
    cr_assert_eq(stile_index_apply(w->index, twice, 2, NULL, 0, 1, &err), STILE_OK);
    view = stile_index_acquire(w->index);
    stile_index_view_stats(view, &stats);
    cr_assert_eq(stats.live_rows, 1);
    cr_assert_eq(stats.dead_rows, 0);
    stile_index_view_unref(view);
    world_free(w);
}

Test(index, refuses_what_is_no_number_or_too_much)
{
    test_random r = {1};
    world *w = world_make(0);
    stile_term term = {42, 0, 1};
    stile_terms terms = {&term, 1, 0, 1};
    int8_t codes[WORLD_DIM] = {1};
    float scale = NAN, vector[WORLD_DIM] = {NAN};
    uint32_t collection = 0;
    stile_index_document bad;
    stile_search s = {.mode = STILE_MODE_DENSE,
                      .collections = &collection,
                      .collection_count = 1,
                      .vector = vector,
                      .k = 1};
    stile_index_view *view = stile_index_acquire(w->index);
    stile_hit *hits;
    size_t count;
    stile_arena arena = {0};
    stile_error err = {0};

    world_fill(w, 0, 0, &r);
    bad = (stile_index_document){w->documents[0].doc, 0, 0, 1, codes, &scale, &terms, {0}};
    cr_assert_eq(stile_index_apply(w->index, &bad, 1, NULL, 0, 1, &err), STILE_INVALID);
    cr_assert_eq(stile_index_view_seq(view), 0);
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_INVALID);
    s.vector = NULL;
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_INVALID);
    s = (stile_search){.mode = STILE_MODE_LEXICAL, .k = 1};
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_INVALID);
    s.terms = &terms;
    s.dense_weight = NAN;
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_INVALID);
    s.dense_weight = 1.5;
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_INVALID);
    s.dense_weight = 0;
    s.k = 1u << 20;
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_TOO_LARGE);
    stile_arena_release(&arena);
    stile_index_view_unref(view);
    world_free(w);
}

/* A NULL permit permits nothing: fail closed. */
Test(index, finds_nothing_without_a_permit)
{
    test_random r = {1};
    world *w = world_make(0);
    uint32_t slot = 0, collection = 0;
    stile_search s = {
        .mode = STILE_MODE_DENSE, .collections = &collection, .collection_count = 1, .k = 10};
    stile_index_view *view;
    stile_hit *hits;
    size_t count = 1;
    stile_arena arena = {0};
    stile_error err = {0};

    world_fill(w, 0, 0, &r);
    cr_assert_eq(world_apply(w, &slot, 1, &err), STILE_OK);
    s.vector = w->documents[0].chunk[0].vector;
    view = stile_index_acquire(w->index);
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, &err), STILE_OK);
    cr_assert_eq(count, 0);
    stile_arena_release(&arena);
    stile_index_view_unref(view);
    world_free(w);
}

Test(index, a_failed_apply_leaves_the_view_as_it_was, .timeout = 300)
{
    test_random r = {3};
    world *w = world_make(0);
    stile_error err = {0};
    stile_status st = STILE_NO_MEMORY;
    long failures = 0;

    for (uint32_t i = 0; i < 7; i++) { /* the next one merges */
        world_fill(w, i, i % WORLD_LABELS, &r);
        cr_assert_eq(world_apply(w, &i, 1, &err), STILE_OK);
    }
    for (long n = 0; st; n++) {
        const uint32_t slots[] = {2, 7, 8};
        stile_index_view *before = stile_index_acquire(w->index), *after;
        world saved = *w;
        world_fill(w, 2, 1, &r);
        world_fill(w, 7, 1, &r);
        stile_memory_fail_after(n);
        st = world_apply(w, slots, 2, &err);
        stile_memory_fail_after(-1);
        after = stile_index_acquire(w->index);
        if (st) {
            cr_assert_eq(st, STILE_NO_MEMORY, "%s", err.text);
            cr_assert_eq(before, after);
            *w = saved;
            failures++;
        }
        stile_index_view_unref(before);
        stile_index_view_unref(after);
        if (st) {
            const char *wrong = world_check(w, &r);
            cr_assert_null(wrong, "%s", wrong);
        }
    }
    cr_assert(failures > 20, "%ld", failures);
    world_free(w);
}

Test(index, a_failed_search_or_save_is_clean, .timeout = 300)
{
    test_random r = {4};
    world *w = world_make(8);
    stile_error err = {0};
    stile_status st = STILE_NO_MEMORY;
    stile_term storage[WORLD_WORDS];
    float vector[WORLD_DIM];
    uint32_t collection = 0;
    stile_terms terms;
    stile_permit *permit = world_permit(w, 63);
    stile_search s = {.collections = &collection,
                      .collection_count = 1,
                      .permit = permit,
                      .terms = &terms,
                      .vector = vector,
                      .dense_weight = .5,
                      .k = 5};

    for (uint32_t i = 0; i < 60; i++) {
        world_fill(w, i, i % 2, &r);
        cr_assert_eq(world_apply(w, &i, 1, &err), STILE_OK);
    }
    world_query(&terms, storage, vector, &r);
    for (long n = 0; st; n++) {
        stile_index_view *view = stile_index_acquire(w->index);
        stile_arena arena = {0};
        stile_hit *hits;
        size_t count;
        stile_memory_fail_after(n);
        st = stile_index_search(view, &s, &arena, &hits, &count, &err);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "%s", err.text);
        stile_arena_release(&arena);
        stile_index_view_unref(view);
    }
    st = STILE_NO_MEMORY;
    for (long n = 0; st; n++) {
        stile_memory_fail_after(n);
        st = stile_index_save(w->index, &err);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "%s", err.text);
    }
    st = STILE_NO_MEMORY;
    for (long n = 0; st; n++) {
        stile_index *again = NULL;
        uint64_t seq;
        stile_memory_fail_after(n);
        st = stile_index_open(&w->options, &again, &seq, &err);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "%s", err.text);
        if (!st)
            cr_assert_eq(seq, w->seq);
        stile_index_destroy(again);
    }
    stile_permit_unref(permit);
    world_free(w);
}

typedef struct reader {
    world *w;
    stile_permit *permit;
    atomic_bool *stop;
    uint64_t searches;
    const char *wrong;
} reader;

/* A pinned view answers the same however often it is asked, whatever the writer does. */
static void *read_on(void *ctx)
{
    reader *self = ctx;
    test_random r = {(uint64_t)(uintptr_t)self};

    while (!atomic_load(self->stop) && !self->wrong) {
        stile_term storage[WORLD_WORDS];
        float vector[WORLD_DIM];
        uint32_t collections[] = {0, 1, 2};
        stile_terms terms;
        stile_search s = {.mode = (stile_mode)test_random_below(&r, 3),
                          .collections = collections,
                          .collection_count = 3,
                          .permit = self->permit,
                          .terms = &terms,
                          .vector = vector,
                          .dense_weight = .5,
                          .k = 20};
        stile_index_view *view = stile_index_acquire(self->w->index);
        stile_hit *first, *second;
        size_t count, again;
        stile_arena arena = {0};
        world_query(&terms, storage, vector, &r);
        if (stile_index_search(view, &s, &arena, &first, &count, NULL) ||
            stile_index_search(view, &s, &arena, &second, &again, NULL))
            self->wrong = "a search failed";
        else
            self->wrong = world_compare(first, count, second, again);
        stile_arena_release(&arena);
        stile_index_view_unref(view);
        self->searches++;
    }
    return NULL;
}

Test(index, readers_run_beside_the_writer, .timeout = 300)
{
    test_random r = {5};
    world *w = world_make(0);
    atomic_bool stop = false;
    pthread_t threads[3];
    reader readers[3];
    stile_error err = {0};

    for (int i = 0; i < 3; i++) {
        readers[i] = (reader){w, world_permit(w, 21u << i), &stop, 0, NULL};
        cr_assert_eq(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
    }
    for (uint32_t step = 0; step < 400; step++) {
        world_step(w, 120, &r);
        if (step % 50 == 49)
            cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 3; i++) {
        (void)pthread_join(threads[i], NULL);
        cr_assert_null(readers[i].wrong, "%s", readers[i].wrong);
        cr_assert(readers[i].searches > 0);
        stile_permit_unref(readers[i].permit);
    }
    world_free(w);
}
