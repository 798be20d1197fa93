/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/caller.h"

#include <string.h>

#include "plane/internal.h"

#define RECORD_CAP ((size_t)1 << 20)

static void destroy_clearance(void *clearance)
{
    stile_clearance_destroy(clearance);
}

/* Parse, and let the arena own it. */
static stile_status parse_clearance(stile_plane *plane, stile_slice text, stile_arena *arena,
                                    stile_clearance **out, stile_error *err)
{
    stile_clearance *clearance = NULL;
    stile_status st = stile_clearance_parse(plane->levels, text, &clearance, err);

    if (st || (st = stile_arena_defer(arena, destroy_clearance, clearance, err)))
        return st;
    *out = clearance;
    return STILE_OK;
}

static stile_status authenticate_owner(stile_plane *plane, const stile_credentials *credentials,
                                       stile_arena *arena, stile_caller *caller, stile_error *err)
{
    stile_clearance *clearance = NULL;
    stile_status st = STILE_OK;

    if (credentials->clearance.len)
        st = parse_clearance(plane, credentials->clearance, arena, &clearance, err);
    *caller = (stile_caller){.owner = true,
                             .name = "owner",
                             .key_id = "",
                             .clearance = clearance,
                             .scopes = (1u << STILE_SCOPE_COUNT) - 1};
    return st;
}

static stile_status load_key(stile_plane *plane, stile_slice id, stile_arena *arena, stile_key *out,
                             stile_error *err)
{
    stile_slice record;
    stile_status st =
        stile_store_get(plane->store, NULL, STILE_TABLE_KEYS, id, arena, &record, err);

    return st ? st : stile_key_decode(record, arena, out, err);
}

/* The key's clearance, narrowed by what the request asks for. */
static stile_status effective_clearance(stile_plane *plane, stile_slice own, stile_slice asked,
                                        stile_arena *arena, const stile_clearance **out,
                                        stile_error *err)
{
    stile_clearance *all = NULL, *narrow = NULL, *met = NULL;
    stile_status st = parse_clearance(plane, own, arena, &all, err);

    if (st || asked.len == 0) {
        *out = all;
        return st;
    }
    if ((st = parse_clearance(plane, asked, arena, &narrow, err)) ||
        (st = stile_clearance_meet(plane->levels, all, narrow, &met, err)) ||
        (st = stile_arena_defer(arena, destroy_clearance, met, err)))
        return st;
    *out = met;
    return STILE_OK;
}

static stile_status authenticate_key(stile_plane *plane, const stile_credentials *credentials,
                                     stile_arena *arena, stile_caller *caller, stile_error *err)
{
    char id[STILE_KEY_ID_LEN + 1];
    stile_key key = {0};
    stile_key *found = NULL;
    stile_slice name;
    stile_status st;

    if (stile_key_id_of(credentials->key, id)) {
        st = load_key(plane, stile_str(id), arena, &key, err);
        if (!st)
            found = &key;
        else if (st != STILE_NOT_FOUND)
            return st;
    }
    if ((st = stile_key_check(found, credentials->key, stile_now_ms(), err)))
        return st;
    if ((st = stile_arena_copy(arena, key.name, &name, err)))
        return st;
    *caller = (stile_caller){.name = name.ptr,
                             .key_id = stile_arena_printf(arena, "%s", key.id),
                             .scopes = key.scopes,
                             .collections = key.collections,
                             .collection_count = key.collection_count};
    if (!caller->key_id)
        return stile_fail(err, STILE_NO_MEMORY, "caller: out of memory");
    return effective_clearance(plane, key.clearance, credentials->clearance, arena,
                               &caller->clearance, err);
}

stile_status stile_authenticate(stile_plane *plane, const stile_credentials *credentials,
                                stile_arena *arena, stile_caller *out, stile_error *err)
{
    stile_caller caller = {0};
    stile_status st = credentials->owner
                          ? authenticate_owner(plane, credentials, arena, &caller, err)
                          : authenticate_key(plane, credentials, arena, &caller, err);

    if (!st)
        *out = caller;
    return st;
}

bool stile_caller_has(const stile_caller *caller, stile_scope scope)
{
    return (caller->scopes & 1u << scope) != 0;
}

stile_status stile_caller_need(const stile_caller *caller, stile_scope scope, stile_error *err)
{
    if (stile_caller_has(caller, scope))
        return STILE_OK;
    return stile_fail(err, STILE_FORBIDDEN, "this needs the scope %s", stile_scope_name(scope));
}

