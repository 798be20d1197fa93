/* SPDX-License-Identifier: Apache-2.0 */
/* What does a search cost that may only find some of the rows, and does it find the right ones?
 *
 *   filtered_search embed TEXTS VECTORS                  one text a line, by the built-in model
 *   filtered_search run VECTORS QUERIES ROWS [SPREAD]    the table, as Markdown
 *   filtered_search alone VECTORS QUERIES ROWS [SPREAD]  without the baselines
 *   filtered_search labels VECTORS ROWS FOLDER           who may read which row, for peers.py
 *
 * Rows are spread over 50 or 1,000 labels whose sizes follow Zipf's law, at random or by content; a
 * SPREAD is 50-random, 50-content, 1000-random or 1000-content, and without one it is all four.
 * For each share of permitted rows: stile's dense search, beside one FAISS index over all rows: flat,
 * and HNSW, each with over-fetch and a filter behind it, and with a selector inside. Recall is of
 * the 10 nearest permitted rows by exact float products; stile's also of those by the codes that it
 * stores. The graph's width is swept; the cheapest that reaches the recall counts. One thread,
 * medians. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "benchmarks/filtered_search/faiss.h"
#include "benchmarks/filtered_search/tools.h"
#include "benchmarks/filtered_search/world.h"
#include "indexes/code.h"

#define K 10
#define QUERIES_MAX 100
#define BLOCK 4096       /* codes scored at once when looking for the truth */
#define SLOW_MS 20.0     /* no wider than a search that takes so long */
#define SLOW_QUERIES 30u /* of searches that take a quarter of that */

/* The product of the last of the K permitted rows that are nearest to a query. */
typedef struct truth {
    uint32_t wanted; /* how many there are to find, K at most */
    double by_float, by_code;
} truth;

typedef struct bench {
    rows rows;
    matrix queries;
    truth truths[QUERIES_MAX];
    stile_embedder *embedder;
    baseline *flat, *graph;
} bench;

/* One way of searching: row numbers of query `q` into `ids`, -1 where there are fewer. */
typedef struct method {
    const bench *b;
    stile_index_view *view;
    stile_permit *permit;
    size_t width, fetch;
} method;
typedef void (*search_fn)(const method *m, uint32_t q, int64_t ids[K]);

typedef struct figure {
    double ms, recall, of_codes;
} figure;

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static const float *query_at(const bench *b, uint32_t q)
{
    return b->queries.values + (size_t)q * b->queries.dim;
}

static bool is_permitted(const rows *r, size_t row)
{
    return r->permitted[row / 8] >> row % 8 & 1;
}

/* --- the ways --- */

static void search_stile(const method *m, uint32_t q, int64_t ids[K])
{
    static const uint32_t collection = WORLD_COLLECTION;
    stile_search s = {.mode = STILE_MODE_DENSE,
                      .collections = &collection,
                      .collection_count = 1,
                      .permit = m->permit,
                      .vector = query_at(m->b, q),
                      .k = K};
    stile_arena arena = {0};
    stile_error err = {0};
    stile_hit *hits;
    size_t count;

    must(stile_index_search(m->view, &s, &arena, &hits, &count, &err), &err);
    for (size_t i = 0; i < K; i++) {
        uint32_t row = UINT32_MAX;
        if (i < count)
            memcpy(&row, hits[i].doc.bytes, sizeof row);
        ids[i] = i < count ? (int64_t)row : -1;
    }
    stile_arena_release(&arena);
}

static void search_flat_selector(const method *m, uint32_t q, int64_t ids[K])
{
    baseline_search(m->b->flat, query_at(m->b, q), K, 0, m->b->rows.permitted, ids);
}

static void search_graph_selector(const method *m, uint32_t q, int64_t ids[K])
{
    baseline_search(m->b->graph, query_at(m->b, q), K, m->width, m->b->rows.permitted, ids);
}

