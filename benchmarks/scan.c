/* SPDX-License-Identifier: Apache-2.0 */
/* What does a scan cost? Reads texts (JSONL with "text"), cuts them into pieces as long as chunks
 * are, and times each stage over all of them, one thread:
 *
 *   views      survey, normalize, fold, decode, codes, extract, channels; and all as the scan makes them
 *   rules      the gate and PCRE2 over the normalized views, beside two baselines in the same
 *              run: a loop of PCRE2 JIT over the same patterns, and libyara with the same patterns
 *   scan       everything, as stile_scan does it; with the neighbours of a stored chunk; and what a
 *              query does instead where the verdict was kept, but for the read of the store
 *
 * and the larger of these for each file by itself, where there are several. A row has throughput (median
 * of the rounds), the median and p99 of a piece in the last round, and the median of each piece's least
 * time over the rounds, which other programs disturb little.
 *
 *   bench_scan [--json] FILE...          BENCH_STAGE=views times that stage alone */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "benchmarks/scan/stages.h"
#include "benchmarks/scan/yara.h"

#define PIECE 1200
#define ROUNDS 7
#define MAX_PIECES 20000
#define MAX_FILES 16
#define BASELINE_PIECES 1500 /* the loop and libyara take long */

/* The pieces of one file. */
typedef struct range {
    const char *name;
    size_t from, count;
} range;

typedef struct rows {
    json_t *all;
    double *seconds, *least; /* of each piece: in the last round, in its best */
} rows;

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Pieces of at most PIECE bytes that end at a space, or between characters. */
static void cut(bench *b, stile_slice text)
{
    while (text.len && b->count < MAX_PIECES) {
        size_t end = text.len < PIECE ? text.len : PIECE;
        stile_slice copy;
        stile_error err = {0};
        while (end < text.len && end > PIECE / 2 && text.ptr[end] != ' ')
            end--;
        while (end < text.len && ((unsigned char)text.ptr[end] & 0xc0) == 0x80)
            end++;
        bench_must(stile_arena_copy(&b->kept, stile_slice_cut(text, 0, end), &copy, &err), &err);
        b->pieces[b->count++].text = copy;
        b->bytes += copy.len;
        text = stile_slice_cut(text, end, text.len);
    }
}

static range read_texts(bench *b, const char *path)
{
    const char *slash = strrchr(path, '/');
    range r = {slash ? slash + 1 : path, b->count, 0};
    stile_buf file;
    stile_error err = {0};

    stile_buf_init(&file, (size_t)1 << 30);
    bench_must(stile_file_read(path, &file, &err), &err);
    for (size_t at = 0; at < file.len;) {
        const char *end = memchr(file.ptr + at, '\n', file.len - at);
        size_t len = end ? (size_t)(end - file.ptr) - at : file.len - at;
        json_t *line = NULL;
        if (len && !stile_json_parse(stile_slice_of(file.ptr + at, len), path, &line, &err)) {
            const json_t *text = json_object_get(line, "text");
            cut(b, stile_slice_of(json_string_value(text), json_string_length(text)));
        }
        json_decref(line);
        at += len + 1;
    }
    stile_buf_release(&file);
    r.count = b->count - r.from;
    return r;
}

/* Throughput of one round, in MB/s. */
static double run_once(bench *b, const bench_stage *stage, const range *of, rows *r)
{
    double start = now(), bytes = 0;

    for (size_t i = 0; i < of->count; i++) {
        double before = now();
        stage->run(b, of->from + i);
        r->seconds[i] = now() - before;
        r->least[i] = r->seconds[i] < r->least[i] ? r->seconds[i] : r->least[i];
        stile_arena_release(&b->arena);
        bytes += (double)b->pieces[of->from + i].text.len;
    }
    return bytes / (now() - start) / 1e6;
}

