/* SPDX-License-Identifier: Apache-2.0 */
#include "api/filter.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/json.h"
#include "stile/limits.h"

/* Filters borrow from it, so it lives until the next is read. */
static json_t *json;

static void drop(void)
{
    json_decref(json);
    json = NULL;
}

TestSuite(filter, .fini = drop);

static stile_status read(const char *text, stile_arena *arena, stile_filter *out, stile_error *err)
{
    stile_status st;

    drop();
    st = stile_json_parse(stile_str(text), "test", &json, err);
    return st ? st : stile_api_filter(json, "/filters", arena, out, err);
}

static void accept(const char *text, stile_filter *out, stile_arena *arena)
{
    stile_error err = {0};
    cr_assert_eq(read(text, arena, out, &err), STILE_OK, "%s: %s", text, err.text);
    cr_assert_eq(stile_filter_check(out, &err), STILE_OK, "%s", err.text);
}

static void refuse(const char *text, const char *pattern)
{
    stile_arena arena;
    stile_filter f;
    stile_error err = {0};

    stile_arena_init(&arena, 0);
    cr_assert_neq(read(text, &arena, &f, &err), STILE_OK, "%s", text);
    cr_assert(strstr(err.text, pattern), "%s: %s", text, err.text);
    stile_arena_release(&arena);
}

Test(filter, reads_comparisons_of_each_type)
{
    stile_arena arena;
    stile_filter f;

    stile_arena_init(&arena, 0);
    accept("{\"type\":\"gte\",\"key\":\"year\",\"value\":2024}", &f, &arena);
    cr_assert_eq(f.type, STILE_FILTER_GTE);
    cr_assert(stile_slice_eq(f.key, stile_str("year")));
    cr_assert_eq(f.values->type, STILE_VALUE_NUMBER);
    cr_assert(f.values->number == 2024.0);
    accept("{\"type\":\"eq\",\"key\":\"k\",\"value\":\"2024\"}", &f, &arena);
    cr_assert_eq(f.values->type, STILE_VALUE_STRING);
    accept("{\"type\":\"ne\",\"key\":\"k\",\"value\":true}", &f, &arena);
    cr_assert_eq(f.values->type, STILE_VALUE_BOOL);
    accept("{\"type\":\"in\",\"key\":\"k\",\"value\":[1,\"a\",false]}", &f, &arena);
    cr_assert_eq(f.value_count, 3);
    stile_arena_release(&arena);
}

Test(filter, reads_nested_joins)
{
    stile_arena arena;
    stile_filter f;

    stile_arena_init(&arena, 0);
    accept("{\"type\":\"or\",\"filters\":[{\"type\":\"eq\",\"key\":\"a\",\"value\":1},"
           "{\"type\":\"and\",\"filters\":[{\"type\":\"lt\",\"key\":\"b\",\"value\":2}]}]}",
           &f, &arena);
    cr_assert_eq(f.type, STILE_FILTER_OR);
    cr_assert_eq(f.part_count, 2);
    cr_assert_eq(f.parts[1].parts[0].type, STILE_FILTER_LT);
    stile_arena_release(&arena);
}

Test(filter, refusals_name_the_place)
{
    refuse("[]", "/filters: expected an object");
    refuse("{\"key\":\"a\"}", "/filters/type");
    refuse("{\"type\":\"like\",\"key\":\"a\",\"value\":1}", "/filters/type: expected eq");
    refuse("{\"type\":\"eq\",\"key\":\"a\"}", "/filters/value: expected");
    refuse("{\"type\":\"eq\",\"key\":\"\",\"value\":1}", "/filters/key");
    refuse("{\"type\":\"eq\",\"key\":\"a\",\"value\":null}", "/filters/value");
    refuse("{\"type\":\"eq\",\"key\":\"a\",\"value\":1,\"x\":1}", "/filters/x");
    refuse("{\"type\":\"lt\",\"key\":\"a\",\"value\":true}", "no order");
    refuse("{\"type\":\"in\",\"key\":\"a\",\"value\":[]}", "/filters/value: expected a list");
    refuse("{\"type\":\"in\",\"key\":\"a\",\"value\":[1,{}]}", "/filters/value/1");
    refuse("{\"type\":\"and\",\"filters\":[]}", "/filters/filters");
    refuse("{\"type\":\"and\",\"filters\":[{\"type\":\"eq\",\"key\":\"a\",\"value\":1},{}]}",
           "/filters/filters/1/type");
}

Test(filter, depth_and_terms_are_bounded)
{
    char text[16384] = "";
    size_t at = 0;

    for (int i = 0; i <= STILE_MAX_FILTER_DEPTH; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "{\"type\":\"and\",\"filters\":[");
    at += (size_t)snprintf(text + at, sizeof text - at,
                           "{\"type\":\"eq\",\"key\":\"a\",\"value\":1}");
    for (int i = 0; i <= STILE_MAX_FILTER_DEPTH; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "]}");
    refuse(text, "nested deeper");

    at = (size_t)snprintf(text, sizeof text, "{\"type\":\"or\",\"filters\":[");
    for (int i = 0; i <= STILE_MAX_FILTER_TERMS / 2; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "%s{\"type\":\"eq\",\"key\":\"a\",\"value\":1}", i ? "," : "");
    (void)snprintf(text + at, sizeof text - at, "]}");
    refuse(text, "comparisons");
}
