/* SPDX-License-Identifier: Apache-2.0 */
/* The dead rows of one segment: a CRoaring bitmap, immutable once published, copied on write.
 * tombstones.c is the only user of CRoaring. */
#ifndef STILE_INDEXES_TOMBSTONES_H
#define STILE_INDEXES_TOMBSTONES_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/arena.h"
#include "stile/status.h"

typedef struct stile_tombstones stile_tombstones; /* refcounted; NULL stands for none */

/* A private copy of `base` (may be NULL), to add rows to. Caller unrefs. */
stile_status stile_tombstones_copy(const stile_tombstones *base, stile_tombstones **out,
                                   stile_error *err) STILE_MUST_CHECK;
stile_tombstones *stile_tombstones_ref(stile_tombstones *dead);
void stile_tombstones_unref(stile_tombstones *dead);

/* Only on a private copy. */
void stile_tombstones_add(stile_tombstones *dead, uint32_t row);
bool stile_tombstones_has(const stile_tombstones *dead, uint32_t row);
uint32_t stile_tombstones_count(const stile_tombstones *dead);

/* The dead rows in [first, first + rows), ascending and relative to `first`, in `arena`; `*out`
 * is NULL when there are none. */
stile_status stile_tombstones_range(const stile_tombstones *dead, uint32_t first, uint32_t rows,
                                    stile_arena *arena, const uint32_t **out, uint32_t *count,
                                    stile_error *err) STILE_MUST_CHECK;

#endif
