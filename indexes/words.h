/* SPDX-License-Identifier: Apache-2.0 */
/* From text to words: ICU word breaks over NFKC case-folded text, Snowball stems. ASCII text
 * takes a path of its own that gives the same words (a property test holds it to that). */
#ifndef STILE_INDEXES_WORDS_H
#define STILE_INDEXES_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

#define STILE_WORDS_MAX_TEXT ((size_t)1 << 20) /* bytes analysed in one call */
#define STILE_WORD_MAX 256                     /* longer words are not terms */

/* Owns ICU's objects, the stemmer and scratch memory. One thread at a time. */
typedef struct stile_words stile_words;

/* `language`: as stile_analyzer_create. */
stile_status stile_words_create(const char *language, stile_words **out,
                                stile_error *err) STILE_MUST_CHECK;
void stile_words_destroy(stile_words *words);

/* Receives each word's stem, in text order; a failure ends the walk and is passed on. */
typedef stile_status (*stile_word_fn)(void *ctx, stile_slice stem, stile_error *err);

/* Call `each` with the words of `text`. Bytes that are not UTF-8 read as U+FFFD. */
stile_status stile_words_each(stile_words *words, stile_slice text, stile_word_fn each, void *ctx,
                              stile_error *err) STILE_MUST_CHECK;
/* The same without the ASCII path: its oracle in tests. */
stile_status stile_words_each_unicode(stile_words *words, stile_slice text, stile_word_fn each,
                                      void *ctx, stile_error *err) STILE_MUST_CHECK;

#endif
