/* SPDX-License-Identifier: Apache-2.0 */
/* Views: copies of one text in which a hidden or disguised instruction becomes plain, each with the
 * way back to the bytes that it came from.
 *
 *     raw         the text itself
 *     normalized  NFKC, case folded, confusables in mixed-script words folded, zero-width, soft
 *                 hyphen and bidi controls removed, runs of white space one space, spaced-out
 *                 letters joined, light leet folded
 *     decoded     what base64, hex, percent, entities, escapes, tag characters, variation
 *                 selectors, numbers, bits, Morse, ascii85, ROT13 or reversal hide, when it is
 *                 prose; normalized
 *     extracted   HTML and Markdown comments, hidden elements, alt texts, titles; normalized
 *
 * Work is bounded by the text's length; a bound that is hit is reported in `limited`. */
#ifndef STILE_SCAN_SCAN_VIEW_H
#define STILE_SCAN_SCAN_VIEW_H

#include "stile/arena.h"
#include "stile/document.h"

typedef enum {
    STILE_VIEW_RAW,
    STILE_VIEW_NORMALIZED,
    STILE_VIEW_DECODED,
    STILE_VIEW_EXTRACTED,
    STILE_VIEW_KINDS
} stile_view_kind;
/* "raw", "normalized", "decoded", "extracted". */
const char *stile_view_kind_name(stile_view_kind kind);

/* text[at, next piece's at) came from origin[start, start + len): byte by byte when `exact`, as a
 * whole otherwise. Ascending in `at`; not necessarily in `start` (reversed text). */
typedef struct stile_view_piece {
    uint32_t at, start, len;
    bool exact;
} stile_view_piece;

typedef struct stile_scan_view {
    stile_view_kind kind;
    const char *how; /* "base64", "tags", "html-comment", "reversed", ...; "" for raw, normalized */
    stile_slice text; /* valid UTF-8 */
    const stile_view_piece *pieces;
    size_t piece_count;
} stile_scan_view;

/* Something that no honest text does, seen while making views: prose in tag characters, bytes in
 * variation selectors, zero-width binary, concealing ANSI, bidi-reversed Latin. */
typedef struct stile_channel {
    const char
        *what; /* "tag-characters", "variation-selectors", "zero-width", "parted-letters", "ansi",
                         "ansi-colour", "bidi", "encoded-order" */
    uint32_t start, end;
    float weight; /* as of a rule */
    bool prose;   /* these bytes are words themselves: neutralizing the signs would leave them */
} stile_channel;

typedef struct stile_scan_views {
    stile_scan_view *views; /* raw first, then normalized, then any others */
    size_t count;
    stile_channel *channels;
    size_t channel_count;
    const char *limited; /* which bound was hit, or NULL */
} stile_scan_views;

/* Everything borrows from `arena` or from `text`, which is valid UTF-8. */
stile_status stile_scan_views_make(stile_slice text, stile_format format, stile_arena *arena,
                                   stile_scan_views *out, stile_error *err) STILE_MUST_CHECK;

/* The readings of the text as it stands alone, nothing decoded or extracted and no channels. */
stile_status stile_scan_views_plain(stile_slice text, stile_arena *arena, stile_scan_views *out,
                                    stile_error *err) STILE_MUST_CHECK;

/* The bytes of the original that view bytes [start, end) came from: the least span that holds all
 * of them. */
void stile_scan_view_origin(const stile_scan_view *view, uint32_t start, uint32_t end,
                            uint32_t *origin_start, uint32_t *origin_end);

/* Pieces ascending and within bounds, text valid UTF-8, exact pieces as long as what they came
 * from; else *why. For tests, fuzzers and debug builds. */
bool stile_scan_views_validate(const stile_scan_views *views, stile_slice original,
                               const char **why);

#endif
