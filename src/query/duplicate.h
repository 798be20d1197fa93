/* SPDX-License-Identifier: Apache-2.0 */
/* Near-duplicates: texts that say the same in almost the same words, as copies of a page, versions
 * of a policy and quoted mails do.
 *
 * A text's sketch is a sample of the hashes of its 24-byte shingles, letters in lower case and
 * runs of anything else read as one space; two texts resemble each other as their sketches
 * overlap (Broder 1997, "On the resemblance and containment of documents"). Which shingles are
 * sampled depends on their hash alone, so sketches of any two texts can be compared. */
#ifndef STILE_QUERY_DUPLICATE_H
#define STILE_QUERY_DUPLICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/arena.h"
#include "stile/slice.h"

#define STILE_DUPLICATE_RESEMBLANCE 0.8 /* from here on, one of the two is left out */

typedef struct stile_sketch {
    const uint64_t *hashes; /* ascending, distinct, in the arena of its making */
    size_t count;
    uint64_t whole; /* of the normalized text: for texts too short to sample */
} stile_sketch;

stile_status stile_sketch_of(stile_slice text, stile_arena *arena, stile_sketch *out,
                             stile_error *err) STILE_MUST_CHECK;
/* |A and B| / |A or B| of the samples; 0 or 1 for texts too short for a sample. */
double stile_sketch_resemblance(const stile_sketch *a, const stile_sketch *b);

#endif
