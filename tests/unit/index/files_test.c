/* SPDX-License-Identifier: Apache-2.0 */
/* Damage to saved files: found, and answered by an empty index or an exact scan. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "indexes/segment.h"
#include "support/folder.h"
#include "world.h"

#define HEADER_LEN 176
#define HEADER_SUM_AT 168

/* A saved world of a few documents; its only segment's path in `path` (or graph's, by suffix). */
static world *saved_world(uint32_t ann_rows)
{
    test_random r = {11};
    uint32_t slots[40];
    world *w = world_make(ann_rows);
    stile_error err = {0};

    for (uint32_t i = 0; i < 40; i++) {
        world_fill(w, slots[i] = i * WORLD_COLLECTIONS, i % 2, &r);
    }
    cr_assert_eq(world_apply(w, slots, 40, &err), STILE_OK, "%s", err.text);
    w->documents[slots[3]].live = false;
    cr_assert_eq(world_apply(w, &slots[3], 1, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
    return w;
}

static char *file_of(world *w, const char *suffix)
{
    DIR *folder = opendir(w->folder);
    struct dirent *entry;
    char *found = NULL;

    while ((entry = readdir(folder)))
        if (!found && strstr(entry->d_name, suffix))
            found = strdup(test_path(w->folder, entry->d_name));
    (void)closedir(folder);
    cr_assert_not_null(found);
    return found;
}

static stile_buf read_file(const char *path)
{
    stile_buf bytes;
    stile_buf_init(&bytes, 1 << 28);
    cr_assert_eq(stile_file_read(path, &bytes, NULL), STILE_OK);
    return bytes;
}

static void seal_header(stile_buf *bytes)
{
    uint64_t sum = stile_hash64(stile_slice_of(bytes->ptr, HEADER_SUM_AT));
    memcpy(bytes->ptr + HEADER_SUM_AT, &sum, sizeof sum);
}

static stile_status reread(const world *w, const stile_buf *bytes)
{
    stile_segment_kind kind = {WORLD_DIM, w->options.embedder};
    stile_segment *s = NULL;
    stile_status st = stile_segment_read(stile_buf_slice(bytes), &kind, &s, NULL);

    stile_segment_unref(s);
    return st;
}

/* Each byte of the header, flipped with and without a fitting header checksum. */
Test(files, damage_to_any_header_field_is_found)
{
    world *w = saved_world(0);
    char *path = file_of(w, ".seg");
    stile_buf bytes = read_file(path);

    cr_assert_eq(reread(w, &bytes), STILE_OK);
    for (size_t at = 0; at < HEADER_LEN; at++) {
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 1);
        cr_assert_eq(reread(w, &bytes), STILE_CORRUPT, "byte %zu", at);
        if (at < HEADER_SUM_AT) {
            seal_header(&bytes);
            /* all but the epochs' bounds, which may be wider than they need be */
            if (at < 80 || at >= 96)
                cr_assert_eq(reread(w, &bytes), STILE_CORRUPT, "byte %zu, sealed", at);
        }
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 1);
        seal_header(&bytes);
    }
    cr_assert_eq(reread(w, &bytes), STILE_OK);
    for (size_t len = 0; len < bytes.len; len += 1 + len / 16) {
        stile_buf cut = bytes;
        cut.len = len;
        cr_assert_eq(reread(w, &cut), STILE_CORRUPT, "cut to %zu", len);
    }
    stile_buf_release(&bytes);
    free(path);
    world_free(w);
}

Test(files, damage_anywhere_in_a_segment_opens_empty, .timeout = 300)
{
    world *w = saved_world(0);
    char *path = file_of(w, ".seg");
    stile_buf bytes = read_file(path);
    test_random r = {test_random_seed("segment_damage")};
    uint64_t seq = w->seq;

    for (uint32_t n = 0; n < test_cases(300); n++) {
        size_t at = test_random_below(&r, (uint32_t)bytes.len);
        char flip = (char)(1u << test_random_below(&r, 8));
        uint64_t opened;
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ flip);
        test_file_write(path, stile_buf_slice(&bytes));
        opened = world_reopen(w);
        /* zeros between sections belong to none */
        cr_assert(opened == 0 || (opened == seq && bytes.ptr[at] == flip), "byte %zu", at);
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ flip);
    }
    test_file_write(path, stile_buf_slice(&bytes));
    cr_assert_eq(world_reopen(w), seq);
    cr_assert_null(world_check(w, &r));
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(world_reopen(w), 0);
    stile_buf_release(&bytes);
    free(path);
    world_free(w);
}

