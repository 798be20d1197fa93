/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_codes.h"

#include "scan/lanes.h"
#include "scan/view_channel.h"
#include "scan/view_orders.h"
#include "scan/view_quoted.h"
#include "scan/view_stretch.h"

#define BLOCK 64

/* Of one block: bytes by their bits. */
typedef struct block_bits {
    uint64_t digits, marks, seen, beyond;
} block_bits;

static block_bits look(const char *block)
{
    block_bits b = {0, 0, 0, 0};

    for (unsigned at = 0; at < BLOCK; at += STILE_LANES) {
        stile_lanes v = stile_lanes_load(block + at);
        b.digits |= (uint64_t)stile_lanes_bits(stile_lanes_range(v, '0', '9')) << at;
        b.marks |= (uint64_t)stile_lanes_bits(stile_lanes_range(v, '-', '.')) << at;
        b.beyond |= (uint64_t)stile_lanes_bits(v) << at;
        b.seen |= (uint64_t)stile_lanes_bits(stile_lanes_range(v, '!', '~')) << at;
    }
    return b;
}

/* Whether so many bits in a row are set. */
static bool has_row(uint64_t bits)
{
    for (unsigned have = 1, by; bits && have < STILE_CODE_ROW; have += by) {
        by = STILE_CODE_ROW - have < have ? STILE_CODE_ROW - have : have;
        bits &= bits >> by;
    }
    return bits != 0;
}

/* A row across the bound of two blocks. */
static bool has_row_across(uint64_t before, uint64_t bits)
{
    uint64_t gap = ~before, behind = ~bits;
    unsigned tail = gap ? (unsigned)__builtin_clzll(gap) : BLOCK;
    unsigned head = behind ? (unsigned)__builtin_ctzll(behind) : BLOCK;

    return tail + head >= STILE_CODE_ROW;
}

stile_code_signs stile_code_signs_of(stile_slice text)
{
    stile_code_signs signs = {false, false, false, false};
    uint64_t before = 0;
    char tail[BLOCK];

    for (size_t at = 0; at < text.len; at += BLOCK) {
        const char *block = text.ptr + at;
        block_bits b;
        if (text.len - at < BLOCK) {
            memset(tail, ' ', sizeof tail);
            memcpy(tail, block, text.len - at);
            block = tail;
        }
        b = look(block);
        signs.digits |= __builtin_popcountll(b.digits) >= STILE_CODE_DIGITS;
        signs.marks |= __builtin_popcountll(b.marks) >= STILE_CODE_MARKS;
        signs.row |= has_row_across(before, b.seen) || has_row(b.seen);
        signs.beyond |= b.beyond != 0;
        before = b.seen;
    }
    return signs;
}

static bool has_digits(const stile_code_signs *signs, stile_slice text)
{
    (void)text;
    return signs->digits;
}

/* Dots and dashes are not ASCII's alone. */
static bool has_marks(const stile_code_signs *signs, stile_slice text)
{
    return signs->marks || (signs->beyond && (stile_slice_holds(text, "\xc2\xb7") ||
                                              stile_slice_holds(text, "\xe2\x80\xa2")));
}

static bool has_long_row(const stile_code_signs *signs, stile_slice text)
{
    (void)text;
    return signs->row;
}

static bool has_plus(const stile_code_signs *signs, stile_slice text)
{
    (void)signs;
    return text.len && memchr(text.ptr, '+', text.len) != NULL;
}

const stile_code stile_codes[STILE_CODES] = {
    {"decimal", stile_numbers_next, stile_decimal_run, has_digits, false},
    {"decimal", stile_numbers_next, stile_padded_run, has_digits, false},
    {"octal", stile_numbers_next, stile_octal_run, has_digits, false},
    {"binary", stile_bits_next, stile_octets_run, has_digits, false},
    {"binary", stile_bits_next, stile_septets_run, has_digits, false},
    {"binary", stile_bits_next, stile_groups_run, has_digits, false},
    {"morse", stile_morse_next, stile_morse_run, has_marks, false},
    {"ascii85", stile_row_next, stile_ascii85_run, has_long_row, false},
    {"base85", stile_row_next, stile_base85_run, has_long_row, false},
    {"form", stile_form_next, stile_form_run, has_plus, true},
};

/* What one code gave, stretch by stretch: prose is gathered. */
static stile_status take(const stile_code *code, stile_view_builder *b, stile_view_builder *found,
                         stile_error *err)
{
    stile_scan_view whole;
    stile_status st = stile_view_finish(b, STILE_VIEW_DECODED, code->how, &whole, err);

    for (size_t start = 0, end; !st && start < whole.text.len; start = end + 1) {
        stile_slice text;
        end = stile_stretch_end(whole.text, start);
        text = stile_slice_cut(whole.text, start, end);
        if (end - start < STILE_LEAST_STRETCH || !stile_stretch_is_prose(text))
            continue;
        stile_view_gather(found, &whole, start, text.ptr, text.len);
    }
    return st;
}

static stile_status read_code(const stile_code *code, stile_slice text, stile_view_builder *found,
                              stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t at = code->next(text, 0); !st && at < text.len;) {
        stile_arena scratch; /* what is no prose is kept no longer than it is read */
        stile_view_builder b;
        stile_arena_init(&scratch, 0);
        stile_view_builder_init(&b, &scratch, NULL, text.len + 16);
        at += code->run(text, at, &b);
        if (b.text.len || b.failed || b.text.failed)
            st = take(code, &b, found, err);
        else
            stile_view_builder_release(&b);
        stile_arena_release(&scratch);
        at = code->next(text, at);
    }
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
    stile_code_signs signs = stile_code_signs_of(text);
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < STILE_CODES; i++) {
        stile_view_builder found;
        if (!stile_codes[i].may(&signs, text))
            continue;
        stile_view_builder_init(&found, arena, NULL, 4 * text.len + 256);
        st = read_code(&stile_codes[i], text, &found, err);
        if (!st && (found.text.len || found.failed || found.text.failed))
            st = keep(&found, &stile_codes[i], arena, list, err);
        else
            stile_view_builder_release(&found);
    }
    return st ? st : quoted(raw, arena, list, err);
}
