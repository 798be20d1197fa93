/* SPDX-License-Identifier: Apache-2.0 */
/* What does a scan cost? Reads texts (JSONL with "text"), cuts them into pieces as long as chunks
 * are, and times each stage over all of them, one thread:
 *
 *   views      normalize, fold, decode, extract, channels; and all of them as the scan makes them
 *   rules      the prefilter and PCRE2 over the normalized views, beside two baselines in the same
 *              run: a loop of PCRE2 JIT over the same patterns, and libyara with the same patterns
 *   scan       everything, as stile_scan does it, with its median and p99 a piece
 *
 *   bench_scan [--json] FILE...          BENCH_STAGE=views times that stage alone */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "plane/chunk_scan.h"
#include "scan/hits.h"
#include "scan/view_build.h"
#ifdef STILE_HAVE_YARA
#include <yara.h>
#endif

#define PIECE 1200
#define ROUNDS 7
#define MAX_PIECES 20000
#define BASELINE_PIECES 1500 /* the loop and libyara take long */

typedef struct bench {
    stile_slice *pieces;
    size_t count, bytes;
    stile_policy *policy;
    stile_scanner *scanner;
    stile_arena arena;           /* of one piece */
    stile_scan_view *normalized; /* of each piece, in `kept` */
    stile_arena kept;
    double *seconds; /* of each piece, for quantiles */
    json_t *rows;
} bench;

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "bench_scan: %s\n", err->text);
        exit(1);
    }
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
        must(stile_arena_copy(&b->kept, stile_slice_cut(text, 0, end), &copy, &err), &err);
        b->pieces[b->count++] = copy;
        b->bytes += copy.len;
        text = stile_slice_cut(text, end, text.len);
    }
}

static void read_texts(bench *b, const char *path)
{
    stile_buf file;
    stile_error err = {0};

    stile_buf_init(&file, (size_t)1 << 30);
    must(stile_file_read(path, &file, &err), &err);
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
}

typedef void (*stage)(bench *b, size_t piece);

static stile_scan_view raw_view(bench *b, size_t i)
{
    stile_view_piece *piece = stile_arena_alloc(&b->arena, sizeof *piece);

    if (!piece)
        exit(1);
    *piece = (stile_view_piece){0, 0, (uint32_t)b->pieces[i].len, true};
    return (stile_scan_view){STILE_VIEW_RAW, "", b->pieces[i], piece, 1};
}

static void normalize(bench *b, size_t i)
{
    stile_scan_view raw = raw_view(b, i), out;
    stile_error err;
    must(stile_view_normalize(&raw, &b->arena, &out, &err), &err);
}

static void views(bench *b, size_t i)
{
    stile_scan_views out;
    stile_error err;
    must(stile_scan_views_make(b->pieces[i], STILE_FORMAT_TEXT, &b->arena, &out, &err), &err);
}

static void rules(bench *b, size_t i)
{
    stile_scan_hits hits;
    stile_error err;
    must(stile_scan_hits_of(b->scanner, &b->normalized[i], &b->arena, &hits, &err), &err);
}

static void views_and_rules(bench *b, size_t i)
{
    stile_scan_views made;
    stile_scan_hits hits;
    stile_error err;

    must(stile_scan_views_make(b->pieces[i], STILE_FORMAT_TEXT, &b->arena, &made, &err), &err);
    for (size_t v = 0; v < made.count; v++)
        must(stile_scan_hits_of(b->scanner, &made.views[v], &b->arena, &hits, &err), &err);
}

static void whole(bench *b, size_t i)
{
    stile_scan_input input = {.format = STILE_FORMAT_TEXT, .trust = STILE_TRUST_EXTERNAL};
    stile_verdict verdict;
    stile_error err;

    input.field[STILE_FIELD_TEXT] = b->pieces[i];
    must(stile_scan(b->scanner, &input, &b->arena, &verdict, &err), &err);
}

/* As much of a neighbour as the scan of a stored chunk reads. */
static stile_slice edge(stile_slice piece, bool head)
{
    size_t cut = stile_utf8_floor(piece, head ? STILE_NEIGHBOUR : piece.len - STILE_NEIGHBOUR);

    if (piece.len <= STILE_NEIGHBOUR)
        return piece;
    return head ? stile_slice_cut(piece, 0, cut) : stile_slice_cut(piece, cut, piece.len);
}

