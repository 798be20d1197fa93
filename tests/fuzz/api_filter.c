/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes are a filter as JSON; one that is read must pass the index's own check and evaluate. */
#include "api/filter.h"

#include <stdlib.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const stile_attribute_block none = {0};
    const uint32_t *rows;
    uint32_t count;
    json_t *json = NULL;
    stile_arena arena;
    stile_filter filter;

    stile_arena_init(&arena, 0);
    if (!stile_json_parse(stile_slice_of(data, size), "fuzz", &json, NULL) &&
        !stile_api_filter(json, "/filters", &arena, &filter, NULL) &&
        (stile_filter_check(&filter, NULL) ||
         stile_filter_rows(&filter, &none, 10, NULL, 0, &arena, &rows, &count, NULL)))
        abort();
    json_decref(json);
    stile_arena_release(&arena);
    return 0;
}
