/* SPDX-License-Identifier: Apache-2.0 */
/* The prefilter: one pass over a text that tells which patterns may match it, so that PCRE2 runs only
 * those. Results are the same with and without it. prefilter.c is the only user of Vectorscan; built
 * without it, every pattern may always match. */
#ifndef STILE_CLASSIFIERS_PREFILTER_H
#define STILE_CLASSIFIERS_PREFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "stile/buf.h"
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

/* What compiling made, as bytes, so that it need not be made again: compiling hundreds of rules takes
 * seconds. Good for the same patterns, Vectorscan and kind of processor, which the caller sees to by
 * stile_prefilter_kind. Appends nothing where there is nothing to keep. */
stile_status stile_prefilter_encode(const stile_prefilter *prefilter, stile_buf *out,
                                    stile_error *err) STILE_MUST_CHECK;
/* `count` patterns. STILE_CORRUPT for bytes that are no prefilter of so many. */
stile_status stile_prefilter_decode(stile_slice bytes, size_t count, stile_prefilter **out,
                                    stile_error *err) STILE_MUST_CHECK;
/* Version and processor: bytes of another kind are of no use. */
stile_status stile_prefilter_kind(stile_sha256 *out, stile_error *err) STILE_MUST_CHECK;

stile_status stile_prefilter_scratch_create(const stile_prefilter *prefilter,
                                            stile_prefilter_scratch **out,
                                            stile_error *err) STILE_MUST_CHECK;
void stile_prefilter_scratch_destroy(stile_prefilter_scratch *scratch);

/* Set may[i] for each pattern that may match `text`. `may` has one byte a pattern. */
void stile_prefilter_scan(const stile_prefilter *prefilter, stile_prefilter_scratch *scratch,
                          stile_slice text, unsigned char *may);

#endif
