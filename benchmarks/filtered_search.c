/* SPDX-License-Identifier: Apache-2.0 */
/* What does a search cost that may only find some of the rows, and does it find the right ones?
 *
 *   filtered_search embed TEXTS VECTORS        one text a line, to vectors of the built-in model
 *   filtered_search run VECTORS QUERIES [ROWS] the table, as Markdown
 *   filtered_search alone VECTORS QUERIES [ROWS] without the baselines but for the exact one
 *
 * Rows are spread over 50 or 1,000 labels whose sizes follow Zipf's law, at random or by content
 * (rows of a label lie in neighbouring cells). For each share of permitted rows: stile's dense
 * search, beside one FAISS index over all rows: flat with over-fetch and a filter behind it, HNSW
 * with the same, and HNSW with a selector inside. Recall is of the 10 nearest permitted rows by
 * exact float products. The graph's width is swept; the cheapest that reaches the recall counts.
 * One thread, medians. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "embed/embedder.h"
#include "filtered_search_faiss.h"
#include "indexes/code.h"
#include "indexes/index.h"

#define K 10
#define STEP 1000 /* rows in one apply, texts in one call */
#define LINE_MAX_BYTES 16384
#define QUERIES_MAX 100
#define SHARES 5
#define LABELS_MAX 1000

static const double shares[SHARES] = {1, .5, .1, .01, .001};

typedef struct matrix {
    uint32_t rows, dim;
    float *values; /* [rows][dim] */
} matrix;

typedef struct bench {
    matrix rows, queries;
    uint32_t *cells;                  /* [rows], the nearest centroid */
    uint16_t *label_of;               /* [rows] */
    uint8_t *bitmap;                  /* permitted rows */
    uint8_t label_shares[LABELS_MAX]; /* bit s: permitted at shares[s] */
    uint32_t wanted[QUERIES_MAX];     /* how many there are to find, K at most */
    double least[QUERIES_MAX];        /* the product of the last of them */
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
    double ms, recall;
} figure;

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "filtered_search: %s\n", err->text);
        exit(1);
    }
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size); // NOLINT: benchmarks are not under the heap's door
    if (!p)
        exit(1);
    return p;
}

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* SplitMix64 */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static stile_embedder *embedder_open(void)
{
    stile_embedder_options options = {0};
    stile_embedder *embedder;
    stile_error err = {0};
    must(stile_embedder_create(&options, &embedder, &err), &err);
    return embedder;
}

/* --- embed --- */

static int embed(const char *texts, const char *vectors)
{
    static char lines[STEP][LINE_MAX_BYTES];
    static stile_slice slices[STEP];
    stile_embedder *embedder = embedder_open();
    uint32_t head[2] = {0, (uint32_t)stile_embedder_dim(embedder)};
    float *out = room((size_t)STEP * head[1], sizeof *out);
    FILE *in = fopen(texts, "r"), *to = fopen(vectors, "w");
    stile_error err = {0};
    size_t n;

    if (!in || !to || fwrite(head, sizeof head, 1, to) != 1)
        return 1;
    do {
        for (n = 0; n < STEP && fgets(lines[n], LINE_MAX_BYTES, in); n++)
            slices[n] = stile_slice_of(lines[n], strcspn(lines[n], "\n"));
        must(stile_embedder_embed(embedder, STILE_EMBED_DOCUMENT, slices, n, out, &err), &err);
        if (n && fwrite(out, head[1] * sizeof *out, n, to) != n)
            return 1;
        head[0] += (uint32_t)n;
    } while (n == STEP);
    rewind(to);
    if (fwrite(head, sizeof head, 1, to) != 1 || fclose(to) != 0)
        return 1;
    printf("%" PRIu32 " vectors of %" PRIu32 " dimensions\n", head[0], head[1]);
    (void)fclose(in);
    stile_embedder_destroy(embedder);
    free(out);
    return 0;
}

