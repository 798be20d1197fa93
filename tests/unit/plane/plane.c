/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plane/plane.h"
#include "support/folder.h"

static char *folder;

static void setup(void)
{
    stile_error err = {0};
    folder = test_folder_make();
    test_file_write(test_path(folder, "stile.yaml"), stile_str("embedder:\n  kind: none\n"));
    cr_assert_eq(stile_plane_init(folder, &err), STILE_OK, "%s", err.text);
}

static void teardown(void)
{
    test_folder_remove(folder);
}

TestSuite(plane, .init = setup, .fini = teardown);

static void put_meta(const char *key, stile_slice value)
{
    stile_store *store = NULL;
    stile_batch *batch = NULL;
    cr_assert_eq(stile_store_open(test_path(folder, "store"), false, &store, NULL), STILE_OK);
    cr_assert_eq(stile_batch_create(&batch, NULL), STILE_OK);
    stile_batch_put(batch, store, STILE_TABLE_META, stile_str(key), value);
    cr_assert_eq(stile_store_write(store, batch, true, NULL), STILE_OK);
    stile_batch_destroy(batch);
    stile_store_close(store);
}

Test(plane, a_newer_schema_is_refused_before_anything_is_touched)
{
    stile_plane *plane = NULL;
    stile_error err = {0};
    put_meta("schema", stile_slice_of("\x09\0\0\0\0\0\0\0", 8));
    cr_assert_eq(stile_plane_open(folder, &plane, &err), STILE_UNSUPPORTED);
    cr_assert(strstr(err.text, "newer"), "%s", err.text);
    cr_assert_null(plane);
}

Test(plane, vectors_of_another_embedder_are_refused)
{
    stile_plane *plane = NULL;
    stile_error err = {0};
    char other[32] = {1};
    put_meta("embedder", stile_slice_of(other, sizeof other));
    cr_assert_eq(stile_plane_open(folder, &plane, &err), STILE_CONFLICT);
    cr_assert(strstr(err.text, "another embedder"), "%s", err.text);
}

Test(plane, a_second_init_is_refused)
{
    stile_error err = {0};
    cr_assert_eq(stile_plane_init(folder, &err), STILE_CONFLICT);
}

Test(plane, a_second_open_is_told_so)
{
    stile_plane *one = NULL, *two = NULL;
    stile_error err = {0};
    cr_assert_eq(stile_plane_open(folder, &one, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_plane_open(folder, &two, &err), STILE_BUSY);
    stile_plane_close(one);
}

Test(plane, collections_have_names_ceilings_and_one_setting)
{
    static const char *const bad_names[] = {"", ".x", "a/b", "a b", "\xc3\xa9"};
    static const char *const bad_ceilings[] = {"internal//a|b", "nolevel", "internal//"};
    stile_plane *plane = NULL;
    stile_collection wanted = {.name = stile_str("hr"), .ceiling = stile_str("internal//b&a")}, c;
    stile_arena arena;
    stile_error err = {0};

    stile_arena_init(&arena, 0);
    cr_assert_eq(stile_plane_open(folder, &plane, &err), STILE_OK);
    cr_assert_eq(stile_plane_collection_create(plane, &wanted, &arena, &c, &err), STILE_OK);
    cr_assert(stile_slice_eq(c.ceiling, stile_str("internal//a&b")));
    cr_assert_eq(stile_plane_collection_create(plane, &wanted, &arena, &c, &err), STILE_OK);
    wanted.ceiling = stile_str("internal");
    cr_assert_eq(stile_plane_collection_create(plane, &wanted, &arena, &c, &err), STILE_CONFLICT);
    for (size_t i = 0; i < sizeof bad_names / sizeof *bad_names; i++) {
        wanted.name = stile_str(bad_names[i]);
        cr_assert_eq(stile_plane_collection_create(plane, &wanted, &arena, &c, &err), STILE_INVALID,
                     "%s", bad_names[i]);
    }
    wanted.name = stile_str("x");
    for (size_t i = 0; i < sizeof bad_ceilings / sizeof *bad_ceilings; i++) {
        wanted.ceiling = stile_str(bad_ceilings[i]);
        cr_assert_eq(stile_plane_collection_create(plane, &wanted, &arena, &c, &err), STILE_INVALID,
                     "%s", bad_ceilings[i]);
    }
    cr_assert_eq(stile_plane_collection_find(plane, stile_str("x"), &arena, &c, &err),
                 STILE_NOT_FOUND);
    stile_plane_close(plane);
    stile_arena_release(&arena);
}
