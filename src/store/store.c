/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <rocksdb/c.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "base/memory.h"
#include "stile/limits.h"

struct stile_store {
    char *folder;
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_options_t *blob_options; /* of ORIGINALS: large values in blob files */
    rocksdb_readoptions_t *read;
    rocksdb_writeoptions_t *write, *write_sync;
    rocksdb_column_family_handle_t *table[STILE_TABLE_COUNT];
};

struct stile_snapshot {
    stile_store *store;
    const rocksdb_snapshot_t *snapshot;
    rocksdb_readoptions_t *read;
};

struct stile_batch {
    rocksdb_writebatch_t *writes;
};

struct stile_cursor {
    rocksdb_iterator_t *iterator;
    char *prefix;
    size_t prefix_len;
    bool started;
};

static const char *const families[STILE_TABLE_COUNT] = {
#define STILE_TABLE_NAME(name, family) family,
    STILE_TABLE_MAP(STILE_TABLE_NAME)
#undef STILE_TABLE_NAME
};

/* Turn RocksDB's message (which it mallocs) into our status; frees it. RocksDB gives no codes
 * in C, only the texts of its Status. */
static stile_status fail_rocksdb(stile_error *err, const char *doing, char *why)
{
    stile_status st = STILE_IO;
    const char *hint = "";

    if (strstr(why, "lock ")) {
        st = STILE_BUSY;
        hint = "; another stile has this data directory open: stop it, or talk to it with --server";
    } else if (strstr(why, "does not exist (create_if_missing is false)")) {
        st = STILE_NOT_FOUND;
        hint = "; make a data directory with: stile init --data DIR";
    } else if (strstr(why, "No space left")) {
        hint = "; free some space and try again: what was acknowledged is safe";
    } else if (strstr(why, "Permission denied") || strstr(why, "Read-only file system")) {
        st = STILE_FORBIDDEN;
        hint = "; stile must be able to write to its data directory";
    } else if (strncmp(why, "Corruption", 10) == 0) {
        st = STILE_CORRUPT;
        hint = "; restore the data directory from a backup";
    }
    (void)stile_fail(err, st, "store: %s: %s%s", doing, why, hint);
    rocksdb_free(why);
    return st;
}

static rocksdb_options_t *make_options(bool create)
{
    rocksdb_options_t *o = rocksdb_options_create();
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();

    rocksdb_options_set_create_if_missing(o, create);
    rocksdb_options_set_create_missing_column_families(o, 1);
    rocksdb_options_set_paranoid_checks(o, 1);
    /* The default mode (point in time) drops everything after the first bad byte and opens
     * cleanly. This one tolerates a torn tail and reports damage anywhere else. */
    rocksdb_options_set_wal_recovery_mode(o, rocksdb_tolerate_corrupted_tail_records_recovery);
    rocksdb_options_set_compression(o, rocksdb_lz4_compression);
    rocksdb_options_set_write_buffer_size(o, (size_t)32 << 20);
    rocksdb_options_set_max_total_wal_size(o, (uint64_t)256 << 20);
    rocksdb_options_set_keep_log_file_num(o, 4);
    rocksdb_options_set_max_open_files(o, 512);
    rocksdb_options_increase_parallelism(o, 2);
    rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom(10));
    rocksdb_options_set_block_based_table_factory(o, table);
    rocksdb_block_based_options_destroy(table);
    return o;
}

static rocksdb_options_t *make_blob_options(bool create)
{
    rocksdb_options_t *o = make_options(create);

    rocksdb_options_set_enable_blob_files(o, 1);
    rocksdb_options_set_min_blob_size(o, 4096);
    rocksdb_options_set_blob_compression_type(o, rocksdb_lz4_compression);
    rocksdb_options_set_enable_blob_gc(o, 1);
    return o;
}