static matrix matrix_read(const char *path, uint32_t limit)
{
    FILE *in = fopen(path, "r");
    uint32_t head[2];
    matrix m;

    if (!in || fread(head, sizeof head, 1, in) != 1) {
        fprintf(stderr, "filtered_search: cannot read %s\n", path);
        exit(1);
    }
    m = (matrix){head[0] < limit ? head[0] : limit, head[1], NULL};
    m.values = room((size_t)m.rows * m.dim, sizeof *m.values);
    if (fread(m.values, m.dim * sizeof *m.values, m.rows, in) != m.rows)
        exit(1);
    (void)fclose(in);
    return m;
}

/* --- labels --- */

static float product(const float *a, const float *b, uint32_t dim)
{
    float sums[16] = {0}, sum = 0; /* several, so that the compiler may use its registers */

    for (uint32_t i = 0; i + 16 <= dim; i += 16)
        for (uint32_t j = 0; j < 16; j++)
            sums[j] += a[i + j] * b[i + j];
    for (uint32_t j = 0; j < 16; j++)
        sum += sums[j];
    return sum;
}

static void find_cells(bench *b)
{
    size_t count;
    const float *centroids = stile_embedder_centroids(b->embedder, &count);

    b->cells = room(b->rows.rows, sizeof *b->cells);
    for (uint32_t r = 0; r < b->rows.rows; r++) {
        float best = -2;
        for (uint32_t c = 0; c < count; c += 4) { /* a quarter of them is neighbourhood enough */
            float p = product(b->rows.values + (size_t)r * b->rows.dim, centroids + c * b->rows.dim,
                              b->rows.dim);
            if (p > best) {
                best = p;
                b->cells[r] = c;
            }
        }
    }
}

static const uint64_t *sort_keys;
static int by_key(const void *a, const void *b)
{
    uint64_t x = sort_keys[*(const uint32_t *)a], y = sort_keys[*(const uint32_t *)b];
    return (x > y) - (x < y);
}

/* Numbers 0 to count - 1, ascending by keys. */
static uint32_t *sorted(const uint64_t *keys, uint32_t count)
{
    uint32_t *order = room(count, sizeof *order);

    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    sort_keys = keys;
    qsort(order, count, sizeof *order, by_key);
    return order;
}

/* Labels take the rows in turn, in an order that is random or goes cell by cell. */
static void label_rows(bench *b, uint32_t labels, bool by_content)
{
    uint32_t rows = b->rows.rows, at = 0, *order;
    uint64_t *keys = room(rows, sizeof *keys), state = 1;
    double total = 0, sum = 0;

    for (uint32_t r = 0; r < rows; r++) {
        uint64_t cell = b->cells[r];
        keys[r] =
            by_content ? (next(&cell) & ~UINT64_C(0xffff)) | (next(&state) & 0xffff) : next(&state);
    }
    order = sorted(keys, rows);
    for (uint32_t l = 1; l <= labels; l++)
        total += 1.0 / l;
    for (uint32_t l = 0; l < labels; l++) {
        sum += 1.0 / (l + 1) / total;
        while (at < rows && (at < sum * rows || l == labels - 1))
            b->label_of[order[at++]] = (uint16_t)l;
    }
    free(keys);
    free(order);
}

/* In a random order, each label that still fits is permitted; the smallest, when none did. */
static void choose_labels(bench *b, uint32_t labels)
{
    static uint32_t sizes[LABELS_MAX];
    uint64_t keys[LABELS_MAX], state = 2;
    uint32_t *order;

    memset(sizes, 0, sizeof sizes);
    memset(b->label_shares, 0, sizeof b->label_shares);
    for (uint32_t r = 0; r < b->rows.rows; r++)
        sizes[b->label_of[r]]++;
    for (uint32_t l = 0; l < labels; l++)
        keys[l] = next(&state);
    order = sorted(keys, labels);
    for (int s = 0; s < SHARES; s++) {
        double left = shares[s] * b->rows.rows * 1.02;
        bool any = false;
        for (uint32_t i = 0; i < labels; i++) {
            uint32_t l = order[i];
            if (sizes[l] > left && (any || i + 1 < labels))
                continue;
            if (sizes[l] > left)
                l = labels - 1;
            left -= sizes[l];
            any = true;
            b->label_shares[l] |= (uint8_t)(1 << s);
        }
    }
    free(order);
}

