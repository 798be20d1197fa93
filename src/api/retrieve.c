/* SPDX-License-Identifier: Apache-2.0 */
#include "query/retrieve.h"
#include "api/filter.h"
#include "api/reply.h"

static stile_status parse_collections(const json_t *body, stile_slice *names, size_t *count,
                                      stile_error *err)
{
    const json_t *list = json_object_get(body, "collections");

    *count = 0;
    if (!list || json_is_null(list))
        return STILE_OK;
    if (!json_is_array(list) || json_array_size(list) == 0 ||
        json_array_size(list) > STILE_MAX_COLLECTIONS)
        return stile_fail(err, STILE_INVALID, "/collections: expected a list of 1 to %d names",
                          STILE_MAX_COLLECTIONS);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *name = json_array_get(list, i);
        if (!json_is_string(name))
            return stile_fail(err, STILE_INVALID, "/collections/%zu: expected a string", i);
        names[(*count)++] = stile_slice_of(json_string_value(name), json_string_length(name));
    }
    return STILE_OK;
}

static stile_status parse_filter(const json_t *body, stile_arena *arena, const stile_filter **out,
                                 stile_error *err)
{
    const json_t *json = json_object_get(body, "filters");
    stile_filter *filter;

    if (!json || json_is_null(json))
        return STILE_OK;
    if (!(filter = stile_arena_array(arena, 1, sizeof *filter)))
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    *out = filter;
    return stile_api_filter(json, "/filters", arena, filter, err);
}

/* How much of what was found the answer shows, and how. */
static stile_status parse_shape(const json_t *body, stile_query *out, stile_error *err)
{
    stile_slice spotlight = stile_str("delimit");
    long long neighbours = 0, max_tokens = 0;
    bool rerank = true;
    stile_status st;

    if ((st = stile_json_get_integer(body, "", "neighbours", false, 0, STILE_MAX_NEIGHBOURS,
                                     &neighbours, err)) ||
        (st = stile_json_get_integer(body, "", "max_tokens", false, 1, 10000000, &max_tokens,
                                     err)) ||
        (st = stile_json_get_number(body, "", "min_score", false, &out->min_score, err)) ||
        (st = stile_json_get_bool(body, "", "duplicates", false, &out->duplicates, err)) ||
        (st = stile_json_get_bool(body, "", "rerank", false, &rerank, err)) ||
        (st = stile_json_get_string(body, "", "spotlight", false, &spotlight, err)))
        return st;
    out->neighbours = (uint32_t)neighbours;
    out->max_tokens = (uint32_t)max_tokens;
    out->has_min_score = json_is_number(json_object_get(body, "min_score"));
    out->no_rerank = !rerank;
    if (!stile_spotlight_mode_parse(spotlight, &out->spotlight))
        return stile_fail(err, STILE_INVALID,
                          "/spotlight: expected delimit, datamark, encode or none");
    return STILE_OK;
}

/* `names` holds STILE_MAX_COLLECTIONS. */
static stile_status parse_query(const stile_api *api, const json_t *body, stile_slice *names,
                                stile_arena *arena, stile_query *out, stile_error *err)
{
    static const char *const known[] = {
        "query",      "collections", "mode",      "k",          "clearance", "format",    "filters",
        "neighbours", "max_tokens",  "min_score", "duplicates", "rerank",    "spotlight", NULL};
    stile_slice mode = stile_str("hybrid"), format = stile_str("json");
    long long k = 0;
    stile_status st;

    *out = (stile_query){.credentials = api->credentials, .collections = names};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "query", true, &out->text, err)) ||
        (st = stile_json_get_string(body, "", "mode", false, &mode, err)) ||
        (st = stile_json_get_string(body, "", "format", false, &format, err)) ||
        (st = stile_json_get_string(body, "", "clearance", false, &out->credentials.clearance,
                                    err)) ||
        (st = stile_json_get_integer(body, "", "k", false, 1, STILE_MAX_K, &k, err)) ||
        (st = parse_collections(body, names, &out->collection_count, err)) ||
        (st = parse_filter(body, arena, &out->filter, err)) || (st = parse_shape(body, out, err)))
        return st;
    out->k = (uint32_t)k;
    if (!stile_mode_parse(mode, &out->mode))
        return stile_fail(err, STILE_INVALID, "/mode: expected hybrid, lexical or dense");
    if (!stile_answer_format_parse(format, &out->format))
        return stile_fail(err, STILE_INVALID, "/format: expected json, anthropic or text");
    return STILE_OK;
}

stile_status stile_api_retrieve(const stile_api *api, const json_t *body, stile_buf *out,
                                stile_error *err)
{
    stile_slice names[STILE_MAX_COLLECTIONS];
    stile_query query;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    if (!(st = parse_query(api, body, names, &arena, &query, err)))
        st = stile_retrieve(api->plane, &query, out, err);
    stile_arena_release(&arena);
    return st;
}
