/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
#include "support/folder.h"

static char *folder;
static stile_store *store;
static stile_arena arena;

static void setup(void)
{
    stile_error err = {0};
    folder = test_folder_make();
    stile_arena_init(&arena, 0);
    cr_assert_eq(stile_store_open(test_path(folder, "db"), true, &store, &err), STILE_OK, "%s",
                 err.text);
}

static void teardown(void)
{
    stile_store_close(store);
    stile_arena_release(&arena);
    test_folder_remove(folder);
}

TestSuite(store, .init = setup, .fini = teardown);

static void put(const char *key, const char *value, bool sync)
{
    stile_batch *batch = NULL;
    stile_error err = {0};
    cr_assert_eq(stile_batch_create(&batch, &err), STILE_OK);
    stile_batch_put(batch, store, STILE_TABLE_META, stile_str(key), stile_str(value));
    cr_assert_eq(stile_store_write(store, batch, sync, &err), STILE_OK, "%s", err.text);
    stile_batch_destroy(batch);
}

static const char *get(const stile_snapshot *snapshot, const char *key)
{
    stile_slice value;
    stile_error err;
    if (stile_store_get(store, snapshot, STILE_TABLE_META, stile_str(key), &arena, &value, &err))
        return NULL;
    return value.ptr;
}

Test(store, what_was_put_is_there_and_tables_are_apart)
{
    stile_slice value;
    put("a", "1", true);
    cr_assert_str_eq(get(NULL, "a"), "1");
    cr_assert_null(get(NULL, "b"));
    cr_assert_eq(
        stile_store_get(store, NULL, STILE_TABLE_KEYS, stile_str("a"), &arena, &value, NULL),
        STILE_NOT_FOUND);
}

Test(store, a_snapshot_does_not_move)
{
    stile_snapshot *snapshot = NULL;
    put("a", "1", false);
    cr_assert_eq(stile_snapshot_create(store, &snapshot, NULL), STILE_OK);
    put("a", "2", false);
    cr_assert_str_eq(get(snapshot, "a"), "1");
    cr_assert_str_eq(get(NULL, "a"), "2");
    stile_snapshot_release(snapshot);
}

Test(store, a_cursor_walks_its_prefix_and_nothing_else)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    bool more = true;
    int n = 0;
    put("p1", "x", false);
    put("p2", "y", false);
    put("q", "z", false);
    cr_assert_eq(
        stile_cursor_open(store, NULL, STILE_TABLE_META, stile_str("p"), none, &cursor, NULL),
        STILE_OK);
    while (!stile_cursor_next(cursor, &more, &key, &value, NULL) && more)
        n++;
    stile_cursor_close(cursor);
    cr_assert_eq(n, 2);
    more = true;
    n = 0;
    cr_assert_eq(stile_cursor_open(store, NULL, STILE_TABLE_META, stile_str("p"), stile_str("p2"),
                                   &cursor, NULL),
                 STILE_OK);
    while (!stile_cursor_next(cursor, &more, &key, &value, NULL) && more)
        n++;
    stile_cursor_close(cursor);
    cr_assert_eq(n, 1);
}

Test(store, a_second_opener_is_told_who_is_in_the_way)
{
    stile_store *second = NULL;
    stile_error err = {0};
    cr_assert_eq(stile_store_open(test_path(folder, "db"), false, &second, &err), STILE_BUSY);
    cr_assert(strstr(err.text, "another stile"), "%s", err.text);
}

Test(store, a_missing_store_is_not_made_by_the_way)
{
    stile_store *none = NULL;
    stile_error err = {0};
    cr_assert_eq(stile_store_open(test_path(folder, "nowhere"), false, &none, &err),
                 STILE_NOT_FOUND);
    cr_assert(strstr(err.text, "stile init"), "%s", err.text);
}

/* The newest write-ahead log's path. */
static bool find_log(char *out, size_t size)
{
    DIR *dir = opendir(test_path(folder, "db"));
    struct dirent *entry;
    off_t largest = 0;
    bool found = false;
    while ((entry = readdir(dir))) {
        struct stat info;
        size_t len = strlen(entry->d_name);
        char path[1024];
        if (len < 4 || strcmp(entry->d_name + len - 4, ".log") != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/db/%s", folder, entry->d_name);
        if (stat(path, &info) == 0 && info.st_size > largest) {
            largest = info.st_size;
            (void)snprintf(out, size, "%s", path);
            found = true;
        }
    }
    closedir(dir);
    return found;
}

/* Die without closing, so that everything is still in the log. */
static void write_and_die(int records)
{
    pid_t pid = fork();
    if (pid == 0) {
        stile_error err;
        if (stile_store_open(test_path(folder, "db"), false, &store, &err))
            _exit(3);
        for (int i = 0; i < records; i++) {
            char key[32], value[256];
            (void)snprintf(key, sizeof key, "k%05d", i);
            memset(value, 'v', sizeof value - 1);
            value[sizeof value - 1] = '\0';
            put(key, value, i == records - 1);
        }
        _exit(0);
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void flip(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    int c;
    cr_assert_not_null(file);
    (void)fseek(file, at, SEEK_SET);
    c = fgetc(file);
    (void)fseek(file, at, SEEK_SET);
    (void)fputc(c ^ 0x40, file);
    (void)fclose(file);
}

Test(store, one_flipped_byte_in_the_log_is_reported_not_dropped)
{
    char log[1024];
    stile_error err = {0};
    stile_store_close(store);
    store = NULL;
    write_and_die(600);
    cr_assert(find_log(log, sizeof log));
    flip(log, 40000);
    cr_assert_eq(stile_store_open(test_path(folder, "db"), false, &store, &err), STILE_CORRUPT,
                 "%s", err.text);
}

Test(store, a_torn_tail_is_cut_and_the_rest_is_there)
{
    char log[1024];
    struct stat info;
    stile_error err = {0};
    stile_store_close(store);
    store = NULL;
    write_and_die(600);
    cr_assert(find_log(log, sizeof log));
    cr_assert_eq(stat(log, &info), 0);
    cr_assert_eq(truncate(log, info.st_size - 100), 0);
    cr_assert_eq(stile_store_open(test_path(folder, "db"), false, &store, &err), STILE_OK, "%s",
                 err.text);
    cr_assert_not_null(get(NULL, "k00598"));
}
