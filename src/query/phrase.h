/* SPDX-License-Identifier: Apache-2.0 */
/* Phrases in quotes: words that a result must hold side by side and in their order.
 *
 * The index knows which words a chunk holds, not where. So it is asked for chunks that hold every
 * word of the phrases, and each of those is read again here. Words are compared as the index
 * compares them: folded and stemmed. */
#ifndef STILE_QUERY_PHRASE_H
#define STILE_QUERY_PHRASE_H

#include "indexes/terms.h"

#define STILE_MAX_PHRASES 32 /* in one query */

/* Terms in order; fallback[i] is the length of the longest start of the phrase that ends at term i
 * and is not all of terms 0 to i (Knuth, Morris, Pratt 1977). */
typedef struct stile_phrase {
    uint64_t *terms;
    size_t *fallback;
    size_t count;
} stile_phrase;

/* Borrows from the arena that it was made in. */
typedef struct stile_phrases {
    stile_phrase each[STILE_MAX_PHRASES];
    size_t count;
    uint64_t *terms; /* of all phrases, for the index; may repeat */
    size_t term_count;
} stile_phrases;

/* The phrases of a query: what stands between '"' and the next '"'. A mark right behind an ASCII
 * letter or digit opens none (6" pipe), nor does one that nothing closes; quotes around no word are
 * no phrase. More than STILE_MAX_PHRASES are STILE_INVALID. */
stile_status stile_phrases_of(stile_analyzer *analyzer, stile_slice query, stile_arena *arena,
                              stile_phrases *out, stile_error *err) STILE_MUST_CHECK;

/* Whether each phrase lies whole in the title, or whole in the body. */
stile_status stile_phrases_held(const stile_phrases *phrases, stile_analyzer *analyzer,
                                stile_slice title, stile_slice body, bool *out,
                                stile_error *err) STILE_MUST_CHECK;

#endif
