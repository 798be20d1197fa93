/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "indexes/code.h"
#include "support/folder.h"

static float centroids[WORLD_CELLS][WORLD_DIM];

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "world: %s\n", err->text);
        abort();
    }
}

static void open_index(world *w)
{
    stile_error err = {0};
    must(stile_index_open(&w->options, &w->index, &w->seq, &err), &err);
}

/* `options` says what is not the default. */
static world *make(stile_index_options options)
{
    world *w = calloc(1, sizeof *w);
    stile_error err = {0};
    test_random r = {7};

    for (int c = 0; c < WORLD_CELLS; c++)
        for (int i = 0; i < WORLD_DIM; i++)
            centroids[c][i] = (float)(test_random_unit(&r) - .5);
    must(stile_levels_create_default(&w->levels, &err), &err);
    must(stile_labels_create(w->levels, 8, &w->labels, &err), &err);
    for (int i = 0; i < WORLD_LABELS; i++) {
        char text[32];
        stile_label *label;
        (void)snprintf(text, sizeof text, "public//t%d", i);
        must(stile_label_parse(w->levels, stile_str(text), &label, &err), &err);
        must(stile_labels_add(w->labels, label, &w->label_ids[i], NULL, &err), &err);
        stile_label_destroy(label);
    }
    w->folder = test_folder_make();
    w->options = options;
    w->options.folder = w->folder;
    w->options.dim = WORLD_DIM;
    w->options.centroids = centroids[0];
    w->options.centroid_count = WORLD_CELLS;
    w->options.title_weight = 1.5;
    open_index(w);
    return w;
}

world *world_make(uint32_t ann_rows)
{
    return make((stile_index_options){.ann_rows = ann_rows});
}

world *world_make_sieved(uint32_t sieve_rows)
{
    return make((stile_index_options){.sieve_rows = sieve_rows, .sieve_keep = 1});
}

world *world_make_merging(uint32_t merge_rows)
{
    return make((stile_index_options){.merge_rows = merge_rows});
}

void world_free(world *w)
{
    stile_index_destroy(w->index);
    stile_labels_destroy(w->labels);
    stile_levels_destroy(w->levels);
    test_folder_remove(w->folder);
    free(w);
}

uint64_t world_reopen(world *w)
{
    stile_index_destroy(w->index);
    w->index = NULL;
    open_index(w);
    return w->seq;
}

static uint64_t word_hash(uint32_t word)
{
    return stile_hash64(stile_slice_of(&word, sizeof word));
}

