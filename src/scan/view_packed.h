/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 and base32: bytes packed into digits of a few bits, over wrapped lines. */
#ifndef STILE_SCAN_VIEW_PACKED_H
#define STILE_SCAN_VIEW_PACKED_H

#include "scan/run_map.h"
#include "scan/view_build.h"

typedef struct stile_packing {
    const signed char *values; /* of ASCII characters as digits; -1: none */
    unsigned bits;             /* of one digit */
    size_t least;              /* digits of a run */
} stile_packing;
extern const stile_packing stile_base64, stile_base32;

/* The run that begins at text[at]: bytes read, 0: none. Appends what it stands for. */
size_t stile_packed_read(stile_slice text, size_t at, const stile_packing *packing,
                         stile_view_builder *b);

/* The same where what it stands for surely has no stretch of text in it (view_stretch.h), as most runs have
 * none; 0: there is no run, or it may have one, or is long. */
size_t stile_packed_blank(stile_slice text, size_t at, const stile_packing *packing);

/* Digits of base64 in text[from, to), those that only wrap lines left out. */
size_t stile_base64_digits(stile_slice text, size_t from, size_t to);

/* Whether base32 has a run that begins at text[at]. */
bool stile_may_base32(stile_slice text, size_t at);
/* Bit i: base64 has one at text[at + i], up to the fourth: what stands in front of a run, a word and a dash
 * or a path and its slash, is made of digits too, and shifts it. */
uint32_t stile_may_base64(stile_slice text, size_t at);

/* Whether neither can have a run that begins with the word at `at`: it is short and does not pause as a
 * wrapped run does, or goes on with a word that is short too and no whole group of four. Most words of most
 * texts are ruled out so. */
bool stile_is_plain_word(const stile_run_map *map, size_t at);

#endif
