/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders: each knows one way to write bytes as text. */
#ifndef STILE_SCAN_VIEW_DECODERS_H
#define STILE_SCAN_VIEW_DECODERS_H

#include "scan/view_build.h"

typedef struct stile_decoder {
    const char *how;
    const char *needs; /* a text without any of these characters has no run; NULL: any may */
    /* Bytes of text[at..) read, 0: nothing here. Appends what they stand for, not all of it text. Work is
     * in proportion to what is read, or small. */
    size_t (*run)(stile_slice text, size_t at, stile_view_builder *b);
    bool shares; /* what it read may be another's too, or hold one of another's runs */
} stile_decoder;

enum { STILE_DECODERS = 10 };
extern const stile_decoder stile_decoders[STILE_DECODERS];

/* Which of the decoders (bit i: decoder i) may have a run in `text` at all. */
uint32_t stile_decoders_in(stile_slice text);

/* rows[i]: how many digits of base64 stand in a row from text[i] on, 255 for more than 254. */
void stile_decoders_rows(stile_slice text, unsigned char *rows);

/* Which of the decoders may have a run that begins at text[at]. The others would read nothing: it spares
 * most words the trying. `rows` are the text's. */
uint32_t stile_decoders_at(stile_slice text, const unsigned char *rows, size_t at);

/* Escapes and entities with the words around them: the run of "escapes" (view_escapes.c). */
size_t stile_decode_escapes(stile_slice text, size_t at, stile_view_builder *b);

#endif