static void with_neighbours(bench *b, size_t i)
{
    stile_scan_input input = {.format = STILE_FORMAT_TEXT, .trust = STILE_TRUST_EXTERNAL};
    stile_verdict verdict;
    stile_error err;

    input.field[STILE_FIELD_TEXT] = b->pieces[i];
    if (i > 0)
        input.field[STILE_FIELD_BEFORE] = edge(b->pieces[i - 1], false);
    if (i + 1 < b->count)
        input.field[STILE_FIELD_AFTER] = edge(b->pieces[i + 1], true);
    must(stile_scan(b->scanner, &input, &b->arena, &verdict, &err), &err);
}

/* Time `run` over the first `count` pieces, ROUNDS times after a warm-up; print and keep a row. */
static double measure(bench *b, const char *name, stage run, size_t count)
{
    const char *only = getenv("BENCH_STAGE");
    double rates[ROUNDS], bytes = 0, best;
    size_t n = count < b->count ? count : b->count;
    json_t *row;

    if (only && strcmp(only, name) != 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        bytes += (double)b->pieces[i].len;
    for (int round = -1; round < ROUNDS; round++) {
        double start = now();
        for (size_t i = 0; i < n; i++) {
            double before = now();
            run(b, i);
            b->seconds[i] = now() - before;
            stile_arena_release(&b->arena);
        }
        if (round >= 0)
            rates[round] = bytes / (now() - start) / 1e6;
    }
    qsort(rates, ROUNDS, sizeof *rates, by_value);
    qsort(b->seconds, n, sizeof *b->seconds, by_value);
    best = rates[ROUNDS / 2]; /* the median */
    row = json_pack("{s:s,s:f,s:f,s:f,s:f,s:f}", "stage", name, "mb_per_s", best, "low", rates[0],
                    "high", rates[ROUNDS - 1], "median_us", b->seconds[n / 2] * 1e6, "p99_us",
                    b->seconds[n * 99 / 100] * 1e6);
    (void)json_array_append_new(b->rows, row);
    fprintf(stderr, "%-22s %9.1f MB/s  (%.1f to %.1f)  median %7.1f us, p99 %8.1f us a piece\n",
            name, best, rates[0], rates[ROUNDS - 1], b->seconds[n / 2] * 1e6,
            b->seconds[n * 99 / 100] * 1e6);
    return best;
}

/* Every pattern over each piece, to its first match, as a loop over a rule list does it. */
static void pcre2_loop(bench *b, size_t i)
{
    const stile_rules *r = &b->policy->rules;
    size_t start, end;

    for (size_t k = 0; k < r->count; k++)
        if (r->rules[k].pattern)
            (void)stile_pattern_match(r->rules[k].pattern, b->scanner->matcher,
                                      b->normalized[i].text, 0, &start, &end);
}

#ifdef STILE_HAVE_YARA
static YR_RULES *yara;

static int ignore_match(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
    (void)context;
    (void)message;
    (void)data;
    (void)user;
    return CALLBACK_CONTINUE;
}

static void yara_scan(bench *b, size_t i)
{
    (void)yr_rules_scan_mem(yara, (const uint8_t *)b->normalized[i].text.ptr,
                            b->normalized[i].text.len, SCAN_FLAGS_FAST_MODE, ignore_match, NULL, 0);
}

static void quiet(int level, const char *file, int line, const YR_RULE *rule, const char *message,
                  void *user)
{
    (void)level;
    (void)file;
    (void)line;
    (void)rule;
    (void)message;
    (void)user;
}

/* Rule `k` in YARA's words, which know no "(?:" and end a pattern at a slash. */
static void write_yara(char *out, size_t k, stile_slice pattern)
{
    size_t at = (size_t)sprintf(out, "rule r%zu { strings: $a = /", k);

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (c == '/' && (i == 0 || pattern.ptr[i - 1] != '\\'))
            out[at++] = '\\';
        out[at++] = c;
        if (c == '(' &&
            stile_slice_starts(stile_slice_cut(pattern, i + 1, pattern.len), stile_str("?:")))
            i += 2;
    }
    (void)sprintf(out + at, "/ nocase condition: $a }");
}

/* Adds the rules to a new compiler: those that it can read. A compiler that met an error is of no
 * more use, so each rule is tried in one of its own first. */
