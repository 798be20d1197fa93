/* SPDX-License-Identifier: Apache-2.0 */
#include "query/duplicate.h"

#include <stdlib.h>

#include "base/hash.h"

#define SHINGLE 24
#define SAMPLE_MASK 7   /* one hash in eight is kept */
#define SAMPLE_LEAST 12 /* fewer say too little: the texts must be equal */

/* ASCII letters in lower case; digits and all other scripts as they are; else one space. */
static size_t normalize(stile_slice text, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (letter)
            out[n++] = (char)(c | 32);
        else if (c >= 0x80 || (c >= '0' && c <= '9'))
            out[n++] = (char)c;
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return n && out[n - 1] == ' ' ? n - 1 : n;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

stile_status stile_sketch_of(stile_slice text, stile_arena *arena, stile_sketch *out,
                             stile_error *err)
{
    char *plain = stile_arena_array(arena, text.len + 1, 1);
    uint64_t *hashes = stile_arena_array(arena, text.len + 1, sizeof *hashes);
    size_t len, n = 0, distinct = 0;

    if (!plain || !hashes)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    len = normalize(text, plain);
    for (size_t i = 0; i + SHINGLE <= len; i++) {
        uint64_t hash = stile_hash64(stile_slice_of(plain + i, SHINGLE));
        if ((hash & SAMPLE_MASK) == 0)
            hashes[n++] = hash;
    }
    qsort(hashes, n, sizeof *hashes, by_value);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || hashes[i] != hashes[i - 1])
            hashes[distinct++] = hashes[i];
    *out = (stile_sketch){hashes, distinct, stile_hash64(stile_slice_of(plain, len))};
    return STILE_OK;
}

double stile_sketch_resemblance(const stile_sketch *a, const stile_sketch *b)
{
    size_t i = 0, j = 0, both = 0;

    if (a->whole == b->whole)
        return 1;
    if (a->count < SAMPLE_LEAST || b->count < SAMPLE_LEAST)
        return 0;
    while (i < a->count && j < b->count) {
        uint64_t x = a->hashes[i], y = b->hashes[j];
        both += x == y;
        i += x <= y;
        j += y <= x;
    }
    return (double)both / (double)(a->count + b->count - both);
}
