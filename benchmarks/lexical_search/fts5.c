/* SPDX-License-Identifier: Apache-2.0 */
#include "fts5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef STILE_HAVE_SQLITE
#include <sqlite3.h>
#endif

double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

#ifdef STILE_HAVE_SQLITE
struct fts5 {
    sqlite3 *db;
    sqlite3_stmt *insert;
};

static void sql(fts5 *fts, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(fts->db, text, NULL, NULL, &why) != SQLITE_OK) {
        fprintf(stderr, "bench_lexical_search: sqlite: %s\n", why);
        exit(1);
    }
}

fts5 *fts5_create(const char *folder)
{
    char path[128];
    fts5 *fts = calloc(1, sizeof *fts);
    (void)snprintf(path, sizeof path, "%s/fts.db", folder);
    if (!fts || sqlite3_open(path, &fts->db) != SQLITE_OK)
        exit(1);
    sql(fts, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000;"
             "CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='porter unicode61');"
             "BEGIN");
    if (sqlite3_prepare_v2(fts->db, "INSERT INTO t(rowid, body) VALUES(?, ?)", -1, &fts->insert,
                           NULL) != SQLITE_OK)
        exit(1);
    return fts;
}

void fts5_destroy(fts5 *fts)
{
    (void)sqlite3_close(fts->db);
    free(fts);
}

void fts5_add(fts5 *fts, int64_t number, stile_slice chunk)
{
    (void)sqlite3_bind_int64(fts->insert, 1, number);
    (void)sqlite3_bind_text(fts->insert, 2, chunk.ptr, (int)chunk.len, SQLITE_TRANSIENT);
    (void)sqlite3_step(fts->insert);
    (void)sqlite3_reset(fts->insert);
}

void fts5_finish(fts5 *fts)
{
    (void)sqlite3_finalize(fts->insert);
    sql(fts, "COMMIT; INSERT INTO t(t) VALUES('optimize')");
}

double fts5_ask(fts5 *fts, const char *query, const char *join, int *hits)
{
    char match[512] = "";
    sqlite3_stmt *select = NULL;
    double start;

    for (const char *at = query; *at;) {
        size_t n = strcspn(at, " ");
        (void)snprintf(match + strlen(match), sizeof match - strlen(match), "%s\"%.*s\"",
                       *match ? join : "", (int)n, at);
        at += n + (at[n] == ' ');
    }
    *hits = 0;
    start = now_ms();
    (void)sqlite3_prepare_v2(fts->db, "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10",
                             -1, &select, NULL);
    (void)sqlite3_bind_text(select, 1, match, -1, SQLITE_TRANSIENT);
    while (sqlite3_step(select) == SQLITE_ROW)
        (*hits)++;
    (void)sqlite3_finalize(select);
    return now_ms() - start;
}
#else
fts5 *fts5_create(const char *folder)
{
    (void)folder;
    fprintf(stderr, "SKIPPED: the baseline needs libsqlite3-dev\n");
    return NULL;
}

void fts5_destroy(fts5 *fts)
{
    (void)fts;
}

void fts5_add(fts5 *fts, int64_t number, stile_slice chunk)
{
    (void)fts, (void)number, (void)chunk;
}

void fts5_finish(fts5 *fts)
{
    (void)fts;
}

double fts5_ask(fts5 *fts, const char *query, const char *join, int *hits)
{
    (void)fts, (void)query, (void)join;
    *hits = 0;
    return 0;
}
#endif
