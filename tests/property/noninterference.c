/* SPDX-License-Identifier: Apache-2.0 */
/* I2, noninterference: two worlds whose visible data are the same, and whose hidden data and
 * physical histories differ, answer byte for byte alike: every mode, filters, collections, document
 * reads, lists, counts, refusals; while one of them is written to, saved, scanned anew, closed and
 * opened again.
 *
 * tests/mutation breaks the product on purpose in ways that this test must see. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "world/world.h"

#define VISIBLE 40
#define HIDDEN 60
#define REQUEST 1024

/* The sizes from which another search is used for a label. With `crossing`, the labels of hidden
 * documents come to both sides of them, and so do joined permits. */
static const char config_plain[] = "embedder:\n  kind: static\n";
static const char config_crossing[] = "embedder:\n  kind: static\nindex:\n  ann_rows: 60\n";

static size_t random_label(test_random *r, size_t caller, bool visible)
{
    size_t label;
    do
        label = test_random_below(r, WORLD_LABELS);
    while (world_may_read(caller, label) != visible);
    return label;
}

/* Physical history that no answer may show. Saving builds graphs of large labels, whose generation
 * is part of an answer's policy: so it is done only when `save`. */
static void maybe_disturb(world *w, test_random *r, bool save)
{
    stile_error err;
    uint32_t what = test_random_below(r, 40);

    if (what == 0 && save)
        world_reopen(w);
    else if (what == 1 && save)
        cr_assert_eq(stile_plane_save(w->plane, &err), STILE_OK);
    else if (what == 2)
        world_rescan(w);
}

static void shuffle(size_t *order, size_t count, test_random *r)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = test_random_below(r, (uint32_t)i), t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

/* Every third hidden document is a copy of a visible one: it must not take its place. */
static void put_hidden(world *w, test_random *r, unsigned number, size_t caller,
                       const world_document *visible)
{
    world_document hidden;
    const world_document *one = &hidden, *like = &visible[test_random_below(r, VISIBLE)];

    world_document_make(r, number, random_label(r, caller, false), &hidden);
    if (number % 3 == 0) {
        stile_buf_reset(&hidden.body);
        stile_buf_add_slice(&hidden.body, stile_buf_slice(&like->body));
        hidden.format = like->format;
    }
    world_put(w, &one, 1);
    world_document_release(&hidden);
}

/* Visible documents in an order of this world's own, in groups of its own sizes, with hidden ones
 * of this world's own in between. */
static void populate(world *w, test_random *r, const world_document *visible, size_t caller,
                     bool hidden_at_all, bool save)
{
    size_t order[VISIBLE];
    unsigned next_hidden = 0;

    shuffle(order, VISIBLE, r);
    for (size_t i = 0; i < VISIBLE;) {
        const world_document *group[8];
        size_t n = 0, want = 1 + test_random_below(r, 8);
        while (n < want && i < VISIBLE)
            group[n++] = &visible[order[i++]];
        world_put(w, group, n);
        for (uint32_t h = hidden_at_all ? test_random_below(r, 6) : 0; h > 0; h--)
            put_hidden(w, r, 10000 + next_hidden++ % HIDDEN, caller, visible);
        maybe_disturb(w, r, save);
    }
}

/* One change to what the caller cannot see. */
static void change_hidden(world *w, test_random *r, size_t caller, bool save)
{
    world_document hidden;
    const world_document *one = &hidden;
    char id[32];

    world_document_make(r, 20000 + test_random_below(r, 8), random_label(r, caller, false),
                        &hidden);
    (void)snprintf(id, sizeof id, "%s", hidden.id);
    world_put(w, &one, 1);
    if (test_random_below(r, 3) == 0)
        world_relabel(w, id, random_label(r, caller, false));
    if (test_random_below(r, 3) == 0)
        world_delete(w, id);
    world_document_release(&hidden);
    maybe_disturb(w, r, save);
}

/* A pair of worlds, and who looks at them. */
typedef struct pair {
    uint64_t seed;
    uint32_t number;
    size_t caller;
    bool crossing;
    world one, two;
    world_document visible[VISIBLE];
    test_random common, first, second; /* of both; of each world's own history */
    uint32_t cases, asked, nonempty;
} pair;

static void expect_same(const pair *p, const stile_buf *x, const stile_buf *y, const char *request)
{
    size_t at = 0, len = x->len < y->len ? x->len : y->len;

    if (stile_slice_eq(stile_buf_slice(x), stile_buf_slice(y)))
        return;
    while (at < len && x->ptr[at] == y->ptr[at])
        at++;
    at = at < 60 ? 0 : at - 60;
    cr_assert_fail("seed %llu pair %u case %u: %s asks %s\nfrom byte %zu:\n%.160s\n---\n%.160s",
                   (unsigned long long)p->seed, p->number, p->cases, world_callers[p->caller],
                   request, at, x->ptr + (at < x->len ? at : x->len),
                   y->ptr + (at < y->len ? at : y->len));
}

static void compare_answers(pair *p)
{
    char request[REQUEST];
    stile_buf x, y;

    world_request(&p->common, request, sizeof request);
    world_ask_json(&p->one, p->caller, request, &x);
    world_ask_json(&p->two, p->caller, request, &y);
    expect_same(p, &x, &y, request);
    p->nonempty += memmem(x.ptr, x.len, "\"S1\"", 4) != NULL;
    stile_buf_release(&x);
    stile_buf_release(&y);
    p->asked++;
    p->cases++;
}

