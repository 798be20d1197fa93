/* SPDX-License-Identifier: Apache-2.0 */
/* Words that give a disguise away: a costly or ambiguous reading is kept only when it brings one out. */
#ifndef STILE_SCAN_VIEW_TRIGGERS_H
#define STILE_SCAN_VIEW_TRIGGERS_H

#include <stdbool.h>
#include <stddef.h>

#include "stile/slice.h"

/* A word in lower case, and where its rarest letter stands, which is looked for first. */
typedef struct stile_trigger {
    const char *word;
    size_t rare;
} stile_trigger;

/* How many of the words are in `text`, each counted once. */
size_t stile_count_triggers(stile_slice text, const stile_trigger *triggers, size_t count);

#endif
