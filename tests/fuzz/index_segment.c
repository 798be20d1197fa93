/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a segment file. The checksums are made to fit first, so that the fuzzer gets past
 * them to the validation, which alone must keep every later read inside the file. */
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "indexes/segment.h"

#define HEADER_LEN 176
#define SUMS_AT 96
#define HEADER_SUM_AT 168
#define DIM 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t u64_at(const unsigned char *bytes, size_t at)
{
    uint64_t v;
    memcpy(&v, bytes + at, sizeof v);
    return v;
}

static uint32_t u32_at(const unsigned char *bytes, size_t at)
{
    uint32_t v;
    memcpy(&v, bytes + at, sizeof v);
    return v;
}

static void put_u64(unsigned char *bytes, size_t at, uint64_t v)
{
    memcpy(bytes + at, &v, sizeof v);
}

static void seal(unsigned char *bytes, size_t size)
{
    static const unsigned char head[16] = {'S', 'T', 'I', 'L', 'E', 'S', 'E', 'G', 4, 0, 0, 0, DIM};
    const uint64_t rows = u32_at(bytes, 52);
    const uint64_t lens[STILE_SECTIONS] = {u32_at(bytes, 48) * (uint64_t)64,
                                           rows * 40,
                                           rows * 4,
                                           rows * 4,
                                           rows * DIM,
                                           u64_at(bytes, 56) % (1u << 24) * 16,
                                           u64_at(bytes, 64) % (1u << 24),
                                           u64_at(bytes, 72) % (1u << 24),
                                           rows * ((DIM + 63) / 64) * 8};
    uint64_t at = HEADER_LEN;

    memcpy(bytes, head, sizeof head);
    memset(bytes + 16, 0, STILE_SHA256_LEN);
    for (int i = 0; i < STILE_SECTIONS; i++) {
        at = (at + 63) / 64 * 64;
        if (at > size || lens[i] > size - at)
            break;
        put_u64(bytes, SUMS_AT + 8 * (size_t)i,
                stile_hash64(stile_slice_of(bytes + at, (size_t)lens[i])));
        at += lens[i];
    }
    put_u64(bytes, HEADER_SUM_AT, stile_hash64(stile_slice_of(bytes, HEADER_SUM_AT)));
}

/* Read everything a search and a merge would. */
static void use(stile_segment *s)
{
    stile_segment_input inputs[] = {{s, NULL}, {s, NULL}};
    stile_segment *merged = NULL;

    for (uint32_t i = 0; i < s->run_count; i++) {
        const stile_run *run = &s->runs[i];
        if (stile_segment_seek(s, 0, run->collection, run->label) != i)
            __builtin_trap();
        for (uint32_t t = 0; t < run->terms; t++)
            if (stile_segment_term(s, run, s->terms[run->first_term + t].hash) !=
                &s->terms[run->first_term + t])
                __builtin_trap();
    }
    for (uint32_t row = 0; row < s->row_count; row++) {
        uint32_t first, end;
        stile_segment_find(s, &s->rows[row].doc, &first, &end);
        if (first >= end)
            __builtin_trap();
    }
    if (stile_segment_merge(inputs, 1, &merged, NULL) == STILE_OK) {
        const char *why;
        if (!stile_segment_validate(merged, &why))
            __builtin_trap();
    }
    stile_segment_unref(merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stile_segment_kind kind = {.dim = DIM};
    unsigned char *bytes = stile_alloc(size);
    stile_segment *s = NULL;

    if (!bytes)
        return 0;
    if (size)
        memcpy(bytes, data, size);
    if (size >= HEADER_LEN)
        seal(bytes, size);
    if (stile_segment_read(stile_slice_of(bytes, size), &kind, &s, NULL) == STILE_OK)
        use(s);
    stile_segment_unref(s);
    stile_free(bytes);
    return 0;
}
