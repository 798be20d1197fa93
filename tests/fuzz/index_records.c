/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a forward record, as a manifest (its checksum made to fit), and as text. What
 * decodes as a record must encode to the same bytes. */
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "indexes/manifest.h"
#include "indexes/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_record(stile_slice bytes)
{
    stile_arena arena = {0};
    stile_terms terms, again;
    stile_buf out;

    stile_buf_init(&out, 1 << 24);
    if (stile_terms_decode(bytes, &arena, &terms, NULL) == STILE_OK) {
        stile_terms_encode(&terms, &out);
        if (stile_terms_decode(stile_buf_slice(&out), &arena, &again, NULL) ||
            again.count != terms.count || again.body_len != terms.body_len)
            __builtin_trap();
    }
    stile_buf_release(&out);
    stile_arena_release(&arena);
}

static void try_manifest(stile_slice bytes)
{
    stile_arena arena = {0};
    stile_manifest manifest;
    uint64_t sum = stile_hash64(bytes);
    unsigned char *sealed = stile_alloc(bytes.len + sizeof sum);

    if (sealed) {
        if (bytes.len)
            memcpy(sealed, bytes.ptr, bytes.len);
        memcpy(sealed + bytes.len, &sum, sizeof sum);
        if (stile_manifest_decode(stile_slice_of(sealed, bytes.len + sizeof sum), &arena, &manifest,
                                  NULL) == STILE_OK)
            for (uint32_t i = 0; i < manifest.segment_count; i++)
                for (uint32_t d = 1; d < manifest.segments[i].dead_count; d++)
                    if (manifest.segments[i].dead[d] <= manifest.segments[i].dead[d - 1])
                        __builtin_trap();
    }
    stile_free(sealed);
    stile_arena_release(&arena);
}

static void try_text(stile_slice bytes)
{
    static stile_analyzer *analyzer;
    stile_arena arena = {0};
    stile_terms terms;

    if (!analyzer && stile_analyzer_create(NULL, &analyzer, NULL))
        __builtin_trap();
    if (stile_terms_of(analyzer, stile_slice_cut(bytes, 0, bytes.len / 4), bytes, &arena, &terms,
                       NULL) == STILE_OK)
        for (uint32_t i = 1; i < terms.count; i++)
            if (terms.terms[i].hash <= terms.terms[i - 1].hash)
                __builtin_trap();
    stile_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stile_slice bytes = stile_slice_of(data, size);

    try_record(bytes);
    try_manifest(bytes);
    try_text(bytes);
    return 0;
}
