/* SPDX-License-Identifier: Apache-2.0 */
/* Noninterference: two worlds with the same visible documents, different hidden ones, and
 * different physical histories answer byte for byte the same. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "world.h"

#define VISIBLE_LABELS 3 /* labels 0 to 2; the rest is hidden */
#define VISIBLE_MASK ((1u << VISIBLE_LABELS) - 1)
#define VISIBLE 60 /* slots below are visible documents, those above hidden ones */

/* Disturb a world where no reader looks: hidden writes, saves, restarts. */
static void disturb(world *w, test_random *r)
{
    stile_error err = {0};

    for (uint32_t i = test_random_below(r, 4); i > 0; i--) {
        uint32_t slot = VISIBLE + test_random_below(r, WORLD_DOCUMENTS - VISIBLE);
        if (w->documents[slot].live && test_random_below(r, 3) == 0)
            w->documents[slot].live = false;
        else
            world_fill(w, slot,
                       VISIBLE_LABELS + test_random_below(r, WORLD_LABELS - VISIBLE_LABELS), r);
        cr_assert_eq(world_apply(w, &slot, 1, &err), STILE_OK, "%s", err.text);
    }
    if (test_random_below(r, 6) == 0)
        cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
    if (w->seq && test_random_below(r, 12) == 0) {
        uint64_t seq = w->seq;
        cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
        cr_assert_eq(world_reopen(w), seq);
    }
}

/* The same visible write in both; `together` decides how it is cut into steps. */
static void write_visible(world *w, const uint32_t *slots, size_t count, bool together)
{
    stile_error err = {0};

    if (together) {
        cr_assert_eq(world_apply(w, slots, count, &err), STILE_OK, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(world_apply(w, &slots[i], 1, &err), STILE_OK, "%s", err.text);
}

/* Hits as bytes, without internal label ids (which may differ and are never shown). */
static size_t answer(world *w, uint64_t state, uint32_t mask, stile_hit *out)
{
    test_random r = {state};
    stile_term storage[WORLD_WORDS];
    float vector[WORLD_DIM];
    uint32_t collections[] = {0, 1, 2};
    stile_terms terms;
    stile_permit *permit = world_permit(w, mask);
    stile_search s = {.mode = (stile_mode)test_random_below(&r, 3),
                      .collections = collections,
                      .collection_count = 1 + test_random_below(&r, 3),
                      .permit = permit,
                      .terms = &terms,
                      .vector = vector,
                      .dense_weight = test_random_below(&r, 11) / 10.0,
                      .k = 1 + test_random_below(&r, 25)};
    stile_index_view *view = stile_index_acquire(w->index);
    stile_arena arena = {0};
    stile_hit *hits;
    size_t count;

    world_query(&terms, storage, vector, &r);
    cr_assert_eq(stile_index_search(view, &s, &arena, &hits, &count, NULL), STILE_OK);
    memset(out, 0, 25 * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        out[i].doc = hits[i].doc;
        out[i].ordinal = hits[i].ordinal;
        out[i].score = hits[i].score;
    }
    stile_arena_release(&arena);
    stile_permit_unref(permit);
    stile_index_view_unref(view);
    return count;
}

/* Frees both. Returns how many hits were compared, so that the test can tell that it compared any. */
static uint64_t run_pair(world *a, world *b, test_random *r, uint32_t steps, uint32_t *cases)
{
    uint64_t compared = 0;

    for (uint32_t step = 0; step < steps; step++) {
        stile_hit x[25], y[25];
        uint32_t slots[4];
        size_t count = 1 + test_random_below(r, 4), x_count, y_count;
        uint64_t state = test_random_next(r);
        uint32_t mask = 1 + test_random_below(r, VISIBLE_MASK);
        for (size_t i = 0; i < count; i++) {
            world_document *d = &a->documents[slots[i] = test_random_below(r, VISIBLE)];
            if (d->live && test_random_below(r, 3) == 0)
                d->live = false;
            else
                world_fill(a, slots[i], test_random_below(r, VISIBLE_LABELS), r);
            b->documents[slots[i]] = *d;
            /* the copied list points into the other world; world_apply takes the chunk's own */
        }
        write_visible(a, slots, count, true);
        write_visible(b, slots, count, false);
        disturb(b, r);
        if (test_random_below(r, 4) == 0)
            disturb(a, r);
        x_count = answer(a, state, mask, x);
        y_count = answer(b, state, mask, y);
        cr_assert_eq(x_count, y_count, "step %u", step);
        cr_assert_eq(memcmp(x, y, sizeof x), 0, "step %u", step);
        compared += x_count;
        (*cases)++;
    }
    world_free(a);
    world_free(b);
    return compared;
}

Test(worlds, hidden_data_and_physical_history_change_no_byte, .timeout = 600)
{
    uint64_t seed = test_random_seed("index_worlds");
    uint32_t cases = 0, wanted = test_cases(1500);
    uint64_t compared = 0;

    for (uint32_t n = 0; cases < wanted; n++) {
        test_random r = test_random_case(seed, n);
        compared += run_pair(world_make(0), world_make(0), &r, 50, &cases);
    }
    cr_assert(compared > cases, "%llu hits", (unsigned long long)compared);
}

/* The visible worlds grow to about 150 rows, so searches fall on both sides of the threshold. */
Test(worlds, the_sieve_of_dense_search_shows_neither_hidden_data_nor_history, .timeout = 600)
{
    uint64_t seed = test_random_seed("index_worlds_sieve");
    uint32_t cases = 0, wanted = test_cases(1500);
    uint64_t compared = 0;

    for (uint32_t n = 0; cases < wanted; n++) {
        test_random r = test_random_case(seed, n);
        uint32_t sieve_rows = 1 + test_random_below(&r, 120);
        compared +=
            run_pair(world_make_sieved(sieve_rows), world_make_sieved(sieve_rows), &r, 50, &cases);
    }
    cr_assert(compared > cases, "%llu hits", (unsigned long long)compared);
}
