/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders: each knows one way to write bytes as text. */
#ifndef STILE_SCAN_VIEW_DECODERS_H
#define STILE_SCAN_VIEW_DECODERS_H

#include "scan/run_map.h"
#include "scan/view_build.h"

typedef struct stile_decoder {
    const char *how;
    /* Bytes of text[at..) read, 0: nothing here. Appends what they stand for, not all of it text. Work is
     * in proportion to what is read, or small. */
    size_t (*run)(stile_slice text, size_t at, stile_view_builder *b);
    bool digits;    /* it writes bytes in digits, which say nothing to whoever reads them */
    bool shares;    /* what it read may be another's too, or hold one of another's runs */
    bool honest;    /* prose is honestly written so: an order in it is none of view_orders.h */
    unsigned shift; /* digits of the run that it passes over */
    bool shifted;   /* of a kind that has four of them, by shift */
} stile_decoder;

enum { STILE_DECODERS = 10 };
extern const stile_decoder stile_decoders[STILE_DECODERS];

/* Which of the decoders (bit i: decoder i) may have a run that begins at `at`. The others would read nothing:
 * it spares most words the trying. */
uint32_t stile_decoders_at(const stile_run_map *map, size_t at);

/* Bytes of text[at..) that decoder `i` would read in vain: what they stand for is surely no text. 0: none, or
 * not known. */
size_t stile_decoder_blank(size_t i, stile_slice text, size_t at);

/* Escapes and entities with the words around them: the run of "escapes" (view_escapes.c). */
size_t stile_decode_escapes(stile_slice text, size_t at, stile_view_builder *b);

#endif
