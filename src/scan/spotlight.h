/* SPDX-License-Identifier: Apache-2.0 */
/* Spotlighting: released text between delimiters that carry a random nonce, so that no stored
 * text can forge a delimiter, a citation tag or a guidance line. */
#ifndef STILE_SCAN_SPOTLIGHT_H
#define STILE_SCAN_SPOTLIGHT_H

#include <stdbool.h>

#include "stile/buf.h"

#define STILE_NONCE_LEN 16 /* hex digits */

/* How stored text is set apart (Hines et al. 2024, "Defending Against Indirect Prompt Injection
 * Attacks With Spotlighting"). In every mode stored text can write no citation tag. */
typedef enum {
    STILE_SPOTLIGHT_DELIMIT,  /* between lines that carry the nonce */
    STILE_SPOTLIGHT_DATAMARK, /* also, white space becomes a mark of this answer's own */
    STILE_SPOTLIGHT_ENCODE,   /* also, each source is base64 (RFC 4648) */
    STILE_SPOTLIGHT_NONE      /* tags alone */
} stile_spotlight_mode;
bool stile_spotlight_mode_parse(stile_slice name, stile_spotlight_mode *out);

typedef struct stile_spotlight {
    stile_spotlight_mode mode;
    char nonce[STILE_NONCE_LEN + 1];
    char
        mark[4]; /* UTF-8 of a private-use character, drawn at random: stored text cannot know it */
} stile_spotlight;

stile_status stile_spotlight_init(stile_spotlight *spotlight, stile_spotlight_mode mode,
                                  stile_error *err) STILE_MUST_CHECK;
/* Open the context, append one source ("S1", its title, its released text; look-alikes of
 * delimiters and tags escaped), close it. */
void stile_spotlight_open(const stile_spotlight *spotlight, stile_buf *out);
void stile_spotlight_source(const stile_spotlight *spotlight, unsigned number, stile_slice title,
                            stile_slice text, stile_buf *out);
void stile_spotlight_close(const stile_spotlight *spotlight, stile_buf *out);
/* What the system prompt should say about such a context. Names the nonce. */
void stile_spotlight_guidance(const stile_spotlight *spotlight, stile_buf *out);

#endif
