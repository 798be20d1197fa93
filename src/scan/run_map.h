/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a text runs of some encoding may begin, from one pass over it: most words of most texts begin
 * none, and are not looked at one by one. */
#ifndef STILE_SCAN_RUN_MAP_H
#define STILE_SCAN_RUN_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"

#define STILE_RUN_MAP_SMALL 64 /* words; texts of up to 4,096 bytes need no memory */

/* One bit a byte of the text. */
typedef struct stile_run_map {
    stile_slice text; /* borrowed */
    uint64_t *begins; /* where a run may begin */
    uint64_t *digits; /* of base64, which has the digits of all others */
    bool plus;        /* it has a '+', which is a digit or wraps lines */
    bool unseen;      /* it has the first byte of some tag or variation selector */
    bool escapes;     /* a character that begins one */
    bool percent;     /* as many percent escapes as one run needs */
    uint64_t *owned;  /* or NULL: `small` is large enough */
    uint64_t small[2 * STILE_RUN_MAP_SMALL];
} stile_run_map;

/* False: out of memory. Released by the caller. */
bool stile_run_map_make(stile_run_map *map, stile_slice text);
void stile_run_map_release(stile_run_map *map);

/* The first place at or behind `from`; the text's length: there is none. */
size_t stile_run_map_next(const stile_run_map *map, size_t from);

/* How many digits of base64 stand in a row from text[at] on; 64 for any more. */
static inline unsigned stile_run_map_row(const stile_run_map *map, size_t at)
{
    size_t word = at / 64, bit = at % 64, last = (map->text.len - 1) / 64;
    uint64_t row = map->digits[word] >> bit;

    if (bit && word < last)
        row |= map->digits[word + 1] << (64 - bit);
    return row == UINT64_MAX ? 64 : (unsigned)__builtin_ctzll(~row);
}

/* A percent escape, a byte in two digits of hex. */
bool stile_is_percent_escape(stile_slice text, size_t at);
#define STILE_LEAST_PERCENT 3 /* escapes of one run */

#endif
