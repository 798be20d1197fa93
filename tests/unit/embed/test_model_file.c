/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "embed/embedder.h"
#include "embed/model_file.h"
#include "support/folder.h"
#include "unit/embed/model.h"

static char *folder;

static void set_up(void)
{
    folder = test_folder_make();
}

static void tear_down(void)
{
    test_folder_remove(folder);
}

TestSuite(model_file, .init = set_up, .fini = tear_down);

/* Open these bytes as a model; closes it again. */
static stile_status open_bytes(stile_slice bytes, stile_error *err)
{
    const char *path = test_path(folder, "model.bin");
    stile_model_file file;
    stile_status st;

    test_file_write(path, bytes);
    if (!(st = stile_model_file_open(path, &file, err)))
        stile_model_file_close(&file);
    return st;
}

/* The whole way, with the vocabulary. */
static stile_status create_from(stile_slice bytes, stile_error *err)
{
    const char *path = test_path(folder, "model.bin");
    stile_embedder_options options = {.model_path = path};
    stile_embedder *embedder = NULL;
    stile_status st;

    test_file_write(path, bytes);
    st = stile_embedder_create(&options, &embedder, err);
    stile_embedder_destroy(embedder);
    return st;
}

Test(model_file, opens_what_the_format_describes)
{
    model_parts parts = model_parts_usual();
    const char *path = test_path(folder, "model.bin");
    stile_model_file file;
    stile_buf bytes;

    model_build(&parts, &bytes);
    test_file_write(path, stile_buf_slice(&bytes));
    cr_assert(eq(int, stile_model_file_open(path, &file, NULL), STILE_OK));
    cr_assert(eq(u32, file.dim, MODEL_DIM));
    cr_assert(eq(u32, file.tokens, parts.count));
    cr_assert(eq(u32, file.centroids, MODEL_CENTROIDS));
    cr_assert(memcmp(file.rows, parts.rows, parts.count * MODEL_DIM) == 0);
    cr_assert(memcmp(file.centres, parts.centroids, MODEL_CENTROIDS * MODEL_DIM) == 0);
    cr_assert(eq(int, file.scales[14] | file.scales[15] << 8, 32767));
    stile_model_file_close(&file);
    stile_buf_release(&bytes);
}

