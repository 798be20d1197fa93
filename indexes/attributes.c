/* SPDX-License-Identifier: Apache-2.0 */
/* A block is a header, its entries, their row numbers and their text, each part padded to eight
 * bytes, so that everything in it can be read in place. */
#include "indexes/attributes.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/memory.h"
#include "stile/limits.h"

typedef struct block_header {
    uint32_t entry_count, row_count;
    uint64_t text_len;
} block_header;

_Static_assert(sizeof(block_header) == 16, "the header has padding");

int stile_attribute_cmp(const stile_attribute *a, const stile_attribute *b)
{
    const stile_value *x = &a->value, *y = &b->value;
    int c = stile_slice_cmp(a->key, b->key);

    if (c)
        return c;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    if (x->type == STILE_VALUE_STRING)
        return stile_slice_cmp(x->text, y->text);
    return (x->number > y->number) - (x->number < y->number);
}

static int by_attribute(const void *a, const void *b)
{
    return stile_attribute_cmp(a, b);
}

/* False for what cannot be filtered by: objects, null, strings that are too long. */
static bool value_of(const json_t *json, stile_value *out)
{
    stile_value value = {0};

    if (json_is_string(json)) {
        value.type = STILE_VALUE_STRING;
        value.text = stile_slice_of(json_string_value(json), json_string_length(json));
        if (value.text.len > STILE_MAX_ATTRIBUTE)
            return false;
    } else if (json_is_boolean(json)) {
        value.type = STILE_VALUE_BOOL;
        value.number = json_is_true(json);
    } else if (json_is_number(json)) {
        value.type = STILE_VALUE_NUMBER;
        value.number = json_number_value(json) + 0.0; /* -0 is 0 */
    } else {
        return false;
    }
    *out = value;
    return true;
}

typedef struct gathering {
    stile_arena *arena;
    stile_attribute *list;
    size_t count, room;
    stile_error *err;
} gathering;

static stile_status gather(gathering *g, stile_slice key, const json_t *json)
{
    stile_attribute a = {0};
    stile_status st;

    if (!value_of(json, &a.value))
        return STILE_OK;
    if (g->count == g->room) {
        size_t room = g->room ? g->room * 2 : 16;
        stile_attribute *grown = stile_arena_array(g->arena, room, sizeof *grown);
        if (!grown)
            return stile_fail(g->err, STILE_NO_MEMORY, "index: out of memory");
        if (g->count)
            memcpy(grown, g->list, g->count * sizeof *grown);
        g->list = grown;
        g->room = room;
    }
    if ((st = stile_arena_copy(g->arena, key, &a.key, g->err)) ||
        (st = stile_arena_copy(g->arena, a.value.text, &a.value.text, g->err)))
        return st;
    g->list[g->count++] = a;
    return STILE_OK;
}

static stile_status gather_member(gathering *g, const char *name, const json_t *json)
{
    stile_slice key = stile_str(name);
    stile_status st = STILE_OK;

    if (key.len > STILE_MAX_ATTRIBUTE_KEY)
        return STILE_OK;
    if (!json_is_array(json))
        return gather(g, key, json);
    for (size_t i = 0; !st && i < json_array_size(json); i++)
        st = gather(g, key, json_array_get(json, i));
    return st;
}

stile_status stile_attributes_of(stile_slice metadata, stile_arena *arena, stile_attribute **out,
                                 size_t *count, stile_error *err)
{
    gathering g = {.arena = arena, .err = err};
    json_t *json = NULL, *member;
    const char *name;
    size_t n = 0;
    stile_status st;

    *out = NULL;
    *count = 0;
    if (metadata.len == 0)
        return STILE_OK;
    if ((st = stile_json_parse(metadata, "metadata", &json, err)))
        return st;
    if (!json_is_object(json))
        st = stile_fail(err, STILE_INVALID, "metadata: expected an object");
    else
        json_object_foreach(json, name, member) if ((st = gather_member(&g, name, member))) break;
    json_decref(json);
    if (st || g.count == 0)
        return st;
    qsort(g.list, g.count, sizeof *g.list, by_attribute);
    for (size_t i = 0; i < g.count; i++)
        if (n == 0 || stile_attribute_cmp(&g.list[n - 1], &g.list[i]) != 0)
            g.list[n++] = g.list[i];
    *out = g.list;
    *count = n;
    return STILE_OK;
}

