/* SPDX-License-Identifier: Apache-2.0 */
/* Between packs.c, which reads, and pack_steps.c, which changes. */
#ifndef STILE_PLANE_PACKS_INTERNAL_H
#define STILE_PLANE_PACKS_INTERNAL_H

#include "base/log.h"
#include "plane/internal.h"
#include "plane/packs.h"

stile_status stile_pack_name_check(stile_slice name, stile_error *err) STILE_MUST_CHECK;
stile_status stile_pack_copy(const stile_pack *pack, stile_arena *arena, stile_pack *out,
                             stile_error *err) STILE_MUST_CHECK;

/* The policy of the active packs, with `instead` (or NULL) in place of what is active under its
 * name, and nothing under the name `without` (or empty). */
stile_status stile_packs_policy(stile_plane *plane, const stile_pack *instead, stile_slice without,
                                stile_policy **out, stile_error *err) STILE_MUST_CHECK;
/* The shadow as the store has it, built beside what is active now; none when it is of the pack
 * `without`. */
stile_status stile_packs_shadow(stile_plane *plane, stile_slice without, stile_shadow *out,
                                stile_error *err) STILE_MUST_CHECK;

#endif