/* Fetch more than is wanted, and filter. */
static void search_behind(const method *m, const baseline *index, uint32_t q, int64_t ids[K])
{
    int64_t *found = room(m->fetch, sizeof *found);
    size_t n = 0;

    baseline_search(index, query_at(m->b, q), m->fetch, m->width, NULL, found);
    for (size_t i = 0; i < m->fetch && n < K; i++)
        if (found[i] >= 0 && is_permitted(&m->b->rows, (size_t)found[i]))
            ids[n++] = found[i];
    while (n < K)
        ids[n++] = -1;
    free(found);
}

static void search_flat_behind(const method *m, uint32_t q, int64_t ids[K])
{
    search_behind(m, m->b->flat, q, ids);
}

static void search_graph_behind(const method *m, uint32_t q, int64_t ids[K])
{
    search_behind(m, m->b->graph, q, ids);
}

/* --- the truth --- */

static double by_float(const bench *b, uint32_t q, int64_t row)
{
    const matrix *m = &b->rows.vectors;
    return (double)product(query_at(b, q), m->values + (size_t)row * m->dim, m->dim);
}

static double by_code(const bench *b, const stile_code_query *query, int64_t row)
{
    const rows *r = &b->rows;
    int32_t dot;
    stile_code_dot(query, r->codes + (size_t)row * query->dim, 1, &dot);
    return stile_code_score(query, dot, r->scales[row]);
}

/* Keep the K greatest, ascending. */
static void keep(double best[K], double value)
{
    int i = 1;

    if (value <= best[0])
        return;
    for (; i < K && best[i] < value; i++)
        best[i - 1] = best[i];
    best[i - 1] = value;
}

static double least_by_code(const bench *b, const stile_code_query *query, uint32_t wanted)
{
    const rows *r = &b->rows;
    double best[K];
    int32_t dots[BLOCK];

    for (int i = 0; i < K; i++)
        best[i] = -2;
    for (uint32_t row = 0, n; row < r->vectors.rows; row += n) {
        n = r->vectors.rows - row < BLOCK ? r->vectors.rows - row : BLOCK;
        stile_code_dot(query, r->codes + (size_t)row * query->dim, n, dots);
        for (uint32_t i = 0; i < n; i++)
            if (is_permitted(r, row + i))
                keep(best, stile_code_score(query, dots[i], r->scales[row + i]));
    }
    return wanted ? best[K - wanted] : 0;
}

static void find_truth(bench *b)
{
    int16_t code[1024];

    for (uint32_t q = 0; q < b->queries.rows; q++) {
        stile_code_query query;
        truth *t = &b->truths[q];
        int64_t ids[K];

        baseline_search(b->flat, query_at(b, q), K, 0, b->rows.permitted, ids);
        for (t->wanted = 0; t->wanted < K && ids[t->wanted] >= 0;)
            t->wanted++;
        t->by_float = t->wanted ? by_float(b, q, ids[t->wanted - 1]) : 0;
        stile_code_query_encode(query_at(b, q), b->queries.dim, code, &query);
        t->by_code = least_by_code(b, &query, t->wanted);
    }
}

/* --- measuring --- */

