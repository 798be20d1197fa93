/* SPDX-License-Identifier: Apache-2.0 */
/* How fast is the lexical search, beside SQLite FTS5 over the same chunks in the same run?
 *
 *   bench_lexical_search [--chunks N] FILE.jsonl...
 *
 * The sentences of the texts given ("text" of each line) are drawn at random, a few to a chunk, until
 * there are N chunks (500,000): real words at their real frequencies, in more text than there is at
 * hand. One label, one thread, top 10 by BM25. Each kind of query is asked with words of given document
 * frequencies; stile ranks by any of the words, FTS5 is asked the same (OR), and once for chunks that
 * hold all of them (AND), which is less work. Prints medians, and the ratio with its spread. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "indexes/index.h"
#ifdef STILE_HAVE_SQLITE
#include <sqlite3.h>
#endif

#define STEP 1000 /* chunks in one apply */
#define SENTENCES 4
#define QUERIES 40
#define WORD 32

typedef struct bench {
    stile_buf text; /* all sentences */
    size_t *starts; /* of each sentence; one more */
    size_t sentences;
    uint64_t state;
    uint32_t chunks;
    stile_analyzer *analyzer;
    stile_levels *levels;
    stile_labels *labels;
    uint32_t label;
    stile_permit *permit;
    stile_index *index;
    char folder[64];
#ifdef STILE_HAVE_SQLITE
    sqlite3 *db;
#endif
} bench;

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "bench_lexical_search: %s\n", err->text);
        exit(1);
    }
}

/* SplitMix64 */
static size_t below(bench *b, size_t bound)
{
    uint64_t z = (b->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ z >> 31) >> 11) % bound;
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
            stile_buf_add(&b->text, json_string_value(text), json_string_length(text));
            stile_buf_add_str(&b->text, ". ");
        }
        json_decref(line);
        at += len + 1;
    }
    stile_buf_release(&file);
}

static void find_sentences(bench *b)
{
    b->starts = calloc(b->text.len / 20 + 2, sizeof *b->starts);
    for (size_t i = 0, start = 0; i + 1 < b->text.len; i++)
        if (b->text.ptr[i] == '.' && b->text.ptr[i + 1] == ' ' && i - start > 40) {
            b->starts[b->sentences++] = start;
            start = i + 2;
            b->starts[b->sentences] = start;
        }
    if (b->sentences < 100) {
        fprintf(stderr, "bench_lexical_search: too little text\n");
        exit(1);
    }
}

static void make_chunk(bench *b, stile_buf *out)
{
    stile_buf_reset(out);
    for (int i = 0; i < SENTENCES; i++) {
        size_t s = below(b, b->sentences);
        stile_buf_add(out, b->text.ptr + b->starts[s], b->starts[s + 1] - b->starts[s]);
    }
}

#ifdef STILE_HAVE_SQLITE
static void sql(bench *b, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(b->db, text, NULL, NULL, &why) != SQLITE_OK) {
        fprintf(stderr, "bench_lexical_search: sqlite: %s\n", why);
        exit(1);
    }
}

static void open_fts(bench *b)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/fts.db", b->folder);
    if (sqlite3_open(path, &b->db) != SQLITE_OK)
        exit(1);
    sql(b, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000;"
           "CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='porter unicode61')");
}
#endif

