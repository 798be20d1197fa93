/* SPDX-License-Identifier: Apache-2.0 */
/* What changed between two texts, line by line. */
#ifndef STILE_API_DIFF_H
#define STILE_API_DIFF_H

#include <jansson.h>

#include "stile/arena.h"
#include "stile/slice.h"
#include "stile/status.h"

/* `*out` gets a list of {"op": "+" | "-" | " ", "text"}: what was
 * removed and added, with three lines around. A shortest difference where the differing middles
 * are small enough to search (4 million pairs of lines); else all of the one, then all of the
 * other. The caller decrefs. */
stile_status stile_diff_lines(stile_slice from, stile_slice to, stile_arena *arena, json_t **out,
                              stile_error *err) STILE_MUST_CHECK;

#endif