/* Each field of the header set to what it must not be, the header's checksum made right. */
Test(model_file, refuses_each_field_that_is_wrong)
{
    static const struct {
        size_t at;
        int size;
        uint64_t value;
        stile_status want;
        const char *says;
    } rows[] = {
        {MODEL_AT_VERSION, 4, 0, STILE_UNSUPPORTED, "version"},
        {MODEL_AT_VERSION, 4, 2, STILE_UNSUPPORTED, "version"},
        {MODEL_AT_DIM, 4, 0, STILE_CORRUPT, "dimension"},
        {MODEL_AT_DIM, 4, 17, STILE_CORRUPT, "dimension"},
        {MODEL_AT_DIM, 4, 1040, STILE_CORRUPT, "dimension"},
        {MODEL_AT_DIM, 4, 32, STILE_CORRUPT, "section"},
        {MODEL_AT_TOKENS, 4, 0, STILE_CORRUPT, "tokens"},
        {MODEL_AT_TOKENS, 4, (1 << 20) + 1, STILE_CORRUPT, "tokens"},
        {MODEL_AT_TOKENS, 4, 1 << 20, STILE_CORRUPT, "section"},
        {MODEL_AT_CENTROIDS, 4, 65537, STILE_CORRUPT, "centroids"},
        {MODEL_AT_CENTROIDS, 4, 3, STILE_CORRUPT, "section"},
        {MODEL_AT_FLAGS, 4, 0, STILE_CORRUPT, "flags"},
        {MODEL_AT_FLAGS, 4, 3, STILE_CORRUPT, "flags"},
        {MODEL_AT_WORD_CHARS, 4, 99, STILE_CORRUPT, "longest word"},
        {MODEL_AT_LENGTH, 8, 0, STILE_CORRUPT, "long"},
        {MODEL_AT_LENGTH, 8, UINT64_MAX, STILE_CORRUPT, "long"},
        {MODEL_AT_WORDS_LEN, 8, 0, STILE_CORRUPT, "words"},
        {MODEL_AT_WORDS_LEN, 8, 1, STILE_CORRUPT, "words"},
        {MODEL_AT_WORDS_LEN, 8, 1 << 28, STILE_CORRUPT, "section"},
        {MODEL_AT_WORDS_LEN, 8, UINT64_MAX, STILE_CORRUPT, "words"},
        {MODEL_AT_SUMS, 8, 1, STILE_CORRUPT, "words"},
        {MODEL_AT_SUMS + 8, 8, 1, STILE_CORRUPT, "scales"},
        {MODEL_AT_SUMS + 16, 8, 1, STILE_CORRUPT, "rows"},
        {MODEL_AT_SUMS + 24, 8, 1, STILE_CORRUPT, "centroids"},
        {MODEL_AT_RESERVED, 8, 1, STILE_CORRUPT, "reserved"},
        {MODEL_AT_SUM - 8, 8, 1, STILE_CORRUPT, "reserved"},
    };
    model_parts parts = model_parts_usual();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_error err = {0};
        stile_buf bytes;

        model_build(&parts, &bytes);
        if (rows[i].size == 4)
            model_put_u32(&bytes, rows[i].at, (uint32_t)rows[i].value);
        else
            model_put_u64(&bytes, rows[i].at, rows[i].value);
        model_reseal(&bytes);
        cr_assert(eq(int, open_bytes(stile_buf_slice(&bytes), &err), (int)rows[i].want), "row %zu",
                  i);
        cr_assert_not_null(strstr(err.text, rows[i].says), "row %zu says: %s", i, err.text);
        stile_buf_release(&bytes);
    }
}

Test(model_file, refuses_every_truncation)
{
    model_parts parts = model_parts_usual();
    stile_buf bytes;

    model_build(&parts, &bytes);
    for (size_t len = 1; len < bytes.len; len++)
        cr_assert(eq(int, open_bytes(stile_slice_of(bytes.ptr, len), NULL), STILE_CORRUPT),
                  "cut to %zu", len);
    cr_assert(ne(int, open_bytes(stile_slice_of("", 0), NULL), STILE_OK));
    stile_buf_add_byte(&bytes, 0);
    cr_assert(eq(int, open_bytes(stile_buf_slice(&bytes), NULL), STILE_CORRUPT));
    stile_buf_release(&bytes);
}

/* Magic, header, padding and sections: no bit is left unguarded. */
Test(model_file, refuses_every_flipped_bit)
{
    model_parts parts = model_parts_usual();
    stile_buf bytes;

    model_build(&parts, &bytes);
    for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
        bytes.ptr[bit / 8] = (char)(bytes.ptr[bit / 8] ^ (1 << bit % 8));
        cr_assert(eq(int, open_bytes(stile_buf_slice(&bytes), NULL), STILE_CORRUPT), "bit %zu",
                  bit);
        bytes.ptr[bit / 8] = (char)(bytes.ptr[bit / 8] ^ (1 << bit % 8));
    }
    cr_assert(eq(int, open_bytes(stile_buf_slice(&bytes), NULL), STILE_OK));
    stile_buf_release(&bytes);
}

static stile_status create_parts(const model_parts *parts, stile_error *err)
{
    stile_buf bytes;
    stile_status st;

    model_build(parts, &bytes);
    st = create_from(stile_buf_slice(&bytes), err);
    stile_buf_release(&bytes);
    return st;
}