static stile_status open_database(stile_store *store, const char *folder, stile_error *err)
{
    const rocksdb_options_t *options[STILE_TABLE_COUNT];
    char *why = NULL;

    for (int t = 0; t < STILE_TABLE_COUNT; t++)
        options[t] = t == STILE_TABLE_ORIGINALS ? store->blob_options : store->options;
    store->db = rocksdb_open_column_families(store->options, folder, STILE_TABLE_COUNT, families,
                                             options, store->table, &why);
    return why ? fail_rocksdb(err, "open", why) : STILE_OK;
}

stile_status stile_store_open(const char *folder, bool create, stile_store **out, stile_error *err)
{
    stile_status st;
    stile_store *store;

    if (!create && !stile_path_is_dir(folder))
        return stile_fail(err, STILE_NOT_FOUND,
                          "store: no store in %s; make one with: stile init --data DIR", folder);
    if (!(store = stile_alloc(sizeof *store)))
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    if (!(store->folder = stile_strdup(folder))) {
        stile_free(store);
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    }
    store->options = make_options(create);
    store->blob_options = make_blob_options(create);
    store->read = rocksdb_readoptions_create();
    store->write = rocksdb_writeoptions_create();
    store->write_sync = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(store->write_sync, 1);
    st = open_database(store, folder, err);
    if (st) {
        stile_store_close(store);
        return st;
    }
    *out = store;
    return STILE_OK;
}

void stile_store_close(stile_store *store)
{
    if (!store)
        return;
    for (int t = 0; store->db && t < STILE_TABLE_COUNT; t++)
        rocksdb_column_family_handle_destroy(store->table[t]);
    if (store->db)
        rocksdb_close(store->db);
    rocksdb_writeoptions_destroy(store->write);
    rocksdb_writeoptions_destroy(store->write_sync);
    rocksdb_readoptions_destroy(store->read);
    rocksdb_options_destroy(store->blob_options);
    rocksdb_options_destroy(store->options);
    stile_free(store->folder);
    stile_free(store);
}

stile_status stile_store_get(const stile_store *store, const stile_snapshot *snapshot,
                             stile_table table, stile_slice key, stile_arena *arena,
                             stile_slice *out, stile_error *err)
{
    stile_status st;
    char *why = NULL;
    rocksdb_pinnableslice_t *value;
    const char *ptr;
    size_t len = 0;

    value = rocksdb_get_pinned_cf(store->db, snapshot ? snapshot->read : store->read,
                                  store->table[table], key.ptr, key.len, &why);
    if (why)
        return fail_rocksdb(err, families[table], why);
    if (!value)
        return stile_fail(err, STILE_NOT_FOUND, "store: no such record in %s", families[table]);
    ptr = rocksdb_pinnableslice_value(value, &len);
    st = stile_arena_copy(arena, stile_slice_of(ptr, len), out, err);
    rocksdb_pinnableslice_destroy(value);
    return st;
}

stile_status stile_snapshot_create(stile_store *store, stile_snapshot **out, stile_error *err)
{
    stile_snapshot *snapshot = stile_alloc(sizeof *snapshot);

    if (!snapshot)
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    snapshot->store = store;
    snapshot->snapshot = rocksdb_create_snapshot(store->db);
    snapshot->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(snapshot->read, snapshot->snapshot);
    *out = snapshot;
    return STILE_OK;
}

void stile_snapshot_release(stile_snapshot *snapshot)
{
    if (!snapshot)
        return;
    rocksdb_readoptions_destroy(snapshot->read);
    rocksdb_release_snapshot(snapshot->store->db, snapshot->snapshot);
    stile_free(snapshot);
}

stile_status stile_batch_create(stile_batch **out, stile_error *err)
{
    stile_batch *batch = stile_alloc(sizeof *batch);

    if (!batch)
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    batch->writes = rocksdb_writebatch_create();
    *out = batch;
    return STILE_OK;
}

void stile_batch_destroy(stile_batch *batch)
{
    if (!batch)
        return;
    rocksdb_writebatch_destroy(batch->writes);
    stile_free(batch);
}

