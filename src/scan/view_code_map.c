/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/lanes.h"
#include "scan/view_codes.h"

#define BLOCK STILE_CODE_BLOCK
#define LEAST_DIGITS 11 /* of a block: a run has 32 and more, every second byte */
#define LEAST_MARKS 8   /* of 24 and more, two of five bytes */

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
    for (unsigned have = 1, by; bits && have < STILE_LEAST_ROW; have += by) {
        by = STILE_LEAST_ROW - have < have ? STILE_LEAST_ROW - have : have;
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

    return tail + head >= STILE_LEAST_ROW;
}

bool stile_code_map_make(stile_code_map *map, stile_slice text, stile_arena *arena)
{
    uint64_t before = 0, beyond = 0;
    char tail[BLOCK];

    map->count = (text.len + BLOCK - 1) / BLOCK;
    if (!(map->blocks = stile_arena_alloc(arena, map->count + 1)))
        return false;
    for (size_t i = 0; i < map->count; i++) {
        const char *block = text.ptr + i * BLOCK;
        block_bits b;
        if (text.len - i * BLOCK < BLOCK) {
            memset(tail, ' ', sizeof tail);
            memcpy(tail, block, text.len - i * BLOCK);
            block = tail;
        }
        b = look(block);
        map->blocks[i] =
            (unsigned char)((__builtin_popcountll(b.digits) >= LEAST_DIGITS ? STILE_CODE_DIGITS
                                                                            : 0) |
                            (__builtin_popcountll(b.marks) >= LEAST_MARKS ? STILE_CODE_MARKS : 0) |
                            (has_row_across(before, b.seen) || has_row(b.seen) ? STILE_CODE_ROW
                                                                               : 0));
        beyond |= b.beyond;
        before = b.seen;
    }
    map->beyond = beyond != 0;
    return true;
}

/* Dots and dashes are not ASCII's alone. */
static bool may_be_anywhere(const stile_code *code, const stile_code_map *map, stile_slice text)
{
    if (code->shows == STILE_CODE_MARKS)
        return map->beyond &&
               (stile_slice_holds(text, "\xc2\xb7") || stile_slice_holds(text, "\xe2\x80\xa2"));
    return !code->shows;
}

/* Runs that begin in text[*at, end); moves *at behind them. The last may end behind `end`. */
static stile_status read_within(const stile_code *code, stile_slice text, size_t *at, size_t end,
                                stile_code_take take, void *context)
{
    stile_slice until = stile_slice_cut(text, 0, end);
    stile_status st = STILE_OK;
    stile_view_builder b;

    stile_view_builder_init(&b, NULL, NULL, text.len + 16);
    for (*at = code->next(until, *at); !st && *at < end;) {
        *at += code->run(text, *at, &b);
        if (*at < end)
            *at = code->next(until, *at);
        if (b.text.len || b.failed || b.text.failed) {
            st = take(context, &b);
            stile_view_builder_init(&b, NULL, NULL, text.len + 16);
        }
    }
    stile_view_builder_release(&b);
    return st;
}

stile_status stile_code_read(const stile_code *code, const stile_code_map *map, stile_slice text,
                             stile_code_take take, void *context)
{
    stile_status st = STILE_OK;
    size_t at = 0;

    if (may_be_anywhere(code, map, text))
        return read_within(code, text, &at, text.len, take, context);
    for (size_t i = 0; !st && i < map->count; i++) {
        size_t first = i, start, end;
        if (!(map->blocks[i] & code->shows))
            continue;
        while (i < map->count && map->blocks[i] & code->shows)
            i++;
        start = first ? (first - 1) * BLOCK : 0; /* a run may begin in the block before */
        end = i * BLOCK < text.len ? i * BLOCK : text.len;
        at = at > start ? at : start;
        if (at < end)
            st = read_within(code, text, &at, end, take, context);
    }
    return st;
}
