/* SPDX-License-Identifier: Apache-2.0 */
/* How fast is the lexical search, beside SQLite FTS5 over the same chunks in the same run?
 *
 *   bench_lexical_search [--chunks N] FILE...
 *
 * The chunks are the lines of .txt files (benchmarks/passages.py makes them), or of sentences drawn
 * at random from .jsonl files: real words at their real frequencies, in more text than there may be
 * at hand. One label, one thread, top 10 by BM25. Each kind of query is asked with words of given
 * document frequencies: for any of them (OR) and for all of them (AND: stile's required terms).
 * Prints medians, and the ratio with its spread. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "indexes/index.h"
#include "lexical_search/corpus.h"
#include "lexical_search/fts5.h"

#define STEP 1000 /* chunks in one apply */
#define QUERIES 40
#define QUERY_WORDS 8

typedef struct bench {
    corpus corpus;
    uint32_t chunks;
    stile_analyzer *analyzer;
    stile_levels *levels;
    stile_labels *labels;
    uint32_t label;
    stile_permit *permit;
    stile_index *index;
    char folder[64];
    fts5 *fts;
    unsigned long allocations, asked; /* of stile, while it answered */
} bench;

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "bench_lexical_search: %s\n", err->text);
        exit(1);
    }
}

/* The next chunks, at most STEP, as step `seq`; how many. */
static uint32_t add_step(bench *b, uint64_t seq, stile_buf *chunk)
{
    static stile_index_document documents[STEP];
    static stile_terms terms[STEP];
    stile_slice none = {0};
    stile_arena arena;
    stile_error err = {0};
    uint32_t n = 0;

    stile_arena_init(&arena, 0);
    for (; n < STEP && corpus_chunk(&b->corpus, chunk); n++) {
        uint64_t number = (seq - 1) * STEP + n + 1;
        uint64_t scattered = number * UINT64_C(0x9e3779b97f4a7c15);
        documents[n] = (stile_index_document){
            .collection = 1, .label = b->label, .chunks = 1, .terms = &terms[n]};
        memcpy(documents[n].doc.bytes, &scattered, sizeof scattered);
        must(stile_terms_of(b->analyzer, none, stile_buf_slice(chunk), &arena, &terms[n], &err),
             &err);
        fts5_add(b->fts, (int64_t)number, stile_buf_slice(chunk));
    }
    must(stile_index_apply(b->index, documents, n, NULL, 0, seq, &err), &err);
    stile_arena_release(&arena);
    return n;
}

static void build(bench *b)
{
    stile_index_options options = {.folder = b->folder};
    stile_index_view *view;
    stile_index_stats stats;
    stile_buf chunk;
    stile_error err = {0};
    uint64_t seq;
    uint32_t wanted = b->chunks;

    stile_buf_init(&chunk, 1 << 20);
    must(stile_index_open(&options, &b->index, &seq, &err), &err);
    for (b->chunks = 0; b->chunks < wanted;) {
        uint32_t added = add_step(b, ++seq, &chunk);
        b->chunks += added;
        if (isatty(2))
            fprintf(stderr, "\r%u of %u chunks", b->chunks, wanted);
        if (added < STEP)
            break;
    }
    stile_buf_release(&chunk);
    fts5_finish(b->fts);
    view = stile_index_acquire(b->index);
    stile_index_view_stats(view, &stats);
    stile_index_view_unref(view);
    printf("%u chunks in %llu segments, %.0f bytes of index a chunk\n", b->chunks,
           (unsigned long long)stats.segments, (double)stats.bytes / b->chunks);
}

static const char *pick(bench *b, const corpus_word *words, size_t count, char kind)
{
    unsigned low = kind == 'c' ? 200 : kind == 'm' ? 20 : 2;
    unsigned high = kind == 'c' ? 2001 : kind == 'm' ? 200 : 5;

    for (;;) {
        const corpus_word *w = &words[corpus_below(&b->corpus, count)];
        if (w->held >= low && w->held < high)
            return w->text;
    }
}