stile_status stile_caller_collection(const stile_caller *caller, stile_plane *plane,
                                     stile_slice name, stile_arena *arena, stile_collection *out,
                                     stile_error *err)
{
    bool listed = caller->collection_count == 0;
    stile_collection found;
    stile_status st = stile_plane_collection_find(plane, name, arena, &found, err);

    if (st)
        return st;
    for (size_t i = 0; !listed && i < caller->collection_count; i++)
        listed = stile_slice_eq(caller->collections[i], name);
    if (!listed) /* the same words as for one that is not there */
        return stile_fail(err, STILE_NOT_FOUND, "no collection %.*s", STILE_SLICE_ARGS(name));
    *out = found;
    return STILE_OK;
}

stile_status stile_caller_may_write(const stile_caller *caller, stile_plane *plane,
                                    const stile_collection *collection, const stile_label *label,
                                    stile_error *err)
{
    stile_label *ceiling = NULL;
    stile_clearance *least = NULL;
    stile_status st;

    if (caller->owner && collection->ceiling.len == 0)
        return STILE_OK;
    if (collection->ceiling.len == 0)
        return stile_fail(err, STILE_FORBIDDEN,
                          "the collection declares no ceiling, so only the holder of the data "
                          "directory may write to it");
    if ((st = stile_label_parse(plane->levels, collection->ceiling, &ceiling, err)))
        return st;
    if (!caller->owner && !stile_clearance_dominates(caller->clearance, ceiling))
        st = stile_fail(err, STILE_FORBIDDEN,
                        "writing needs a clearance that dominates the collection's ceiling");
    else if (label &&
             !(st = stile_clearance_parse(plane->levels, collection->ceiling, &least, err)) &&
             !stile_clearance_dominates(least, label))
        st = stile_fail(err, STILE_FORBIDDEN, "the label is above the collection's ceiling");
    stile_clearance_destroy(least);
    stile_label_destroy(ceiling);
    return st;
}

static stile_status store_key(stile_plane *plane, const stile_key *key, stile_error *err)
{
    stile_batch *batch = NULL;
    stile_buf record;
    stile_status st = stile_batch_create(&batch, err);

    stile_buf_init(&record, RECORD_CAP);
    if (!st) {
        stile_key_encode(key, &record);
        st = stile_buf_ok(&record, err);
    }
    if (!st) {
        stile_batch_put(batch, plane->store, STILE_TABLE_KEYS, stile_str(key->id),
                        stile_buf_slice(&record));
        st = stile_store_write(plane->store, batch, true, err);
    }
    stile_buf_release(&record);
    stile_batch_destroy(batch);
    return st;
}

stile_status stile_plane_key_create(stile_plane *plane, stile_key *key, char *secret,
                                    stile_error *err)
{
    stile_clearance *clearance = NULL;
    stile_status st = stile_clearance_parse(plane->levels, key->clearance, &clearance, err);

    if (st)
        return st;
    key->clearance = stile_clearance_text(clearance);
    key->created_ms = stile_now_ms();
    if (!(st = stile_key_mint(key, secret, err)))
        st = store_key(plane, key, err);
    stile_clearance_destroy(clearance);
    key->clearance = (stile_slice){0};
    return st;
}

stile_status stile_plane_key_revoke(stile_plane *plane, stile_slice id, stile_error *err)
{
    stile_arena arena;
    stile_key key;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = load_key(plane, id, &arena, &key, err);
    if (st == STILE_NOT_FOUND)
        st = stile_fail(err, STILE_NOT_FOUND, "no such key; see: stile key list");
    if (!st) {
        key.revoked = true;
        st = store_key(plane, &key, err);
    }
    stile_arena_release(&arena);
    return st;
}

stile_status stile_plane_keys(stile_plane *plane, stile_key_each each, void *ctx, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice id, value, none = {0};
    bool more = true;
    stile_status st =
        stile_cursor_open(plane->store, NULL, STILE_TABLE_KEYS, none, none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &id, &value, err)) && more) {
        stile_arena arena;
        stile_key key;
        stile_arena_init(&arena, 0);
        if (!(st = stile_key_decode(value, &arena, &key, err)))
            st = each(ctx, &key, err);
        stile_arena_release(&arena);
    }
    stile_cursor_close(cursor);
    return st;
}
