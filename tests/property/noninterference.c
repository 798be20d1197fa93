/* SPDX-License-Identifier: Apache-2.0 */
/* I2, noninterference: two worlds whose visible data are the same, and whose hidden data and
 * physical histories differ, answer byte for byte alike. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "world/world.h"

#define VISIBLE 40
#define HIDDEN 60

/* A small threshold, so that some pairs cross into a FAISS index of a label's own. */
static const char config_exact[] = "embedder:\n  kind: static\nindex:\n  ann_rows: 1000000\n";

static size_t random_label(test_random *r, size_t caller, bool visible)
{
    size_t label;
    do
        label = test_random_below(r, WORLD_LABELS);
    while (world_may_read(caller, label) != visible);
    return label;
}

static void maybe_disturb(world *w, test_random *r)
{
    stile_error err;
    switch (test_random_below(r, 40)) {
    case 0:
        world_reopen(w);
        break;
    case 1:
        cr_assert_eq(stile_plane_save(w->plane, &err), STILE_OK);
        break;
    default:
        break;
    }
}

/* Visible documents in an order of this world's own, in groups of its own sizes, with hidden ones
 * of this world's own in between. */
static void populate(world *w, test_random *r, const world_document *visible, size_t caller,
                     bool hidden_at_all)
{
    size_t order[VISIBLE];
    unsigned next_hidden = 10000;

    for (size_t i = 0; i < VISIBLE; i++)
        order[i] = i;
    for (size_t i = VISIBLE; i > 1; i--) {
        size_t j = test_random_below(r, (uint32_t)i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
    for (size_t i = 0; i < VISIBLE;) {
        const world_document *group[8];
        size_t n = 0, want = 1 + test_random_below(r, 8);
        while (n < want && i < VISIBLE)
            group[n++] = &visible[order[i++]];
        world_put(w, group, n);
        for (uint32_t h = hidden_at_all ? test_random_below(r, 6) : 0; h > 0; h--) {
            world_document hidden;
            const world_document *one = &hidden;
            world_document_make(r, next_hidden++ % (10000 + HIDDEN), random_label(r, caller, false),
                                &hidden);
            world_put(w, &one, 1);
            world_document_release(&hidden);
        }
        maybe_disturb(w, r);
    }
}

/* One change to what the caller cannot see. */
static void change_hidden(world *w, test_random *r, size_t caller)
{
    world_document hidden;
    const world_document *one = &hidden;
    char id[32];

    world_document_make(r, 20000 + test_random_below(r, 4), random_label(r, caller, false),
                        &hidden);
    (void)snprintf(id, sizeof id, "%s", hidden.id);
    world_put(w, &one, 1);
    if (test_random_below(r, 3) == 0)
        world_relabel(w, id, random_label(r, caller, false));
    if (test_random_below(r, 3) == 0)
        world_delete(w, id);
    world_document_release(&hidden);
    maybe_disturb(w, r);
}

static uint32_t compare_pair(uint64_t seed, uint32_t pair, uint32_t cases, const char *config)
{
    test_random r = test_random_case(seed, pair), a = test_random_case(seed, pair + 1000003),
                b = test_random_case(seed, pair + 2000003);
    size_t caller = test_random_below(&r, WORLD_CALLERS);
    world_document visible[VISIBLE];
    world one, two;
    uint32_t nonempty = 0;

    for (unsigned i = 0; i < VISIBLE; i++)
        world_document_make(&r, i, random_label(&r, caller, true), &visible[i]);
    world_open(&one, config);
    world_open(&two, config);
    populate(&one, &a, visible, caller, pair % 2 == 0);
    populate(&two, &b, visible, caller, true);
    for (uint32_t n = 0; n < cases; n++) {
        char question[128];
        stile_buf x, y;
        stile_mode mode = (stile_mode)(n % 3);
        uint32_t k = 1 + test_random_below(&r, 12);
        world_question(&r, question, sizeof question);
        if (n % 4 == 3)
            change_hidden(&two, &b, caller);
        if (n % 10 == 9) { /* and a relabel or a delete that both worlds see */
            const char *id = visible[test_random_below(&r, VISIBLE)].id;
            size_t label = random_label(&r, caller, true);
            world_relabel(&one, id, label);
            world_relabel(&two, id, label);
        }
        world_ask(&one, caller, question, mode, k, &x);
        world_ask(&two, caller, question, mode, k, &y);
        cr_assert(stile_slice_eq(stile_buf_slice(&x), stile_buf_slice(&y)),
                  "seed %llu pair %u case %u: %s asks %s (%s, k %u)\n%s\n---\n%s",
                  (unsigned long long)seed, pair, n, world_callers[caller], question,
                  stile_mode_name(mode), k, x.ptr, y.ptr);
        nonempty += memmem(x.ptr, x.len, "\"S1\"", 4) != NULL;
        stile_buf_release(&x);
        stile_buf_release(&y);
    }
    world_close(&one);
    world_close(&two);
    for (unsigned i = 0; i < VISIBLE; i++)
        world_document_release(&visible[i]);
    return nonempty;
}

Test(noninterference, hidden_data_and_history_change_no_byte)
{
    uint64_t seed = test_random_seed("noninterference");
    uint32_t cases = test_cases(1200), per_pair = 60, nonempty = 0, done = 0;

    for (uint32_t pair = 0; done < cases; pair++, done += per_pair)
        nonempty += compare_pair(seed, pair, per_pair, config_exact);
    fprintf(stderr, "noninterference: %u cases, %u with results\n", done, nonempty);
    cr_assert(nonempty > done / 2, "most answers were empty: the test compares nothing");
}