static void build(bench *b)
{
    stile_index_options options = {.folder = b->folder};
    stile_buf chunk;
    stile_error err = {0};
    uint64_t seq;
#ifdef STILE_HAVE_SQLITE
    sqlite3_stmt *insert = NULL;
    sql(b, "BEGIN");
    (void)sqlite3_prepare_v2(b->db, "INSERT INTO t(rowid, body) VALUES(?, ?)", -1, &insert, NULL);
#endif
    stile_buf_init(&chunk, 1 << 20);
    must(stile_index_open(&options, &b->index, &seq, &err), &err);
    for (uint32_t first = 0; first < b->chunks; first += STEP) {
        static stile_index_document documents[STEP];
        static stile_terms terms[STEP];
        stile_slice none = {0};
        stile_arena arena;
        stile_arena_init(&arena, 0);
        for (uint32_t i = 0; i < STEP; i++) {
            uint64_t number = first + i + 1, scattered = number * UINT64_C(0x9e3779b97f4a7c15);
            documents[i] = (stile_index_document){.collection = 1, .label = b->label, .chunks = 1};
            memcpy(documents[i].doc.bytes, &scattered, sizeof scattered);
            make_chunk(b, &chunk);
            must(
                stile_terms_of(b->analyzer, none, stile_buf_slice(&chunk), &arena, &terms[i], &err),
                &err);
            documents[i].terms = &terms[i];
#ifdef STILE_HAVE_SQLITE
            (void)sqlite3_bind_int64(insert, 1, (sqlite3_int64)number);
            (void)sqlite3_bind_text(insert, 2, chunk.ptr, (int)chunk.len, SQLITE_TRANSIENT);
            (void)sqlite3_step(insert);
            (void)sqlite3_reset(insert);
#endif
        }
        must(stile_index_apply(b->index, documents, STEP, NULL, 0, first / STEP + 1, &err), &err);
        stile_arena_release(&arena);
        if (isatty(2))
            fprintf(stderr, "\r%u of %u chunks", first + STEP, b->chunks);
    }
    stile_buf_release(&chunk);
#ifdef STILE_HAVE_SQLITE
    (void)sqlite3_finalize(insert);
    sql(b, "COMMIT; INSERT INTO t(t) VALUES('optimize')");
#endif
    fprintf(stderr, "\n");
}

/* Words of the text by how many of 2,000 sampled chunks hold them. */
typedef struct word {
    char text[WORD];
    unsigned held;
} word;

static int by_text(const void *a, const void *b)
{
    return strcmp(((const word *)a)->text, ((const word *)b)->text);
}

static size_t count_words(bench *b, word **out)
{
    enum { SAMPLE = 2000 };
    size_t count = 0, room = 1 << 20, kept = 0;
    word *words = calloc(room, sizeof *words);
    stile_buf chunk;

    stile_buf_init(&chunk, 1 << 20);
    for (int s = 0; s < SAMPLE && words; s++) {
        size_t first = count;
        make_chunk(b, &chunk);
        for (size_t i = 0; i < chunk.len;) {
            size_t n = 0;
            char text[WORD] = "";
            while (i < chunk.len && ((chunk.ptr[i] | 32) < 'a' || (chunk.ptr[i] | 32) > 'z'))
                i++;
            while (i < chunk.len && (chunk.ptr[i] | 32) >= 'a' && (chunk.ptr[i] | 32) <= 'z') {
                if (n + 1 < WORD)
                    text[n++] = (char)(chunk.ptr[i] | 32);
                i++;
            }
            if (n < 4 || count == room)
                continue;
            memcpy(words[count].text, text, WORD);
            words[count++].held = 1;
        }
        qsort(words + first, count - first, sizeof *words, by_text);
        for (size_t i = first, n = first; i < count || (count = n, false); i++)
            if (i == first || strcmp(words[i].text, words[n - 1].text) != 0)
                words[n++] = words[i];
    }
    qsort(words, count, sizeof *words, by_text);
    for (size_t i = 0; i < count; i++)
        if (kept && strcmp(words[kept - 1].text, words[i].text) == 0)
            words[kept - 1].held++;
        else
            words[kept++] = words[i];
    stile_buf_release(&chunk);
    *out = words;
    return kept;
}

static const char *pick(bench *b, const word *words, size_t count, unsigned low, unsigned high)
{
    for (;;) {
        const word *w = &words[below(b, count)];
        if (w->held >= low && w->held < high)
            return w->text;
    }
}

static double ask_stile(bench *b, const char *query, size_t *hits)
{
    const uint32_t collection = 1;
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
    double start = now_ms(), took;

    stile_arena_init(&arena, 0);
    must(stile_terms_of(b->analyzer, none, stile_str(query), &arena, &terms, &err), &err);
    search.terms = &terms;
    must(stile_index_search(view, &search, &arena, &found, hits, &err), &err);
    took = now_ms() - start;
    stile_arena_release(&arena);
    stile_index_view_unref(view);
    return took;
}

#ifdef STILE_HAVE_SQLITE
static double ask_fts(bench *b, const char *query, const char *join)
{
    char match[512] = "";
    sqlite3_stmt *select = NULL;
    double start;
    const char *at = query;

    while (*at) {
        size_t n = strcspn(at, " ");
        (void)snprintf(match + strlen(match), sizeof match - strlen(match), "%s\"%.*s\"",
                       *match ? join : "", (int)n, at);
        at += n + (at[n] == ' ');
    }
    start = now_ms();
    (void)sqlite3_prepare_v2(b->db, "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10",
                             -1, &select, NULL);
    (void)sqlite3_bind_text(select, 1, match, -1, SQLITE_TRANSIENT);
    while (sqlite3_step(select) == SQLITE_ROW)
        ;
    (void)sqlite3_finalize(select);
    return now_ms() - start;
}
#endif

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, QUERIES, sizeof *values, by_value);
    return values[QUERIES / 2];
}

