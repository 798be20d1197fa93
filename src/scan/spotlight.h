/* SPDX-License-Identifier: Apache-2.0 */
/* Spotlighting: released text between delimiters that carry a random nonce, so that no stored
 * text can forge a delimiter, a citation tag or a guidance line. */
#ifndef STILE_SCAN_SPOTLIGHT_H
#define STILE_SCAN_SPOTLIGHT_H

#include "stile/buf.h"

#define STILE_NONCE_LEN 16 /* hex digits */

typedef struct stile_spotlight {
    char nonce[STILE_NONCE_LEN + 1];
} stile_spotlight;

stile_status stile_spotlight_init(stile_spotlight *spotlight, stile_error *err) STILE_MUST_CHECK;
/* Open the context, append one source ("S1", its title, its released text; look-alikes of
 * delimiters and tags escaped), close it. */
void stile_spotlight_open(const stile_spotlight *spotlight, stile_buf *out);
void stile_spotlight_source(const stile_spotlight *spotlight, unsigned number, stile_slice title,
                            stile_slice text, stile_buf *out);
void stile_spotlight_close(const stile_spotlight *spotlight, stile_buf *out);
/* What the system prompt should say about such a context. Names the nonce. */
void stile_spotlight_guidance(const stile_spotlight *spotlight, stile_buf *out);

#endif
