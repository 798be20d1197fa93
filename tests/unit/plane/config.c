/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plane/config.h"
#include "support/folder.h"

static stile_status load(const char *text, stile_config *config, stile_error *err)
{
    static stile_arena arena;
    char *folder = test_folder_make();
    const char *path = test_path(folder, "stile.yaml");
    stile_status st;
    stile_arena_release(&arena);
    stile_arena_init(&arena, 0);
    if (text)
        test_file_write(path, stile_str(text));
    st = stile_config_load(path, &arena, config, err);
    test_folder_remove(folder);
    return st;
}

Test(config, a_missing_file_and_the_template_give_the_defaults)
{
    stile_config a, b;
    stile_error err = {0};
    cr_assert_eq(load(NULL, &a, &err), STILE_OK);
    cr_assert_eq(load(stile_config_template(), &b, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(a.level_count, 4);
    cr_assert_eq(b.level_count, 4);
    cr_assert_str_eq(b.levels[3], "restricted");
    cr_assert_eq(a.index.ann_rows, b.index.ann_rows);
    cr_assert_str_eq(a.server.listen, b.server.listen);
    cr_assert(a.index.k1 == 1.2 && a.index.b == 0.75 && a.index.title_weight == 1);
    cr_assert(b.index.k1 == a.index.k1 && b.index.b == a.index.b);
    cr_assert(b.index.title_weight == a.index.title_weight);
}

Test(config, values_are_read)
{
    stile_config c;
    stile_error err = {0};
    cr_assert_eq(load("levels: [low, high]\nindex:\n  ann_rows: 64\n  language: de\n"
                      "scan:\n  threshold_external: 0.25\nembedder:\n  kind: none\n",
                      &c, &err),
                 STILE_OK, "%s", err.text);
    cr_assert_eq(c.level_count, 2);
    cr_assert_str_eq(c.levels[1], "high");
    cr_assert_eq(c.index.ann_rows, 64);
    cr_assert_str_eq(c.index.language, "de");
    cr_assert_float_eq(c.scan.threshold[0], 0.25, 1e-12);
    cr_assert_str_eq(c.embedder.kind, "none");
}

Test(config, the_constants_of_bm25_are_read)
{
    stile_config c;
    stile_error err = {0};
    cr_assert_eq(load("index:\n  k1: 0.9\n  b: 0\n  title_weight: 2.5\n", &c, &err), STILE_OK, "%s",
                 err.text);
    cr_assert_float_eq(c.index.k1, 0.9, 1e-12);
    cr_assert_eq(c.index.b, 0);
    cr_assert_float_eq(c.index.title_weight, 2.5, 1e-12);
}

Test(config, mistakes_are_refused_with_their_line)
{
    static const char *const rows[][2] = {
        {"index:\n  ann_row: 5\n", ":2: unknown key index.ann_row"},
        {"index:\n  ann_rows: many\n", ":2: expected a whole number"},
        {"index:\n  ann_rows: 0\n", ":2: expected a whole number"},
        {"scan:\n\n  threshold_external: 7\n", ":3: expected a number"},
        {"index:\n  k1: 0\n", ":2: expected a number above 0 and at most 1000"},
        {"index:\n  k1: 1000.5\n", ":2: expected a number above 0 and at most 1000"},
        {"index:\n  k1: nan\n", ":2: expected a number above 0 and at most 1000"},
        {"index:\n  k1: 1.2x\n", ":2: expected a number above 0 and at most 1000"},
        {"index:\n  b: -0.1\n", ":2: expected a number from 0 to 1"},
        {"index:\n  b: 1.01\n", ":2: expected a number from 0 to 1"},
        {"index:\n  k1: 1\n  title_weight: much\n", ":3: expected a number above 0"},
        {"levels: public\n", ":1: levels"},
        {"index: [1, 2]\n", ":1: expected keys"},
        {"index:\n  language: *x\n", ":2: aliases"},
        {"index:\n\tann_rows: 5\n", ":2:"},
        {"[]", ":1: expected keys at the top"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_config c;
        stile_error err = {0};
        cr_assert_eq(load(rows[i][0], &c, &err), STILE_INVALID, "row %zu", i);
        cr_assert(strstr(err.text, rows[i][1]), "row %zu: %s", i, err.text);
    }
}
