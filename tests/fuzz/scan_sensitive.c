/* SPDX-License-Identifier: Apache-2.0 */
/* Any text: hits are in order, apart and inside, and writing holds its promise of size. */
#include <stdlib.h>

#include "scan/sensitive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const stile_redact policy[] = {STILE_REDACT_REDACT, STILE_REDACT_REDACT};
    static stile_sensitive *kinds;
    static stile_matcher *matcher;
    stile_slice text = stile_slice_of(data, size);
    stile_sensitive_hit *hits;
    stile_arena arena;
    stile_buf out;
    size_t count, last = 0;

    if (!kinds && (stile_sensitive_create(&kinds, NULL) || stile_matcher_create(&matcher, NULL)))
        abort();
    stile_arena_init(&arena, 0);
    if (stile_sensitive_find(kinds, matcher, policy, text, &arena, &hits, &count, NULL))
        abort();
    for (size_t i = 0; i < count; last = hits[i++].end)
        if (hits[i].start < last || hits[i].start >= hits[i].end || hits[i].end > size)
            abort();
    stile_buf_init(&out, size + count * STILE_MAX_REDACTION);
    stile_sensitive_write(text, hits, count, policy, &out);
    if (out.failed)
        abort();
    stile_buf_release(&out);
    stile_arena_release(&arena);
    return 0;
}
