/* SPDX-License-Identifier: Apache-2.0 */
#include "filters.h"

#include <stdio.h>
#include <string.h>

static const char *const keys[] = {"a", "colour", "year",
                                   "\xc3\xa9"
                                   "t\xc3\xa9"};
static const char *const texts[] = {"",
                                    "1",
                                    "red",
                                    "redder",
                                    "\xc3\xbc"
                                    "ber",
                                    "zebra"};
#define KEYS 4
#define TEXTS 6

static stile_value random_value(test_random *r)
{
    switch (test_random_below(r, 3)) {
    case 0:
        return (stile_value){STILE_VALUE_STRING, stile_str(texts[test_random_below(r, TEXTS)]), 0};
    case 1:
        return (stile_value){STILE_VALUE_NUMBER, {0}, (double)test_random_below(r, 7) / 2 - 1};
    default:
        return (stile_value){STILE_VALUE_BOOL, {0}, (double)test_random_below(r, 2)};
    }
}

static void print_value(char *out, size_t size, const stile_value *v)
{
    if (v->type == STILE_VALUE_STRING)
        (void)snprintf(out, size, "\"%.*s\"", (int)v->text.len, v->text.len ? v->text.ptr : "");
    else if (v->type == STILE_VALUE_NUMBER)
        (void)snprintf(out, size, "%g", v->number);
    else
        (void)snprintf(out, size, "%s", v->number != 0 ? "true" : "false");
}

/* Each key is one value or a list; beside them, members that cannot be filtered by. */
void facts_make(facts *f, test_random *r)
{
    char *out = f->json;
    size_t room = sizeof f->json, at = 0;

    f->count = 0;
    if (test_random_below(r, 8) == 0) {
        f->json[0] = 0;
        return;
    }
    at += (size_t)snprintf(out + at, room - at, "{\"deep\":{\"a\":1},\"none\":null");
    for (int key = 0; key < KEYS; key++) {
        uint32_t values = test_random_below(r, 3);
        if (f->count + values > FILTERS_FACTS || test_random_below(r, 3) == 0)
            continue;
        at +=
            (size_t)snprintf(out + at, room - at, ",\"%s\":%s", keys[key], values == 1 ? "" : "[");
        for (uint32_t i = 0; i < values; i++) {
            char text[64];
            f->fact[f->count].key = key;
            f->fact[f->count].value = random_value(r);
            print_value(text, sizeof text, &f->fact[f->count++].value);
            at += (size_t)snprintf(out + at, room - at, "%s%s", i ? "," : "", text);
        }
        at += (size_t)snprintf(out + at, room - at, "%s", values == 1 ? "" : "]");
    }
    (void)snprintf(out + at, room - at, "}");
}

stile_filter *filters_make(test_random *r, unsigned depth, stile_arena *arena)
{
    stile_filter *f = stile_arena_array(arena, 1, sizeof *f);
    stile_value *values;

    f->type = (stile_filter_type)test_random_below(r, depth > 1 ? 10 : 8);
    if (f->type == STILE_FILTER_AND || f->type == STILE_FILTER_OR) {
        stile_filter *parts;
        f->part_count = 1 + test_random_below(r, 3);
        parts = stile_arena_array(arena, f->part_count, sizeof *parts);
        for (size_t i = 0; i < f->part_count; i++)
            parts[i] = *filters_make(r, depth - 1, arena);
        f->parts = parts;
        return f;
    }
    f->key = stile_str(keys[test_random_below(r, KEYS)]);
    f->value_count =
        f->type == STILE_FILTER_IN || f->type == STILE_FILTER_NIN ? 1 + test_random_below(r, 3) : 1;
    values = stile_arena_array(arena, f->value_count, sizeof *values);
    for (size_t i = 0; i < f->value_count; i++)
        do
            values[i] = random_value(r);
        while (f->type >= STILE_FILTER_GT && f->type <= STILE_FILTER_LTE &&
               values[i].type == STILE_VALUE_BOOL);
    f->values = values;
    return f;
}

static int order(const stile_value *a, const stile_value *b)
{
    size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
    int c;

    if (a->type != STILE_VALUE_STRING)
        return (a->number > b->number) - (a->number < b->number);
    c = len ? memcmp(a->text.ptr, b->text.ptr, len) : 0;
    return c ? c : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

static bool holds(stile_filter_type type, const stile_value *fact, const stile_value *wanted)
{
    int c;

    if (fact->type != wanted->type)
        return false;
    c = order(fact, wanted);
    switch (type) {
    case STILE_FILTER_GT:
        return c > 0;
    case STILE_FILTER_GTE:
        return c >= 0;
    case STILE_FILTER_LT:
        return c < 0;
    case STILE_FILTER_LTE:
        return c <= 0;
    default:
        return c == 0;
    }
}

bool filters_match(const stile_filter *f, const facts *known)
{
    bool any = false, all = true;

    for (size_t i = 0; i < f->part_count; i++) {
        bool part = filters_match(&f->parts[i], known);
        any = any || part;
        all = all && part;
    }
    if (f->type == STILE_FILTER_AND || f->type == STILE_FILTER_OR)
        return f->type == STILE_FILTER_AND ? all : any;
    for (size_t i = 0; i < known->count; i++)
        for (size_t v = 0; v < f->value_count; v++)
            if (stile_slice_eq(stile_str(keys[known->fact[i].key]), f->key) &&
                holds(f->type, &known->fact[i].value, &f->values[v]))
                any = true;
    return f->type == STILE_FILTER_NE || f->type == STILE_FILTER_NIN ? !any : any;
}
