/* SPDX-License-Identifier: Apache-2.0 */
/* Codes: letters written as numbers, bits, dots and dashes, or in an alphabet of 85 digits. Other than the
 * decoders of view_decoders.h, whose runs may begin in any word, they show in a text from afar. */
#ifndef STILE_SCAN_VIEW_CODES_H
#define STILE_SCAN_VIEW_CODES_H

#include "scan/view_build.h"

/* Where in a text codes may stand, by one pass over it. Each run has a block of 64 bytes that shows it, and so has
 * every block that it fills. */
#define STILE_CODE_BLOCK 64
enum {
    STILE_CODE_DIGITS = 1, /* so many digits */
    STILE_CODE_MARKS = 2,  /* so many dots and dashes */
    STILE_CODE_ROW =
        4 /* as many bytes without a blank as ascii85 needs, here or from the block before on */
};

typedef struct stile_code_map {
    unsigned char *blocks; /* what each shows */
    size_t count;
    bool beyond; /* something is not ASCII */
} stile_code_map;
/* Allocates from `arena`; false: out of memory. */
bool stile_code_map_make(stile_code_map *map, stile_slice text, stile_arena *arena);

typedef struct stile_code {
    const char *how;
    /* The next place at or behind `at` where a run may begin; the text's length: there is none. */
    size_t (*next)(stile_slice text, size_t at);
    /* Bytes of text[at..) read, at least one, whether or not they are a run. Appends what a run stands for. Each byte
     * is read a few times at most, whatever the text. */
    size_t (*run)(stile_slice text, size_t at, stile_view_builder *b);
    unsigned shows; /* what a block of it does; 0: `next` is quick enough for any text */
    bool honest;    /* honest text writes prose so */
} stile_code;

enum { STILE_CODES = 10 };
extern const stile_code stile_codes[STILE_CODES];

/* Reads the runs of one code: `take` gets what each stood for, and releases the builder. Stops at a failure. */
typedef stile_status (*stile_code_take)(void *context, stile_view_builder *b);
stile_status stile_code_read(const stile_code *code, const stile_code_map *map, stile_slice text,
                             stile_code_take take, void *context) STILE_MUST_CHECK;

#define STILE_LEAST_ROW 25 /* bytes without a blank */

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