static int by_hash(const void *a, const void *b)
{
    const stile_term *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void random_terms(stile_terms *list, stile_term *storage, uint32_t most, test_random *r)
{
    *list = (stile_terms){.terms = storage};
    for (uint32_t word = 0; word < WORLD_WORDS && list->count < most; word++) {
        stile_term *t = &storage[list->count];
        if (test_random_below(r, 3))
            continue;
        *t = (stile_term){word_hash(word), (uint16_t)test_random_below(r, 3),
                          (uint16_t)test_random_below(r, 4)};
        if (t->title_tf + t->body_tf == 0)
            t->body_tf = 1;
        list->title_len += t->title_tf;
        list->body_len += t->body_tf;
        list->count++;
    }
    qsort(storage, list->count, sizeof *storage, by_hash);
}

/* From a small pool, so that ties happen. */
static void random_vector(float *vector, test_random *r)
{
    test_random pool = {test_random_below(r, 60) + 1};
    double norm = 0;

    for (int i = 0; i < WORLD_DIM; i++) {
        vector[i] = (float)(test_random_unit(&pool) - .5);
        norm += (double)vector[i] * (double)vector[i];
    }
    for (int i = 0; i < WORLD_DIM; i++)
        vector[i] = (float)((double)vector[i] / sqrt(norm));
}

void world_query(stile_terms *terms, stile_term *storage, float *vector, test_random *r)
{
    random_terms(terms, storage, 1 + test_random_below(r, 6), r);
    random_vector(vector, r);
}

void world_fill(world *w, uint32_t slot, uint32_t label, test_random *r)
{
    world_document *d = &w->documents[slot];
    char id[32], name[32];
    stile_error err = {0};

    /* A document cannot move: its identity names the collection. */
    d->collection = slot % WORLD_COLLECTIONS;
    (void)snprintf(id, sizeof id, "d%u", slot);
    (void)snprintf(name, sizeof name, "c%u", d->collection);
    must(stile_docref_of(stile_str(name), stile_str(id), &d->doc, &err), &err);
    d->live = true;
    d->label = label;
    d->chunks = 1 + test_random_below(r, WORLD_CHUNKS);
    facts_make(&d->facts, r);
    for (uint32_t i = 0; i < d->chunks; i++) {
        world_chunk *c = &d->chunk[i];
        random_vector(c->vector, r);
        stile_code_encode(c->vector, WORLD_DIM, c->code, &c->scale);
        random_terms(&c->list, c->terms, WORLD_WORDS, r);
    }
}

stile_status world_apply(world *w, const uint32_t *slots, size_t count, stile_error *err)
{
    stile_index_document *documents = calloc(count + 1, sizeof *documents);
    stile_docref *removed = calloc(count + 1, sizeof *removed);
    int8_t *codes = calloc(count + 1, WORLD_CHUNKS * WORLD_DIM);
    float *scales = calloc(count + 1, WORLD_CHUNKS * sizeof *scales);
    stile_terms *terms = calloc(count + 1, WORLD_CHUNKS * sizeof *terms);
    size_t put = 0, gone = 0;
    stile_status st;

    for (size_t i = 0; i < count; i++) {
        const world_document *d = &w->documents[slots[i]];
        size_t base = put * WORLD_CHUNKS;
        if (!d->live) {
            removed[gone++] = d->doc;
            continue;
        }
        for (uint32_t c = 0; c < d->chunks; c++) {
            memcpy(codes + (base + c) * WORLD_DIM, d->chunk[c].code, WORLD_DIM);
            scales[base + c] = d->chunk[c].scale;
            terms[base + c] = d->chunk[c].list;
            terms[base + c].terms = d->chunk[c].terms;
        }
        documents[put++] = (stile_index_document){d->doc,
                                                  d->collection,
                                                  w->label_ids[d->label],
                                                  d->chunks,
                                                  codes + base * WORLD_DIM,
                                                  scales + base,
                                                  terms + base,
                                                  stile_str(d->facts.json)};
    }
    st = stile_index_apply(w->index, documents, put, removed, gone, w->seq + 1, err);
    if (!st)
        w->seq++;
    free(documents);
    free(removed);
    free(codes);
    free(scales);
    free(terms);
    return st;
}

stile_permit *world_permit(world *w, uint32_t mask)
{
    char text[128] = "restricted//none";
    stile_error err = {0};
    stile_clearance *clearance;
    stile_permit *permit;

    for (int i = 0; i < WORLD_LABELS; i++)
        if (mask >> i & 1)
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",t%d", i);
    must(stile_clearance_parse(w->levels, stile_str(text), &clearance, &err), &err);
    must(stile_permit_mint(w->labels, clearance, &permit, &err), &err);
    stile_clearance_destroy(clearance);
    return permit;
}

typedef struct seen {
    const world_document *d;
    uint32_t ordinal;
} seen;

static size_t visible(const world *w, const stile_search *s, uint32_t mask, seen *out)
{
    size_t n = 0;

    for (uint32_t i = 0; i < WORLD_DOCUMENTS; i++) {
        const world_document *d = &w->documents[i];
        bool asked = false;
        for (size_t c = 0; c < s->collection_count; c++)
            asked = asked || s->collections[c] == d->collection;
        if (d->live && asked && mask >> d->label & 1)
            for (uint32_t o = 0; o < d->chunks; o++)
                out[n++] = (seen){d, o};
    }
    return n;
}

static double dense_score(const stile_search *s, const world_chunk *c)
{
    int16_t code[WORLD_DIM];
    stile_code_query query;
    long sum = 0;

    stile_code_query_encode(s->vector, WORLD_DIM, code, &query);
    for (int i = 0; i < WORLD_DIM; i++)
        sum += (long)code[i] * c->code[i];
    return (double)sum * (double)c->scale * (double)query.scale;
}

static const stile_term *term_in(const world_chunk *c, uint64_t hash)
{
    for (uint32_t i = 0; i < c->list.count; i++)
        if (c->terms[i].hash == hash)
            return &c->terms[i];
    return NULL;
}

