/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on the quarantine, as the table of routes runs them. Scope: quarantine. */
#ifndef STILE_API_QUARANTINE_H
#define STILE_API_QUARANTINE_H

#include "api/rules.h"
#include "query/quarantine.h"

STILE_API_RUNS(stile_api_quarantine_list); /* ?collection=&state=open|reviewed|all&after= */
STILE_API_RUNS(stile_api_quarantine_get);  /* one chunk, with its text */
/* {"pin","reason","days"?,"scope"?: "chunk"|"collection"} */
STILE_API_RUNS(stile_api_quarantine_release);
STILE_API_RUNS(stile_api_quarantine_confirm); /* {"pin","reason"} */
STILE_API_RUNS(stile_api_quarantine_reopen);  /* {"pin","reason","scope"?} */
/* {"pin","scope"?}: may be used for training, says another person than the reviewer. */
STILE_API_RUNS(stile_api_quarantine_approve);
/* ?collection=: the approved decisions as rows for `stile classifier train` */
STILE_API_RUNS(stile_api_quarantine_export);

/* Between the files of these operations. */
json_t *stile_api_quarantined_json(const stile_quarantined *chunk);
const char *stile_api_decision_name(stile_review_decision decision);

#endif
