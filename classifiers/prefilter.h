/* SPDX-License-Identifier: Apache-2.0 */
/* The prefilter: one pass over a text that tells which patterns may match it, so that PCRE2 runs only
 * those. Results are the same with and without it. prefilter.c is the only user of Vectorscan; built
 * without it, every pattern may always match. */
#ifndef STILE_CLASSIFIERS_PREFILTER_H
#define STILE_CLASSIFIERS_PREFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_prefilter stile_prefilter;                 /* immutable, thread-safe */
typedef struct stile_prefilter_scratch stile_prefilter_scratch; /* one thread's */

/* `patterns[i]` has the index i; an empty one never matches. Patterns that it cannot take are on its
 * always-run list. */
stile_status stile_prefilter_create(const stile_slice *patterns, size_t count,
                                    stile_prefilter **out, stile_error *err) STILE_MUST_CHECK;
void stile_prefilter_destroy(stile_prefilter *prefilter);
size_t stile_prefilter_always(const stile_prefilter *prefilter); /* patterns on that list */

stile_status stile_prefilter_scratch_create(const stile_prefilter *prefilter,
                                            stile_prefilter_scratch **out,
                                            stile_error *err) STILE_MUST_CHECK;
void stile_prefilter_scratch_destroy(stile_prefilter_scratch *scratch);

/* Set may[i] for each pattern that may match `text`. `may` has one byte a pattern. */
void stile_prefilter_scan(const stile_prefilter *prefilter, stile_prefilter_scratch *scratch,
                          stile_slice text, unsigned char *may);

#endif
