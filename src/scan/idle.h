/* SPDX-License-Identifier: Apache-2.0 */
/* Idle signals: those that cannot feed any combination, as another of its rules has no match. Most that a text
 * sets off are, and whatever is spent on them is saved. */
#ifndef STILE_SCAN_IDLE_H
#define STILE_SCAN_IDLE_H

#include "scan/internal.h"

/* `may`: one byte a rule, 1 where it may have a match, else 0. Makes it 0 for idle signals. */
void stile_drop_idle(const stile_policy *policy, unsigned char *may);

/* The same for a gate, which knows not all rules: the context of stile_idle_drop. */
typedef struct stile_idle {
    const stile_policy *policy;
    stile_view_kind kind;
} stile_idle;
void stile_idle_drop(const void *idle, unsigned char *may);

#endif
