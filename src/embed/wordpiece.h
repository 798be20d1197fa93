/* SPDX-License-Identifier: Apache-2.0 */
/* BERT's uncased tokenizer: text to the ids of WordPiece tokens.
 *
 * In this order, as the models were trained: control characters (Cc, Cf, Co) and U+FFFD are
 * dropped and white space becomes a space; CJK ideographs stand alone; canonical
 * decomposition, and marks (Mn) are dropped; lower case; split at white space, and around each
 * punctuation character (ASCII symbols included); then each word is cut greedily into the longest
 * tokens of the vocabulary. A word that cannot be cut whole, or of more than 100 characters, is
 * one [UNK]. "[SEP]" and the like in a text are text.
 *
 * A vocabulary is immutable once made: any thread may read it. */
#ifndef STILE_EMBED_WORDPIECE_H
#define STILE_EMBED_WORDPIECE_H

#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

#define STILE_WORDPIECE_MAX_CHARS 100 /* of a word; the tokens of a word are no more */

typedef struct stile_wordpiece stile_wordpiece;

/* `words` is the model file's section: `count` times a length byte and that many bytes. Borrowed:
 * it must outlive the vocabulary. STILE_CORRUPT when it is not exactly that, holds a token twice
 * or lacks [UNK]. Caller destroys. */
stile_status stile_wordpiece_create(stile_slice words, uint32_t count, stile_wordpiece **out,
                                    stile_error *err) STILE_MUST_CHECK;
void stile_wordpiece_destroy(stile_wordpiece *vocabulary);

/* Call `each` with the ids of each word in turn, 1 to STILE_WORDPIECE_MAX_CHARS of them.
 * Allocates nothing and takes any bytes: invalid UTF-8 reads as U+FFFD, which is dropped. */
typedef void (*stile_wordpiece_each)(void *ctx, const uint32_t *ids, size_t count);
void stile_wordpiece_encode(const stile_wordpiece *vocabulary, stile_slice text,
                            stile_wordpiece_each each, void *ctx);

#endif
