/* SPDX-License-Identifier: Apache-2.0 */
/* Between packs.c, which reads, and pack_draft.c, pack_steps.c and pack_commit.c, which change. */
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

/* What one step writes. */
typedef struct stile_pack_change {
    const char *event;
    const stile_caller *caller; /* NULL: stile itself */
    const stile_pack *packs;    /* changed records; the first is the step's own */
    size_t count;
    const stile_slice *text;         /* of a new version, or NULL */
    stile_policy *policy;            /* put in force with it; NULL: nothing changes there */
    const stile_pack_report *report; /* of a test, for the record; or NULL */
} stile_pack_change;
/* Record it, write it, put it in force. */
stile_status stile_pack_commit(stile_plane *plane, const stile_pack_change *c,
                               stile_error *err) STILE_MUST_CHECK;
/* Record it alone: a step that was taken and changed nothing. */
stile_status stile_pack_record(stile_plane *plane, const stile_pack_change *c,
                               stile_error *err) STILE_MUST_CHECK;

/* The step's record, when its entity tag is current. Under policy_lock, as the rest. */
stile_status stile_pack_begin(stile_plane *plane, const stile_pack_step *step, stile_arena *arena,
                              stile_pack *pack, stile_error *err) STILE_MUST_CHECK;
stile_status stile_pack_check_match(stile_slice if_match, const stile_pack *pack,
                                    stile_error *err) STILE_MUST_CHECK;
/* STILE_CONFLICT: "... is draft; this step wants tested". */
stile_status stile_pack_wrong_state(const stile_pack *pack, const char *wanted, stile_error *err);
/* Into another state, or the same: a new revision. */
void stile_pack_turn(stile_pack *pack, stile_pack_state state);

#endif
