/* SPDX-License-Identifier: Apache-2.0 */
/* Pruning changes no hit and no bit of a score: runs of several blocks, words of very unequal
 * frequency, dead rows, several labels and segments, against scoring every row. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexes/index.h"
#include "support/folder.h"
#include "support/random.h"

#define ROWS 9000 /* two blocks and a part in the label that holds most rows */
#define WORDS 40
#define LABELS 3
#define QUERY_WORDS 6
#define TOP 20

typedef struct row {
    bool live;
    uint32_t label;
    stile_terms list;
    stile_term terms[WORDS];
} row;

typedef struct corpus {
    row rows[ROWS];
    stile_levels *levels;
    stile_labels *labels;
    uint32_t label_ids[LABELS];
    stile_index *index;
    uint64_t seq;
    char *folder;
} corpus;

static void must(stile_status st, const stile_error *err)
{
    cr_assert_eq(st, STILE_OK, "%s", err->text);
}

/* Word `w` is in one row of 1 + w * w; hashes ascend with the words. */
static void fill(row *r, test_random *random)
{
    r->live = true;
    r->label = test_random_below(random, 10) ? 0 : 1 + test_random_below(random, LABELS - 1);
    r->list = (stile_terms){.terms = r->terms};
    for (uint32_t w = 0; w < WORDS; w++) {
        stile_term *t = &r->terms[r->list.count];
        if (test_random_below(random, 1 + w * w))
            continue;
        *t = (stile_term){1000 + w, (uint16_t)(test_random_below(random, 12) == 0),
                          (uint16_t)(1 + test_random_below(random, 4))};
        r->list.title_len += t->title_tf;
        r->list.body_len += t->body_tf;
        r->list.count++;
    }
    r->list.body_len += test_random_below(random, 50);
}

static stile_docref doc_of(uint32_t number)
{
    stile_docref doc = {{0}};
    for (int i = 0; i < 4; i++)
        doc.bytes[i] = (unsigned char)(number >> (24 - 8 * i));
    return doc;
}

/* Rows [first, end) as they are in the model, in one step. */
static void apply(corpus *c, uint32_t first, uint32_t end)
{
    static stile_index_document documents[ROWS];
    static stile_docref removed[ROWS];
    size_t put = 0, gone = 0;
    stile_error err = {0};

    for (uint32_t i = first; i < end; i++) {
        row *r = &c->rows[i];
        if (r->live)
            documents[put++] = (stile_index_document){.doc = doc_of(i),
                                                      .collection = 1,
                                                      .label = c->label_ids[r->label],
                                                      .chunks = 1,
                                                      .terms = &r->list};
        else
            removed[gone++] = doc_of(i);
    }
    must(stile_index_apply(c->index, documents, put, removed, gone, ++c->seq, &err), &err);
}

static corpus *corpus_make(test_random *random)
{
    static corpus c;
    stile_index_options options = {.title_weight = 1.5};
    stile_error err = {0};

    c = (corpus){.folder = test_folder_make()};
    options.folder = c.folder;
    must(stile_levels_create_default(&c.levels, &err), &err);
    must(stile_labels_create(c.levels, 8, &c.labels, &err), &err);
    for (int i = 0; i < LABELS; i++) {
        static const char *const texts[LABELS] = {"public//a", "public//b", "public//c"};
        stile_label *label;
        must(stile_label_parse(c.levels, stile_str(texts[i]), &label, &err), &err);
        must(stile_labels_add(c.labels, label, &c.label_ids[i], NULL, &err), &err);
        stile_label_destroy(label);
    }
    must(stile_index_open(&options, &c.index, &c.seq, &err), &err);
    for (uint32_t i = 0; i < ROWS; i++)
        fill(&c.rows[i], random);
    for (uint32_t first = 0; first < ROWS;) {
        uint32_t count = 1 + test_random_below(random, ROWS);
        uint32_t end = ROWS - first < count ? ROWS : first + count;
        apply(&c, first, end);
        first = end;
    }
    return &c;
}

static void corpus_free(corpus *c)
{
    stile_index_destroy(c->index);
    stile_labels_destroy(c->labels);
    stile_levels_destroy(c->levels);
    test_folder_remove(c->folder);
}

/* Remove some rows and put others anew. */
static void disturb(corpus *c, test_random *random)
{
    for (uint32_t n = test_random_below(random, 6); n > 0; n--) {
        uint32_t i = test_random_below(random, ROWS);
        if (test_random_below(random, 2))
            c->rows[i].live = false;
        else
            fill(&c->rows[i], random);
        apply(c, i, i + 1);
    }
}

static const stile_term *term_in(const row *r, uint64_t hash)
{
    for (uint32_t i = 0; i < r->list.count; i++)
        if (r->terms[i].hash == hash)
            return &r->terms[i];
    return NULL;
}

static int by_rank(const void *a, const void *b)
{
    const stile_hit *x = a, *y = b;
    return x->score != y->score ? (x->score > y->score ? -1 : 1) : memcmp(&x->doc, &y->doc, 16);
}

