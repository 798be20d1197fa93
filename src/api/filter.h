/* SPDX-License-Identifier: Apache-2.0 */
/* Filters as JSON, in the grammar of OpenAI's vector stores:
 *
 *     {"type": "eq|ne|gt|gte|lt|lte", "key": "...", "value": string | number | boolean}
 *     {"type": "in|nin", "key": "...", "value": [ ... ]}
 *     {"type": "and|or", "filters": [ ... ]} */
#ifndef STILE_API_FILTER_H
#define STILE_API_FILTER_H

#include <jansson.h>

#include "indexes/filter.h"

/* Strings borrow from `json`, the rest from `arena`. STILE_INVALID names the place, as a JSON
 * pointer that begins with `pointer`. */
stile_status stile_api_filter(const json_t *json, const char *pointer, stile_arena *arena,
                              stile_filter *out, stile_error *err) STILE_MUST_CHECK;

#endif