void stile_batch_put(stile_batch *batch, stile_store *store, stile_table table, stile_slice key,
                     stile_slice value)
{
    rocksdb_writebatch_put_cf(batch->writes, store->table[table], key.ptr, key.len,
                              value.ptr ? value.ptr : "", value.len);
}

void stile_batch_delete(stile_batch *batch, stile_store *store, stile_table table, stile_slice key)
{
    rocksdb_writebatch_delete_cf(batch->writes, store->table[table], key.ptr, key.len);
}

void stile_batch_delete_range(stile_batch *batch, stile_store *store, stile_table table,
                              stile_slice low, stile_slice high)
{
    rocksdb_writebatch_delete_range_cf(batch->writes, store->table[table], low.ptr, low.len,
                                       high.ptr, high.len);
}

/* Writes stop while there is still room for RocksDB to flush what it holds in memory: Debian's build
 * of it aborts the process when a flush runs out of space, instead of giving an error. */
static stile_status check_space(const stile_store *store, stile_error *err)
{
    struct statvfs disk;
    uint64_t room;

    if (statvfs(store->folder, &disk) != 0)
        return STILE_OK;
    room = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (room >= STILE_DISK_RESERVE)
        return STILE_OK;
    return stile_fail(
        err, STILE_IO,
        "store: no space left but %llu MiB in %s, and %llu MiB are kept free; free some "
        "space and try again: what was acknowledged is safe",
        (unsigned long long)(room >> 20), store->folder,
        (unsigned long long)(STILE_DISK_RESERVE >> 20));
}

stile_status stile_store_write(stile_store *store, stile_batch *batch, bool sync, stile_error *err)
{
    char *why = NULL;
    stile_status st = check_space(store, err);

    if (st)
        return st;

    rocksdb_write(store->db, sync ? store->write_sync : store->write, batch->writes, &why);
    return why ? fail_rocksdb(err, "write", why) : STILE_OK;
}

stile_status stile_cursor_open(const stile_store *store, const stile_snapshot *snapshot,
                               stile_table table, stile_slice prefix, stile_slice from,
                               stile_cursor **out, stile_error *err)
{
    stile_cursor *cursor = stile_alloc(sizeof *cursor);

    if (!cursor || !(cursor->prefix = stile_strndup(prefix.ptr, prefix.len))) {
        stile_free(cursor);
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    }
    cursor->prefix_len = prefix.len;
    cursor->iterator = rocksdb_create_iterator_cf(
        store->db, snapshot ? snapshot->read : store->read, store->table[table]);
    if (stile_slice_cmp(from, prefix) > 0)
        rocksdb_iter_seek(cursor->iterator, from.ptr, from.len);
    else if (prefix.len)
        rocksdb_iter_seek(cursor->iterator, prefix.ptr, prefix.len);
    else
        rocksdb_iter_seek_to_first(cursor->iterator);
    *out = cursor;
    return STILE_OK;
}

void stile_cursor_close(stile_cursor *cursor)
{
    if (!cursor)
        return;
    rocksdb_iter_destroy(cursor->iterator);
    stile_free(cursor->prefix);
    stile_free(cursor);
}

stile_status stile_cursor_next(stile_cursor *cursor, bool *more, stile_slice *key,
                               stile_slice *value, stile_error *err)
{
    char *why = NULL;

    if (cursor->started)
        rocksdb_iter_next(cursor->iterator);
    cursor->started = true;
    if (!rocksdb_iter_valid(cursor->iterator)) {
        rocksdb_iter_get_error(cursor->iterator, &why);
        if (why)
            return fail_rocksdb(err, "walk", why);
        *more = false;
        return STILE_OK;
    }
    key->ptr = rocksdb_iter_key(cursor->iterator, &key->len);
    value->ptr = rocksdb_iter_value(cursor->iterator, &value->len);
    *more = stile_slice_starts(*key, stile_slice_of(cursor->prefix, cursor->prefix_len));
    return STILE_OK;
}
