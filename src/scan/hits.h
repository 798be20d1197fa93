/* SPDX-License-Identifier: Apache-2.0 */
/* Hits: where rules matched in the views of one text, before they become findings. */
#ifndef STILE_SCAN_HITS_H
#define STILE_SCAN_HITS_H

#include "scan/internal.h"

#define STILE_HITS_A_RULE 16     /* of one rule in one view; the last reaches to the view's end */
#define STILE_MATCHES_A_RULE 256 /* tried, cancelled ones too; past it a hit is `limited` */

typedef struct stile_scan_hit {
    uint32_t rule;
    uint32_t start, end; /* in the view */
    bool limited;        /* the work budget ran out: a finding of its own */
} stile_scan_hit;

typedef struct stile_scan_hits {
    stile_scan_hit *hits;
    size_t count, size;
    stile_arena *arena;
} stile_scan_hits;

/* Every rule for this kind of view against it, combinations included; signals left out. */
stile_status stile_scan_hits_of(stile_scanner *scanner, const stile_scan_view *view,
                                stile_arena *arena, stile_scan_hits *out,
                                stile_error *err) STILE_MUST_CHECK;

/* The same with signals left in: for the tests that rules carry. */
stile_status stile_scan_signals_of(stile_scanner *scanner, const stile_scan_view *view,
                                   stile_arena *arena, stile_scan_hits *out,
                                   stile_error *err) STILE_MUST_CHECK;

#endif