static double lexical_score(const stile_search *s, const seen *rows, size_t n, const world_chunk *c)
{
    const double k1 = 1.2, b = .75, weight = 1.5;
    double score = 0, average;
    uint64_t title = 0, body = 0;

    for (size_t i = 0; i < n; i++) {
        title += rows[i].d->chunk[rows[i].ordinal].list.title_len;
        body += rows[i].d->chunk[rows[i].ordinal].list.body_len;
    }
    average = ((double)body + (double)title * weight) / (double)n;
    for (uint32_t t = 0; t < s->terms->count; t++) {
        const stile_term *q = &s->terms->terms[t], *found = term_in(c, q->hash);
        double df = 0, tf, length;
        if (!found)
            continue;
        for (size_t i = 0; i < n; i++)
            df += term_in(&rows[i].d->chunk[rows[i].ordinal], q->hash) != NULL;
        tf = (double)found->body_tf + weight * (double)found->title_tf;
        length = (double)c->list.body_len + weight * (double)c->list.title_len;
        score += ((double)q->title_tf + q->body_tf) * log(1 + ((double)n - df + .5) / (df + .5)) *
                 (tf * (k1 + 1)) / (tf + (k1 * (1 - b) + k1 * b / average * length));
    }
    return score;
}

static int by_rank(const void *a, const void *b)
{
    const stile_hit *x = a, *y = b;
    int c;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    c = memcmp(x->doc.bytes, y->doc.bytes, 16);
    return c ? c : (int)x->ordinal - (int)y->ordinal;
}

static bool holds_required(const stile_search *s, const world_chunk *c)
{
    for (size_t i = 0; i < s->required_count; i++)
        if (!term_in(c, s->required[i]))
            return false;
    return true;
}

static size_t rank(const world *w, const stile_search *s, const seen *rows, size_t n, bool lexical,
                   uint32_t k, stile_hit *hits)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        const world_document *d = rows[i].d;
        const world_chunk *c = &d->chunk[rows[i].ordinal];
        double score = lexical ? lexical_score(s, rows, n, c) : dense_score(s, c);
        if ((lexical && score <= 0) || (s->filter && !filters_match(s->filter, &d->facts)) ||
            !holds_required(s, c))
            continue;
        hits[count++] =
            (stile_hit){d->doc, rows[i].ordinal, d->collection, w->label_ids[d->label], score};
    }
    qsort(hits, count, sizeof *hits, by_rank);
    return count < k ? count : k;
}

/* A share of the best of a ranking, and of what the ranking left out. */
static double share(const stile_hit *ranking, double best, size_t count, size_t depth, size_t at)
{
    double score = at < count ? ranking[at].score : 0;

    if (at == count && count == depth)
        score = ranking[count - 1].score;
    return score > 0 ? score / best : 0;
}

static size_t find_row(const stile_hit *hits, size_t count, const stile_hit *row)
{
    size_t i = 0;
    while (i < count &&
           (memcmp(hits[i].doc.bytes, row->doc.bytes, 16) != 0 || hits[i].ordinal != row->ordinal))
        i++;
    return i;
}

/* The formula of search.h, over `a` lexical hits in `hits`, which takes the outcome. */
static size_t fuse_slowly(const stile_search *s, stile_hit *hits, size_t a, const stile_hit *dense,
                          size_t b, size_t depth)
{
    static stile_hit lexical[WORLD_DOCUMENTS * WORLD_CHUNKS];
    size_t n = a;

    memcpy(lexical, hits, a * sizeof *lexical);
    for (size_t j = 0; j < b; j++)
        if (find_row(lexical, a, &dense[j]) == a)
            hits[n++] = dense[j];
    for (size_t i = 0; i < n; i++)
        hits[i].score = (1 - s->dense_weight) * share(lexical, a ? lexical[0].score : 0, a, depth,
                                                      find_row(lexical, a, &hits[i])) +
                        s->dense_weight * share(dense, b ? dense[0].score : 0, b, depth,
                                                find_row(dense, b, &hits[i]));
    qsort(hits, n, sizeof *hits, by_rank);
    return n < s->k ? n : s->k;
}

static size_t rank_hybrid(const world *w, const stile_search *s, const seen *rows, size_t n,
                          stile_hit *hits)
{
    static stile_hit other[WORLD_DOCUMENTS * WORLD_CHUNKS];
    uint32_t depth = s->depth ? s->depth : s->k * 4 > 100 ? s->k * 4 : 100;
    size_t a, b;

    if (depth < s->k)
        depth = s->k;
    a = rank(w, s, rows, n, true, depth, hits);
    b = rank(w, s, rows, n, false, depth, other);
    return fuse_slowly(s, hits, a, other, b, depth);
}