/* `kinds`: one letter a word: c common (a tenth of the chunks and more), m, r rare. */
static void measure(bench *b, const char *kinds, const word *words, size_t count)
{
    double ours[QUERIES], any[QUERIES] = {0}, all[QUERIES] = {0}, ratio[QUERIES],
                          ratio_all[QUERIES];
    size_t hits = 0;

    for (int q = 0; q < QUERIES; q++) {
        char query[256] = "";
        for (const char *k = kinds; *k; k++) {
            unsigned low = *k == 'c' ? 200 : *k == 'm' ? 20 : 2;
            unsigned high = *k == 'c' ? 2001 : *k == 'm' ? 200 : 5;
            (void)snprintf(query + strlen(query), sizeof query - strlen(query), "%s%s",
                           *query ? " " : "", pick(b, words, count, low, high));
        }
        (void)ask_stile(b, query, &hits);
        ours[q] = ask_stile(b, query, &hits);
#ifdef STILE_HAVE_SQLITE
        any[q] = ask_fts(b, query, " OR ");
        any[q] = ask_fts(b, query, " OR ");
        all[q] = ask_fts(b, query, " AND ");
        all[q] = ask_fts(b, query, " AND ");
#endif
        ratio[q] = any[q] / ours[q];
        ratio_all[q] = all[q] / ours[q];
    }
    printf("| %-6s | %8.3f | %8.2f | %8.2f |", kinds, median(ours), median(any), median(all));
    qsort(ratio, QUERIES, sizeof *ratio, by_value);
    qsort(ratio_all, QUERIES, sizeof *ratio_all, by_value);
    printf(" %.0f (%.0f to %.0f) | %.1f (%.1f to %.1f) |\n", ratio[QUERIES / 2],
           ratio[QUERIES / 10], ratio[QUERIES * 9 / 10], ratio_all[QUERIES / 2],
           ratio_all[QUERIES / 10], ratio_all[QUERIES * 9 / 10]);
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
#ifdef STILE_HAVE_SQLITE
    open_fts(b);
#else
    fprintf(stderr, "SKIPPED: the baseline needs libsqlite3-dev\n");
#endif
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"c", "m", "r", "cc", "ccc", "mm", "cr", "mr", "cmr"};
    bench b = {.chunks = 500000};
    int first = 1;
    word *words;
    size_t count;
    char command[128];

    if (argc > 2 && strcmp(argv[1], "--chunks") == 0) {
        b.chunks = (uint32_t)strtoul(argv[2], NULL, 10) / STEP * STEP;
        first = 3;
    }
    if (first >= argc || b.chunks == 0) {
        fprintf(stderr, "usage: bench_lexical_search [--chunks N] FILE.jsonl...\n");
        return 2;
    }
    stile_buf_init(&b.text, (size_t)1 << 31);
    for (int i = first; i < argc; i++)
        read_texts(&b, argv[i]);
    find_sentences(&b);
    set_up(&b);
    build(&b);
    count = count_words(&b, &words);
    printf(
        "%u chunks; words: c in at least a tenth of the chunks, m in 1 to 10%%, r in .1 to .25%%\n"
        "| words | stile ms | FTS5 OR ms | FTS5 AND ms | OR ratio (p10 to p90) | AND ratio |\n"
        "|---|---|---|---|---|---|\n",
        b.chunks);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        measure(&b, kinds[i], words, count);
    stile_permit_unref(b.permit);
    stile_index_destroy(b.index);
    stile_labels_destroy(b.labels);
    stile_levels_destroy(b.levels);
    stile_analyzer_destroy(b.analyzer);
#ifdef STILE_HAVE_SQLITE
    (void)sqlite3_close(b.db);
#endif
    stile_buf_release(&b.text);
    free(b.starts);
    free(words);
    (void)snprintf(command, sizeof command, "rm -rf %s", b.folder);
    return system(command) == 0 ? 0 : 1;
}
