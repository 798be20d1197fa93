/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes: what a document's metadata lets a query filter by. They are the top-level members
 * of the JSON object that are a string, a number or a boolean, and the like elements of top-level
 * arrays. A value's type is its own: "5" and 5 are different values, and no document decides what
 * type another's has. Strings longer than STILE_MAX_ATTRIBUTE and keys longer than
 * STILE_MAX_ATTRIBUTE_KEY are kept in the metadata but cannot be filtered by.
 *
 * A run (see segment.h) that has any carries one block: its distinct (key, value) pairs in order,
 * each with the rows that have it. docs/formats/index.md, "Attributes". */
#ifndef STILE_INDEXES_ATTRIBUTES_H
#define STILE_INDEXES_ATTRIBUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/arena.h"
#include "stile/buf.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef enum { STILE_VALUE_STRING, STILE_VALUE_NUMBER, STILE_VALUE_BOOL } stile_value_type;

typedef struct stile_value {
    stile_value_type type;
    stile_slice text; /* of a string, UTF-8 */
    double number;    /* finite; 0 or 1 of a boolean */
} stile_value;

typedef struct stile_attribute {
    stile_slice key;
    stile_value value;
} stile_attribute;

/* By key, then type, then value: strings by bytes, numbers by size. */
int stile_attribute_cmp(const stile_attribute *a, const stile_attribute *b);

/* The attributes of a metadata object (may be empty), ascending and distinct, in `arena`.
 * STILE_INVALID when it is not a JSON object. */
stile_status stile_attributes_of(stile_slice metadata, stile_arena *arena, stile_attribute **out,
                                 size_t *count, stile_error *err) STILE_MUST_CHECK;

/* One attribute of one row of a run, on the way into a block. */
typedef struct stile_row_attribute {
    stile_attribute attribute;
    uint32_t row; /* from the run's first */
} stile_row_attribute;

/* Append the block of a run, and tell its number of distinct attributes. `pairs` are sorted by
 * this call; a pair given twice counts once. Appends nothing when there are none. */
stile_status stile_attributes_write(stile_row_attribute *pairs, size_t pair_count, stile_buf *out,
                                    uint32_t *entry_count, stile_error *err) STILE_MUST_CHECK;

typedef struct stile_attribute_entry {
    uint32_t key_at, key_len; /* in the block's text */
    uint32_t text_at, text_len;
    double number;
    uint32_t first, count; /* rows, in the block's row numbers */
    uint32_t type, zero;
} stile_attribute_entry;

_Static_assert(sizeof(stile_attribute_entry) == 40, "a struct of the segment format has padding");

/* A block in place. */
typedef struct stile_attribute_block {
    const stile_attribute_entry *entries;
    const uint32_t *rows; /* of each entry, ascending */
    const char *text;
    uint32_t entry_count;
} stile_attribute_block;

/* The block at `bytes`, which holds `entry_count` entries and is valid; `entry_count` may be 0. */
stile_attribute_block stile_attributes_at(const char *bytes, uint32_t entry_count);
stile_attribute stile_attribute_of_entry(const stile_attribute_block *block, uint32_t i);
/* The first entry >= `attribute`. */
uint32_t stile_attributes_seek(const stile_attribute_block *block,
                               const stile_attribute *attribute);

/* Whether a block of so many entries and `rows` rows of the run lies whole and in order at the
 * start of `bytes`; its length to `*len`. */
bool stile_attributes_valid(stile_slice bytes, uint32_t entry_count, uint32_t rows, size_t *len);

#endif
