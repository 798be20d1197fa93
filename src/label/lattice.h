/* SPDX-License-Identifier: Apache-2.0 */
/* What levels, labels and clearances know of each other. */
#ifndef STILE_LABEL_LATTICE_H
#define STILE_LABEL_LATTICE_H

#include "label/expression.h"
#include "stile/label.h"

struct stile_levels {
    size_t count;
    char *names[STILE_MAX_LEVELS]; /* owned; lowest first */
};

/* One block of memory: behind the struct lie the nodes, their tokens and the text, so that judging
 * many labels reads memory in order. */
struct stile_label {
    size_t rank;
    stile_slice text;
    stile_expr expr;
};

/* The level in front of the first "//" (or all of `text`), as its rank; *rest is where the
 * expression or the tokens start, 0 when there are none. `what` opens the error's text. */
stile_status stile_level_parse(const stile_levels *levels, stile_slice text, const char *what,
                               size_t *rank, size_t *rest, stile_error *err) STILE_MUST_CHECK;

#endif
