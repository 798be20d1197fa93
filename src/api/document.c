/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"
#include "base/memory.h"
#include "ingest/intake.h"
#include "ingest/jsonl.h"
#include "query/retrieve.h"

static json_t *result_json(const stile_ingest_item *item, const stile_ingest_result *result)
{
    json_t *json = json_pack("{s:o,s:s}", "id", stile_json_string(item->id), "outcome",
                             stile_ingest_outcome_name(result->outcome));

    if (json && result->outcome == STILE_INGEST_FAILED)
        (void)json_object_set_new(json, "error", json_string(result->error.text));
    else if (json)
        (void)json_object_update_new(
            json, json_pack("{s:I,s:I,s:I}", "chunks", (json_int_t)result->chunks, "flagged",
                            (json_int_t)result->flagged, "withheld", (json_int_t)result->withheld));
    return json;
}

/* The collection to write to, for a caller who may write. */
static stile_status enter_to_write(const stile_api *api, stile_slice name, stile_arena *arena,
                                   stile_caller *caller, stile_collection *collection,
                                   stile_error *err)
{
    stile_status st = stile_api_enter(api, "ingest", STILE_SCOPE_INGEST, arena, caller, err);
    return st ? st : stile_caller_collection(caller, api->plane, name, arena, collection, err);
}

static stile_status parse_trust(stile_slice name, stile_trust usual, stile_trust *out,
                                stile_error *err)
{
    *out = usual;
    if (name.len == 0 || stile_trust_parse(name, out))
        return STILE_OK;
    return stile_fail(err, STILE_INVALID, "trust: expected external, internal or curated");
}

static stile_ingest_item ingest_item_of(const stile_item *item, stile_slice label,
                                        stile_trust trust)
{
    return (stile_ingest_item){.id = item->id,
                               .title = item->title,
                               .url = item->url,
                               .metadata = item->metadata_json,
                               .label = item->label.len ? item->label : label,
                               .original = item->body,
                               .format = item->format,
                               .trust = trust};
}

/* The path names the document; the body may repeat its id, and then must agree. */
static stile_status decode_body(const json_t *body, stile_slice id, stile_arena *arena,
                                json_t **copy, stile_item *out, stile_error *err)
{
    stile_slice given = {0};
    stile_status st;

    if (!json_is_object(body))
        return stile_fail(err, STILE_INVALID, "/: expected an object");
    if ((st = stile_json_get_string(body, "", "id", false, &given, err)))
        return st;
    if (given.len && !stile_slice_eq(given, id))
        return stile_fail(err, STILE_INVALID, "/id: differs from the id in the path");
    if (!(*copy = json_copy((json_t *)(uintptr_t)body)))
        return stile_fail(err, STILE_NO_MEMORY, "out of memory");
    if (json_object_set_new(*copy, "id", stile_json_string(id)) != 0)
        return stile_fail(err, STILE_INVALID, "the id is not UTF-8");
    return stile_item_decode(*copy, arena, out, err);
}

stile_status stile_api_document_put(const stile_api *api, const stile_api_document *where,
                                    const json_t *body, stile_buf *out, stile_error *err)
{
    stile_ingest_result result;
    stile_ingest_item item;
    stile_item decoded;
    stile_collection collection;
    stile_caller caller;
    stile_trust trust;
    stile_arena arena;
    json_t *copy = NULL;
    stile_status st;

    stile_arena_init(&arena, 0);
    if ((st = enter_to_write(api, where->collection, &arena, &caller, &collection, err)) ||
        (st = parse_trust(where->trust, collection.trust, &trust, err)) ||
        (st = decode_body(body, where->id, &arena, &copy, &decoded, err)))
        goto out;
    item = ingest_item_of(&decoded, (stile_slice){0}, trust);
    st = stile_ingest(api->plane, &caller, &collection, &item, 1, &result, err);
    if (!st && result.error.status) {
        st = result.error.status;
        if (err)
            *err = result.error;
    }
    if (!st)
        st = stile_api_reply(result_json(&item, &result), out, err);
out:
    json_decref(copy);
    stile_arena_release(&arena);
    return st;
}

/* What a bulk load has come to. */
typedef struct bulk_load {
    json_t *results;
    json_int_t counts[STILE_INGEST_UNCHANGED + 1]; /* by outcome */
} bulk_load;

static void add_result(void *ctx, const stile_ingest_item *item, size_t line,
                       const stile_ingest_result *result)
{
    bulk_load *load = ctx;
    json_t *json = result_json(item, result);

    load->counts[result->outcome]++;
    if (json)
        (void)json_object_set_new(json, "line", json_integer((json_int_t)line));
    (void)json_array_append_new(load->results, json);
}

static void add_bad_line(bulk_load *load, size_t line, const stile_error *why)
{
    load->counts[STILE_INGEST_FAILED]++;
    (void)json_array_append_new(load->results,
                                json_pack("{s:n,s:s,s:s,s:I}", "id", "outcome", "failed", "error",
                                          why->text, "line", (json_int_t)line));
}

