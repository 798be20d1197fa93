/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/jsonl.h"

#include <criterion/criterion.h>

#include "base/memory.h"
#include "stile/buf.h"

static const struct {
    const char *line, *says; /* NULL: fine */
} rows[] = {
    {"{\"id\":\"a\",\"text\":\"t\",\"metadata\":{\"z\":1,\"b\":[\"x\"]}}", NULL},
    {"{\"_id\":\"a\",\"markdown\":\"t\"}", NULL},
    {"{\"text\":\"t\"}", "/id: missing"},
    {"{\"id\":\"\",\"text\":\"t\"}", "/id"},
    {"{\"id\":\"a\\n\",\"text\":\"t\"}", "control character"},
    {"{\"id\":\"a\",\"_id\":\"a\",\"text\":\"t\"}", "give one"},
    {"{\"id\":\"a\"}", "exactly one"},
    {"{\"id\":\"a\",\"text\":\"t\",\"html\":\"t\"}", "exactly one"},
    {"{\"id\":\"a\",\"text\":\"t\",\"metadata\":{\"x\":{}}}", "/metadata/x"},
    {"{\"id\":\"a\",\"text\":\"t\",\"metadata\":{\"x\":[1]}}", "/metadata/x"},
    {"{\"id\":\"a\",\"text\":\"t\",\"other\":1}", "/other"},
    {"[]", "object"},
    {"nonsense", "JSON"},
};

Test(jsonl, a_bad_line_does_not_stop_the_rest)
{
    stile_buf all;
    stile_jsonl *reader;
    stile_item item;
    stile_error err = {0};
    bool more;

    stile_buf_init(&all, 1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        stile_buf_printf(&all, "%s\n", rows[i].line);
    stile_buf_add_str(&all, "\n{\"id\":\"cut\",\"te");
    cr_assert(!stile_jsonl_open_slice(stile_buf_slice(&all), &reader, &err));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_status st = stile_jsonl_next(reader, &item, &more, &err);
        cr_expect(more);
        cr_expect_eq(stile_jsonl_line(reader), i + 1);
        cr_expect_eq(st, rows[i].says ? STILE_INVALID : STILE_OK, "row %zu: %s", i, err.text);
        cr_expect(!rows[i].says || strstr(err.text, rows[i].says), "row %zu: %s", i, err.text);
        if (i == 0)
            cr_expect(stile_slice_eq(item.metadata_json, stile_str("{\"b\":[\"x\"],\"z\":1}")));
    }
    cr_expect(stile_jsonl_next(reader, &item, &more, &err) == STILE_INVALID && more);
    cr_expect(strstr(err.text, "line 15") && strstr(err.text, "cut short"), "%s", err.text);
    cr_expect(stile_jsonl_next(reader, &item, &more, &err) == STILE_OK && !more);
    stile_jsonl_destroy(reader);
    stile_buf_release(&all);
}

Test(jsonl, survives_every_failing_allocation)
{
    for (long n = 0; n < 8; n++) {
        stile_jsonl *reader = NULL;
        stile_item item;
        bool more = false;
        stile_memory_fail_after(n);
        stile_status st = stile_jsonl_open_slice(stile_str(rows[0].line), &reader, NULL);
        if (!st)
            st = stile_jsonl_next(reader, &item, &more, NULL);
        stile_memory_fail_after(-1);
        cr_expect(st == STILE_OK || st == STILE_NO_MEMORY);
        stile_jsonl_destroy(reader);
    }
}
