/* SPDX-License-Identifier: Apache-2.0 */
/* How fast is an exact int8 scan, and what does a search over 100,000 rows cost?
 *
 *   dense_scan [rows] [queries]
 *
 * Synthetic rows of 256 dimensions and about 60 terms drawn by Zipf's law, in 100 labels of one
 * collection; fixed seed, one thread. For each share of permitted labels: milliseconds a query,
 * median and 95th percentile, for dense, lexical and hybrid. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "indexes/code.h"
#include "indexes/index.h"

#define DIM 256
#define LABELS 100
#define VOCABULARY 20000
#define ROW_WORDS 60
#define QUERY_WORDS 6
#define STEP 1000 /* rows in one apply */

typedef struct bench {
    stile_index *index;
    stile_levels *levels;
    stile_labels *labels;
    uint32_t label_ids[LABELS];
    double cumulative[VOCABULARY];
    uint64_t state;
    uint32_t queries;
    double *times;
} bench;

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "dense_scan: %s\n", err->text);
        exit(1);
    }
}

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* SplitMix64 */
static double unit(bench *b)
{
    uint64_t z = (b->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static void random_vector(bench *b, float *v)
{
    double norm = 0;

    for (int i = 0; i < DIM; i++) {
        v[i] = (float)(unit(b) + unit(b) - 1);
        norm += (double)v[i] * (double)v[i];
    }
    for (int i = 0; i < DIM; i++)
        v[i] = (float)((double)v[i] / sqrt(norm));
}

static uint64_t zipf_word(bench *b)
{
    double at = unit(b) * b->cumulative[VOCABULARY - 1];
    size_t low = 0, high = VOCABULARY - 1;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (b->cumulative[mid] < at)
            low = mid + 1;
        else
            high = mid;
    }
    return (low + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static int by_hash(const void *a, const void *b)
{
    const stile_term *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static stile_terms random_terms(bench *b, stile_term *storage, uint32_t words)
{
    stile_terms list = {storage, 0, 0, words};

    for (uint32_t i = 0; i < words; i++)
        storage[i] = (stile_term){zipf_word(b), 0, 1};
    qsort(storage, words, sizeof *storage, by_hash);
    for (uint32_t i = 0; i < words; i++) {
        if (list.count && storage[list.count - 1].hash == storage[i].hash)
            storage[list.count - 1].body_tf++;
        else
            storage[list.count++] = storage[i];
    }
    return list;
}

static void add_step(bench *b, uint32_t first, uint64_t seq)
{
    static int8_t codes[STEP][DIM];
    static float scales[STEP];
    static stile_term storage[STEP][ROW_WORDS];
    static stile_terms terms[STEP];
    static stile_index_document documents[STEP];
    stile_error err = {0};

    for (uint32_t i = 0; i < STEP; i++) {
        float vector[DIM];
        uint32_t number = first + i;
        stile_docref doc = {{0}};
        memcpy(doc.bytes, &number, sizeof number);
        random_vector(b, vector);
        stile_code_encode(vector, DIM, codes[i], &scales[i]);
        terms[i] = random_terms(b, storage[i], ROW_WORDS);
        documents[i] = (stile_index_document){
            doc, 1, b->label_ids[number % LABELS], 1, codes[i], &scales[i], &terms[i], {0}};
    }
    must(stile_index_apply(b->index, documents, STEP, NULL, 0, seq, &err), &err);
}

static stile_permit *permit_for(bench *b, int labels)
{
    char text[1024] = "restricted//none";
    stile_clearance *clearance;
    stile_permit *permit;
    stile_error err = {0};

    for (int i = 0; i < labels; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",t%d", i);
    must(stile_clearance_parse(b->levels, stile_str(text), &clearance, &err), &err);
    must(stile_permit_mint(b->labels, clearance, &permit, &err), &err);
    stile_clearance_destroy(clearance);
    return permit;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void time_mode(bench *b, const stile_index_view *view, const stile_permit *permit,
                      stile_mode mode)
{
    const uint32_t collection = 1;
    stile_error err = {0};

    for (uint32_t q = 0; q < b->queries; q++) {
        float vector[DIM];
        stile_term storage[QUERY_WORDS];
        stile_terms terms = random_terms(b, storage, QUERY_WORDS);
        stile_search s = {.mode = mode,
                          .collections = &collection,
                          .collection_count = 1,
                          .permit = permit,
                          .vector = vector,
                          .terms = &terms,
                          .dense_weight = 0.2,
                          .k = 10};
        stile_arena arena = {0};
        stile_hit *hits;
        size_t count;
        double start;
        random_vector(b, vector);
        start = now_ms();
        must(stile_index_search(view, &s, &arena, &hits, &count, &err), &err);
        b->times[q] = now_ms() - start;
        stile_arena_release(&arena);
    }
    qsort(b->times, b->queries, sizeof *b->times, by_time);
    printf("  %-8s median %.3f ms  p95 %.3f ms\n", stile_mode_name(mode), b->times[b->queries / 2],
           b->times[b->queries * 95 / 100]);
}

static void time_kernel(bench *b)
{
    enum { ROWS = 20000, ROUNDS = 50 };
    int8_t *codes = calloc(ROWS, DIM); // NOLINT: benchmarks are not under the heap's one door
    int32_t *dots = calloc(ROWS, sizeof *dots);
    int16_t wide[DIM];
    float vector[DIM];
    stile_code_query query;
    double best = 1e9;

    if (!codes || !dots)
        exit(1);
    for (size_t i = 0; i < (size_t)ROWS * DIM; i++)
        codes[i] = (int8_t)((int)(unit(b) * 255) - 127);
    random_vector(b, vector);
    stile_code_query_encode(vector, DIM, wide, &query);
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ms(), took;
        stile_code_dot(&query, codes, ROWS, dots);
        took = now_ms() - start;
        best = took < best ? took : best;
    }
    printf("kernel: %.0f rows/ms at %d dimensions (best of %d; check %d)\n", ROWS / best, DIM,
           ROUNDS, (int)dots[ROWS - 1]);
    free(codes);
    free(dots);
}

static void prepare(bench *b, const char *folder)
{
    stile_index_options options = {.folder = folder, .dim = DIM};
    stile_error err = {0};
    uint64_t seq;

    must(stile_levels_create_default(&b->levels, &err), &err);
    must(stile_labels_create(b->levels, 8, &b->labels, &err), &err);
    for (int i = 0; i < LABELS; i++) {
        char text[32];
        stile_label *label;
        (void)snprintf(text, sizeof text, "public//t%d", i);
        must(stile_label_parse(b->levels, stile_str(text), &label, &err), &err);
        must(stile_labels_add(b->labels, label, &b->label_ids[i], NULL, &err), &err);
        stile_label_destroy(label);
    }
    for (int i = 0; i < VOCABULARY; i++)
        b->cumulative[i] = (i ? b->cumulative[i - 1] : 0) + 1.0 / (i + 1);
    must(stile_index_open(&options, &b->index, &seq, &err), &err);
}

int main(int argc, char **argv)
{
    static bench b = {.state = 1};
    char folder[] = "/tmp/stile-bench-XXXXXX";
    uint32_t rows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
    static const int shares[] = {100, 50, 10, 1};
    double start;
    stile_index_view *view;
    stile_index_stats stats;

    b.queries = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 200;
    b.times = calloc(b.queries ? b.queries : 1, sizeof *b.times);
    if (!b.times || b.queries == 0 || !mkdtemp(folder))
        return 1;
    time_kernel(&b);
    prepare(&b, folder);
    start = now_ms();
    for (uint32_t first = 0; first < rows; first += STEP)
        add_step(&b, first, first / STEP + 1);
    view = stile_index_acquire(b.index);
    stile_index_view_stats(view, &stats);
    printf("built: %" PRIu64 " rows in %" PRIu64
           " segments, %.0f MB, %.0f rows/s with generation\n",
           stats.live_rows, stats.segments, (double)stats.bytes / 1e6,
           (double)stats.live_rows / (now_ms() - start) * 1e3);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        stile_permit *permit = permit_for(&b, shares[i] * LABELS / 100);
        printf("%d%% of the labels permitted:\n", shares[i]);
        time_mode(&b, view, permit, STILE_MODE_DENSE);
        time_mode(&b, view, permit, STILE_MODE_LEXICAL);
        time_mode(&b, view, permit, STILE_MODE_HYBRID);
        stile_permit_unref(permit);
    }
    stile_index_view_unref(view);
    stile_index_destroy(b.index);
    stile_labels_destroy(b.labels);
    stile_levels_destroy(b.levels);
    (void)rmdir(folder); /* nothing was saved, so it is empty */
    free(b.times);
    return 0;
}
