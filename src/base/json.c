/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <string.h>

stile_status stile_json_parse(stile_slice text, const char *what, json_t **out, stile_error *err)
{
    json_error_t why;
    json_t *json = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &why);

    if (!json) {
        /* jansson quotes the input near the fault ("... near 'text'"): never shown. */
        char *near = strstr(why.text, " near ");
        if (near)
            *near = '\0';
        return stile_fail(err, STILE_INVALID, "%s: line %d, column %d: %s", what, why.line,
                          why.column, why.text);
    }
    *out = json;
    return STILE_OK;
}

static int append(const char *bytes, size_t len, void *ctx)
{
    stile_buf *out = ctx;
    stile_buf_add(out, bytes, len);
    return out->failed ? -1 : 0;
}

stile_status stile_json_write(const json_t *json, stile_buf *out, stile_error *err)
{
    if (json_dump_callback(json, append, out,
                           JSON_COMPACT | JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY) != 0 ||
        !json) {
        stile_status st = stile_buf_ok(out, err);
        return st ? st : stile_fail(err, STILE_INTERNAL, "json: cannot be written");
    }
    return STILE_OK;
}

static stile_status wrong(stile_error *err, const char *pointer, const char *name, const char *want)
{
    return stile_fail(err, STILE_INVALID, "%s/%s: expected %s", pointer, name, want);
}

/* The member, or NULL. A JSON null counts as absent. */
static const json_t *member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_null(value) ? NULL : value;
}

stile_status stile_json_get_string(const json_t *object, const char *pointer, const char *name,
                                   bool required, stile_slice *out, stile_error *err)
{
    const json_t *value = member(object, name);

    if (!value)
        return required ? wrong(err, pointer, name, "a string") : STILE_OK;
    if (!json_is_string(value))
        return wrong(err, pointer, name, "a string");
    *out = stile_slice_of(json_string_value(value), json_string_length(value));
    return STILE_OK;
}

stile_status stile_json_get_integer(const json_t *object, const char *pointer, const char *name,
                                    bool required, long long low, long long high, long long *out,
                                    stile_error *err)
{
    const json_t *value = member(object, name);

    if (!value)
        return required ? wrong(err, pointer, name, "an integer") : STILE_OK;
    if (!json_is_integer(value) || json_integer_value(value) < low ||
        json_integer_value(value) > high)
        return stile_fail(err, STILE_INVALID, "%s/%s: expected an integer from %lld to %lld",
                          pointer, name, low, high);
    *out = json_integer_value(value);
    return STILE_OK;
}

stile_status stile_json_get_number(const json_t *object, const char *pointer, const char *name,
                                   bool required, double *out, stile_error *err)
{
    const json_t *value = member(object, name);

    if (!value)
        return required ? wrong(err, pointer, name, "a number") : STILE_OK;
    if (!json_is_number(value))
        return wrong(err, pointer, name, "a number");
    *out = json_number_value(value);
    return STILE_OK;
}

stile_status stile_json_get_bool(const json_t *object, const char *pointer, const char *name,
                                 bool required, bool *out, stile_error *err)
{
    const json_t *value = member(object, name);

    if (!value)
        return required ? wrong(err, pointer, name, "true or false") : STILE_OK;
    if (!json_is_boolean(value))
        return wrong(err, pointer, name, "true or false");
    *out = json_is_true(value);
    return STILE_OK;
}

stile_status stile_json_only(const json_t *object, const char *pointer, const char *const *known,
                             stile_error *err)
{
    const char *name;
    json_t *value;

    if (!json_is_object(object))
        return stile_fail(err, STILE_INVALID, "%s: expected an object", *pointer ? pointer : "/");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        size_t i = 0;
        while (known[i] && strcmp(known[i], name) != 0)
            i++;
        if (!known[i])
            return stile_fail(err, STILE_INVALID, "%s/%.64s: unknown member", pointer, name);
    }
    return STILE_OK;
}

json_t *stile_json_string(stile_slice s)
{
    return json_stringn(s.ptr ? s.ptr : "", s.len);
}
