/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_codes.h"

#include "scan/view_channel.h"
#include "scan/view_orders.h"
#include "scan/view_quoted.h"
#include "scan/view_stretch.h"

const stile_code stile_codes[STILE_CODES] = {
    {"decimal", stile_numbers_next, stile_decimal_run, STILE_CODE_DIGITS, false},
    {"decimal", stile_numbers_next, stile_padded_run, STILE_CODE_DIGITS, false},
    {"octal", stile_numbers_next, stile_octal_run, STILE_CODE_DIGITS, false},
    {"binary", stile_bits_next, stile_octets_run, STILE_CODE_DIGITS, false},
    {"binary", stile_bits_next, stile_septets_run, STILE_CODE_DIGITS, false},
    {"binary", stile_bits_next, stile_groups_run, STILE_CODE_DIGITS, false},
    {"morse", stile_morse_next, stile_morse_run, STILE_CODE_MARKS, false},
    {"ascii85", stile_row_next, stile_ascii85_run, STILE_CODE_ROW, false},
    {"base85", stile_row_next, stile_base85_run, STILE_CODE_ROW, false},
    {"form", stile_form_next, stile_form_run, 0, true},
};

/* What one code gives. */
typedef struct gathering {
    const stile_code *code;
    stile_view_builder found;
    stile_arena scratch; /* what is no prose is kept no longer than it is read */
    stile_error *err;
} gathering;

/* One run, stretch by stretch: prose is gathered. */
static stile_status take(void *context, stile_view_builder *b)
{
    gathering *g = context;
    stile_scan_view whole;
    stile_status st;

    stile_arena_init(&g->scratch, 0);
    b->arena = &g->scratch;
    st = stile_view_finish(b, STILE_VIEW_DECODED, g->code->how, &whole, g->err);
    for (size_t start = 0, end; !st && start < whole.text.len; start = end + 1) {
        stile_slice text;
        end = stile_stretch_end(whole.text, start);
        text = stile_slice_cut(whole.text, start, end);
        if (end - start >= STILE_LEAST_STRETCH && stile_stretch_is_prose(text))
            stile_view_gather(&g->found, &whole, start, text.ptr, text.len);
    }
    stile_arena_release(&g->scratch);
    return st;
}

static stile_status keep(stile_view_builder *found, const stile_code *code, stile_arena *arena,
                         stile_view_list *list, stile_error *err)
{
    stile_scan_view plain, normalized;
    stile_status st = stile_view_finish(found, STILE_VIEW_DECODED, code->how, &plain, err);

    if (!st && !code->honest)
        stile_view_add_orders(&plain, STILE_LEAST_WRITTEN, list);
    if (!st && !(st = stile_view_normalize(&plain, arena, &normalized, err)))
        stile_view_list_add(list, &normalized);
    return st;
}

static stile_status quoted(const stile_scan_view *raw, stile_arena *arena, stile_view_list *list,
                           stile_error *err)
{
    stile_scan_view plain, normalized;
    bool disguised;
    stile_status st = stile_view_quoted(raw, arena, &disguised, &plain, err);

    if (st || plain.text.len == 0)
        return st;
    if (disguised)
        stile_view_add_orders(&plain, STILE_LEAST_WRITTEN, list);
    if (!(st = stile_view_normalize(&plain, arena, &normalized, err)))
        stile_view_list_add(list, &normalized);
    return st;
}

stile_status stile_view_codes(const stile_scan_view *raw, stile_arena *arena, stile_view_list *list,
                              stile_error *err)
{
    stile_slice text = raw->text;
    stile_code_map map;
    stile_status st = STILE_OK;

    if (!stile_code_map_make(&map, text, arena))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; !st && i < STILE_CODES; i++) {
        gathering g = {.code = &stile_codes[i], .err = err};
        stile_view_builder_init(&g.found, arena, NULL, 4 * text.len + 256);
        st = stile_code_read(g.code, &map, text, take, &g);
        if (!st && (g.found.text.len || g.found.failed || g.found.text.failed))
            st = keep(&g.found, g.code, arena, list, err);
        else
            stile_view_builder_release(&g.found);
    }
    return st ? st : quoted(raw, arena, list, err);
}
