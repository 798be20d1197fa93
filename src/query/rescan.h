/* SPDX-License-Identifier: Apache-2.0 */
/* Rescanning every chunk after a change of the policy, so that no reader has to wait for it. What a
 * reader asks for before the rescan came to it is scanned then; the rescan releases nothing.
 *
 * A job walks the documents by docref, in steps that are stored with what they found, and goes on
 * after a restart where the last stored step ended. When the policy changes meanwhile, the job is
 * superseded and another one begins. */
#ifndef STILE_QUERY_RESCAN_H
#define STILE_QUERY_RESCAN_H

#include <stdatomic.h>

#include "plane/caller.h"
#include "store/job_record.h"

/* Run to the end of a job for the policy in force, or until `*stop`: begins one, or goes on with the
 * last one. `each` (or NULL) hears after each step; a job that is done already is not run again.
 * `*out` is the job as it is then. Only one thread at a time runs jobs. */
typedef void (*stile_rescan_each)(void *ctx, const stile_job *job);
stile_status stile_rescan_run(stile_plane *plane, atomic_bool *stop, stile_rescan_each each,
                              void *ctx, stile_job *out, stile_error *err) STILE_MUST_CHECK;

/* How far it is: the share of the space of docrefs, which are hashes. So it tells nothing of how
 * many documents there are. */
double stile_rescan_position(const stile_job *job);

/* The last job; STILE_NOT_FOUND when there was none. */
stile_status stile_rescan_last(stile_plane *plane, stile_job *out,
                               stile_error *err) STILE_MUST_CHECK;
/* What it found, under the labels that the clearance dominates. */
typedef stile_status (*stile_rescan_tally_each)(void *ctx, const stile_label *label,
                                                const stile_job_tally *tally, stile_error *err);
stile_status stile_rescan_tallies(stile_plane *plane, const stile_job *job,
                                  const stile_clearance *clearance, stile_rescan_tally_each each,
                                  void *ctx, stile_error *err) STILE_MUST_CHECK;

/* A thread that looks once a second whether the policy in force has a job that is done, and runs one
 * if not, at most scan.rescan_rate documents a second. */
typedef struct stile_rescanner stile_rescanner;
stile_status stile_rescanner_create(stile_plane *plane, stile_rescanner **out,
                                    stile_error *err) STILE_MUST_CHECK;
void stile_rescanner_destroy(stile_rescanner *rescanner); /* stops and waits; NULL is harmless */

#endif
