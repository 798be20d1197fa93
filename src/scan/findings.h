/* SPDX-License-Identifier: Apache-2.0 */
/* What findings of one input come to, together: which of them count, what they weigh, what they leave.
 * Pure functions of their arguments. */
#ifndef STILE_SCAN_FINDINGS_H
#define STILE_SCAN_FINDINGS_H

#include "scan/scan.h"

/* Sort by field and place. One finding stays for a rule at one place, the weightiest, whichever views
 * saw it. */
void stile_findings_settle(stile_finding *findings, size_t *count);

/* 1 - prod(1 - w): each rule once, at its strongest; all but the strongest of a family at half. */
double stile_findings_score(const stile_finding *findings, size_t count);

/* Whether no finding says to withhold the whole, and cutting out what was found leaves at least 10% of
 * the text's words. */
bool stile_findings_leave_enough(stile_slice text, const stile_finding *findings, size_t count);

/* Add to the verdict what was found in `left`, which stile_release_text made of `text` under it, each
 * finding at the place of the text that it came from. `*more` tells whether anything was added: nothing
 * can be when neutralizing changed places on the way. The verdict's findings lie in the arena. */
stile_status stile_findings_add_left(stile_verdict *verdict, stile_slice text, stile_slice left,
                                     const stile_finding *found, size_t count, stile_arena *arena,
                                     bool *more, stile_error *err) STILE_MUST_CHECK;

#endif