/* ROUNDS times after a warm-up; prints and keeps a row. */
static double measure(bench *b, const bench_stage *stage, const range *of, rows *r)
{
    const char *only = getenv("BENCH_STAGE");
    double rates[ROUNDS];
    size_t n = of->count;
    char name[96];

    if (n == 0 || (only && strcmp(only, stage->name) != 0))
        return 0;
    (void)snprintf(name, sizeof name, "%s%s%s", stage->name, of->name ? ": " : "",
                   of->name ? of->name : "");
    for (size_t i = 0; i < n; i++)
        r->least[i] = 1e9;
    (void)run_once(b, stage, of, r);
    for (int round = 0; round < ROUNDS; round++)
        rates[round] = run_once(b, stage, of, r);
    qsort(rates, ROUNDS, sizeof *rates, by_value);
    qsort(r->seconds, n, sizeof *r->seconds, by_value);
    qsort(r->least, n, sizeof *r->least, by_value);
    (void)json_array_append_new(
        r->all,
        json_pack("{s:s,s:f,s:f,s:f,s:f,s:f,s:f}", "stage", name, "mb_per_s", rates[ROUNDS / 2],
                  "low", rates[0], "high", rates[ROUNDS - 1], "median_us", r->seconds[n / 2] * 1e6,
                  "p99_us", r->seconds[n * 99 / 100] * 1e6, "least_us", r->least[n / 2] * 1e6));
    fprintf(stderr,
            "%-44s %9.1f MB/s (%.1f to %.1f), median %7.2f us, p99 %8.1f, least %7.2f a piece\n",
            name, rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1], r->seconds[n / 2] * 1e6,
            r->seconds[n * 99 / 100] * 1e6, r->least[n / 2] * 1e6);
    return rates[ROUNDS / 2];
}

static void add_ratio(rows *r, const char *beside, double times)
{
    fprintf(stderr, "rules beside %s: %.1f times as fast\n", beside, times);
    (void)json_array_append_new(r->all, json_pack("{s:s,s:f}", "ratio", beside, "times", times));
}

static void measure_baselines(bench *b, rows *r)
{
    static const bench_stage ours = {"rules, for comparison", bench_rules},
                             loop = {"PCRE2 loop", bench_pcre2_loop},
                             yara = {"libyara", bench_libyara};
    const range some = {NULL, 0, b->count < BASELINE_PIECES ? b->count : BASELINE_PIECES};
    double rate = measure(b, &ours, &some, r);
    size_t taken;

    if (rate <= 0)
        return;
    add_ratio(r, "PCRE2 loop", rate / measure(b, &loop, &some, r));
    taken = bench_yara_compile(&b->policy->rules);
    fprintf(stderr, "libyara reads %zu of %zu patterns; the others it is spared\n", taken,
            b->policy->rules.count);
    if (taken)
        add_ratio(r, "libyara", rate / measure(b, &yara, &some, r));
}

static void measure_all(bench *b, const range *files, int count, rows *r)
{
    const range all = {NULL, 0, b->count};

    for (size_t s = 0; s < bench_stage_count; s++)
        (void)measure(b, &bench_stages[s], &all, r);
    for (int f = 0; count > 1 && f < count; f++)
        for (size_t s = 0; s < bench_by_text_count; s++)
            (void)measure(b, &bench_by_text[s], &files[f], r);
    measure_baselines(b, r);
}

static void release(bench *b, rows *r)
{
    stile_scanner_destroy(b->scanner);
    stile_policy_unref(b->policy);
    stile_arena_release(&b->kept);
    stile_arena_release(&b->arena);
    free(b->pieces);
    free(r->seconds);
    free(r->least);
    json_decref(r->all);
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    int count = argc - 1 - json;
    range files[MAX_FILES];
    bench b = {.pieces = calloc(MAX_PIECES, sizeof *b.pieces)};
    rows r = {json_array(), calloc(MAX_PIECES, sizeof *r.seconds),
              calloc(MAX_PIECES, sizeof *r.least)};

    if (count < 1 || count > MAX_FILES || !b.pieces || !r.all || !r.seconds || !r.least) {
        fprintf(stderr, "usage: bench_scan [--json] FILE.jsonl... (%d at most)\n", MAX_FILES);
        return 2;
    }
    stile_arena_init(&b.arena, 0);
    stile_arena_init(&b.kept, 0);
    for (int i = 0; i < count; i++)
        files[i] = read_texts(&b, argv[1 + json + i]);
    if (b.count == 0) {
        fprintf(stderr, "bench_scan: no texts\n");
        return 1;
    }
    bench_prepare(&b);
    fprintf(stderr, "%zu pieces, %zu bytes each on average, %zu rules\n", b.count,
            b.bytes / b.count, b.policy->rules.count);
    measure_all(&b, files, count, &r);
    if (json)
        (void)json_dumpf(r.all, stdout, JSON_INDENT(1));
    release(&b, &r);
    return 0;
}
