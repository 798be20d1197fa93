/* SPDX-License-Identifier: Apache-2.0 */
/* Access expressions: Apache Accumulo's grammar, parsed into a canonical tree.
 *
 *     expression = term [ *( "&" term ) / *( "|" term ) ]
 *     term       = token / "(" expression ")"
 *     token      = 1*( ALPHA / DIGIT / "_" / "-" / "." / ":" / "/" ) / quoted
 *     quoted     = DQUOTE 1*( any UTF-8 but DQUOTE, "\", control / "\" DQUOTE / "\\" ) DQUOTE
 *
 * Controls are U+0000 to U+001F and U+007F to U+009F.
 *
 * Canonical: operators of one kind are flattened into one, children are sorted by their canonical
 * text and deduplicated, a lone child takes its parent's place, and a token is quoted only when it
 * must be. Two expressions with the same canonical text are the same; the reverse does not hold. */
#ifndef STILE_LABEL_EXPRESSION_H
#define STILE_LABEL_EXPRESSION_H

#include <stdint.h>

#include "stile/arena.h"
#include "stile/buf.h"
#include "stile/limits.h"

typedef enum { STILE_EXPR_TOKEN, STILE_EXPR_AND, STILE_EXPR_OR } stile_expr_kind;

/* A node of the compiled form: the tree in preorder. A node's children follow it; `end` is one past
 * its last descendant, so siblings are found without pointers. */
typedef struct stile_expr_node {
    uint8_t kind;
    uint32_t end;
    stile_slice token; /* unescaped */
    uint64_t hash;     /* of the token, to compare quickly; equality is always by bytes */
} stile_expr_node;

typedef struct stile_expr {
    stile_expr_node *nodes; /* NULL and 0: no expression, which everybody satisfies */
    uint32_t count;
} stile_expr;

typedef struct stile_expr_limits {
    size_t terms, depth;
} stile_expr_limits;

/* Parse text[at..]. `text` is the whole label, so that positions in errors are its own. Appends the
 * canonical text to `canonical`. Borrows from `arena`. */
stile_status stile_expr_parse(stile_slice text, size_t at, const stile_expr_limits *limits,
                              stile_arena *arena, stile_expr *out, stile_buf *canonical,
                              stile_error *err) STILE_MUST_CHECK;

/* Bytes that a copy of `expr` takes, its tokens included. */
size_t stile_expr_bytes(const stile_expr *expr);
/* Copy into `memory`, aligned for a pointer and of that many bytes; `out` borrows from it alone. */
void stile_expr_copy(const stile_expr *from, void *memory, stile_expr *out);

/* One token at text[*at], moved past; unescaped into `arena`. Shared with clearances. */
stile_status stile_token_parse(stile_slice text, size_t *at, stile_arena *arena, stile_slice *out,
                               stile_error *err) STILE_MUST_CHECK;
/* Append a token, quoted when it must be. */
void stile_token_format(stile_slice token, stile_buf *out);

#endif