static size_t yara_compile(const stile_rules *rules)
{
    YR_COMPILER *all = NULL, *alone = NULL;
    char *source = malloc(4 * STILE_MAX_PATTERN);
    size_t taken = 0;

    if (!source || yr_initialize() != ERROR_SUCCESS || yr_compiler_create(&all) != ERROR_SUCCESS)
        exit(1);
    for (size_t k = 0; k < rules->count; k++) {
        if (!rules->rules[k].pattern || yr_compiler_create(&alone) != ERROR_SUCCESS)
            continue;
        yr_compiler_set_callback(alone, quiet, NULL);
        write_yara(source, k, rules->rules[k].pattern_text);
        if (yr_compiler_add_string(alone, source, NULL) == 0)
            taken += yr_compiler_add_string(all, source, NULL) == 0;
        yr_compiler_destroy(alone);
    }
    if (yr_compiler_get_rules(all, &yara) != ERROR_SUCCESS)
        taken = 0;
    yr_compiler_destroy(all);
    free(source);
    return taken;
}

static void measure_yara(bench *b, double ours)
{
    size_t taken = yara_compile(&b->policy->rules);
    double theirs;

    fprintf(stderr, "libyara reads %zu of %zu patterns; the others it is spared\n", taken,
            b->policy->rules.count);
    if (taken == 0)
        return;
    theirs = measure(b, "libyara", yara_scan, BASELINE_PIECES);
    fprintf(stderr, "rules beside libyara: %.1f times as fast\n", ours / theirs);
    (void)json_array_append_new(b->rows, json_pack("{s:s,s:f,s:I}", "ratio", "libyara", "times",
                                                   ours / theirs, "patterns", (json_int_t)taken));
}
#else
static void measure_yara(bench *b, double ours)
{
    (void)b;
    (void)ours;
    fprintf(stderr, "SKIPPED: libyara is not here (apt install libyara-dev)\n");
}
#endif

static void open_bench(bench *b, char **paths, int count)
{
    const stile_policy_options options = {0};
    stile_error err = {0};

    stile_arena_init(&b->arena, 0);
    stile_arena_init(&b->kept, 0);
    b->rows = json_array();
    b->pieces = calloc(MAX_PIECES, sizeof *b->pieces);
    b->seconds = calloc(MAX_PIECES, sizeof *b->seconds);
    b->normalized = calloc(MAX_PIECES, sizeof *b->normalized);
    if (!b->rows || !b->pieces || !b->seconds || !b->normalized)
        exit(1);
    for (int i = 0; i < count; i++)
        read_texts(b, paths[i]);
    must(stile_policy_load(&options, &b->policy, &err), &err);
    stile_policy_prepare(b->policy);
    must(stile_scanner_create(b->policy, &b->scanner, &err), &err);
    for (size_t i = 0; i < b->count; i++) {
        stile_scan_view raw = raw_view(b, i);
        must(stile_view_normalize(&raw, &b->kept, &b->normalized[i], &err), &err);
    }
}

static void close_bench(bench *b)
{
    stile_scanner_destroy(b->scanner);
    stile_policy_unref(b->policy);
    stile_arena_release(&b->kept);
    stile_arena_release(&b->arena);
    free(b->normalized);
    free(b->seconds);
    free(b->pieces);
    json_decref(b->rows);
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    bench b = {0};
    double ours, loop;

    if (argc < 2 + json) {
        fprintf(stderr, "usage: bench_scan [--json] FILE.jsonl...\n");
        return 2;
    }
    open_bench(&b, argv + 1 + json, argc - 1 - json);
    if (b.count == 0) {
        fprintf(stderr, "bench_scan: no texts\n");
        return 1;
    }
    fprintf(stderr, "%zu pieces, %zu bytes each on average, %zu rules, %zu without prefilter\n",
            b.count, b.bytes / b.count, b.policy->rules.count,
            b.policy->prefilters[STILE_PREFILTER_OTHER]
                ? stile_prefilter_always(b.policy->prefilters[STILE_PREFILTER_OTHER])
                : b.policy->rules.count);
    (void)measure(&b, "normalize", normalize, MAX_PIECES);
    (void)measure(&b, "views", views, MAX_PIECES);
    ours = measure(&b, "rules, one view", rules, MAX_PIECES);
    (void)measure(&b, "views and rules", views_and_rules, MAX_PIECES);
    (void)measure(&b, "scan", whole, MAX_PIECES);
    (void)measure(&b, "scan with neighbours", with_neighbours, MAX_PIECES);
    loop = measure(&b, "PCRE2 loop", pcre2_loop, BASELINE_PIECES);
    fprintf(stderr, "rules beside the PCRE2 loop: %.1f times as fast\n", ours / loop);
    (void)json_array_append_new(
        b.rows, json_pack("{s:s,s:f}", "ratio", "pcre2-loop", "times", ours / loop));
    measure_yara(&b, ours);
    if (json)
        (void)json_dumpf(b.rows, stdout, JSON_INDENT(1));
    close_bench(&b);
    return 0;
}