static uint32_t permit_rows(bench *b, int share)
{
    uint32_t permitted = 0;

    memset(b->bitmap, 0, b->rows.rows / 8 + 1);
    for (uint32_t r = 0; r < b->rows.rows; r++)
        if (b->label_shares[b->label_of[r]] >> share & 1) {
            b->bitmap[r / 8] |= (uint8_t)(1 << r % 8);
            permitted++;
        }
    return permitted;
}

/* --- stile's side --- */

typedef struct world {
    stile_levels *levels;
    stile_labels *labels;
    stile_index *index;
    uint32_t ids[LABELS_MAX];
} world;

/* Label l is "public//s0|s2|own": a token for each share at which it is permitted. */
static void world_labels(world *w, const bench *b, uint32_t labels)
{
    stile_error err = {0};

    must(stile_levels_create_default(&w->levels, &err), &err);
    must(stile_labels_create(w->levels, 8, &w->labels, &err), &err);
    for (uint32_t l = 0; l < labels; l++) {
        char text[128];
        stile_label *label;
        int len = snprintf(text, sizeof text, "public//own%" PRIu32, l);
        for (int s = 0; s < SHARES; s++)
            if (b->label_shares[l] >> s & 1)
                len += snprintf(text + len, sizeof text - (size_t)len, "|s%d", s);
        must(stile_label_parse(w->levels, stile_str(text), &label, &err), &err);
        must(stile_labels_add(w->labels, label, &w->ids[l], NULL, &err), &err);
        stile_label_destroy(label);
    }
}

static void world_apply(world *w, const bench *b, uint32_t first, uint32_t count)
{
    static stile_index_document documents[STEP];
    static float scales[STEP];
    static const stile_terms none = {0};
    int8_t *codes = room((size_t)STEP * b->rows.dim, 1);
    stile_error err = {0};

    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = first + i;
        stile_docref doc = {{0}};
        memcpy(doc.bytes, &row, sizeof row);
        stile_code_encode(b->rows.values + (size_t)row * b->rows.dim, b->rows.dim,
                          codes + (size_t)i * b->rows.dim, &scales[i]);
        documents[i] = (stile_index_document){.doc = doc,
                                              .collection = 1,
                                              .label = w->ids[b->label_of[row]],
                                              .chunks = 1,
                                              .codes = codes + (size_t)i * b->rows.dim,
                                              .scales = &scales[i],
                                              .terms = &none};
    }
    must(stile_index_apply(w->index, documents, count, NULL, 0, first / STEP + 1, &err), &err);
    free(codes);
}

static void world_make(world *w, const bench *b, uint32_t labels, const char *folder)
{
    stile_index_options options = {.folder = folder, .dim = b->rows.dim};
    stile_error err = {0};
    uint64_t seq;

    options.centroids = stile_embedder_centroids(b->embedder, &options.centroid_count);
    world_labels(w, b, labels);
    must(stile_index_open(&options, &w->index, &seq, &err), &err);
    for (uint32_t first = 0; first < b->rows.rows; first += STEP)
        world_apply(w, b, first, b->rows.rows - first < STEP ? b->rows.rows - first : STEP);
}

static stile_permit *world_permit(const world *w, int share)
{
    char text[32];
    stile_clearance *clearance;
    stile_permit *permit;
    stile_error err = {0};

    (void)snprintf(text, sizeof text, "public//s%d", share);
    must(stile_clearance_parse(w->levels, stile_str(text), &clearance, &err), &err);
    must(stile_permit_mint(w->labels, clearance, &permit, &err), &err);
    stile_clearance_destroy(clearance);
    return permit;
}

