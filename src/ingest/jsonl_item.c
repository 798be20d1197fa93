/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object to one document. */
#include "base/json.h"
#include "ingest/jsonl.h"
#include "stile/limits.h"

static stile_status check_id(stile_slice id, stile_error *err)
{
    if (id.len == 0 || id.len > STILE_MAX_DOCUMENT_ID)
        return stile_fail(err, STILE_INVALID, "/id: 1 to %d bytes, not %zu", STILE_MAX_DOCUMENT_ID,
                          id.len);
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.ptr[i] < 0x20 || id.ptr[i] == 0x7f)
            return stile_fail(err, STILE_INVALID, "/id: control character at byte %zu", i);
    return STILE_OK;
}

static stile_status read_id(const json_t *object, stile_slice *out, stile_error *err)
{
    bool both = json_object_get(object, "id") && json_object_get(object, "_id");
    const char *name = json_object_get(object, "id") ? "id" : "_id";
    stile_status st;

    if (both)
        return stile_fail(err, STILE_INVALID, "/_id: \"id\" is there too; give one");
    if (!json_object_get(object, name))
        return stile_fail(err, STILE_INVALID, "/id: missing");
    st = stile_json_get_string(object, "", name, true, out, err);
    return st ? st : check_id(*out, err);
}

static stile_status read_body(const json_t *object, stile_item *item, stile_error *err)
{
    static const struct {
        const char *name;
        stile_format format;
    } bodies[] = {{"text", STILE_FORMAT_TEXT},
                  {"html", STILE_FORMAT_HTML},
                  {"markdown", STILE_FORMAT_MARKDOWN}};
    unsigned given = 0;
    stile_status st;

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        if (!json_object_get(object, bodies[i].name))
            continue;
        if (++given > 1)
            break;
        if ((st = stile_json_get_string(object, "", bodies[i].name, true, &item->body, err)))
            return st;
        item->format = bodies[i].format;
    }
    if (given != 1)
        return stile_fail(err, STILE_INVALID,
                          "exactly one of \"text\", \"html\" and \"markdown\" is needed");
    if (item->body.len > STILE_MAX_DOCUMENT)
        return stile_fail(err, STILE_TOO_LARGE, "body: %zu bytes, at most %u", item->body.len,
                          STILE_MAX_DOCUMENT);
    return STILE_OK;
}

static bool metadata_value_ok(const json_t *value)
{
    size_t i;
    json_t *each;

    if (!json_is_array(value))
        return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
    json_array_foreach(value, i, each)
    {
        if (!json_is_string(each))
            return false;
    }
    return true;
}

static int append(const char *bytes, size_t len, void *ctx)
{
    stile_buf *out = ctx;
    stile_buf_add(out, bytes, len);
    return out->failed ? -1 : 0;
}

static stile_status read_metadata(const json_t *object, stile_arena *arena, stile_slice *out,
                                  stile_error *err)
{
    const json_t *metadata = json_object_get(object, "metadata");
    const char *key;
    json_t *value;
    stile_buf text;
    stile_status st;

    if (!metadata || json_is_null(metadata))
        return STILE_OK;
    if (!json_is_object(metadata))
        return stile_fail(err, STILE_INVALID, "/metadata: expected an object");
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value)
    {
        if (!metadata_value_ok(value))
            return stile_fail(err, STILE_INVALID,
                              "/metadata/%.64s: expected a string, a number, a boolean or an "
                              "array of strings",
                              key);
    }
    stile_buf_init(&text, STILE_MAX_METADATA);
    if (json_dump_callback(metadata, append, &text, JSON_COMPACT | JSON_SORT_KEYS) != 0 &&
        !text.failed)
        st = stile_fail(err, STILE_NO_MEMORY, "/metadata: out of memory");
    else if ((st = stile_buf_ok(&text, err)))
        st = stile_fail_in(err, st, "/metadata");
    else
        st = stile_arena_copy(arena, stile_buf_slice(&text), out, err);
    stile_buf_release(&text);
    return st;
}

static stile_status read_short(const json_t *object, const char *name, size_t most,
                               stile_slice *out, stile_error *err)
{
    stile_status st = stile_json_get_string(object, "", name, false, out, err);

    if (!st && out->len > most)
        st = stile_fail(err, STILE_TOO_LARGE, "/%s: %zu bytes, at most %zu", name, out->len, most);
    return st;
}

stile_status stile_item_decode(const json_t *object, stile_arena *arena, stile_item *out,
                               stile_error *err)
{
    static const char *const known[] = {"id",       "_id", "title", "text",     "html",
                                        "markdown", "url", "label", "metadata", NULL};
    stile_item item = {0};
    stile_status st;

    if ((st = stile_json_only(object, "", known, err)) || (st = read_id(object, &item.id, err)) ||
        (st = read_body(object, &item, err)) ||
        (st = read_short(object, "title", STILE_MAX_TITLE, &item.title, err)) ||
        (st = read_short(object, "url", STILE_MAX_URL, &item.url, err)) ||
        (st = read_short(object, "label", STILE_MAX_LABEL, &item.label, err)) ||
        (st = read_metadata(object, arena, &item.metadata_json, err)))
        return st;
    *out = item;
    return STILE_OK;
}
