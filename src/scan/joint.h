/* SPDX-License-Identifier: Apache-2.0 */
/* Joints: where a chunk's text meets its neighbours', and what may be found across. Nearly always nothing may:
 * a match is no longer than its pattern lets it be (classifiers/reach.h), so that one that crosses starts
 * close before the joint, and a combination lies within its distance of it. Only where something may is the
 * joined text scanned as a whole. */
#ifndef STILE_SCAN_JOINT_H
#define STILE_SCAN_JOINT_H

#include "scan/internal.h"

/* What of a policy's rules may cross a joint from how far. Immutable. */
stile_status stile_joint_plan_create(const stile_rules *rules, stile_joint_plan **out,
                                     stile_error *err) STILE_MUST_CHECK;
void stile_joint_plan_destroy(stile_joint_plan *plan);

/* Whether a hit in a normalized view may have come from both sides of one of the places `at` of the original.
 * False: stile_scan_hits_of would give none that has, but for the marks of budgets that run out away from
 * the joint, which is for the scan of the neighbour to tell. */
stile_status stile_joint_may_cross(stile_scanner *scanner, const stile_scan_view *view,
                                   const uint32_t at[2], bool *may,
                                   stile_error *err) STILE_MUST_CHECK;

#endif
