/* SPDX-License-Identifier: Apache-2.0 */
/* What a judge's endpoint answers. */
#ifndef STILE_JUDGE_REPLY_H
#define STILE_JUDGE_REPLY_H

#include <stddef.h>

#include "stile/slice.h"
#include "stile/status.h"

/* {"scores":[...]}: one for each text, from 0 to 1; else STILE_UNAVAILABLE. Errors hold nothing of the
 * reply. */
stile_status stile_judge_reply_plain(stile_slice reply, size_t count, double *scores,
                                     stile_error *err) STILE_MUST_CHECK;

/* [[{"label","score"}...]...]: of each text, the score of `label`, which must be there once. */
stile_status stile_judge_reply_tei(stile_slice reply, const char *label, size_t count,
                                   double *scores, stile_error *err) STILE_MUST_CHECK;

#endif
