/* SPDX-License-Identifier: Apache-2.0 */
/* Merges beside the writer: begun, built and ended between any writes, they change no answer. */
#include "indexes/merge.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/memory.h"
#include "world.h"

#define DOCUMENTS 120

static void ok(stile_status st, const stile_error *err)
{
    cr_assert_eq(st, STILE_OK, "%s", err->text);
}

static uint64_t segments_of(world *w)
{
    stile_index_view *view = stile_index_acquire(w->index);
    stile_index_stats stats;

    stile_index_view_stats(view, &stats);
    stile_index_view_unref(view);
    return stats.segments;
}

Test(merge, between_any_writes_changes_no_answer, .timeout = 600)
{
    uint64_t seed = test_random_seed("index_merge_beside");
    uint32_t cases = test_cases(2000), ended = 0;

    for (uint32_t n = 0; n < cases;) {
        test_random r = test_random_case(seed, n);
        world *w = world_make_merging(1 + test_random_below(&r, 8));
        stile_index_merge *merge = NULL;
        for (uint32_t step = 0; step < 100 && n < cases; step++, n++) {
            stile_error err = {0};
            const char *wrong;
            world_step(w, DOCUMENTS, &r);
            if (!merge) {
                ok(stile_index_merge_begin(w->index, &merge, &err), &err);
            } else if (test_random_below(&r, 3) == 0) {
                ok(stile_index_merge_build(merge, &err), &err);
                if (test_random_below(&r, 2))
                    world_step(w, DOCUMENTS, &r);
                ok(stile_index_merge_end(w->index, merge, &err), &err);
                stile_index_merge_destroy(merge);
                merge = NULL;
                ended++;
            }
            if (test_random_below(&r, 16) == 0)
                ok(stile_index_save(w->index, &err), &err);
            wrong = world_check(w, &r);
            cr_assert_null(wrong, "case %u: %s", n, wrong);
            if (step % 10 == 0)
                world_assert_valid(w, n);
        }
        stile_index_merge_destroy(merge);
        world_free(w);
    }
    cr_assert(ended > cases / 20, "%u merges", ended);
}

Test(merge, makes_one_segment_of_a_tier)
{
    test_random r = {5};
    world *w = world_make_merging(1);
    stile_index_merge *merge;
    stile_error err = {0};

    for (uint32_t i = 0; i < 8; i++) {
        world_fill(w, i, 0, &r);
        ok(world_apply(w, &i, 1, &err), &err);
    }
    cr_assert_eq(segments_of(w), 8);
    ok(stile_index_merge_begin(w->index, &merge, &err), &err);
    cr_assert_not_null(merge);
    ok(stile_index_merge_build(merge, &err), &err);
    ok(stile_index_merge_end(w->index, merge, &err), &err);
    stile_index_merge_destroy(merge);
    cr_assert_eq(segments_of(w), 1);
    ok(stile_index_merge_begin(w->index, &merge, &err), &err);
    cr_assert_null(merge);
    world_free(w);
}

Test(merge, is_done_by_the_writer_when_too_much_waits)
{
    test_random r = {6};
    world *w = world_make_merging(1);
    stile_error err = {0};

    for (uint32_t i = 0; i < WORLD_DOCUMENTS; i++) {
        world_fill(w, i, 0, &r);
        ok(world_apply(w, &i, 1, &err), &err);
    }
    cr_assert(segments_of(w) < 3 * 4 * 8, "%llu", (unsigned long long)segments_of(w));
    world_free(w);
}

/* Begin, build and end a merge, with `slot` dying before the end; the n-th allocation of these
 * three steps fails. */
static stile_status merge_failing(world *w, uint32_t slot, long n)
{
    stile_index_merge *merge = NULL;
    stile_error err = {0};
    unsigned long before = stile_memory_count();
    stile_status st;

    stile_memory_fail_after(n);
    st = stile_index_merge_begin(w->index, &merge, &err);
    if (!st && !(st = stile_index_merge_build(merge, &err))) {
        n -= (long)(stile_memory_count() - before);
        stile_memory_fail_after(-1);
        w->documents[slot].live = false;
        ok(world_apply(w, &slot, 1, &err), &err);
        stile_memory_fail_after(n);
        st = stile_index_merge_end(w->index, merge, &err);
    }
    stile_memory_fail_after(-1);
    stile_index_merge_destroy(merge);
    return st;
}

Test(merge, that_fails_leaves_everything_as_it_was, .timeout = 300)
{
    test_random r = {8};
    long failures = 0;

    for (long n = 0;; n++) {
        world *w = world_make_merging(1);
        stile_error err = {0};
        const char *wrong;
        stile_status st;
        for (uint32_t i = 0; i < 16; i += 2) {
            const uint32_t slots[] = {i, i + 1};
            world_fill(w, i, i % WORLD_LABELS, &r);
            world_fill(w, i + 1, i % WORLD_LABELS, &r);
            ok(world_apply(w, slots, 2, &err), &err);
        }
        st = merge_failing(w, 3, n);
        wrong = world_check(w, &r);
        cr_assert_null(wrong, "%s", wrong);
        world_assert_valid(w, (uint32_t)n);
        world_free(w);
        if (!st)
            break;
        cr_assert_eq(st, STILE_NO_MEMORY);
        failures++;
    }
    cr_assert(failures > 10, "%ld", failures);
}

typedef struct builder {
    world *w;
    pthread_mutex_t writer;
    atomic_bool stop;
    atomic_uint merges;
} builder;

static void *merge_beside(void *context)
{
    builder *b = context;

    while (!atomic_load(&b->stop)) {
        stile_index_merge *merge = NULL;
        stile_error err = {0};
        (void)pthread_mutex_lock(&b->writer);
        ok(stile_index_merge_begin(b->w->index, &merge, &err), &err);
        (void)pthread_mutex_unlock(&b->writer);
        if (!merge)
            continue;
        ok(stile_index_merge_build(merge, &err), &err);
        (void)pthread_mutex_lock(&b->writer);
        ok(stile_index_merge_end(b->w->index, merge, &err), &err);
        (void)pthread_mutex_unlock(&b->writer);
        stile_index_merge_destroy(merge);
        atomic_fetch_add(&b->merges, 1);
    }
    return NULL;
}

Test(merge, on_a_thread_of_its_own_changes_no_answer, .timeout = 300)
{
    uint64_t seed = test_random_seed("index_merge_thread");
    uint32_t cases = test_cases(1000);
    test_random r = test_random_case(seed, 0);
    builder b = {.w = world_make_merging(4)};
    pthread_t thread;

    (void)pthread_mutex_init(&b.writer, NULL);
    cr_assert_eq(pthread_create(&thread, NULL, merge_beside, &b), 0);
    for (uint32_t n = 0; n < cases; n++) {
        const char *wrong;
        (void)pthread_mutex_lock(&b.writer);
        world_step(b.w, DOCUMENTS, &r);
        (void)pthread_mutex_unlock(&b.writer);
        wrong = world_check(b.w, &r);
        cr_assert_null(wrong, "case %u: %s", n, wrong);
    }
    atomic_store(&b.stop, true);
    (void)pthread_join(thread, NULL);
    cr_assert(atomic_load(&b.merges) > 0);
    world_assert_valid(b.w, 0);
    (void)pthread_mutex_destroy(&b.writer);
    world_free(b.w);
}
