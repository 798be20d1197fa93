/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"

#define DAY_MS UINT64_C(86400000)

static json_t *describe(const stile_key *key)
{
    json_t *collections = json_array(), *json;
    stile_buf scopes;

    for (size_t i = 0; collections && i < key->collection_count; i++)
        (void)json_array_append_new(collections, stile_json_string(key->collections[i]));
    stile_buf_init(&scopes, 1024);
    stile_scopes_format(key->scopes, &scopes);
    json = json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "id", key->id, "name",
                     stile_json_string(key->name), "clearance", stile_json_string(key->clearance),
                     "scopes", stile_json_string(stile_buf_slice(&scopes)), "collections",
                     collections, "created", stile_api_time(key->created_ms), "expires",
                     stile_api_time(key->expires_ms), "revoked", (int)key->revoked);
    stile_buf_release(&scopes);
    return json;
}

static stile_status parse_collections(const json_t *body, stile_arena *arena, stile_key *key,
                                      stile_error *err)
{
    const json_t *list = json_object_get(body, "collections");
    stile_slice *names;

    if (!list || json_is_null(list))
        return STILE_OK;
    if (!json_is_array(list) || json_array_size(list) > STILE_MAX_COLLECTIONS)
        return stile_fail(err, STILE_INVALID, "/collections: expected a list of at most %d names",
                          STILE_MAX_COLLECTIONS);
    if (!(names = stile_arena_array(arena, json_array_size(list), sizeof *names)))
        return stile_fail(err, STILE_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *name = json_array_get(list, i);
        if (!json_is_string(name))
            return stile_fail(err, STILE_INVALID, "/collections/%zu: expected a string", i);
        names[i] = stile_slice_of(json_string_value(name), json_string_length(name));
    }
    key->collections = names;
    key->collection_count = json_array_size(list);
    return STILE_OK;
}

static stile_status parse_key(const json_t *body, stile_arena *arena, stile_key *key,
                              stile_error *err)
{
    static const char *const known[] = {"name",        "clearance",    "scopes",
                                        "collections", "expires_days", NULL};
    stile_slice scopes = stile_str("retrieve");
    long long days = 0;
    stile_status st;

    *key = (stile_key){0};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "name", true, &key->name, err)) ||
        (st = stile_json_get_string(body, "", "clearance", true, &key->clearance, err)) ||
        (st = stile_json_get_string(body, "", "scopes", false, &scopes, err)) ||
        (st = stile_json_get_integer(body, "", "expires_days", false, 1, 36500, &days, err)) ||
        (st = stile_scopes_parse(scopes, &key->scopes, err)))
        return st;
    if (days)
        key->expires_ms = stile_now_ms() + (uint64_t)days * DAY_MS;
    return parse_collections(body, arena, key, err);
}

/* Nobody gives what they have not: a key made through a key stays within it. */
static stile_status check_grant(const stile_api *api, const stile_caller *caller,
                                const stile_key *key, stile_error *err)
{
    stile_clearance *wanted = NULL, *met = NULL;
    const stile_levels *levels = stile_plane_levels(api->plane);
    stile_status st;

    if (caller->owner)
        return STILE_OK;
    if (key->scopes & ~caller->scopes || caller->collection_count)
        return stile_fail(err, STILE_FORBIDDEN, "a key cannot give what its own maker has not");
    st = stile_clearance_parse(levels, key->clearance, &wanted, err);
    if (!st && !(st = stile_clearance_meet(levels, wanted, caller->clearance, &met, err)) &&
        !stile_slice_eq(stile_clearance_text(wanted), stile_clearance_text(met)))
        st = stile_fail(err, STILE_FORBIDDEN, "a key cannot give what its own maker has not");
    stile_clearance_destroy(wanted);
    stile_clearance_destroy(met);
    return st;
}

stile_status stile_api_key_create(const stile_api *api, const json_t *body, stile_buf *out,
                                  stile_error *err)
{
    char secret[STILE_KEY_LEN + 1];
    stile_caller caller;
    stile_arena arena;
    stile_slice clearance = {0};
    stile_key key;
    json_t *json = NULL;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "keys", STILE_SCOPE_KEYS, &arena, &caller, err);
    if (!st && !(st = parse_key(body, &arena, &key, err)) &&
        !(st = check_grant(api, &caller, &key, err))) {
        clearance = key.clearance;
        st = stile_plane_key_create(api->plane, &key, secret, err);
        key.clearance = clearance;
    }
    if (!st)
        st = stile_api_record(api, &caller, "key.create", describe(&key), err);
    if (!st) {
        json = describe(&key);
        (void)json_object_set_new(json, "key", json_string(secret));
        st = stile_api_reply(json, out, err);
    }
    stile_secret_wipe(secret, sizeof secret);
    stile_arena_release(&arena);
    return st;
}

static stile_status add_to_list(void *ctx, const stile_key *key, stile_error *err)
{
    (void)err;
    (void)json_array_append_new(ctx, describe(key));
    return STILE_OK;
}

stile_status stile_api_key_list(const stile_api *api, stile_buf *out, stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    json_t *list = json_array();
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "keys", STILE_SCOPE_KEYS, &arena, &caller, err);
    if (!st)
        st = stile_plane_keys(api->plane, add_to_list, list, err);
    if (!st)
        st = stile_api_reply(json_pack("{s:O}", "keys", list), out, err);
    json_decref(list);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_api_key_revoke(const stile_api *api, stile_slice id, stile_buf *out,
                                  stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "keys", STILE_SCOPE_KEYS, &arena, &caller, err);
    if (!st)
        st = stile_plane_key_revoke(api->plane, id, err);
    if (!st)
        st = stile_api_record(api, &caller, "key.revoke",
                              json_pack("{s:o}", "id", stile_json_string(id)), err);
    if (!st)
        st = stile_api_reply(json_pack("{s:o,s:b}", "id", stile_json_string(id), "revoked", 1), out,
                             err);
    stile_arena_release(&arena);
    return st;
}
