/* SPDX-License-Identifier: Apache-2.0 */
/* What does a saved index cost to open, to hold and to store?
 *
 *   index_memory [rows] [labels] [words]
 *
 * 1,000,000 synthetic rows of 256 dimensions with 60 words each, in 1,000 labels, unless told.
 * A child builds and saves the index, so that what building left on the heap is not counted here;
 * its files are then in the page cache. Prints the seconds to open them, the private bytes that
 * came with opening (mapped clean pages are shared, so they are not counted), and the files'
 * bytes, beside those of the codes alone. Fixed seed, one thread. */
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "indexes/code.h"
#include "indexes/index.h"

#define DIM 256
#define VOCABULARY 20000
#define WORDS_MAX 60
#define STEP 1000 /* rows in one apply */

typedef struct bench {
    const char *folder;
    uint32_t rows, labels, words;
    stile_index *index;
    uint64_t state;
    double cumulative[VOCABULARY];
} bench;

static uint64_t file_bytes; /* nftw passes no argument on */

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "index_memory: %s\n", err->text);
        exit(1);
    }
}

/* Of the processor, which others that use the machine do not lengthen. */
static double used_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* SplitMix64 */
static uint64_t next(bench *b)
{
    uint64_t z = (b->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double unit(bench *b)
{
    return (double)(next(b) >> 11) * 0x1p-53;
}

static void random_code(bench *b, int8_t *code, float *scale)
{
    float v[DIM];
    double norm = 0;

    for (int i = 0; i < DIM; i++) {
        v[i] = (float)(unit(b) + unit(b) - 1);
        norm += (double)v[i] * (double)v[i];
    }
    for (int i = 0; i < DIM; i++)
        v[i] = (float)((double)v[i] / sqrt(norm));
    stile_code_encode(v, DIM, code, scale);
}

/* A word drawn by Zipf's law, as its hash. */
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

static stile_terms random_terms(bench *b, stile_term *storage)
{
    stile_terms list = {storage, 0, 0, b->words};

    for (uint32_t i = 0; i < b->words; i++)
        storage[i] = (stile_term){zipf_word(b), 0, 1};
    qsort(storage, b->words, sizeof *storage, by_hash);
    for (uint32_t i = 0; i < b->words; i++) {
        if (list.count && storage[list.count - 1].hash == storage[i].hash)
            storage[list.count - 1].body_tf++;
        else
            storage[list.count++] = storage[i];
    }
    return list;
}

static void add_step(bench *b, uint32_t first, uint32_t count)
{
    static int8_t codes[STEP][DIM];
    static float scales[STEP];
    static stile_term storage[STEP][WORDS_MAX];
    static stile_terms terms[STEP];
    static stile_index_document documents[STEP];
    stile_error err = {0};

    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = first + i;
        stile_docref doc = {{0}};
        memcpy(doc.bytes, &number, sizeof number);
        random_code(b, codes[i], &scales[i]);
        terms[i] = random_terms(b, storage[i]);
        documents[i] = (stile_index_document){
            doc, 1, 1 + number % b->labels, 1, codes[i], &scales[i], &terms[i], {0}};
    }
    must(stile_index_apply(b->index, documents, count, NULL, 0, first / STEP + 1, &err), &err);
}

static void open_index(bench *b, uint64_t *seq)
{
    stile_index_options options = {.folder = b->folder, .dim = DIM};
    stile_error err = {0};
    must(stile_index_open(&options, &b->index, seq, &err), &err);
}

static void build(bench *b)
{
    stile_error err = {0};
    uint64_t seq;

    for (int i = 0; i < VOCABULARY; i++)
        b->cumulative[i] = (i ? b->cumulative[i - 1] : 0) + 1.0 / (i + 1);
    open_index(b, &seq);
    for (uint32_t first = 0; first < b->rows; first += STEP)
        add_step(b, first, b->rows - first < STEP ? b->rows - first : STEP);
    must(stile_index_save(b->index, &err), &err);
    stile_index_destroy(b->index);
}

/* Bytes that are this process's alone: its anonymous pages among them. */
static uint64_t private_bytes(void)
{
    FILE *in = fopen("/proc/self/smaps_rollup", "r");
    char line[256];
    uint64_t sum = 0, kib;

    if (!in)
        exit(1);
    while (fgets(line, sizeof line, in))
        if (sscanf(line, "Private_Dirty: %" SCNu64, &kib) == 1)
            sum += kib << 10;
    (void)fclose(in);
    return sum;
}

static int add_file(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)path;
    (void)at;
    if (type == FTW_F)
        file_bytes += (uint64_t)s->st_size;
    return 0;
}

static int remove_file(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s;
    (void)type;
    (void)at;
    return remove(path);
}

static void report(bench *b)
{
    uint64_t before = private_bytes(), after, seq;
    double start = now_s(), used = used_s(), took;
    stile_index_view *view;
    stile_index_stats stats;

    open_index(b, &seq);
    took = now_s() - start;
    used = used_s() - used;
    after = private_bytes();
    view = stile_index_acquire(b->index);
    stile_index_view_stats(view, &stats);
    if (stats.live_rows != b->rows) {
        fprintf(stderr, "index_memory: opened with %" PRIu64 " rows\n", stats.live_rows);
        exit(1);
    }
    (void)nftw(b->folder, add_file, 8, FTW_PHYS);
    printf("%" PRIu32 " rows, %" PRIu32 " labels, %" PRIu32 " words a row, %" PRIu64 " segments\n",
           b->rows, b->labels, b->words, stats.segments);
    printf("open %.3f s, %.3f s of them at work; private %.1f MB, %.1f MB a million rows\n", took,
           used, (double)(after - before) / 1e6, (double)(after - before) / b->rows);
    printf("files %.1f bytes a row, %.2f times the codes\n", (double)file_bytes / b->rows,
           (double)file_bytes / b->rows / DIM);
    stile_index_view_unref(view);
    stile_index_destroy(b->index);
}

static uint32_t number(int argc, char **argv, int at, uint32_t usual)
{
    return argc > at ? (uint32_t)strtoul(argv[at], NULL, 10) : usual;
}

int main(int argc, char **argv)
{
    static bench b = {.state = 1};
    char folder[] = "/tmp/stile-bench-XXXXXX";
    int state = 1;
    pid_t child;

    b.rows = number(argc, argv, 1, 1000000);
    b.labels = number(argc, argv, 2, 1000);
    b.words = number(argc, argv, 3, WORDS_MAX);
    if (!b.rows || !b.labels || b.words > WORDS_MAX || !mkdtemp(folder))
        return 2;
    b.folder = folder;
    child = fork();
    if (child == 0) {
        build(&b);
        _exit(0);
    }
    if (child > 0 && waitpid(child, &state, 0) == child && state == 0)
        report(&b);
    (void)nftw(folder, remove_file, 8, FTW_DEPTH | FTW_PHYS);
    return state != 0;
}
