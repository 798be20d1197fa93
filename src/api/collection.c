/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"
#include "plane/record.h"
#include "plane/rulings.h"

static json_t *describe(const stile_collection *c)
{
    return json_pack("{s:o,s:o,s:s,s:s,s:o}", "name", stile_json_string(c->name), "ceiling",
                     c->ceiling.len ? stile_json_string(c->ceiling) : json_null(), "trust",
                     stile_trust_name(c->trust), "flagged", stile_flagged_name(c->flagged),
                     "created", stile_api_time(c->created_ms));
}

static stile_status parse_wanted(const json_t *body, stile_slice name, stile_collection *out,
                                 stile_error *err)
{
    static const char *const known[] = {"ceiling", "trust", "flagged", NULL};
    stile_slice trust = stile_str("external"), flagged = stile_str("sanitize");
    stile_status st;

    *out = (stile_collection){.name = name};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "ceiling", false, &out->ceiling, err)) ||
        (st = stile_json_get_string(body, "", "trust", false, &trust, err)) ||
        (st = stile_json_get_string(body, "", "flagged", false, &flagged, err)))
        return st;
    if (!stile_flagged_parse(flagged, &out->flagged))
        return stile_fail(err, STILE_INVALID, "/flagged: expected sanitize or withhold");
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

static stile_status parse_change(const json_t *body, stile_slice name, stile_collection_change *out,
                                 stile_error *err)
{
    static const char *const known[] = {"trust", "flagged", NULL};
    stile_slice trust = {0}, flagged = {0};
    stile_status st;

    *out = (stile_collection_change){.name = name};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "trust", false, &trust, err)) ||
        (st = stile_json_get_string(body, "", "flagged", false, &flagged, err)))
        return st;
    out->sets_trust = trust.ptr != NULL;
    out->sets_flagged = flagged.ptr != NULL;
    if (out->sets_trust && !stile_trust_parse(trust, &out->trust))
        return stile_fail(err, STILE_INVALID, "/trust: expected external, internal or curated");
    if (out->sets_flagged && !stile_flagged_parse(flagged, &out->flagged))
        return stile_fail(err, STILE_INVALID, "/flagged: expected sanitize or withhold");
    return STILE_OK;
}

stile_status stile_api_collection_change(const stile_api *api, stile_slice name, const json_t *body,
                                         stile_buf *out, stile_error *err)
{
    stile_collection_change change;
    stile_collection found, made;
    stile_caller caller;
    stile_arena arena;
    bool entered;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "collection.settings", STILE_SCOPE_COLLECTION, &arena, &caller, err);
    entered = !st;
    if (!st && !(st = parse_change(body, name, &change, err)) &&
        !(st = stile_caller_collection(&caller, api->plane, name, &arena, &found, err)) &&
        !(st = stile_caller_may_write(&caller, api->plane, &found, NULL, err)))
        st = stile_plane_collection_change(api->plane, &caller, &change, &arena, &made, err);
    if (!st)
        st = stile_api_reply(describe(&made), out, err);
    else if (entered)
        st = stile_record_refusal(api->plane, &caller, "collection.settings", st, err);
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
