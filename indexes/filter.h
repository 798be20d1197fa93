/* SPDX-License-Identifier: Apache-2.0 */
/* A filter over attributes: comparisons, joined by and, or.
 *
 * A comparison holds for a document when one of its values of that key, of the same type as the
 * value given, compares so; `ne` and `nin` are the contrary of `eq` and `in`, so they hold where
 * the key is missing. Strings order by bytes; booleans have no order. The rows that match are
 * found through each permitted run's attribute block, before anything is scored. */
#ifndef STILE_INDEXES_FILTER_H
#define STILE_INDEXES_FILTER_H

#include "indexes/attributes.h"

typedef enum {
    STILE_FILTER_EQ,
    STILE_FILTER_NE,
    STILE_FILTER_GT,
    STILE_FILTER_GTE,
    STILE_FILTER_LT,
    STILE_FILTER_LTE,
    STILE_FILTER_IN,
    STILE_FILTER_NIN,
    STILE_FILTER_AND,
    STILE_FILTER_OR
} stile_filter_type;

typedef struct stile_filter stile_filter;
struct stile_filter {
    stile_filter_type type;
    stile_slice key;           /* of a comparison */
    const stile_value *values; /* one, or those of in, nin */
    size_t value_count;
    const stile_filter *parts; /* of and, or: at least one */
    size_t part_count;
};

bool stile_filter_type_parse(stile_slice name, stile_filter_type *out);

/* Depth at most STILE_MAX_FILTER_DEPTH, comparisons and values at most STILE_MAX_FILTER_TERMS,
 * orders only of strings and numbers: else STILE_INVALID or STILE_TOO_LARGE. */
stile_status stile_filter_check(const stile_filter *filter, stile_error *err) STILE_MUST_CHECK;

/* The rows of a run that match and are not in `dead` (ascending), ascending, in `arena`. */
stile_status stile_filter_rows(const stile_filter *filter, const stile_attribute_block *block,
                               uint32_t rows, const uint32_t *dead, uint32_t dead_count,
                               stile_arena *arena, const uint32_t **out, uint32_t *count,
                               stile_error *err) STILE_MUST_CHECK;

#endif