size_t world_oracle(const world *w, const stile_search *search, uint32_t mask, stile_hit *hits)
{
    static seen rows[WORLD_DOCUMENTS * WORLD_CHUNKS];
    size_t n = visible(w, search, mask, rows);

    if (search->mode == STILE_MODE_HYBRID)
        return rank_hybrid(w, search, rows, n, hits);
    return rank(w, search, rows, n, search->mode == STILE_MODE_LEXICAL, search->k, hits);
}

const char *world_compare(const stile_hit *a, size_t a_count, const stile_hit *b, size_t b_count)
{
    if (a_count != b_count)
        return "another number of hits";
    for (size_t i = 0; i < a_count; i++) {
        if (memcmp(a[i].doc.bytes, b[i].doc.bytes, 16) != 0 || a[i].ordinal != b[i].ordinal)
            return "another row";
        if (memcmp(&a[i].score, &b[i].score, sizeof a[i].score) != 0)
            return "a score differs";
        if (a[i].collection != b[i].collection || a[i].label != b[i].label)
            return "another label or collection";
    }
    return NULL;
}

const char *world_check(world *w, test_random *r)
{
    static stile_hit expected[2 * WORLD_DOCUMENTS * WORLD_CHUNKS];
    stile_term storage[WORLD_WORDS];
    float vector[WORLD_DIM];
    uint32_t collections[] = {test_random_below(r, WORLD_COLLECTIONS),
                              test_random_below(r, WORLD_COLLECTIONS)};
    uint32_t mask = test_random_below(r, 1u << WORLD_LABELS);
    stile_terms terms;
    stile_hit *hits = NULL;
    stile_search s = {.mode = (stile_mode)test_random_below(r, 3),
                      .collections = collections,
                      .collection_count = 1 + test_random_below(r, 2),
                      .terms = &terms,
                      .vector = vector,
                      .dense_weight = test_random_below(r, 11) / 10.0,
                      .k = 1 + test_random_below(r, 30),
                      .depth = test_random_below(r, 2) ? 0 : 1 + test_random_below(r, 50)};
    size_t count = 0, expected_count;
    uint64_t required[2];
    stile_error err = {0};
    stile_arena arena;
    const char *wrong;
    stile_index_view *view = stile_index_acquire(w->index);
    stile_permit *permit = world_permit(w, mask);

    world_query(&terms, storage, vector, r);
    s.permit = permit;
    stile_arena_init(&arena, 0);
    if (test_random_below(r, 2))
        s.filter = filters_make(r, 1 + test_random_below(r, 3), &arena);
    s.required = required;
    s.required_count = test_random_below(r, 4) ? 0 : 1 + test_random_below(r, 2);
    for (size_t i = 0; i < s.required_count; i++)
        required[i] = word_hash(test_random_below(r, WORLD_WORDS + 1)); /* the last in no chunk */
    must(stile_index_search(view, &s, &arena, &hits, &count, &err), &err);
    expected_count = world_oracle(w, &s, mask, expected);
    wrong = world_compare(hits, count, expected, expected_count);
    stile_arena_release(&arena);
    stile_permit_unref(permit);
    stile_index_view_unref(view);
    return wrong;
}

void world_step(world *w, uint32_t documents, test_random *r)
{
    uint32_t slots[8];
    size_t count = 1 + test_random_below(r, 4);
    stile_error err = {0};

    for (size_t i = 0; i < count; i++) {
        world_document *d;
        slots[i] = test_random_below(r, documents);
        d = &w->documents[slots[i]];
        if (d->live && test_random_below(r, 4) == 0)
            d->live = false;
        else if (d->live && test_random_below(r, 4) == 0)
            d->label = test_random_below(r, WORLD_LABELS);
        else
            world_fill(w, slots[i], test_random_below(r, WORLD_LABELS), r);
    }
    cr_assert_eq(world_apply(w, slots, count, &err), STILE_OK, "%s", err.text);
}

void world_assert_valid(world *w, uint32_t n)
{
    const char *why = NULL;
    stile_index_view *view = stile_index_acquire(w->index);

    cr_assert(stile_index_view_validate(view, &why), "case %u: %s", n, why);
    stile_index_view_unref(view);
}