static void search_stile(const method *m, uint32_t q, int64_t ids[K])
{
    static const uint32_t collection = 1;
    const matrix *queries = &m->b->queries;
    stile_search s = {.mode = STILE_MODE_DENSE,
                      .collections = &collection,
                      .collection_count = 1,
                      .permit = m->permit,
                      .vector = queries->values + (size_t)q * queries->dim,
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

/* --- the baselines --- */

static void search_selector(const method *m, uint32_t q, int64_t ids[K])
{
    const matrix *queries = &m->b->queries;
    baseline_search(m->b->graph, queries->values + (size_t)q * queries->dim, K, m->width,
                    m->b->bitmap, ids);
}

/* Fetch more than is wanted, and filter. */
static void search_behind(const method *m, const baseline *index, uint32_t q, int64_t ids[K])
{
    const matrix *queries = &m->b->queries;
    int64_t *found = room(m->fetch, sizeof *found);
    size_t n = 0;

    baseline_search(index, queries->values + (size_t)q * queries->dim, m->fetch, m->width, NULL,
                    found);
    for (size_t i = 0; i < m->fetch && n < K; i++)
        if (found[i] >= 0 && m->b->bitmap[found[i] / 8] >> found[i] % 8 & 1)
            ids[n++] = found[i];
    while (n < K)
        ids[n++] = -1;
    free(found);
}

static void search_flat(const method *m, uint32_t q, int64_t ids[K])
{
    search_behind(m, m->b->flat, q, ids);
}

static void search_graph(const method *m, uint32_t q, int64_t ids[K])
{
    search_behind(m, m->b->graph, q, ids);
}

/* --- measuring --- */

static double closeness(const bench *b, uint32_t q, int64_t row)
{
    return (double)product(b->queries.values + (size_t)q * b->queries.dim,
                           b->rows.values + (size_t)row * b->rows.dim, b->rows.dim);
}

static void find_truth(bench *b)
{
    for (uint32_t q = 0; q < b->queries.rows; q++) {
        int64_t ids[K];
        baseline_search(b->flat, b->queries.values + (size_t)q * b->queries.dim, K, 0, b->bitmap,
                        ids);
        for (b->wanted[q] = 0; b->wanted[q] < K && ids[b->wanted[q]] >= 0;)
            b->wanted[q]++;
        b->least[q] = b->wanted[q] ? closeness(b, q, ids[b->wanted[q] - 1]) : 0;
    }
}

/* Rows as close as the last of the true ones: of equal rows, any will do. */
static uint32_t found_of(const bench *b, uint32_t q, const int64_t ids[K])
{
    uint32_t found = 0;

    for (int i = 0; i < K; i++)
        found += ids[i] >= 0 && closeness(b, q, ids[i]) >= b->least[q] - 1e-6;
    return found < b->wanted[q] ? found : b->wanted[q];
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static figure measure(search_fn search, const method *m, uint32_t queries)
{
    double times[QUERIES_MAX];
    uint32_t found = 0, wanted = 0;

    for (uint32_t q = 0; q < queries; q++) {
        int64_t ids[K];
        double start = now_ms();
        search(m, q, ids);
        times[q] = now_ms() - start;
        found += found_of(m->b, q, ids);
        wanted += m->b->wanted[q];
    }
    qsort(times, queries, sizeof *times, by_time);
    return (figure){times[queries / 2], wanted ? (double)found / wanted : 1};
}

/* The first width, doubled from 16, that reaches the recall; the widest tried when none does. */
static figure sweep(search_fn search, method *m, double recall)
{
    figure f = {0, 0};

    for (size_t width = 16; width <= 4096; width *= 2) {
        m->width = m->fetch = width;
        f = measure(search, m, width > 256 ? 20 : 50);
        if (f.recall >= recall || f.ms > 20)
            break;
    }
    return f;
}

static figure sweep_flat(method *m, uint32_t permitted)
{
    double share = (double)permitted / m->b->rows.rows;
    figure f = {0, 0};

    for (size_t fetch = (size_t)(K / share) + 1; f.recall < .99 && f.ms < 200; fetch *= 2) {
        m->fetch = fetch < m->b->rows.rows ? fetch : m->b->rows.rows;
        f = measure(search_flat, m, 20);
        if (m->fetch == m->b->rows.rows)
            break;
    }
    return f;
}

static void print_figure(figure f, double floor)
{
    printf(" | %s%.3f @ %.3f%s", f.recall < floor ? "(" : "", f.ms, f.recall,
           f.recall < floor ? ")" : "");
}

static void print_baselines(method *m, uint32_t permitted)
{
    print_figure(sweep_flat(m, permitted), .99);
    print_figure(sweep(search_graph, m, .95), .95);
    print_figure(sweep(search_graph, m, .99), .99);
    print_figure(sweep(search_selector, m, .95), .95);
    print_figure(sweep(search_selector, m, .99), .99);
}

static void print_row(bench *b, const world *w, uint32_t labels, bool by_content, int share)
{
    method m = {.b = b};
    uint32_t permitted = permit_rows(b, share);

    find_truth(b);
    m.view = stile_index_acquire(w->index);
    m.permit = world_permit(w, share);
    printf("| %" PRIu32 " | %s | %.2f%%", labels, by_content ? "content" : "random",
           100.0 * permitted / b->rows.rows);
    print_figure(measure(search_stile, &m, b->queries.rows), .95);
    if (b->graph)
        print_baselines(&m, permitted);
    printf(" |\n");
    (void)fflush(stdout);
    stile_permit_unref(m.permit);
    stile_index_view_unref(m.view);
}
static void run_world(bench *b, uint32_t labels, bool by_content)
{
    char folder[] = "/tmp/stile-bench-XXXXXX";
    world w = {0};

    label_rows(b, labels, by_content);
    choose_labels(b, labels);
    if (!mkdtemp(folder))
        exit(1);
    world_make(&w, b, labels, folder);
    for (int s = 0; s < SHARES; s++)
        print_row(b, &w, labels, by_content, s);
    stile_index_destroy(w.index);
    stile_labels_destroy(w.labels);
    stile_levels_destroy(w.levels);
    (void)rmdir(folder); /* nothing was saved, so it is empty */
}

static int run(const char *vectors, const char *queries, uint32_t rows, bool alone)
{
    static bench b;
    double start;

    b.embedder = embedder_open();
    b.rows = matrix_read(vectors, rows);
    b.queries = matrix_read(queries, QUERIES_MAX);
    b.label_of = room(b.rows.rows, sizeof *b.label_of);
    b.bitmap = room(b.rows.rows / 8 + 1, 1);
    find_cells(&b);
    b.flat = baseline_flat(b.rows.values, b.rows.rows, b.rows.dim);
    start = now_ms();
    if (!alone)
        b.graph = baseline_graph(b.rows.values, b.rows.rows, b.rows.dim);
    printf("%" PRIu32 " rows, %" PRIu32 " queries; HNSW built in %.0f s. Milliseconds @ recall; in "
           "brackets, what did not reach the column's.\n\n",
           b.rows.rows, b.queries.rows, (now_ms() - start) / 1e3);
    printf("| labels | spread | permitted | stile | flat, filter behind ≥ .99 | HNSW, filter "
           "behind ≥ .95 | ≥ .99 | HNSW, selector ≥ .95 | ≥ .99 |\n"
           "|---|---|---|---|---|---|---|---|---|\n");
    for (int n = 0; n < 4; n++)
        run_world(&b, n < 2 ? 50 : LABELS_MAX, n & 1);
    return 0;
}

int main(int argc, char **argv)
{
    uint32_t rows = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 100000;

    if (argc == 4 && strcmp(argv[1], "embed") == 0)
        return embed(argv[2], argv[3]);
    if (argc >= 4 && strcmp(argv[1], "run") == 0)
        return run(argv[2], argv[3], rows, false);
    if (argc >= 4 && strcmp(argv[1], "alone") == 0)
        return run(argv[2], argv[3], rows, true);
    fprintf(stderr, "usage: filtered_search embed TEXTS VECTORS | "
                    "run VECTORS QUERIES [ROWS] | alone VECTORS QUERIES [ROWS]\n");
    return 2;
}
