/* SPDX-License-Identifier: Apache-2.0 */
/* Filters by bitmaps: each comparison is a stretch of a block's entries, whose rows are joined;
 * and, or and their contraries are CRoaring's. */
#include "indexes/filter.h"

#include <math.h>
#include <roaring/roaring.h>

#include "stile/limits.h"

bool stile_filter_type_parse(stile_slice name, stile_filter_type *out)
{
    static const char *const names[] = {"eq",  "ne", "gt",  "gte", "lt",
                                        "lte", "in", "nin", "and", "or"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (stile_slice_eq(name, stile_str(names[i]))) {
            *out = (stile_filter_type)i;
            return true;
        }
    return false;
}

static bool is_order(stile_filter_type type)
{
    return type >= STILE_FILTER_GT && type <= STILE_FILTER_LTE;
}

static stile_status check(const stile_filter *f, unsigned depth, size_t *terms, stile_error *err)
{
    bool joins = f->type == STILE_FILTER_AND || f->type == STILE_FILTER_OR;
    bool lists = f->type == STILE_FILTER_IN || f->type == STILE_FILTER_NIN;
    stile_status st = STILE_OK;

    if (depth > STILE_MAX_FILTER_DEPTH)
        return stile_fail(err, STILE_TOO_LARGE, "filter: nested deeper than %d",
                          STILE_MAX_FILTER_DEPTH);
    *terms += 1 + f->value_count;
    if (*terms > STILE_MAX_FILTER_TERMS)
        return stile_fail(err, STILE_TOO_LARGE, "filter: more than %d comparisons and values",
                          STILE_MAX_FILTER_TERMS);
    if (joins ? f->part_count == 0 : f->value_count == 0 || (!lists && f->value_count != 1))
        return stile_fail(err, STILE_INVALID, "filter: nothing to compare with");
    if (is_order(f->type) && f->values->type == STILE_VALUE_BOOL)
        return stile_fail(err, STILE_INVALID, "filter: a boolean has no order");
    for (size_t i = 0; joins && !st && i < f->part_count; i++)
        st = check(&f->parts[i], depth + 1, terms, err);
    return st;
}

stile_status stile_filter_check(const stile_filter *filter, stile_error *err)
{
    size_t terms = 0;
    return check(filter, 1, &terms, err);
}

/* The first entry after all that compare <= `a`. */
static uint32_t seek_past(const stile_attribute_block *block, const stile_attribute *a)
{
    uint32_t at = stile_attributes_seek(block, a);

    if (at < block->entry_count) {
        stile_attribute found = stile_attribute_of_entry(block, at);
        at += stile_attribute_cmp(&found, a) == 0;
    }
    return at;
}

/* The stretch [*low, *high) of entries of this key and type. */
static void entries_of_type(const stile_attribute_block *block, stile_slice key,
                            stile_value_type type, uint32_t *low, uint32_t *high)
{
    stile_attribute least = {key, {type, {0}, -INFINITY}};

    *low = stile_attributes_seek(block, &least);
    least.value.type = type + 1;
    *high = stile_attributes_seek(block, &least);
}

static void add_rows(roaring_bitmap_t *out, const stile_attribute_block *block, uint32_t low,
                     uint32_t high)
{
    for (uint32_t i = low; i < high; i++)
        roaring_bitmap_add_many(out, block->entries[i].count,
                                block->rows + block->entries[i].first);
}

static void compare(roaring_bitmap_t *out, const stile_filter *f,
                    const stile_attribute_block *block)
{
    for (size_t i = 0; i < f->value_count; i++) {
        stile_attribute a = {f->key, f->values[i]};
        uint32_t low, high, at = stile_attributes_seek(block, &a), past = seek_past(block, &a);
        entries_of_type(block, f->key, a.value.type, &low, &high);
        switch (f->type) {
        case STILE_FILTER_GT:
            add_rows(out, block, past, high);
            break;
        case STILE_FILTER_GTE:
            add_rows(out, block, at, high);
            break;
        case STILE_FILTER_LT:
            add_rows(out, block, low, at);
            break;
        case STILE_FILTER_LTE:
            add_rows(out, block, low, past);
            break;
        default:
            add_rows(out, block, at, past);
        }
    }
}

/* A new bitmap; NULL when memory ran out. Recursion is bounded by stile_filter_check. */
static roaring_bitmap_t *evaluate(const stile_filter *f, const stile_attribute_block *block,
                                  uint32_t rows)
{
    roaring_bitmap_t *out = roaring_bitmap_create(), *part;

    if (!out)
        return NULL;
    if (f->type != STILE_FILTER_AND && f->type != STILE_FILTER_OR) {
        compare(out, f, block);
        if (f->type == STILE_FILTER_NE || f->type == STILE_FILTER_NIN)
            roaring_bitmap_flip_inplace(out, 0, rows);
        return out;
    }
    for (size_t i = 0; i < f->part_count; i++) {
        if (!(part = evaluate(&f->parts[i], block, rows))) {
            roaring_bitmap_free(out);
            return NULL;
        }
        if (i > 0 && f->type == STILE_FILTER_AND)
            roaring_bitmap_and_inplace(out, part);
        else
            roaring_bitmap_or_inplace(out, part);
        roaring_bitmap_free(part);
    }
    return out;
}

stile_status stile_filter_rows(const stile_filter *filter, const stile_attribute_block *block,
                               uint32_t rows, const uint32_t *dead, uint32_t dead_count,
                               stile_arena *arena, const uint32_t **out, uint32_t *count,
                               stile_error *err)
{
    roaring_bitmap_t *found = evaluate(filter, block, rows);
    uint32_t *list;

    if (!found)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (uint32_t i = 0; i < dead_count; i++)
        roaring_bitmap_remove(found, dead[i]);
    *count = (uint32_t)roaring_bitmap_get_cardinality(found);
    list = stile_arena_array(arena, *count, sizeof *list);
    if (list)
        roaring_bitmap_to_uint32_array(found, list);
    roaring_bitmap_free(found);
    *out = list;
    return list ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
}
