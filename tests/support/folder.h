/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary folders of a test; removed with everything in them. */
#ifndef STILE_TESTS_SUPPORT_FOLDER_H
#define STILE_TESTS_SUPPORT_FOLDER_H

#include "stile/slice.h"

/* A new folder under $TMPDIR or /tmp. The caller frees with test_folder_remove. */
char *test_folder_make(void);
void test_folder_remove(char *folder);
/* folder/name, in a static ring of 16 buffers. */
const char *test_path(const char *folder, const char *name);
/* Write a file; aborts the test program when it cannot. */
void test_file_write(const char *path, stile_slice bytes);

#endif
