/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"

static json_t *describe(const stile_collection *c)
{
    return json_pack("{s:o,s:o,s:s,s:o}", "name", stile_json_string(c->name), "ceiling",
                     c->ceiling.len ? stile_json_string(c->ceiling) : json_null(), "trust",
                     stile_trust_name(c->trust), "created", stile_api_time(c->created_ms));
}

static stile_status parse_wanted(const json_t *body, stile_slice name, stile_collection *out,
                                 stile_error *err)
{
    static const char *const known[] = {"ceiling", "trust", NULL};
    stile_slice trust = stile_str("external");
    stile_status st;

    *out = (stile_collection){.name = name};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "ceiling", false, &out->ceiling, err)) ||
        (st = stile_json_get_string(body, "", "trust", false, &trust, err)))
        return st;
    if (!stile_trust_parse(trust, &out->trust))
        return stile_fail(err, STILE_INVALID, "/trust: expected external, internal or curated");
    return STILE_OK;
}

stile_status stile_api_collection_put(const stile_api *api, stile_slice name, const json_t *body,
                                      stile_buf *out, stile_error *err)
{
    stile_collection wanted, made;
    stile_caller caller;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "collection", STILE_SCOPE_COLLECTION, &arena, &caller, err);
    if (!st && !(st = parse_wanted(body, name, &wanted, err)) &&
        wanted.trust > STILE_TRUST_EXTERNAL)
        st = stile_caller_need(&caller, STILE_SCOPE_TRUST, err);
    if (!st)
        st = stile_plane_collection_create(api->plane, &wanted, &arena, &made, err);
    if (!st)
        st = stile_api_record(api, &caller, "collection", describe(&made), err);
    if (!st)
        st = stile_api_reply(describe(&made), out, err);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_api_collection_get(const stile_api *api, stile_slice name, stile_buf *out,
                                      stile_error *err)
{
    stile_collection found;
    stile_caller caller;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "collection", STILE_SCOPE_RETRIEVE, &arena, &caller, err);
    if (!st)
        st = stile_caller_collection(&caller, api->plane, name, &arena, &found, err);
    if (!st)
        st = stile_api_reply(describe(&found), out, err);
    stile_arena_release(&arena);
    return st;
}

typedef struct listing {
    const stile_api *api;
    const stile_caller *caller;
    json_t *list;
} listing;

static stile_status add_to_list(void *ctx, const stile_collection *collection, stile_error *err)
{
    listing *l = ctx;
    stile_collection found;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_caller_collection(l->caller, l->api->plane, collection->name, &arena, &found, err);
    if (!st)
        (void)json_array_append_new(l->list, describe(&found));
    stile_arena_release(&arena);
    return st == STILE_NOT_FOUND ? STILE_OK : st;
}

stile_status stile_api_collection_list(const stile_api *api, stile_buf *out, stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    listing l = {.api = api, .caller = &caller, .list = json_array()};
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "collection", STILE_SCOPE_RETRIEVE, &arena, &caller, err);
    if (!st)
        st = stile_plane_collections(api->plane, add_to_list, &l, err);
    if (!st)
        st = stile_api_reply(json_pack("{s:O}", "collections", l.list), out, err);
    json_decref(l.list);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_api_collection_delete(const stile_api *api, stile_slice name, stile_buf *out,
                                         stile_error *err)
{
    stile_collection found;
    stile_caller caller;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "collection", STILE_SCOPE_COLLECTION, &arena, &caller, err);
    if (!st && !(st = stile_caller_collection(&caller, api->plane, name, &arena, &found, err)) &&
        !(st = stile_caller_may_write(&caller, api->plane, &found, NULL, err)))
        st = stile_plane_collection_delete(api->plane, name, err);
    if (!st)
        st = stile_api_record(api, &caller, "collection.delete",
                              json_pack("{s:o}", "name", stile_json_string(name)), err);
    if (!st)
        st = stile_api_reply(json_pack("{s:o,s:b}", "name", stile_json_string(name), "deleted", 1),
                             out, err);
    stile_arena_release(&arena);
    return st;
}