Test(model_file, refuses_numbers_out_of_range)
{
    model_parts parts = model_parts_usual();
    uint16_t scales[12];
    int8_t rows[12 * MODEL_DIM], centroids[MODEL_CENTROIDS * MODEL_DIM];

    cr_assert(eq(int, create_parts(&parts, NULL), STILE_OK));
    memcpy(scales, parts.scales, sizeof scales);
    memcpy(rows, parts.rows, sizeof rows);
    memcpy(centroids, parts.centroids, sizeof centroids);
    parts.scales = scales;
    scales[3] = 32768;
    cr_assert(eq(int, create_parts(&parts, NULL), STILE_CORRUPT));
    scales[3] = 3;
    parts.rows = rows;
    rows[sizeof rows - 1] = -128;
    cr_assert(eq(int, create_parts(&parts, NULL), STILE_CORRUPT));
    rows[sizeof rows - 1] = -127;
    cr_assert(eq(int, create_parts(&parts, NULL), STILE_OK));
    parts.centroids = centroids;
    centroids[0] = -128;
    cr_assert(eq(int, create_parts(&parts, NULL), STILE_CORRUPT));
    centroids[0] = 0; /* all of the first centroid */
    cr_assert(eq(int, create_parts(&parts, NULL), STILE_CORRUPT));
}

Test(model_file, refuses_vocabularies_that_do_not_hold_together)
{
    static const char *const twice[] = {"[UNK]", "a", "##a", "a"};
    static const char *const without_unknown[] = {"a", "b", "c", "d"};
    static const char *const not_utf8[] = {"[UNK]", "a", "\xff", "b"};
    static const struct {
        const char *const *tokens;
        const char *raw;
        size_t raw_len;
        const char *says;
    } rows[] = {
        {twice, NULL, 0, "twice"},
        {without_unknown, NULL, 0, "[UNK]"},
        {not_utf8, NULL, 0, "UTF-8"},
        {NULL, "\5[UNK]\1a\1b", 10, "cut off"},     /* too few */
        {NULL, "\5[UNK]\1a\1b\1c\1d", 14, "after"}, /* too many */
        {NULL, "\5[UNK]\1a\1b\0", 11, "empty"},     /* no bytes */
        {NULL, "\5[UNK]\1a\1b\7c", 12, "cut off"},  /* past the end */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_parts parts = model_parts_usual();
        stile_error err = {0};

        parts.count = 4;
        parts.tokens = rows[i].tokens;
        parts.raw_words = rows[i].raw;
        parts.raw_words_len = rows[i].raw_len;
        cr_assert(eq(int, create_parts(&parts, &err), STILE_CORRUPT), "row %zu", i);
        cr_assert_not_null(strstr(err.text, rows[i].says), "row %zu says: %s", i, err.text);
    }
}

Test(model_file, each_failing_allocation_is_no_memory)
{
    model_parts parts = model_parts_usual();
    const char *path = test_path(folder, "model.bin");
    stile_embedder_options options = {.model_path = path};
    stile_status st = STILE_NO_MEMORY;
    stile_buf bytes;
    long n = 0;

    model_build(&parts, &bytes);
    test_file_write(path, stile_buf_slice(&bytes));
    for (; st; n++) {
        stile_embedder *embedder = NULL;
        stile_error err = {0};

        stile_memory_fail_after(n);
        st = stile_embedder_create(&options, &embedder, &err);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "allocation %ld: %s", n, err.text);
        stile_embedder_destroy(embedder);
    }
    cr_assert(ge(long, n, 5)); /* embedder, vocabulary, its two tables, centroids */
    stile_buf_release(&bytes);
}

Test(model_file, the_path_named_is_taken_or_refused)
{
    char out[4096];
    stile_error err = {0};

    cr_assert(setenv("STILE_MODEL", "/nowhere/model.bin", 1) == 0);
    cr_assert(eq(int, stile_model_path(out, sizeof out, &err), STILE_NOT_FOUND));
    cr_assert_not_null(strstr(err.text, "/nowhere/model.bin"));
    cr_assert(unsetenv("STILE_MODEL") == 0);
    cr_assert(eq(int, stile_model_path(out, sizeof out, &err), STILE_OK));
    cr_assert_not_null(strstr(out, "stile-static-256.bin"));
    cr_assert(eq(int, stile_model_path(out, 4, &err), STILE_TOO_LARGE));
}
