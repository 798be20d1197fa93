/* SPDX-License-Identifier: Apache-2.0 */
/* Words that give a disguise away: a costly or ambiguous reading is kept only when it brings one out. */
#ifndef STILE_SCAN_VIEW_TRIGGERS_H
#define STILE_SCAN_VIEW_TRIGGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"

/* The words of one disguise, in lower case, each of at least six bytes. */
typedef struct stile_triggers {
    const char *words[26]; /* NULL-terminated */
} stile_triggers;

extern const stile_triggers stile_triggers_plain, stile_triggers_rot13, stile_triggers_reversed;

/* How many of the words are in `text`, each counted once. */
size_t stile_count_triggers(stile_slice text, const stile_triggers *triggers);

/* Which disguises have any word in `text`, by one pass. */
typedef struct stile_triggered {
    bool rot13, reversed;
} stile_triggered;
stile_triggered stile_find_triggers(stile_slice text);

#endif
