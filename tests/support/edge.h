/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that end where memory ends: who reads one more is stopped, also inside a library that no
 * sanitizer sees. */
#ifndef STILE_TESTS_SUPPORT_EDGE_H
#define STILE_TESTS_SUPPORT_EDGE_H

#include "stile/slice.h"

typedef struct test_edge {
    char *pages; /* owned; the last one cannot be read */
    size_t size; /* of those that can */
} test_edge;

/* Room for `most` bytes. Aborts without memory. */
test_edge test_edge_new(size_t most);
void test_edge_free(test_edge *edge);
/* A copy of the bytes at the end, good until the next. Longer than `most`: abort. */
stile_slice test_edge_copy(test_edge *edge, stile_slice bytes);

#endif