static bool holds(const row *r, const stile_search *s)
{
    for (size_t i = 0; i < s->required_count; i++)
        if (!term_in(r, s->required[i]))
            return false;
    return true;
}

/* Every row's score by the formula; returns how many are hits. */
static size_t score_all(const corpus *c, uint32_t mask, const stile_search *s, stile_hit *hits)
{
    const stile_terms *query = s->terms;
    const double k1 = 1.2, b = .75, weight = 1.5;
    double live = 0, title = 0, body = 0, df[QUERY_WORDS] = {0};
    size_t count = 0;

    for (uint32_t i = 0; i < ROWS; i++) {
        const row *r = &c->rows[i];
        if (!r->live || !(mask >> r->label & 1))
            continue;
        live++;
        title += r->list.title_len;
        body += r->list.body_len;
        for (uint32_t t = 0; t < query->count; t++)
            df[t] += term_in(r, query->terms[t].hash) != NULL;
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        const row *r = &c->rows[i];
        double score = 0, length = r->list.body_len + weight * r->list.title_len;
        for (uint32_t t = 0; r->live && mask >> r->label & 1 && t < query->count; t++) {
            const stile_term *q = &query->terms[t], *found = term_in(r, q->hash);
            double tf = found ? found->body_tf + weight * found->title_tf : 0;
            if (found)
                score += (q->title_tf + q->body_tf) * log(1 + (live - df[t] + .5) / (df[t] + .5)) *
                         (tf * (k1 + 1)) /
                         (tf + (k1 * (1 - b) + k1 * b / ((body + title * weight) / live) * length));
        }
        if (score > 0 && holds(r, s))
            hits[count++] = (stile_hit){.doc = doc_of(i), .score = score};
    }
    qsort(hits, count, sizeof *hits, by_rank);
    return count;
}

static void check_query(corpus *c, test_random *random)
{
    static stile_hit expected[ROWS];
    uint32_t collection = 1, mask = 1 + test_random_below(random, (1u << LABELS) - 1);
    static const char *const tokens[LABELS] = {",a", ",b", ",c"};
    char text[64] = "restricted//none";
    stile_term storage[QUERY_WORDS];
    stile_terms query = {.terms = storage};
    uint64_t required[2];
    stile_search s = {.mode = STILE_MODE_LEXICAL,
                      .collections = &collection,
                      .collection_count = 1,
                      .terms = &query,
                      .required = required,
                      .required_count =
                          test_random_below(random, 3) ? 0 : 1 + test_random_below(random, 2),
                      .k = 1 + test_random_below(random, TOP)};
    stile_index_view *view = stile_index_acquire(c->index);
    stile_arena arena = {0};
    stile_error err = {0};
    stile_clearance *clearance;
    stile_permit *permit;
    stile_hit *hits;
    size_t count, all;

    for (uint32_t w = 0; w < WORDS && query.count < QUERY_WORDS; w++)
        if (test_random_below(random, 10) == 0)
            storage[query.count++] =
                (stile_term){1000 + w, 0, (uint16_t)(1 + test_random_below(random, 2))};
    for (size_t i = 0; i < s.required_count; i++)
        required[i] = 1000 + test_random_below(random, test_random_below(random, 2) ? 4 : WORDS);
    for (int i = 0; i < LABELS; i++)
        if (mask >> i & 1)
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s", tokens[i]);
    must(stile_clearance_parse(c->levels, stile_str(text), &clearance, &err), &err);
    must(stile_permit_mint(c->labels, clearance, &permit, &err), &err);
    s.permit = permit;
    must(stile_index_search(view, &s, &arena, &hits, &count, &err), &err);
    all = score_all(c, mask, &s, expected);
    cr_assert_eq(count, all < s.k ? all : s.k, "%zu of %zu", count, all);
    for (size_t i = 0; i < count; i++)
        cr_assert(memcmp(&hits[i].doc, &expected[i].doc, 16) == 0 &&
                      memcmp(&hits[i].score, &expected[i].score, sizeof(double)) == 0,
                  "hit %zu of %zu: %.17g, not %.17g", i, count, hits[i].score, expected[i].score);
    stile_clearance_destroy(clearance);
    stile_permit_unref(permit);
    stile_index_view_unref(view);
    stile_arena_release(&arena);
}

Test(lexical, pruning_changes_no_hit_and_no_bit_of_a_score, .timeout = 600)
{
    uint64_t seed = test_random_seed("lexical_pruning");
    uint32_t wanted = test_cases(1200);

    for (uint32_t done = 0, n = 0; done < wanted; n++) {
        test_random random = test_random_case(seed, n);
        corpus *c = corpus_make(&random);
        for (int i = 0; i < 300 && done < wanted; i++, done++) {
            if (i % 10 == 0)
                disturb(c, &random);
            check_query(c, &random);
        }
        corpus_free(c);
    }
}
