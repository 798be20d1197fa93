/* SPDX-License-Identifier: Apache-2.0 */
/* What every operation does: know the caller, and write its JSON. */
#ifndef STILE_API_REPLY_H
#define STILE_API_REPLY_H

#include "api/api.h"

/* Authenticate and check a scope; a refusal is recorded under `action`. */
stile_status stile_api_enter(const stile_api *api, const char *action, stile_scope scope,
                             stile_arena *arena, stile_caller *caller,
                             stile_error *err) STILE_MUST_CHECK;

/* Append `json` (taken over; NULL: out of memory). */
stile_status stile_api_reply(json_t *json, stile_buf *out, stile_error *err) STILE_MUST_CHECK;

/* Record a change in the audit log: `event`, the caller, and `details`' members (taken over). */
stile_status stile_api_record(const stile_api *api, const stile_caller *caller, const char *event,
                              json_t *details, stile_error *err) STILE_MUST_CHECK;

/* A time as RFC 3339, or null for 0. */
json_t *stile_api_time(uint64_t ms);

#endif
