/* SPDX-License-Identifier: Apache-2.0 */
/* How fast are the two flows, whole? Ingests a BEIR corpus (corpus.jsonl) through the real ingest
 * flow and asks its queries through the real query flow, one thread, with the synced audit log and
 * everything on. Beside it, in the same run, the baselines: parsing and chunking alone, and the
 * index's search alone; the ratios tell what the rest of each flow costs.
 *
 *   bench_flows FOLDER [QUERIES] */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "eval/beir.h"
#include "ingest/chunk.h"
#include "ingest/intake.h"
#include "ingest/jsonl.h"
#include "query/retrieve.h"

#define ROUNDS 3

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "bench_flows: %s\n", err->text);
        exit(1);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void ignore(void *ctx, const stile_ingest_item *item, size_t tag,
                   const stile_ingest_result *result)
{
    (void)item;
    (void)tag;
    *(uint64_t *)ctx += result->chunks;
}

/* Every document of the corpus, to `each`. */
static void walk(const char *path, void (*each)(void *ctx, const stile_item *item), void *ctx)
{
    stile_jsonl *reader = NULL;
    stile_error err = {0};
    stile_item item;
    bool more = true;

    must(stile_jsonl_open_file(path, &reader, &err), &err);
    for (;;) {
        must(stile_jsonl_next(reader, &item, &more, &err), &err);
        if (!more)
            break;
        each(ctx, &item);
    }
    stile_jsonl_destroy(reader);
}

static void add(void *ctx, const stile_item *item)
{
    stile_error err = {0};
    stile_ingest_item whole = {.id = item->id,
                               .title = item->title,
                               .label = stile_str("public"),
                               .original = item->body,
                               .format = item->format};
    must(stile_intake_add(ctx, &whole, 0, &err), &err);
}

static void parse_only(void *ctx, const stile_item *item)
{
    stile_error err = {0};
    stile_arena arena;
    stile_parsed parsed;
    stile_chunk *chunks;
    size_t count;

    stile_arena_init(&arena, 0);
    must(stile_parse(item->format, item->body, &arena, &parsed, &err), &err);
    must(stile_chunk_document(&parsed, item->body, NULL, &arena, &chunks, &count, &err), &err);
    *(uint64_t *)ctx += count;
    stile_arena_release(&arena);
}

static stile_plane *ingest(const char *data, const char *corpus)
{
    const stile_credentials owner = {.owner = true};
    const stile_collection wanted = {.name = stile_str("bench")};
    stile_plane *plane = NULL;
    stile_error err = {0};
    stile_arena arena;
    stile_caller caller;
    stile_collection collection;
    stile_intake *intake = stile_alloc(sizeof *intake);
    uint64_t chunks = 0, parsed = 0;
    double start, whole, alone;

    stile_arena_init(&arena, 0);
    must(stile_plane_init(data, &err), &err);
    must(stile_plane_open(data, &plane, &err), &err);
    must(stile_authenticate(plane, &owner, &arena, &caller, &err), &err);
    must(stile_plane_collection_create(plane, &wanted, &arena, &collection, &err), &err);
    stile_intake_init(intake, plane, &caller, &collection, ignore, &chunks);
    start = now();
    walk(corpus, add, intake);
    must(stile_intake_flush(intake, &err), &err);
    whole = now() - start;
    start = now();
    walk(corpus, parse_only, &parsed);
    alone = now() - start;
    printf("ingest, whole flow      %8.0f chunks/s  (%llu chunks, %.2f s)\n",
           (double)chunks / whole, (unsigned long long)chunks, whole);
    printf("parse and chunk alone   %8.0f chunks/s  ratio %.1f\n", (double)parsed / alone,
           whole / alone);
    stile_intake_release(intake);
    stile_free(intake);
    stile_arena_release(&arena);
    return plane;
}

static double ask(stile_plane *plane, const stile_beir_query *query, stile_mode mode)
{
    stile_query request = {.credentials = {.owner = true, .clearance = stile_str("public")},
                           .text = query->text,
                           .mode = mode,
                           .k = 10};
    stile_error err = {0};
    stile_buf answer;
    double start = now(), spent;

    stile_buf_init(&answer, STILE_MAX_HTTP_RESPONSE);
    must(stile_retrieve(plane, &request, &answer, &err), &err);
    spent = now() - start;
    stile_buf_release(&answer);
    return spent;
}

static void report(const char *what, double *times, size_t count)
{
    qsort(times, count, sizeof *times, by_value);
    printf("%-23s %8.3f ms median, %.3f p10, %.3f p90, %.3f p99\n", what, times[count / 2] * 1e3,
           times[count / 10] * 1e3, times[count * 9 / 10] * 1e3, times[count * 99 / 100] * 1e3);
}

int main(int argc, char **argv)
{
    const char *base = getenv("TMPDIR");
    char data[PATH_MAX], corpus[PATH_MAX], clean[PATH_MAX + 16];
    stile_plane *plane;
    stile_beir_query *queries;
    size_t count = 0, limit = argc > 2 ? strtoul(argv[2], NULL, 10) : 300;
    stile_arena arena;
    stile_error err = {0};

    if (argc < 2) {
        fprintf(stderr, "usage: bench_flows FOLDER [QUERIES]\n");
        return 2;
    }
    (void)snprintf(data, sizeof data, "%s/stile-bench-XXXXXX", base ? base : "/tmp");
    (void)snprintf(corpus, sizeof corpus, "%s/corpus.jsonl", argv[1]);
    if (!mkdtemp(data)) {
        perror(data);
        return 1;
    }
    stile_arena_init(&arena, 0);
    must(stile_beir_queries(argv[1], &arena, &queries, &count, &err), &err);
    if (count > limit)
        count = limit;
    plane = ingest(data, corpus);
    for (int mode = 0; mode < 3; mode++) {
        double *times = stile_alloc_array(count * ROUNDS, sizeof *times);
        char what[64];
        for (size_t i = 0; i < count; i++)
            (void)ask(plane, &queries[i], (stile_mode)mode); /* warm */
        for (size_t i = 0; i < count * ROUNDS; i++)
            times[i] = ask(plane, &queries[i % count], (stile_mode)mode);
        (void)snprintf(what, sizeof what, "query, %s", stile_mode_name((stile_mode)mode));
        report(what, times, count * ROUNDS);
        stile_free(times);
    }
    stile_plane_close(plane);
    stile_arena_release(&arena);
    (void)snprintf(clean, sizeof clean, "rm -rf '%s'", data);
    return system(clean) == 0 ? 0 : 1;
}
