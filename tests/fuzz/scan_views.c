/* SPDX-License-Identifier: Apache-2.0 */
/* Views of any valid text: whole, and every stretch of a view leads back into the original. */
#include <stdlib.h>

#include "base/utf8.h"
#include "scan/scan_view.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_ways_back(const stile_scan_view *view, stile_slice text)
{
    for (size_t at = 0; at < view->text.len; at += 1 + view->text.len / 16) {
        uint32_t start = 0, end = 0;
        stile_scan_view_origin(view, (uint32_t)at, (uint32_t)at + 1, &start, &end);
        if (start > end || end > text.len)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_slice text = stile_slice_of(data, size);
    stile_scan_views views;
    stile_arena arena;
    const char *why;

    text.len = stile_utf8_valid(text);
    stile_arena_init(&arena, (size_t)1 << 28);
    if (!stile_scan_views_make(text, STILE_FORMAT_UNKNOWN, &arena, &views, NULL)) {
        if (!stile_scan_views_validate(&views, text, &why))
            abort();
        for (size_t i = 0; i < views.count; i++)
            check_ways_back(&views.views[i], text);
    }
    stile_arena_release(&arena);
    return 0;
}
