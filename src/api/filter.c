/* SPDX-License-Identifier: Apache-2.0 */
#include "api/filter.h"

#include <stdio.h>

#include "base/json.h"
#include "stile/limits.h"

#define POINTER_MAX 256 /* the limits on depth and count keep every pointer shorter */

static void place_at(char out[POINTER_MAX], const char *pointer, const char *member, size_t i)
{
    if (snprintf(out, POINTER_MAX, "%s%s/%zu", pointer, member, i) >= POINTER_MAX)
        out[0] = 0;
}

typedef struct reading {
    stile_arena *arena;
    size_t terms; /* comparisons and values so far */
    stile_error *err;
} reading;

static stile_status read_value(reading *r, const json_t *json, const char *pointer,
                               stile_value *out)
{
    if (++r->terms > STILE_MAX_FILTER_TERMS)
        return stile_fail(r->err, STILE_TOO_LARGE, "%s: more than %d comparisons and values",
                          pointer, STILE_MAX_FILTER_TERMS);
    if (json_is_string(json)) {
        *out = (stile_value){.type = STILE_VALUE_STRING,
                             .text =
                                 stile_slice_of(json_string_value(json), json_string_length(json))};
        if (out->text.len > STILE_MAX_ATTRIBUTE)
            return stile_fail(r->err, STILE_TOO_LARGE, "%s: %zu bytes, at most %d", pointer,
                              out->text.len, STILE_MAX_ATTRIBUTE);
    } else if (json_is_number(json)) {
        *out = (stile_value){.type = STILE_VALUE_NUMBER, .number = json_number_value(json) + 0.0};
    } else if (json_is_boolean(json)) {
        *out = (stile_value){.type = STILE_VALUE_BOOL, .number = json_is_true(json)};
    } else {
        return stile_fail(r->err, STILE_INVALID, "%s: expected a string, a number or a boolean",
                          pointer);
    }
    return STILE_OK;
}

static stile_status read_values(reading *r, const json_t *json, const char *pointer,
                                stile_filter *out)
{
    size_t count = json_array_size(json);
    stile_value *values;
    stile_status st = STILE_OK;

    if (!json_is_array(json) || count == 0 || count > STILE_MAX_FILTER_TERMS)
        return stile_fail(r->err, STILE_INVALID, "%s: expected a list of 1 to %d values", pointer,
                          STILE_MAX_FILTER_TERMS);
    if (!(values = stile_arena_array(r->arena, count, sizeof *values)))
        return stile_fail(r->err, STILE_NO_MEMORY, "filter: out of memory");
    for (size_t i = 0; !st && i < count; i++) {
        char place[POINTER_MAX];
        place_at(place, pointer, "", i);
        st = read_value(r, json_array_get(json, i), place, &values[i]);
    }
    out->values = values;
    out->value_count = count;
    return st;
}

static stile_status read_comparison(reading *r, const json_t *json, const char *pointer,
                                    stile_filter *out)
{
    static const char *const known[] = {"type", "key", "value", NULL};
    const json_t *value = json_object_get(json, "value");
    char place[POINTER_MAX];
    stile_value *one;
    stile_status st;

    if ((st = stile_json_only(json, pointer, known, r->err)) ||
        (st = stile_json_get_string(json, pointer, "key", true, &out->key, r->err)))
        return st;
    if (out->key.len == 0 || out->key.len > STILE_MAX_ATTRIBUTE_KEY)
        return stile_fail(r->err, STILE_INVALID, "%s/key: expected 1 to %d bytes", pointer,
                          STILE_MAX_ATTRIBUTE_KEY);
    if (snprintf(place, sizeof place, "%s/value", pointer) >= POINTER_MAX)
        return stile_fail(r->err, STILE_TOO_LARGE, "%s: nested too deeply", pointer);
    if (out->type == STILE_FILTER_IN || out->type == STILE_FILTER_NIN)
        return read_values(r, value, place, out);
    if (!(one = stile_arena_array(r->arena, 1, sizeof *one)))
        return stile_fail(r->err, STILE_NO_MEMORY, "filter: out of memory");
    out->values = one;
    out->value_count = 1;
    if ((st = read_value(r, value, place, one)))
        return st;
    if (one->type == STILE_VALUE_BOOL && out->type >= STILE_FILTER_GT &&
        out->type <= STILE_FILTER_LTE)
        return stile_fail(r->err, STILE_INVALID, "%s: a boolean has no order", place);
    return STILE_OK;
}

static stile_status read_filter(reading *r, const json_t *json, const char *pointer, unsigned depth,
                                stile_filter *out);

static stile_status read_parts(reading *r, const json_t *json, const char *pointer, unsigned depth,
                               stile_filter *out)
{
    static const char *const known[] = {"type", "filters", NULL};
    const json_t *list = json_object_get(json, "filters");
    size_t count = json_array_size(list);
    stile_filter *parts;
    stile_status st;

    if ((st = stile_json_only(json, pointer, known, r->err)))
        return st;
    if (!json_is_array(list) || count == 0 || count > STILE_MAX_FILTER_TERMS)
        return stile_fail(r->err, STILE_INVALID, "%s/filters: expected a list of 1 to %d filters",
                          pointer, STILE_MAX_FILTER_TERMS);
    if (!(parts = stile_arena_array(r->arena, count, sizeof *parts)))
        return stile_fail(r->err, STILE_NO_MEMORY, "filter: out of memory");
    for (size_t i = 0; !st && i < count; i++) {
        char place[POINTER_MAX];
        place_at(place, pointer, "/filters", i);
        st = read_filter(r, json_array_get(list, i), place, depth + 1, &parts[i]);
    }
    out->parts = parts;
    out->part_count = count;
    return st;
}

static stile_status read_filter(reading *r, const json_t *json, const char *pointer, unsigned depth,
                                stile_filter *out)
{
    stile_slice type = {0};
    stile_status st;

    *out = (stile_filter){0};
    if (depth > STILE_MAX_FILTER_DEPTH)
        return stile_fail(r->err, STILE_TOO_LARGE, "%s: nested deeper than %d", pointer,
                          STILE_MAX_FILTER_DEPTH);
    if (++r->terms > STILE_MAX_FILTER_TERMS)
        return stile_fail(r->err, STILE_TOO_LARGE, "%s: more than %d comparisons and values",
                          pointer, STILE_MAX_FILTER_TERMS);
    if (!json_is_object(json))
        return stile_fail(r->err, STILE_INVALID, "%s: expected an object", pointer);
    if ((st = stile_json_get_string(json, pointer, "type", true, &type, r->err)))
        return st;
    if (!stile_filter_type_parse(type, &out->type))
        return stile_fail(r->err, STILE_INVALID,
                          "%s/type: expected eq, ne, gt, gte, lt, lte, in, nin, and, or", pointer);
    return out->type == STILE_FILTER_AND || out->type == STILE_FILTER_OR
               ? read_parts(r, json, pointer, depth, out)
               : read_comparison(r, json, pointer, out);
}

stile_status stile_api_filter(const json_t *json, const char *pointer, stile_arena *arena,
                              stile_filter *out, stile_error *err)
{
    reading r = {.arena = arena, .err = err};
    return read_filter(&r, json, pointer, 1, out);
}
