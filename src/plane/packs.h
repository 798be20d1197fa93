/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an uploaded pack of rules, or of a classifier (STILE_MODEL_PACK):
 *
 *     upload -> draft -> test -> tested -> shadow -> approve -> promote -> active -> roll back
 *
 * Every version is kept. The policy in force is the shipped packs and the active version of each
 * uploaded one. Author and approver are two principals; scopes are checked by the caller of these
 * functions, persons and states here. Each step is in the audit log before it takes effect.
 *
 * A classifier is tested on the frozen set, against what is in force: at `test`, and once more when it
 * is promoted. Uploading, approving and promoting one takes a clearance that dominates its label. */
#ifndef STILE_PLANE_PACKS_H
#define STILE_PLANE_PACKS_H

#include "plane/caller.h"
#include "store/pack_record.h"

/* One version, or the newest (`version` 0). Borrows from `arena`. */
stile_status stile_plane_pack(stile_plane *plane, stile_slice name, uint32_t version,
                              stile_arena *arena, stile_pack *out,
                              stile_error *err) STILE_MUST_CHECK;
/* Its YAML, or a classifier's bytes, checked against the record's digest. */
stile_status stile_plane_pack_text(stile_plane *plane, const stile_pack *pack, stile_arena *arena,
                                   stile_slice *out, stile_error *err) STILE_MUST_CHECK;
/* Every version of `name` (empty: of every pack), by name and version. */
typedef stile_status (*stile_pack_each)(void *ctx, const stile_pack *pack, stile_error *err);
stile_status stile_plane_packs(stile_plane *plane, stile_slice name, stile_pack_each each,
                               void *ctx, stile_error *err) STILE_MUST_CHECK;

/* The entity tag of a version: "\"VERSION.REVISION\"". */
#define STILE_ETAG_LEN 32
void stile_pack_etag(const stile_pack *pack, char out[STILE_ETAG_LEN]);

/* One step of one version. `if_match` is an entity tag, "*", or empty: whatever it is now. Steps
 * give STILE_STALE when it does not match, STILE_CONFLICT when the state does not allow the step,
 * and otherwise the record as it is then. */
typedef struct stile_pack_step {
    const stile_caller *caller;
    stile_slice name;
    uint32_t version;
    stile_slice if_match;
} stile_pack_step;

/* A new version, a draft. Rules must compile beside the shipped packs, a classifier be whole. `if_match` then speaks of the
 * newest version. `step->version` is not read. */
stile_status stile_plane_pack_upload(stile_plane *plane, const stile_pack_step *step,
                                     stile_slice text, stile_slice note, stile_arena *arena,
                                     stile_pack *out, stile_error *err) STILE_MUST_CHECK;

/* Run its examples and the linter (scan/rules_lint.h) over its rules. Each rule but signals needs
 * an example of each kind; errors of the linter and patterns that meet the match limit are failures.
 * With none, the draft is tested. */
typedef struct stile_pack_report {
    stile_rules_report each; /* or NULL */
    void *ctx;
    size_t tried, failed; /* results */
} stile_pack_report;
stile_status stile_plane_pack_test(stile_plane *plane, const stile_pack_step *step,
                                   stile_pack_report *report, stile_arena *arena, stile_pack *out,
                                   stile_error *err) STILE_MUST_CHECK;

/* Into shadow, or out of it again. One version at a time is in shadow. */
stile_status stile_plane_pack_shadow(stile_plane *plane, const stile_pack_step *step, bool on,
                                     stile_arena *arena, stile_pack *out,
                                     stile_error *err) STILE_MUST_CHECK;
/* By another principal than the author: STILE_FORBIDDEN. */
stile_status stile_plane_pack_approve(stile_plane *plane, const stile_pack_step *step,
                                      stile_arena *arena, stile_pack *out,
                                      stile_error *err) STILE_MUST_CHECK;
/* From shadow, approved, with the figures that the caller's clearance dominates within bounds:
 * scan.shadow_least and scan.withheld_rise of the configuration. */
stile_status stile_plane_pack_promote(stile_plane *plane, const stile_pack_step *step,
                                      stile_arena *arena, stile_pack *out,
                                      stile_error *err) STILE_MUST_CHECK;
/* The version that was active before it, if any, is active again. `step->caller` NULL: stile
 * itself, after a spike. */
stile_status stile_plane_pack_rollback(stile_plane *plane, const stile_pack_step *step,
                                       stile_arena *arena, stile_pack *out,
                                       stile_error *err) STILE_MUST_CHECK;

#endif
