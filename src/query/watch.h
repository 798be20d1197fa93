/* SPDX-License-Identifier: Apache-2.0 */
/* The policy in force compared with others over live traffic, once the answer is made: with the
 * pack in shadow, whose differences are counted, and with the policy before a promotion that is
 * still on trial, which a spike of withheld chunks rolls back. */
#ifndef STILE_QUERY_WATCH_H
#define STILE_QUERY_WATCH_H

#include "query/released.h"

/* Never fails an answer: what goes wrong is logged. Call without the gate held. */
void stile_watch_released(stile_plane *plane, const stile_view *view,
                          const stile_released *released, size_t count, stile_arena *arena);

#endif