/* A document of the visible ones, a hidden one that perhaps only the second world has, or none. */
static void compare_reads(pair *p)
{
    static const unsigned bases[] = {0, 10000, 20000, 90000};
    char id[32];
    stile_buf x, y;

    (void)snprintf(id, sizeof id, "doc-%05u",
                   bases[test_random_below(&p->common, 4)] + test_random_below(&p->common, 40));
    world_read(&p->one, p->caller, id, &x);
    world_read(&p->two, p->caller, id, &y);
    expect_same(p, &x, &y, id);
    stile_buf_release(&x);
    stile_buf_release(&y);
    p->cases++;
}

/* What lists and counts, and deletions of what the caller cannot see, which are refused as those of
 * what is not there. */
static void compare_calls(pair *p)
{
    static const char *const lists[] = {
        "/v1/collections",
        "/v1/collections/world",
        "/v1/collections/annex",
        "/v1/collections/nowhere",
        "/v1/quarantine?collection=world&state=all",
        "/v1/quarantine?collection=annex&state=open",
        "/v1/quarantine?collection=annex&state=reviewed",
        "/v1/rules/packs",
    };
    static const unsigned bases[] = {10000, 20000, 90000};
    const char *method = "GET";
    char path[128], id[32];
    uint32_t which = test_random_below(&p->common, 12);
    stile_buf x, y;

    (void)snprintf(id, sizeof id, "doc-%05u",
                   bases[test_random_below(&p->common, 3)] + test_random_below(&p->common, 40));
    if (which < 8)
        (void)snprintf(path, sizeof path, "%s", lists[which]);
    else
        (void)snprintf(path, sizeof path, "/v1/collections/%s/documents/%s%s", world_home(id), id,
                       which == 8 ? "?original=true" : "");
    if (which > 8)
        method = "DELETE";
    world_call(&p->one, p->caller, method, path, &x);
    world_call(&p->two, p->caller, method, path, &y);
    expect_same(p, &x, &y, path);
    stile_buf_release(&x);
    stile_buf_release(&y);
    p->cases++;
}

typedef struct asking {
    world *w;
    size_t caller;
    const char *request;
    stile_buf answer;
} asking;

static void *ask(void *ctx)
{
    asking *a = ctx;
    world_ask_json(a->w, a->caller, a->request, &a->answer);
    return NULL;
}

/* Several threads ask the second world while it is written to; the first is at rest. */
static void compare_concurrently(pair *p)
{
    enum { THREADS = 3 };
    asking asked[THREADS];
    pthread_t threads[THREADS];
    char request[REQUEST];
    stile_buf x;

    world_request(&p->common, request, sizeof request);
    world_ask_json(&p->one, p->caller, request, &x);
    for (int i = 0; i < THREADS; i++) {
        asked[i] = (asking){.w = &p->two, .caller = p->caller, .request = request};
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &asked[i]), 0);
    }
    change_hidden(&p->two, &p->second, p->caller, false);
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        expect_same(p, &x, &asked[i].answer, request);
        stile_buf_release(&asked[i].answer);
        p->cases++;
    }
    stile_buf_release(&x);
}

/* A relabel that both worlds see: within what the caller may read. */
static void change_visible(pair *p)
{
    const char *id = p->visible[test_random_below(&p->common, VISIBLE)].id;
    size_t label = random_label(&p->common, p->caller, true);

    world_relabel(&p->one, id, label);
    world_relabel(&p->two, id, label);
}

static void open_pair(pair *p)
{
    const char *config = p->crossing ? config_crossing : config_plain;
    stile_error err = {0};

    p->caller = test_random_below(&p->common, WORLD_CALLERS);
    for (unsigned i = 0; i < VISIBLE; i++)
        world_document_make(&p->common, i, random_label(&p->common, p->caller, true),
                            &p->visible[i]);
    world_open(&p->one, config);
    world_open(&p->two, config);
    populate(&p->one, &p->first, p->visible, p->caller, p->number % 2 == 0, !p->crossing);
    populate(&p->two, &p->second, p->visible, p->caller, true, !p->crossing);
    cr_assert_eq(stile_plane_save(p->one.plane, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_plane_save(p->two.plane, &err), STILE_OK, "%s", err.text);
}

static void close_pair(pair *p)
{
    world_close(&p->one);
    world_close(&p->two);
    for (unsigned i = 0; i < VISIBLE; i++)
        world_document_release(&p->visible[i]);
}

/* Adds to the questions asked and to the answers that were not empty. */
static void compare_pair(uint64_t seed, uint32_t number, uint32_t cases, uint32_t *asked,
                         uint32_t *nonempty)
{
    pair p = {.seed = seed, .number = number, .crossing = number % 3 == 2};

    p.common = test_random_case(seed, number);
    p.first = test_random_case(seed, number + 1000003);
    p.second = test_random_case(seed, number + 2000003);
    open_pair(&p);
    for (uint32_t n = 0; p.cases < cases; n++) {
        if (n % 4 == 3)
            change_hidden(&p.two, &p.second, p.caller, true);
        if (n % 16 == 9 && !p.crossing)
            change_visible(&p);
        if (n % 8 == 6)
            compare_reads(&p);
        else if (n % 12 == 7)
            compare_calls(&p);
        else if (n % 24 == 11)
            compare_concurrently(&p);
        else
            compare_answers(&p);
    }
    close_pair(&p);
    *asked += p.asked;
    *nonempty += p.nonempty;
}

Test(noninterference, hidden_data_and_history_change_no_byte, .timeout = 3600)
{
    uint64_t seed = test_random_seed("noninterference");
    uint32_t cases = test_cases(10000), per_pair = 250, asked = 0, nonempty = 0, done = 0;

    for (uint32_t number = 0; done < cases; number++, done += per_pair)
        compare_pair(seed, number, per_pair, &asked, &nonempty);
    fprintf(stderr, "noninterference: %u cases, %u questions, %u with results\n", done, asked,
            nonempty);
    cr_assert(nonempty > asked / 2, "most answers were empty: the test compares nothing");
}
