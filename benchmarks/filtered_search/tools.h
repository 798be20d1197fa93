/* SPDX-License-Identifier: Apache-2.0 */
/* What every part of the benchmark needs: it ends the process when something cannot be had. */
#ifndef STILE_BENCHMARKS_FILTERED_SEARCH_TOOLS_H
#define STILE_BENCHMARKS_FILTERED_SEARCH_TOOLS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "stile/status.h"

static inline void must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "filtered_search: %s\n", err->text);
        exit(1);
    }
}

/* Zeroed; the caller frees it, or the end of the process does. */
static inline void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size); // NOLINT: benchmarks are not under the heap's door
    if (!p)
        exit(1);
    return p;
}

/* SplitMix64 */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

#endif
