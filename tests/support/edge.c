/* SPDX-License-Identifier: Apache-2.0 */
#include "support/edge.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

test_edge test_edge_new(size_t most)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    test_edge edge = {.size = (most / page + 1) * page};

    edge.pages =
        mmap(NULL, edge.size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (edge.pages == MAP_FAILED || mprotect(edge.pages + edge.size, page, PROT_NONE))
        abort();
    return edge;
}

void test_edge_free(test_edge *edge)
{
    munmap(edge->pages, edge->size + (size_t)sysconf(_SC_PAGESIZE));
}

stile_slice test_edge_copy(test_edge *edge, stile_slice bytes)
{
    char *start = edge->pages + edge->size - bytes.len;

    if (bytes.len > edge->size)
        abort();
    if (bytes.len)
        memcpy(start, bytes.ptr, bytes.len);
    return stile_slice_of(start, bytes.len);
}