/* Adds the share of the true rows among `ids`: of equal rows, any will do. */
static void judge(const bench *b, uint32_t q, const int64_t ids[K], figure *f)
{
    const truth *t = &b->truths[q];
    int16_t code[1024];
    stile_code_query query;
    uint32_t floats = 0, codes = 0;

    stile_code_query_encode(query_at(b, q), b->queries.dim, code, &query);
    for (int i = 0; i < K; i++) {
        floats += ids[i] >= 0 && by_float(b, q, ids[i]) >= t->by_float - 1e-6;
        codes += ids[i] >= 0 && by_code(b, &query, ids[i]) >= t->by_code;
    }
    f->recall += t->wanted ? (double)(floats < t->wanted ? floats : t->wanted) / t->wanted : 1;
    f->of_codes += t->wanted ? (double)(codes < t->wanted ? codes : t->wanted) / t->wanted : 1;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static figure measure(search_fn search, const method *m)
{
    double times[QUERIES_MAX], total = 0;
    uint32_t queries = m->b->queries.rows, q = 0;
    figure f = {0};

    for (; q < queries && (q < SLOW_QUERIES || total / q < SLOW_MS / 4); q++) {
        int64_t ids[K];
        double start = now_ms();
        search(m, q, ids);
        total += times[q] = now_ms() - start;
        judge(m->b, q, ids, &f);
    }
    qsort(times, q, sizeof *times, by_time);
    return (figure){times[q / 2], f.recall / q, f.of_codes / q};
}

/* For each floor, ascending, the first width that reaches it, or the widest tried. */
static void sweep(search_fn search, method *m, const double *floors, size_t count, figure *out)
{
    size_t reached = 0;

    for (size_t width = 16; reached < count; width += width / 2) {
        m->width = m->fetch = width;
        figure f = measure(search, m);
        for (size_t i = reached; i < count; i++)
            out[i] = f;
        while (reached < count && f.recall >= floors[reached])
            reached++;
        if (f.ms > SLOW_MS || width > 4096)
            break;
    }
}

static figure sweep_flat(method *m, uint32_t permitted)
{
    uint32_t all = m->b->rows.vectors.rows;
    figure f = {0};

    for (size_t fetch = (size_t)K * all / (permitted ? permitted : 1) + 1;
         f.recall < .99 && f.ms < 10 * SLOW_MS; fetch *= 2) {
        m->fetch = fetch < all ? fetch : all;
        f = measure(search_flat_behind, m);
        if (m->fetch == all)
            break;
    }
    return f;
}

/* --- the table --- */

static void print_figure(figure f, double floor)
{
    bool missed = f.recall < floor;
    printf(" | %s%.3f @ %.3f%s", missed ? "(" : "", f.ms, f.recall, missed ? ")" : "");
}

static void print_baselines(method *m, uint32_t permitted)
{
    static const double floors[] = {.95, .98, .99};
    figure behind[3], selector[3];

    print_figure(measure(search_flat_selector, m), .99);
    print_figure(sweep_flat(m, permitted), .99);
    sweep(search_graph_behind, m, floors, 3, behind);
    sweep(search_graph_selector, m, floors, 3, selector);
    for (int i = 0; i < 3; i++)
        print_figure(behind[i], floors[i]);
    for (int i = 0; i < 3; i++)
        print_figure(selector[i], floors[i]);
}

static void print_row(bench *b, const world *w, bool by_content, int share)
{
    method m = {.b = b};
    uint32_t permitted = rows_permit(&b->rows, share);
    figure f;

    find_truth(b);
    m.view = stile_index_acquire(w->index);
    m.permit = world_permit(w, share);
    f = measure(search_stile, &m);
    printf("| %" PRIu32 " | %s | %.2f%% | %.3f @ %.3f, %.3f", b->rows.labels,
           by_content ? "content" : "random", 100.0 * permitted / b->rows.vectors.rows, f.ms,
           f.of_codes, f.recall);
    if (b->graph)
        print_baselines(&m, permitted);
    printf(" |\n");
    (void)fflush(stdout);
    stile_permit_unref(m.permit);
    stile_index_view_unref(m.view);
}

static const struct {
    const char *name;
    uint32_t labels;
    bool by_content;
} spreads[] = {{"50-random", 50, false},
               {"50-content", 50, true},
               {"1000-random", LABELS_MAX, false},
               {"1000-content", LABELS_MAX, true}};
#define SPREADS (sizeof spreads / sizeof *spreads)

static void run_spread(bench *b, size_t at)
{
    world w = {0};

    rows_label(&b->rows, spreads[at].labels, spreads[at].by_content);
    world_make(&w, &b->rows, b->embedder);
    for (int s = 0; s < SHARES; s++)
        print_row(b, &w, spreads[at].by_content, s);
    world_free(&w);
}

static void print_head(const bench *b, double built_ms)
{
    static const char *const columns[] = {"labels",
                                          "spread",
                                          "permitted",
                                          "stile",
                                          "flat, selector",
                                          "flat, filter behind ≥ .99",
                                          "HNSW, behind ≥ .95",
                                          "≥ .98",
                                          "≥ .99",
                                          "HNSW, selector ≥ .95",
                                          "≥ .98",
                                          "≥ .99"};
    size_t count = b->graph ? sizeof columns / sizeof *columns : 4;

    printf(
        "%" PRIu32 " rows, %" PRIu32 " queries; HNSW built in %.0f s. Milliseconds @ recall, for "
        "stile of its codes and of the floats; in brackets, what did not reach the column's.\n\n",
        b->rows.vectors.rows, b->queries.rows, built_ms / 1e3);
    for (size_t i = 0; i < count; i++)
        printf("| %s ", columns[i]);
    printf("|\n");
    for (size_t i = 0; i < count; i++)
        printf("|---");
    printf("|\n");
}

/* `spread` is NULL for all. */
static int run(bench *b, const char *vectors, const char *queries, uint32_t limit,
               const char *spread, bool alone)
{
    double start;

    rows_read(&b->rows, vectors, limit, b->embedder);
    b->queries = matrix_read(queries, QUERIES_MAX);
    b->flat = baseline_flat(b->rows.vectors.values, b->rows.vectors.rows, b->rows.vectors.dim);
    start = now_ms();
    if (!alone)
        b->graph =
            baseline_graph(b->rows.vectors.values, b->rows.vectors.rows, b->rows.vectors.dim);
    print_head(b, now_ms() - start);
    for (size_t i = 0; i < SPREADS; i++)
        if (!spread || strcmp(spread, spreads[i].name) == 0)
            run_spread(b, i);
    return 0;
}

/* For each spread, FOLDER/LABELS-SPREAD: labels (16 bits a row), then shares (a byte a label). */
static int write_labels(bench *b, const char *vectors, uint32_t limit, const char *folder)
{
    rows_read(&b->rows, vectors, limit, b->embedder);
    for (size_t i = 0; i < SPREADS; i++) {
        char path[512];
        FILE *to;

        rows_label(&b->rows, spreads[i].labels, spreads[i].by_content);
        (void)snprintf(path, sizeof path, "%s/%s", folder, spreads[i].name);
        if (!(to = fopen(path, "w")) ||
            fwrite(b->rows.label_of, 2, b->rows.vectors.rows, to) != b->rows.vectors.rows ||
            fwrite(b->rows.label_shares, 1, b->rows.labels, to) != b->rows.labels ||
            fclose(to) != 0) {
            fprintf(stderr, "filtered_search: cannot write %s\n", path);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    static bench b;
    stile_embedder_options options = {0};
    stile_error err = {0};
    bool alone = argc > 1 && strcmp(argv[1], "alone") == 0;

    must(stile_embedder_create(&options, &b.embedder, &err), &err);
    if (argc == 4 && strcmp(argv[1], "embed") == 0)
        return matrix_embed(b.embedder, argv[2], argv[3]);
    if ((argc == 5 || argc == 6) && (alone || strcmp(argv[1], "run") == 0))
        return run(&b, argv[2], argv[3], (uint32_t)strtoul(argv[4], NULL, 10), argv[5], alone);
    if (argc == 5 && strcmp(argv[1], "labels") == 0)
        return write_labels(&b, argv[2], (uint32_t)strtoul(argv[3], NULL, 10), argv[4]);
    fprintf(stderr,
            "usage: filtered_search embed TEXTS VECTORS | run VECTORS QUERIES ROWS [SPREAD] | "
            "alone VECTORS QUERIES ROWS [SPREAD] | labels VECTORS ROWS FOLDER\n");
    return 2;
}
