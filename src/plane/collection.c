/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/memory.h"
#include "plane/internal.h"

#define DELETE_STEP 512

static bool name_is_valid(stile_slice name)
{
    if (name.len == 0 || name.len > STILE_MAX_COLLECTION_NAME)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || !(c == '.' || c == '_' || c == '-')))
            return false;
    }
    return true;
}

static stile_status check_name(stile_slice name, stile_error *err)
{
    if (name_is_valid(name))
        return STILE_OK;
    return stile_fail(err, STILE_INVALID,
                      "collection: a name is 1 to %d letters, digits, '.', '_' or '-', and starts "
                      "with a letter or digit",
                      STILE_MAX_COLLECTION_NAME);
}

/* A ceiling must be a level and a conjunction of tokens: then "level//a,b" is the least clearance
 * that dominates it. */
static stile_status check_ceiling(const stile_plane *plane, stile_slice text, stile_arena *arena,
                                  stile_slice *canonical, stile_error *err)
{
    stile_label *label = NULL;
    stile_clearance *least = NULL;
    stile_status st;

    *canonical = text;
    if (text.len == 0)
        return STILE_OK;
    if ((st = stile_label_parse(plane->levels, text, &label, err)))
        return stile_fail_in(err, st, "ceiling");
    if (stile_clearance_parse(plane->levels, stile_label_text(label), &least, NULL) ||
        !stile_clearance_dominates(least, label))
        st = stile_fail(err, STILE_INVALID,
                        "ceiling: must be a level and tokens joined by &, such as "
                        "confidential//eu&hr");
    else
        st = stile_arena_copy(arena, stile_label_text(label), canonical, err);
    stile_clearance_destroy(least);
    stile_label_destroy(label);
    return st;
}

stile_status stile_plane_collection_find(stile_plane *plane, stile_slice name, stile_arena *arena,
                                         stile_collection *out, stile_error *err)
{
    stile_slice value;
    stile_status st = check_name(name, err);

    if (st)
        return st;
    st = stile_store_get(plane->store, NULL, STILE_TABLE_COLLECTIONS, name, arena, &value, err);
    if (st == STILE_NOT_FOUND)
        return stile_fail(err, STILE_NOT_FOUND, "no collection %.*s", STILE_SLICE_ARGS(name));
    return st ? st : stile_collection_decode(value, out, err);
}

static stile_status create_locked(stile_plane *plane, stile_collection *c, stile_error *err)
{
    stile_batch *batch = NULL;
    stile_buf record;
    stile_status st = stile_batch_create(&batch, err);

    stile_buf_init(&record, (size_t)64 * 1024);
    if (!st) {
        c->id = plane->next_collection;
        c->created_ms = stile_now_ms();
        stile_collection_encode(c, &record);
        st = stile_buf_ok(&record, err);
    }
    if (!st) {
        stile_batch_put(batch, plane->store, STILE_TABLE_COLLECTIONS, c->name,
                        stile_buf_slice(&record));
        stile_buf_reset(&record);
        stile_buf_add_u64(&record, (uint64_t)c->id + 1);
        if (!(st = stile_buf_ok(&record, err))) {
            stile_batch_put(batch, plane->store, STILE_TABLE_META,
                            stile_str(STILE_META_COLLECTIONS), stile_buf_slice(&record));
            st = stile_store_write(plane->store, batch, true, err);
        }
    }
    if (!st)
        plane->next_collection++;
    stile_buf_release(&record);
    stile_batch_destroy(batch);
    return st;
}

stile_status stile_plane_collection_create(stile_plane *plane, const stile_collection *wanted,
                                           stile_arena *arena, stile_collection *out,
                                           stile_error *err)
{
    stile_collection c = *wanted, old;
    stile_status st = check_name(c.name, err);

    if (st || (st = check_ceiling(plane, wanted->ceiling, arena, &c.ceiling, err)))
        return st;
    (void)pthread_mutex_lock(&plane->commit_lock);
    st = stile_plane_collection_find(plane, c.name, arena, &old, err);
    if (st == STILE_NOT_FOUND) {
        st = create_locked(plane, &c, err);
    } else if (!st) {
        if (!stile_slice_eq(old.ceiling, c.ceiling) || old.trust != c.trust ||
            old.flagged != c.flagged)
            st = stile_fail(err, STILE_CONFLICT,
                            "collection %.*s is there already, with other settings",
                            STILE_SLICE_ARGS(c.name));
        c = old;
    }
    (void)pthread_mutex_unlock(&plane->commit_lock);
    if (!st)
        *out = c;
    return st;
}

stile_status stile_plane_collections(stile_plane *plane, stile_collection_each each, void *ctx,
                                     stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st =
        stile_cursor_open(plane->store, NULL, STILE_TABLE_COLLECTIONS, none, none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_collection c;
        if (!(st = stile_collection_decode(value, &c, err)))
            st = each(ctx, &c, err);
    }
    stile_cursor_close(cursor);
    return st;
}

/* Up to DELETE_STEP of the collection's documents as delete writes. */
static stile_status next_documents(stile_plane *plane, uint32_t collection, stile_write *writes,
                                   size_t *count, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_dbkey prefix = stile_dbkey_u32(collection);
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st = stile_cursor_open(plane->store, NULL, STILE_TABLE_NAMES,
                                        stile_dbkey_slice(&prefix), none, &cursor, err);

    *count = 0;
    while (!st && *count < DELETE_STEP &&
           !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_write *w = &writes[(*count)++];
        *w = (stile_write){.kind = STILE_WRITE_DELETE};
        if (value.len != sizeof w->doc.bytes)
            st = stile_fail(err, STILE_CORRUPT, "store: damaged name record");
        else
            memcpy(w->doc.bytes, value.ptr, sizeof w->doc.bytes);
    }
    stile_cursor_close(cursor);
    return st;
}

stile_status stile_plane_collection_delete(stile_plane *plane, stile_slice name, stile_error *err)
{
    stile_arena arena;
    stile_collection c = {0};
    stile_batch *batch = NULL;
    stile_write *writes = stile_alloc_array(DELETE_STEP, sizeof *writes);
    size_t count = 0;
    stile_status st;

    stile_arena_init(&arena, 0);
    if (!writes)
        st = stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    else
        st = stile_plane_collection_find(plane, name, &arena, &c, err);
    do {
        if (!st && !(st = next_documents(plane, c.id, writes, &count, err)) && count)
            st = stile_plane_commit(plane, writes, count, err);
    } while (!st && count);
    if (!st && !(st = stile_batch_create(&batch, err))) {
        stile_batch_delete(batch, plane->store, STILE_TABLE_COLLECTIONS, name);
        st = stile_store_write(plane->store, batch, true, err);
    }
    stile_batch_destroy(batch);
    stile_free(writes);
    stile_arena_release(&arena);
    return st;
}