static int by_attribute_and_row(const void *a, const void *b)
{
    const stile_row_attribute *x = a, *y = b;
    int c = stile_attribute_cmp(&x->attribute, &y->attribute);
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

static size_t padding(size_t len)
{
    return (8 - len % 8) % 8;
}

static void pad(stile_buf *out, size_t len)
{
    static const char zeros[8];
    stile_buf_add(out, zeros, padding(len));
}

/* The key's text lies once for all entries of the same key. */
static stile_attribute_entry entry_of(const stile_attribute *a, const stile_attribute *before,
                                      const stile_attribute_entry *previous, stile_buf *text)
{
    stile_attribute_entry e = {.type = (uint32_t)a->value.type, .number = a->value.number};

    if (before && stile_slice_eq(before->key, a->key)) {
        e.key_at = previous->key_at;
    } else {
        e.key_at = (uint32_t)text->len;
        stile_buf_add_slice(text, a->key);
    }
    e.key_len = (uint32_t)a->key.len;
    e.text_at = (uint32_t)text->len;
    e.text_len = (uint32_t)a->value.text.len;
    stile_buf_add_slice(text, a->value.text);
    return e;
}

stile_status stile_attributes_write(stile_row_attribute *pairs, size_t pair_count, stile_buf *out,
                                    uint32_t *entry_count, stile_error *err)
{
    block_header h = {0};
    stile_attribute_entry e = {0};
    stile_buf entries, rows, text;
    stile_status st;

    *entry_count = 0;
    if (pair_count == 0)
        return STILE_OK;
    stile_buf_init(&entries, UINT32_MAX);
    stile_buf_init(&rows, UINT32_MAX);
    stile_buf_init(&text, UINT32_MAX);
    qsort(pairs, pair_count, sizeof *pairs, by_attribute_and_row);
    for (size_t i = 0; i < pair_count; h.entry_count++) {
        const stile_attribute *a = &pairs[i].attribute;
        e = entry_of(a, i ? &pairs[i - 1].attribute : NULL, &e, &text);
        e.first = h.row_count;
        for (; i < pair_count && stile_attribute_cmp(a, &pairs[i].attribute) == 0; i++) {
            if (e.count && pairs[i].row == pairs[i - 1].row)
                continue;
            stile_buf_add(&rows, &pairs[i].row, sizeof pairs[i].row);
            e.count++;
        }
        h.row_count += e.count;
        stile_buf_add(&entries, &e, sizeof e);
    }
    h.text_len = text.len;
    if (!(st = stile_buf_ok(&entries, err)) && !(st = stile_buf_ok(&rows, err)) &&
        !(st = stile_buf_ok(&text, err))) {
        stile_buf_add(out, &h, sizeof h);
        stile_buf_add_slice(out, stile_buf_slice(&entries));
        stile_buf_add_slice(out, stile_buf_slice(&rows));
        pad(out, rows.len);
        stile_buf_add_slice(out, stile_buf_slice(&text));
        pad(out, text.len);
        *entry_count = h.entry_count;
    }
    stile_buf_release(&entries);
    stile_buf_release(&rows);
    stile_buf_release(&text);
    return st;
}

stile_attribute_block stile_attributes_at(const char *bytes, uint32_t entry_count)
{
    stile_attribute_block block = {.entry_count = entry_count};
    block_header h;
    size_t rows_len;

    if (entry_count == 0)
        return block;
    memcpy(&h, bytes, sizeof h);
    rows_len = h.row_count * sizeof *block.rows;
    bytes += sizeof h;
    block.entries = (const void *)bytes;
    bytes += entry_count * sizeof *block.entries;
    block.rows = (const void *)bytes;
    block.text = bytes + rows_len + padding(rows_len);
    return block;
}

stile_attribute stile_attribute_of_entry(const stile_attribute_block *block, uint32_t i)
{
    const stile_attribute_entry *e = &block->entries[i];

    return (stile_attribute){stile_slice_of(block->text + e->key_at, e->key_len),
                             {(stile_value_type)e->type,
                              stile_slice_of(block->text + e->text_at, e->text_len), e->number}};
}

uint32_t stile_attributes_seek(const stile_attribute_block *block, const stile_attribute *attribute)
{
    uint32_t low = 0, high = block->entry_count;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        stile_attribute at = stile_attribute_of_entry(block, mid);
        if (stile_attribute_cmp(&at, attribute) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool valid_entry(const stile_attribute_entry *e, const block_header *h)
{
    return e->type <= STILE_VALUE_BOOL && e->zero == 0 && isfinite(e->number) &&
           e->key_len <= h->text_len && e->key_at <= h->text_len - e->key_len &&
           e->text_len <= h->text_len && e->text_at <= h->text_len - e->text_len;
}

static bool valid_rows(const uint32_t *row, uint32_t count, uint32_t rows)
{
    for (uint32_t i = 0; i < count; i++)
        if (row[i] >= rows || (i > 0 && row[i] <= row[i - 1]))
            return false;
    return count > 0;
}

/* Entries ascend and partition the row numbers. */
static bool valid_entries(const stile_attribute_block *block, const block_header *h, uint32_t rows)
{
    uint64_t next = 0;

    for (uint32_t i = 0; i < block->entry_count; i++) {
        const stile_attribute_entry *e = &block->entries[i];
        stile_attribute before, at;
        if (!valid_entry(e, h) || e->first != next || e->count > h->row_count - next ||
            !valid_rows(block->rows + e->first, e->count, rows))
            return false;
        next += e->count;
        if (i == 0)
            continue;
        before = stile_attribute_of_entry(block, i - 1);
        at = stile_attribute_of_entry(block, i);
        if (stile_attribute_cmp(&before, &at) >= 0)
            return false;
    }
    return next == h->row_count;
}

bool stile_attributes_valid(stile_slice bytes, uint32_t entry_count, uint32_t rows, size_t *len)
{
    block_header h;
    size_t entries_len, rows_len, total = sizeof h;
    stile_attribute_block block;

    *len = 0;
    if (entry_count == 0)
        return true;
    if (bytes.len < sizeof h)
        return false;
    memcpy(&h, bytes.ptr, sizeof h);
    entries_len = (size_t)h.entry_count * sizeof(stile_attribute_entry);
    rows_len = (size_t)h.row_count * sizeof(uint32_t);
    if (h.entry_count != entry_count || h.text_len > bytes.len ||
        !stile_size_add(total, entries_len, &total) ||
        !stile_size_add(total, rows_len + padding(rows_len), &total) ||
        !stile_size_add(total, h.text_len + padding(h.text_len), &total) || total > bytes.len)
        return false;
    block = stile_attributes_at(bytes.ptr, entry_count);
    *len = total;
    return valid_entries(&block, &h, rows);
}
