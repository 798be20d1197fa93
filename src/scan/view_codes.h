/* SPDX-License-Identifier: Apache-2.0 */
/* Codes: letters written as numbers, bits, dots and dashes, or in an alphabet of 85 digits. Other than the
 * decoders of view_decoders.h, whose runs may begin in any word, they show in a text from afar. */
#ifndef STILE_SCAN_VIEW_CODES_H
#define STILE_SCAN_VIEW_CODES_H

#include "scan/view_build.h"

/* What of a text may be written in codes, by one pass over it. */
typedef struct stile_code_signs {
    bool digits; /* many close together */
    bool marks;  /* many dots and dashes close together */
    bool row;    /* as many bytes without a blank as ascii85 needs */
    bool beyond; /* something that is not ASCII */
} stile_code_signs;
stile_code_signs stile_code_signs_of(stile_slice text);

typedef struct stile_code {
    const char *how;
    /* The next place at or behind `at` where a run may begin; the text's length: there is none. */
    size_t (*next)(stile_slice text, size_t at);
    /* Bytes of text[at..) read, at least one, whether or not they are a run. Appends what a run stands for. Each byte
     * is read a few times at most, whatever the text. */
    size_t (*run)(stile_slice text, size_t at, stile_view_builder *b);
    bool (*may)(const stile_code_signs *signs, stile_slice text);
    bool honest; /* honest text writes prose so */
} stile_code;

enum { STILE_CODES = 10 };
extern const stile_code stile_codes[STILE_CODES];

#define STILE_CODE_DIGITS 11 /* in 64 bytes: every run of numbers has as many in some */
#define STILE_CODE_MARKS 8   /* and of Morse */
#define STILE_CODE_ROW 25    /* bytes without a blank */

/* Numbers (view_numbers.c). */
size_t stile_numbers_next(stile_slice text, size_t at);
size_t stile_bits_next(stile_slice text, size_t at);
size_t stile_decimal_run(stile_slice text, size_t at, stile_view_builder *b);
size_t stile_octal_run(stile_slice text, size_t at, stile_view_builder *b);
size_t stile_padded_run(stile_slice text, size_t at, stile_view_builder *b); /* "073103110" */
size_t stile_octets_run(stile_slice text, size_t at, stile_view_builder *b); /* bits by eight */
size_t stile_septets_run(stile_slice text, size_t at, stile_view_builder *b);
size_t stile_groups_run(stile_slice text, size_t at,
                        stile_view_builder *b); /* as they are parted */

/* view_morse.c */
size_t stile_morse_next(stile_slice text, size_t at);
size_t stile_morse_run(stile_slice text, size_t at, stile_view_builder *b);

/* view_ascii85.c */
size_t stile_row_next(stile_slice text, size_t at);
size_t stile_ascii85_run(stile_slice text, size_t at, stile_view_builder *b);
size_t stile_base85_run(stile_slice text, size_t at, stile_view_builder *b);

/* view_mail.c: words joined by plus signs, as forms send them. */
size_t stile_form_next(stile_slice text, size_t at);
size_t stile_form_run(stile_slice text, size_t at, stile_view_builder *b);

#endif