Test(files, any_damage_to_the_manifest_opens_empty, .timeout = 300)
{
    world *w = saved_world(0);
    const char *path = test_path(w->folder, "manifest");
    stile_buf bytes = read_file(path);
    uint64_t seq = w->seq;
    char copy[512];

    (void)snprintf(copy, sizeof copy, "%s", path);
    for (size_t at = 0; at < bytes.len; at++) {
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 4);
        test_file_write(copy, stile_buf_slice(&bytes));
        cr_assert_eq(world_reopen(w), 0, "byte %zu", at);
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 4);
    }
    for (size_t len = 0; len < bytes.len; len++) {
        test_file_write(copy, stile_slice_of(bytes.ptr, len));
        cr_assert_eq(world_reopen(w), 0, "cut to %zu", len);
    }
    test_file_write(copy, stile_buf_slice(&bytes));
    cr_assert_eq(world_reopen(w), seq);
    stile_buf_release(&bytes);
    world_free(w);
}

Test(files, foreign_files_open_empty)
{
    world *w = saved_world(0);
    uint64_t seq = w->seq;

    w->options.embedder.bytes[5] = 1;
    cr_assert_eq(world_reopen(w), 0);
    w->options.embedder.bytes[5] = 0;
    w->options.centroid_count--;
    cr_assert_eq(world_reopen(w), 0);
    w->options.centroid_count++;
    w->options.dim = 8;
    cr_assert_eq(world_reopen(w), 0);
    w->options.dim = WORLD_DIM;
    cr_assert_eq(world_reopen(w), seq);
    world_free(w);
}

/* A graph only proposes rows: without it the label is scanned, and nothing else is lost. */
Test(files, a_damaged_graph_is_replaced_by_a_scan, .timeout = 300)
{
    world *w = saved_world(8);
    char *path = file_of(w, ".ann");
    stile_buf bytes = read_file(path);
    test_random r = {test_random_seed("graph_damage")};
    uint64_t seq = w->seq;

    for (uint32_t n = 0; n < test_cases(200); n++) {
        size_t at = n < 136 ? n : test_random_below(&r, (uint32_t)bytes.len);
        const char *wrong;
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 16);
        test_file_write(path, stile_buf_slice(&bytes));
        bytes.ptr[at] = (char)(bytes.ptr[at] ^ 16);
        cr_assert_eq(world_reopen(w), seq, "byte %zu", at);
        wrong = world_check(w, &r);
        cr_assert_null(wrong, "byte %zu: %s", at, wrong);
    }
    stile_buf_release(&bytes);
    free(path);
    world_free(w);
}

Test(files, a_save_removes_what_no_manifest_names, .timeout = 60)
{
    world *w = saved_world(0);
    char *before = file_of(w, ".seg"),
         *stray = strdup(test_path(w->folder, "ffff00000000ffff.seg"));
    char *other = strdup(test_path(w->folder, "notes.txt"));
    test_random r = {2};
    uint32_t slots[40];
    stile_error err = {0};

    test_file_write(stray, stile_str("left by a crash"));
    test_file_write(other, stile_str("not ours"));
    for (uint32_t i = 0; i < 40; i++)
        world_fill(w, slots[i] = i * WORLD_COLLECTIONS, 0, &r);
    cr_assert_eq(world_apply(w, slots, 40, &err), STILE_OK);
    cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
    cr_assert(!stile_path_exists(stray));
    cr_assert(!stile_path_exists(before));
    cr_assert(stile_path_exists(other));
    cr_assert_null(world_check(w, &r));
    free(before);
    free(stray);
    free(other);
    world_free(w);
}

/* A view read while its files go: the map outlives the name. */
Test(files, a_pinned_view_outlives_its_files, .timeout = 60)
{
    world *w = saved_world(0);
    stile_index_view *pinned;
    const char *why = NULL;
    test_random r = {2};
    uint32_t slots[40];
    stile_error err = {0};

    (void)world_reopen(w);
    pinned = stile_index_acquire(w->index);
    for (uint32_t i = 0; i < 40; i++)
        world_fill(w, slots[i] = i * WORLD_COLLECTIONS, 0, &r);
    cr_assert_eq(world_apply(w, slots, 40, &err), STILE_OK);
    cr_assert_eq(stile_index_save(w->index, &err), STILE_OK, "%s", err.text);
    cr_assert(stile_index_view_validate(pinned, &why), "%s", why);
    stile_index_view_unref(pinned);
    world_free(w);
}
