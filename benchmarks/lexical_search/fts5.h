/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline: SQLite FTS5 over the same chunks. Without SQLite nothing is stored and every
 * answer takes 0 ms. */
#ifndef STILE_BENCHMARKS_FTS5_H
#define STILE_BENCHMARKS_FTS5_H

#include <stdint.h>

#include "stile/slice.h"

typedef struct fts5 fts5;

/* In `folder`; exits when that fails, as every function here does. */
fts5 *fts5_create(const char *folder);
void fts5_destroy(fts5 *fts);
void fts5_add(fts5 *fts, int64_t number, stile_slice chunk);
/* After the last chunk: one b-tree, as small as it gets. */
void fts5_finish(fts5 *fts);
/* The 10 best for `query`, words parted by single blanks, joined by " OR " or " AND ". The time
 * that took in milliseconds; *hits: how many there were. */
double fts5_ask(fts5 *fts, const char *query, const char *join, int *hits);

double now_ms(void);

#endif
