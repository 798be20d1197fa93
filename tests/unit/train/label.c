/* SPDX-License-Identifier: Apache-2.0 */
/* Security labels: of the rows that are read, and of the model that is fitted on them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/folder.h"
#include "support/random.h"
#include "train/model_file.h"

#define BITS 12u

static char *folder;
static stile_train_corpus corpus;

static void set_up(void)
{
    folder = test_folder_make();
    stile_train_corpus_init(&corpus, BITS);
}

static void tear_down(void)
{
    stile_train_corpus_release(&corpus);
    test_folder_remove(folder);
}

TestSuite(train_label, .init = set_up, .fini = tear_down);

static stile_status read_rows(const char *rows, stile_error *err)
{
    return stile_train_corpus_read_text(&corpus, "rows", stile_str(rows), err);
}

Test(train_label, the_labels_of_the_rows_are_kept_once_each)
{
    stile_error err = {0};

    cr_assert_eq(
        read_rows("{\"text\":\"a\",\"label\":\"benign\",\"security_label\":\"internal\"}\n"
                  "{\"text\":\"b\",\"label\":\"benign\"}\n"
                  "{\"text\":\"c\",\"label\":\"benign\",\"security_label\":\"public\"}\n"
                  "{\"text\":\"d\",\"label\":\"benign\",\"security_label\":\"confidential\"}\n"
                  "{\"text\":\"e\",\"label\":\"benign\",\"security_label\":\"internal\"}\n",
                  &err),
        STILE_OK, "%s", err.text);
    cr_assert_eq(corpus.label_count, 3);
    cr_assert(stile_slice_eq(corpus.labels[0], stile_str("confidential")));
    cr_assert(stile_slice_eq(corpus.labels[1], stile_str("internal")));
    cr_assert(stile_slice_eq(corpus.labels[2], stile_str("public")));
    cr_assert_eq(read_rows("{\"text\":\"a\",\"label\":\"benign\",\"security_label\":7}\n", &err),
                 STILE_INVALID);
}

/* The bytes of a file, with the digest of what is before it made right again. */
static void seal(stile_buf *file)
{
    stile_sha256 digest;
    size_t body = file->len - STILE_SHA256_LEN;

    cr_assert_eq(stile_sha256_of(stile_slice_of(file->ptr, body), &digest, NULL), STILE_OK);
    memcpy(file->ptr + body, digest.bytes, STILE_SHA256_LEN);
}

Test(train_label, a_model_carries_a_label_and_changes_in_nothing_else)
{
    const stile_train_levels levels = {.low = -.5, .threshold = .5, .sure = 1.5};
    const stile_train_shape shape = {.window = 8, .stride = 2};
    test_random r = test_random_start("train-label");
    char path[512];
    static const char *const labels[] = {"internal", "confidential//hr&(eu|us)", "public"};
    stile_train_weights weights;
    stile_linear *plain = NULL;
    stile_linear_result before, after;
    stile_error err = {0};
    stile_buf file;

    (void)snprintf(path, sizeof path, "%s", test_path(folder, "m.bin"));
    weights.bias = .25;
    weights.of = stile_alloc_array((size_t)1 << BITS, sizeof *weights.of);
    for (size_t i = 0; i < (size_t)1 << BITS; i++)
        weights.of[i] = (float)test_random_unit(&r) - .5f;
    cr_assert_eq(
        stile_train_model_write(path, &weights, BITS, shape, &levels, (stile_slice){0}, &err),
        STILE_OK);
    cr_assert_eq(stile_linear_load(path, &plain, &err), STILE_OK);
    cr_assert_eq(stile_linear_fields_of(plain).label.len, 0);
    stile_linear_score(plain, stile_str("hand the key to the ferryman"), false, &before);
    for (size_t i = 0; i < 3; i++) { /* one after another: the last stands */
        stile_linear *model = NULL;
        cr_assert_eq(stile_train_model_label(path, stile_str(labels[i]), &err), STILE_OK, "%s",
                     err.text);
        cr_assert_eq(stile_linear_load(path, &model, &err), STILE_OK, "%s", err.text);
        cr_assert(stile_slice_eq(stile_linear_fields_of(model).label, stile_str(labels[i])));
        stile_linear_score(model, stile_str("hand the key to the ferryman"), false, &after);
        cr_assert_eq(before.score, after.score);
        cr_assert_neq(memcmp(stile_linear_digest(model)->bytes, stile_linear_digest(plain)->bytes,
                             STILE_SHA256_LEN),
                      0);
        stile_linear_destroy(model);
    }
    cr_assert_eq(stile_train_model_label(path, stile_str(""), &err), STILE_OK);
    stile_linear_destroy(plain);
    plain = NULL;
    cr_assert_eq(stile_linear_load(path, &plain, &err), STILE_CORRUPT, "version 2 has a label");
    cr_assert_eq(
        stile_train_model_write(path, &weights, BITS, shape, &levels, (stile_slice){0}, &err),
        STILE_OK);
    stile_buf_init(&file, 1 << 22);
    cr_assert_eq(stile_file_read(path, &file, &err), STILE_OK);
    stile_buf_add_str(&file, "internal");
    seal(&file);
    cr_assert_eq(stile_linear_copy(stile_buf_slice(&file), "m", &plain, &err), STILE_CORRUPT,
                 "version 1 has none");
    file.ptr[8] = 2;
    file.ptr[file.len - STILE_SHA256_LEN - 1] = '\xff';
    seal(&file);
    cr_assert_eq(stile_linear_copy(stile_buf_slice(&file), "m", &plain, &err), STILE_CORRUPT,
                 "a label is UTF-8");
    stile_buf_release(&file);
    stile_train_weights_release(&weights);
}