/* From the words to the hits, in milliseconds. `all`: only chunks that hold all of them. */
static double ask_stile(bench *b, const char *query, bool all, size_t *hits)
{
    const uint32_t collection = 1;
    uint64_t required[QUERY_WORDS];
    stile_search search = {.mode = STILE_MODE_LEXICAL,
                           .collections = &collection,
                           .collection_count = 1,
                           .permit = b->permit,
                           .k = 10};
    stile_index_view *view = stile_index_acquire(b->index);
    stile_terms terms;
    stile_hit *found;
    stile_arena arena;
    stile_slice none = {0};
    stile_error err = {0};
    unsigned long before = stile_memory_count();
    double start = now_ms(), took;

    stile_arena_init(&arena, 0);
    must(stile_terms_of(b->analyzer, none, stile_str(query), &arena, &terms, &err), &err);
    search.terms = &terms;
    for (uint32_t i = 0; all && i < terms.count && i < QUERY_WORDS; i++)
        required[search.required_count++] = terms.terms[i].hash;
    search.required = required;
    must(stile_index_search(view, &search, &arena, &found, hits, &err), &err);
    took = now_ms() - start;
    b->allocations += stile_memory_count() - before;
    b->asked++;
    stile_arena_release(&arena);
    stile_index_view_unref(view);
    return took;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of sorted values. */
static double part(double *values, int tenths)
{
    qsort(values, QUERIES, sizeof *values, by_value);
    return values[QUERIES * tenths / 10];
}

/* Ask each query twice and time the second answer. */
static void measure(bench *b, char queries[QUERIES][256], bool all)
{
    double ours[QUERIES], theirs[QUERIES], ratio[QUERIES];
    size_t hits = 0;
    int found = 0;

    for (int q = 0; q < QUERIES; q++) {
        for (int round = 0; round < 2; round++)
            ours[q] = ask_stile(b, queries[q], all, &hits);
        for (int round = 0; round < 2; round++)
            theirs[q] = fts5_ask(b->fts, queries[q], all ? " AND " : " OR ", &found);
        ratio[q] = theirs[q] / ours[q];
    }
    printf(" %.3f | %.2f | %.0f (%.0f to %.0f) |", part(ours, 5), part(theirs, 5), part(ratio, 5),
           part(ratio, 1), part(ratio, 9));
}

/* `kinds`: one letter a word: c common (a tenth of the chunks and more), m, r rare. */
static void measure_kind(bench *b, const char *kinds, const corpus_word *words, size_t count)
{
    static char queries[QUERIES][256];

    for (int q = 0; q < QUERIES; q++) {
        queries[q][0] = 0;
        for (const char *k = kinds; *k; k++)
            (void)snprintf(queries[q] + strlen(queries[q]), 256 - strlen(queries[q]), "%s%s",
                           k > kinds ? " " : "", pick(b, words, count, *k));
    }
    printf("| %s |", kinds);
    measure(b, queries, false);
    measure(b, queries, true);
    printf("\n");
    (void)fflush(stdout);
}

static void set_up(bench *b)
{
    stile_clearance *clearance;
    stile_label *label;
    stile_error err = {0};

    (void)snprintf(b->folder, sizeof b->folder, "/tmp/bench-lexical-XXXXXX");
    if (!mkdtemp(b->folder))
        exit(1);
    must(stile_analyzer_create("en", &b->analyzer, &err), &err);
    must(stile_levels_create_default(&b->levels, &err), &err);
    must(stile_labels_create(b->levels, 8, &b->labels, &err), &err);
    must(stile_label_parse(b->levels, stile_str("public"), &label, &err), &err);
    must(stile_labels_add(b->labels, label, &b->label, NULL, &err), &err);
    must(stile_clearance_parse(b->levels, stile_str("public"), &clearance, &err), &err);
    must(stile_permit_mint(b->labels, clearance, &b->permit, &err), &err);
    stile_label_destroy(label);
    stile_clearance_destroy(clearance);
    b->fts = fts5_create(b->folder);
}

static int tear_down(bench *b)
{
    char command[128];

    stile_permit_unref(b->permit);
    stile_index_destroy(b->index);
    stile_labels_destroy(b->labels);
    stile_levels_destroy(b->levels);
    stile_analyzer_destroy(b->analyzer);
    fts5_destroy(b->fts);
    corpus_release(&b->corpus);
    (void)snprintf(command, sizeof command, "rm -rf %s", b->folder);
    return system(command) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"c", "m", "r", "cc", "ccc", "mm", "cr", "mr", "cmr"};
    bench b = {.chunks = 500000};
    int first = 1;
    corpus_word *words;
    size_t count;

    if (argc > 2 && strcmp(argv[1], "--chunks") == 0) {
        b.chunks = (uint32_t)strtoul(argv[2], NULL, 10) / STEP * STEP;
        first = 3;
    }
    if (first >= argc || b.chunks == 0) {
        fprintf(stderr, "usage: bench_lexical_search [--chunks N] FILE...\n");
        return 2;
    }
    corpus_read(&b.corpus, argv + first, argc - first);
    set_up(&b);
    build(&b);
    count = corpus_words(&b.corpus, &words);
    printf("words: c in at least a tenth of the chunks, m in 1 to 10%%, r in .1 to .25%%\n"
           "| words | any: stile ms | FTS5 ms | ratio (p10 to p90) | all: stile ms | FTS5 ms |"
           " ratio (p10 to p90) |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        measure_kind(&b, kinds[i], words, count);
    free(words);
    printf("allocations a query: %.2f\n", (double)b.allocations / (double)b.asked);
    return tear_down(&b);
}
