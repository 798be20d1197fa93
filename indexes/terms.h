/* SPDX-License-Identifier: Apache-2.0 */
/* From text to terms, the same for documents and queries: ICU word breaks, NFKC case folding,
 * Snowball stems. A term is known by its 64-bit hash (XXH3 of the stem's bytes). */
#ifndef STILE_INDEXES_TERMS_H
#define STILE_INDEXES_TERMS_H

#include <stddef.h>
#include <stdint.h>

#include "stile/arena.h"
#include "stile/buf.h"

/* Compiled word breaker and stemmer. Not thread-safe: one per thread; see stile_analyzer_pool
 * users in the plane. */
typedef struct stile_analyzer stile_analyzer;

#define STILE_ANALYZER_VERSION 2 /* stored with forward lists; a change reindexes */

/* `language` is a Snowball name or ISO code ("en"); NULL: "en". Caller destroys. */
stile_status stile_analyzer_create(const char *language, stile_analyzer **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_analyzer_destroy(stile_analyzer *analyzer);

typedef struct stile_term {
    uint64_t hash;
    uint16_t title_tf, body_tf; /* saturating */
} stile_term;

/* One chunk's forward list: terms ascending by hash, and the two field lengths in words. */
typedef struct stile_terms {
    const stile_term *terms;
    uint32_t count;
    uint32_t title_len, body_len;
} stile_terms;

/* Receives each word's term, in text order; a failure ends the walk and is passed on. */
typedef stile_status (*stile_term_fn)(void *ctx, uint64_t hash, stile_error *err);
stile_status stile_terms_each(stile_analyzer *analyzer, stile_slice text, stile_term_fn each,
                              void *ctx, stile_error *err) STILE_MUST_CHECK;

/* Analyse title and body. `out` borrows from `arena`. */
stile_status stile_terms_of(stile_analyzer *analyzer, stile_slice title, stile_slice body,
                            stile_arena *arena, stile_terms *out,
                            stile_error *err) STILE_MUST_CHECK;

/* The forward record of docs/formats.md: appended to `out`, and read back into `arena`. */
void stile_terms_encode(const stile_terms *terms, stile_buf *out);
stile_status stile_terms_decode(stile_slice record, stile_arena *arena, stile_terms *out,
                                stile_error *err) STILE_MUST_CHECK;

#endif
