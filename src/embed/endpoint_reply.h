/* SPDX-License-Identifier: Apache-2.0 */
/* What an OpenAI-compatible embeddings endpoint answers, checked. */
#ifndef STILE_EMBED_ENDPOINT_REPLY_H
#define STILE_EMBED_ENDPOINT_REPLY_H

#include "stile/slice.h"
#include "stile/status.h"

/* Read `count` vectors of `*dim` numbers into `out`, each at its own index and at unit length; a
 * vector of zeros stays zero. When `*dim` is 0, the first vector says it, and `out` (which holds
 * one row of STILE_MAX_DIM; `count` is 1) is filled so far. Numbers may be JSON's or base64 of
 * little-endian float32s. STILE_UNAVAILABLE when the reply is not that: a missing, doubled or
 * strange index, another dimension, a number that is not finite. */
stile_status stile_endpoint_reply_read(stile_slice body, size_t count, size_t *dim, float *out,
                                       stile_error *err) STILE_MUST_CHECK;

#define STILE_ENDPOINT_CODE 48
/* The machine-readable code or type of an error's body, in any of the shapes in use, or "". The
 * message is left out: it may quote a text. */
void stile_endpoint_reply_code(stile_slice body, char out[STILE_ENDPOINT_CODE]);

#endif
