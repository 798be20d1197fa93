/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit log is told: who, what, on which data, under which policy. Bodies hold
 * references and digests, never document text, queries or secrets. */
#ifndef STILE_PLANE_RECORD_H
#define STILE_PLANE_RECORD_H

#include "base/json.h"
#include "plane/caller.h"

/* {"principal":..., "key":..., "clearance":...}; `caller` NULL: {"principal":null}. NULL when
 * memory ran out, which stile_record_append reports. */
json_t *stile_record_begin(const stile_caller *caller);
/* Append `body` (taken over, also on failure) and wait until it is durable. */
stile_status stile_record_append(stile_plane *plane, const char *event, json_t *body,
                                 stile_receipt *receipt, stile_error *err) STILE_MUST_CHECK;

/* Record a refusal, then give its status back: `status` when the record is durable, else the
 * audit log's own failure, which outranks it. `action` is what was refused ("retrieve"). */
stile_status stile_record_refusal(stile_plane *plane, const stile_caller *caller,
                                  const char *action, stile_status status,
                                  stile_error *err) STILE_MUST_CHECK;

#endif
