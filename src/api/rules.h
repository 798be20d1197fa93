/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on uploaded rule packs, as the table of routes runs them. docs/api.md has the shapes;
 * plane/packs.h the life of a pack. */
#ifndef STILE_API_RULES_H
#define STILE_API_RULES_H

#include "api/route.h"
#include "plane/packs.h"

#define STILE_API_RUNS(name)                                                                       \
    stile_status name(const stile_api *api, const stile_api_call *call, stile_buf *out,            \
                      stile_error *err) STILE_MUST_CHECK

/* Who sees packs: whoever has `findings` or one of the `rules:` scopes. */
STILE_API_RUNS(stile_api_rules_status);  /* what is in force, in shadow, on trial */
STILE_API_RUNS(stile_api_packs_list);    /* the newest version of each pack */
STILE_API_RUNS(stile_api_pack_versions); /* every version of one */
STILE_API_RUNS(stile_api_pack_get);      /* one version with its text */
STILE_API_RUNS(stile_api_pack_diff);     /* ?from=&to= */
STILE_API_RUNS(stile_api_rescan);        /* the last rescan, as far as the clearance reaches */
STILE_API_RUNS(stile_api_pack_figures);  /* what its shadow would change, for the caller's eyes */

/* rules:write */
STILE_API_RUNS(stile_api_pack_upload); /* {"text", "note"?} */
STILE_API_RUNS(stile_api_pack_test);
STILE_API_RUNS(stile_api_pack_shadow); /* {"on"?: true} */
/* rules:approve */
STILE_API_RUNS(stile_api_pack_approve);
/* rules:promote */
STILE_API_RUNS(stile_api_pack_promote);
STILE_API_RUNS(stile_api_pack_rollback);

/* Between the files of these operations. */
json_t *stile_api_pack_json(const stile_pack *pack);
/* Authenticate, narrowed by ?clearance=; `scope` STILE_SCOPE_COUNT: a viewer's. */
stile_status stile_api_rules_enter(const stile_api *api, const stile_api_call *call,
                                   const char *action, stile_scope scope, stile_arena *arena,
                                   stile_caller *caller, stile_error *err) STILE_MUST_CHECK;
/* Decimal, from 1. */
stile_status stile_api_version_of(stile_slice text, uint32_t *out,
                                  stile_error *err) STILE_MUST_CHECK;

#endif
