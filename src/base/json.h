/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from outside, through jansson: duplicates rejected, depth and size limited, errors with
 * line and column; typed getters whose errors carry a JSON pointer. */
#ifndef STILE_BASE_JSON_H
#define STILE_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "stile/buf.h"
#include "stile/slice.h"
#include "stile/status.h"

/* Parse one JSON text. Caller json_decrefs. Rejects duplicate keys, invalid UTF-8 and \u0000.
 * `what` names the input in errors ("request body: line 3, column 9: ..."). */
stile_status stile_json_parse(stile_slice text, const char *what, json_t **out,
                              stile_error *err) STILE_MUST_CHECK;
/* Append compact JSON, keys in insertion order (so output is deterministic). */
stile_status stile_json_write(const json_t *json, stile_buf *out,
                              stile_error *err) STILE_MUST_CHECK;

/* Members of `object`; `pointer` is the object's own place ("" for the root). A missing member
 * leaves *out as it was and is fine unless `required`; one of another type is STILE_INVALID:
 * "/filters/0/key: expected a string". Strings borrow from the object. */
stile_status stile_json_get_string(const json_t *object, const char *pointer, const char *name,
                                   bool required, stile_slice *out,
                                   stile_error *err) STILE_MUST_CHECK;
stile_status stile_json_get_integer(const json_t *object, const char *pointer, const char *name,
                                    bool required, long long low, long long high, long long *out,
                                    stile_error *err) STILE_MUST_CHECK;
stile_status stile_json_get_number(const json_t *object, const char *pointer, const char *name,
                                   bool required, double *out, stile_error *err) STILE_MUST_CHECK;
stile_status stile_json_get_bool(const json_t *object, const char *pointer, const char *name,
                                 bool required, bool *out, stile_error *err) STILE_MUST_CHECK;
/* Only these members may be there: "/foo: unknown member". `known` is NULL-terminated. */
stile_status stile_json_only(const json_t *object, const char *pointer, const char *const *known,
                             stile_error *err) STILE_MUST_CHECK;

/* A new JSON string; NULL when memory ran out or `s` is not UTF-8. */
json_t *stile_json_string(stile_slice s);

#endif
