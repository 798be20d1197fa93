/* SPDX-License-Identifier: Apache-2.0 */
/* Snowball stems. A word's stemmer follows from its first letter: that of the script's language where
 * Snowball has one, such as Russian for Cyrillic, else the one that was asked for. So texts of several
 * languages are stemmed alike in documents and queries, and no language has to be guessed. */
#ifndef STILE_INDEXES_STEMS_H
#define STILE_INDEXES_STEMS_H

#include "stile/slice.h"
#include "stile/status.h"

/* Owns Snowball's objects and the last stem. One thread at a time. */
typedef struct stile_stems stile_stems;

/* `language`: a Snowball name or ISO code; its own script is its own. STILE_INVALID without one. */
stile_status stile_stems_create(const char *language, stile_stems **out,
                                stile_error *err) STILE_MUST_CHECK;
void stile_stems_destroy(stile_stems *stems);

/* `word` is folded UTF-8. The stem is valid until the next call. */
stile_status stile_stems_of(stile_stems *stems, stile_slice word, stile_slice *out,
                            stile_error *err) STILE_MUST_CHECK;

#endif
