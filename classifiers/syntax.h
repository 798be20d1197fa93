/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces of PCRE2's syntax that every reader of patterns takes alike: needs.c, which asks what a match
 * must hold, and reach.c, which asks how long it may be. */
#ifndef STILE_CLASSIFIERS_SYNTAX_H
#define STILE_CLASSIFIERS_SYNTAX_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"

#define STILE_SYNTAX_DEPTH 32          /* groups in groups, at most */
#define STILE_SYNTAX_NO_END UINT32_MAX /* "{2,}" */

/* A place in a pattern. */
typedef struct stile_syntax {
    stile_slice text;
    size_t at;
    int depth;
} stile_syntax;

bool stile_syntax_done(const stile_syntax *s);
/* The byte at hand; '\0' at the end, too. */
char stile_syntax_peek(const stile_syntax *s);
/* Whether `what` comes next; then it moves behind it. */
bool stile_syntax_takes(stile_syntax *s, const char *what);

/* Behind a backslash: the byte that the escape stands for. False: it is a class, a bound or not known, and
 * nothing was taken. */
bool stile_syntax_escaped_byte(stile_syntax *s, char *out);
/* "{2}", "{2,}", "{2,5}". Braces around anything else are false, and not taken. */
bool stile_syntax_count(stile_syntax *s, uint32_t *least, uint32_t *most);

#endif
