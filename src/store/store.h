/* SPDX-License-Identifier: Apache-2.0 */
/* The store: tables of bytes in one RocksDB database, with snapshots and atomic batches.
 * store.c is the only user of RocksDB. What the bytes mean is src/store/records.h.
 *
 * Thread-safe, but for batches and cursors, which belong to one thread. One process at a time
 * may hold a store open. */
#ifndef STILE_STORE_STORE_H
#define STILE_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/arena.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_store stile_store;
typedef struct stile_snapshot stile_snapshot; /* a frozen state; released before its store closes */
typedef struct stile_batch stile_batch;
typedef struct stile_cursor stile_cursor;

/* One column family each; keys and values are in docs/formats/store.md. */
#define STILE_TABLE_MAP(X)                                                                         \
    X(META, "default")                                                                             \
    X(COLLECTIONS, "collections")                                                                  \
    X(LABELS, "labels")                                                                            \
    X(DOCUMENTS, "documents")                                                                      \
    X(NAMES, "names")                                                                              \
    X(ORIGINALS, "originals")                                                                      \
    X(CHUNKS, "chunks")                                                                            \
    X(ROWS, "rows")                                                                                \
    X(VERDICTS, "verdicts")                                                                        \
    X(KEYS, "keys")                                                                                \
    X(CHANGES, "changes")                                                                          \
    X(PACKS, "packs")                                                                              \
    X(SHADOWS, "shadows")                                                                          \
    X(REVIEWS, "reviews")                                                                          \
    X(JOBS, "jobs")

typedef enum {
#define STILE_TABLE_ENUM(name, family) STILE_TABLE_##name,
    STILE_TABLE_MAP(STILE_TABLE_ENUM)
#undef STILE_TABLE_ENUM
        STILE_TABLE_COUNT
} stile_table;

/* Open `folder`; `create` makes a new, empty store where there is none. STILE_NOT_FOUND when
 * there is none and `create` is false, STILE_BUSY when another process has it, STILE_CORRUPT
 * when the log or a file is damaged beyond a torn tail. */
stile_status stile_store_open(const char *folder, bool create, stile_store **out,
                              stile_error *err) STILE_MUST_CHECK;
void stile_store_close(stile_store *store);

/* The value of `key`, copied into `arena`; STILE_NOT_FOUND when there is none. `snapshot` NULL
 * reads the newest state. */
stile_status stile_store_get(const stile_store *store, const stile_snapshot *snapshot,
                             stile_table table, stile_slice key, stile_arena *arena,
                             stile_slice *out, stile_error *err) STILE_MUST_CHECK;

stile_status stile_snapshot_create(stile_store *store, stile_snapshot **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_snapshot_release(stile_snapshot *snapshot);

/* Writes gathered to be applied whole or not at all. Keys and values are copied. */
stile_status stile_batch_create(stile_batch **out, stile_error *err) STILE_MUST_CHECK;
void stile_batch_destroy(stile_batch *batch);
void stile_batch_put(stile_batch *batch, stile_store *store, stile_table table, stile_slice key,
                     stile_slice value);
void stile_batch_delete(stile_batch *batch, stile_store *store, stile_table table, stile_slice key);
/* Every key in [low, high). */
void stile_batch_delete_range(stile_batch *batch, stile_store *store, stile_table table,
                              stile_slice low, stile_slice high);

/* Apply the batch. With `sync`, STILE_OK means that it survives power loss. */
stile_status stile_store_write(stile_store *store, stile_batch *batch, bool sync,
                               stile_error *err) STILE_MUST_CHECK;

/* Walk the keys that start with `prefix`, ascending, from the first that is >= `from` (empty:
 * from the first). `prefix` and `from` are copied. */
stile_status stile_cursor_open(const stile_store *store, const stile_snapshot *snapshot,
                               stile_table table, stile_slice prefix, stile_slice from,
                               stile_cursor **out, stile_error *err) STILE_MUST_CHECK;
void stile_cursor_close(stile_cursor *cursor);
/* The next pair; both borrow from the cursor until its next call. *more is false at the end. */
stile_status stile_cursor_next(stile_cursor *cursor, bool *more, stile_slice *key,
                               stile_slice *value, stile_error *err) STILE_MUST_CHECK;

#endif