static stile_status load_lines(stile_intake *intake, bulk_load *load, const stile_api_bulk *bulk,
                               stile_trust trust, stile_error *err)
{
    stile_jsonl *reader = NULL;
    bool more = true;
    stile_status st = stile_jsonl_open_slice(bulk->lines, &reader, err);

    while (!st && more) {
        stile_error why = {0};
        stile_item item;
        stile_status line = stile_jsonl_next(reader, &item, &more, &why);
        if (line && more) {
            /* Keep the report in the order of the lines. */
            if (!(st = stile_intake_flush(intake, err)))
                add_bad_line(load, stile_jsonl_line(reader), &why);
        } else if (line) {
            st = line;
            if (err)
                *err = why;
        } else if (more) {
            stile_ingest_item whole = ingest_item_of(&item, bulk->label, trust);
            st = stile_intake_add(intake, &whole, stile_jsonl_line(reader), err);
        }
    }
    stile_jsonl_destroy(reader);
    return st ? st : stile_intake_flush(intake, err);
}

static json_t *bulk_json(const bulk_load *load)
{
    json_t *json = json_pack("{s:O}", "results", load->results);

    for (int o = 0; json && o <= STILE_INGEST_UNCHANGED; o++)
        (void)json_object_set_new(json, stile_ingest_outcome_name((stile_ingest_outcome)o),
                                  json_integer(load->counts[o]));
    return json;
}

stile_status stile_api_documents_bulk(const stile_api *api, const stile_api_bulk *bulk,
                                      stile_buf *out, stile_error *err)
{
    bulk_load load = {.results = json_array()};
    stile_intake *intake = stile_alloc(sizeof *intake);
    stile_collection collection = {0};
    stile_caller caller;
    stile_trust trust;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    if (!intake || !load.results)
        st = stile_fail(err, STILE_NO_MEMORY, "out of memory");
    else
        st = enter_to_write(api, bulk->collection, &arena, &caller, &collection, err);
    if (!st && !(st = parse_trust(bulk->trust, collection.trust, &trust, err))) {
        stile_intake_init(intake, api->plane, &caller, &collection, add_result, &load);
        st = load_lines(intake, &load, bulk, trust, err);
        stile_intake_release(intake);
    }
    if (!st)
        st = stile_api_reply(bulk_json(&load), out, err);
    json_decref(load.results);
    stile_free(intake);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_api_document_get(const stile_api *api, stile_slice collection, stile_slice id,
                                    bool original, stile_buf *out, stile_error *err)
{
    stile_document_request request = {
        .credentials = api->credentials, .collection = collection, .id = id, .original = original};
    return stile_document_get(api->plane, &request, out, err);
}

stile_status stile_api_document_delete(const stile_api *api, stile_slice collection, stile_slice id,
                                       stile_buf *out, stile_error *err)
{
    stile_collection found;
    stile_caller caller;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = enter_to_write(api, collection, &arena, &caller, &found, err);
    if (!st)
        st = stile_document_delete(api->plane, &caller, &found, id, err);
    if (!st)
        st = stile_api_reply(json_pack("{s:o,s:b}", "id", stile_json_string(id), "deleted", 1), out,
                             err);
    stile_arena_release(&arena);
    return st;
}

static stile_status parse_relabel(const json_t *body, stile_arena *arena, stile_relabel *out,
                                  stile_error *err)
{
    static const char *const known[] = {"label", "ids", "prefix", NULL};
    const json_t *ids = json_object_get(body, "ids"), *prefix = json_object_get(body, "prefix");
    stile_slice *list;
    stile_status st;

    *out = (stile_relabel){0};
    if ((st = stile_json_only(body, "", known, err)) ||
        (st = stile_json_get_string(body, "", "label", true, &out->label, err)) ||
        (st = stile_json_get_string(body, "", "prefix", false, &out->prefix, err)))
        return st;
    if (!ids == !json_is_string(prefix))
        return stile_fail(err, STILE_INVALID, "/: give either ids or prefix");
    if (!ids)
        return STILE_OK;
    if (!json_is_array(ids) || json_array_size(ids) > STILE_MAX_RELABEL)
        return stile_fail(err, STILE_INVALID, "/ids: expected a list of at most %d ids",
                          STILE_MAX_RELABEL);
    if (!(list = stile_arena_array(arena, json_array_size(ids) + 1, sizeof *list)))
        return stile_fail(err, STILE_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *id = json_array_get(ids, i);
        if (!json_is_string(id))
            return stile_fail(err, STILE_INVALID, "/ids/%zu: expected a string", i);
        list[i] = stile_slice_of(json_string_value(id), json_string_length(id));
    }
    out->ids = list;
    out->id_count = json_array_size(ids);
    return STILE_OK;
}

stile_status stile_api_label_set(const stile_api *api, stile_slice collection, const json_t *body,
                                 stile_buf *out, stile_error *err)
{
    stile_relabel relabel;
    stile_collection found;
    stile_caller caller;
    stile_arena arena;
    size_t changed = 0;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_enter(api, "label", STILE_SCOPE_LABEL, &arena, &caller, err);
    if (!st &&
        !(st = stile_caller_collection(&caller, api->plane, collection, &arena, &found, err)) &&
        !(st = parse_relabel(body, &arena, &relabel, err)))
        st = stile_label_set(api->plane, &caller, &found, &relabel, &changed, err);
    if (!st)
        st = stile_api_reply(json_pack("{s:o,s:I}", "label", stile_json_string(relabel.label),
                                       "changed", (json_int_t)changed),
                             out, err);
    stile_arena_release(&arena);
    return st;
}
