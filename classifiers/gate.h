/* SPDX-License-Identifier: Apache-2.0 */
/* The gate: one cheap pass over a text that tells where matches of which patterns may start. It looks for
 * the literals that patterns need (needs.h), and lets a pattern through where all that one of its ways
 * needs stands in order and close enough. PCRE2 then tries those places and no others; results are the
 * same as if it tried all. Made in milliseconds, unlike a prefilter, and of no library. */
#ifndef STILE_CLASSIFIERS_GATE_H
#define STILE_CLASSIFIERS_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_gate stile_gate;                 /* immutable, thread-safe */
typedef struct stile_gate_scratch stile_gate_scratch; /* one thread's */

/* A match of the pattern may start at text[low] to text[high]. */
typedef struct stile_gate_range {
    uint32_t pattern, low, high;
} stile_gate_range;

/* `patterns[i]` has the index i; an empty one never matches. */
stile_status stile_gate_create(const stile_slice *patterns, size_t count, stile_gate **out,
                               stile_error *err) STILE_MUST_CHECK;
void stile_gate_destroy(stile_gate *gate);

/* Whether the gate can tell where pattern `i` may match. Where it cannot, no range is ever given, and the
 * pattern may match anywhere. */
bool stile_gate_knows(const stile_gate *gate, size_t i);

stile_status stile_gate_scratch_create(const stile_gate *gate, stile_gate_scratch **out,
                                       stile_error *err) STILE_MUST_CHECK;
void stile_gate_scratch_destroy(stile_gate_scratch *scratch);

/* What a caller knows of the patterns beyond their text, by which a gate saves work. */
typedef struct stile_gate_caller {
    /* Whether a match that has something at text[at] matters, or NULL: all do. */
    const void *near_context;
    bool (*near)(const void *context, uint32_t pattern, uint32_t at);
    /* `may`: one byte a pattern, 1 of those that the gate knows and that may match, else 0. Makes it 0 where
     * no match would matter; NULL: all do. */
    const void *drop_context;
    void (*drop)(const void *context, unsigned char *may);
} stile_gate_caller;

/* Ranges by pattern, then by place; those of one pattern do not meet. `*out` is the scratch's, until its
 * next scan. Without a caller, NULL, all ranges; with one, those that do not matter may be left out. */
stile_status stile_gate_scan(const stile_gate *gate, stile_gate_scratch *scratch, stile_slice text,
                             const stile_gate_caller *caller, const stile_gate_range **out,
                             size_t *count, stile_error *err) STILE_MUST_CHECK;

#endif
