/* SPDX-License-Identifier: Apache-2.0 */
/* How many tokens of a language model a text will cost, without knowing the model. */
#ifndef STILE_QUERY_TOKENS_H
#define STILE_QUERY_TOKENS_H

#include <stddef.h>

#include "stile/slice.h"

/* An estimate that errs upwards: a token for each five letters, three digits or two marks of
 * punctuation in a row, or part of them; one for each line; half a one for each byte outside ASCII.
 * docs/api.md has what was measured. */
size_t stile_tokens_estimate(stile_slice text);

#endif
