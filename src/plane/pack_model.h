/* SPDX-License-Identifier: Apache-2.0 */
/* What a classifier's versions need beside what every pack's do. A model is made of texts, so it
 * carries the join of their labels, and who moves it along must be cleared for that; and it must not
 * lose on the frozen set (plane/frozen.h) against what is in force. */
#ifndef STILE_PLANE_PACK_MODEL_H
#define STILE_PLANE_PACK_MODEL_H

#include "classifiers/linear.h"
#include "plane/packs.h"

/* The label of a model's bytes, which are checked. `*out` is the caller's to destroy; NULL: it has
 * none. STILE_INVALID for a label that does not parse here. */
stile_status stile_pack_model_label(const stile_plane *plane, stile_slice bytes, stile_label **out,
                                    stile_error *err) STILE_MUST_CHECK;
/* STILE_FORBIDDEN when the caller's clearance does not dominate it. */
stile_status stile_pack_model_admit(const stile_plane *plane, stile_slice bytes,
                                    const stile_caller *caller, stile_error *err) STILE_MUST_CHECK;
/* The same of a stored version; other packs pass. */
stile_status stile_pack_admit(stile_plane *plane, const stile_pack *pack,
                              const stile_caller *caller, stile_error *err) STILE_MUST_CHECK;

/* Try `candidate` against what is in force; each way in which it loses is a failure of the report. */
stile_status stile_pack_model_test(stile_plane *plane, const stile_pack *pack,
                                   stile_pack_report *report, stile_error *err) STILE_MUST_CHECK;
/* STILE_CONFLICT when it loses. */
stile_status stile_pack_model_judge(const stile_plane *plane, stile_policy *enforced,
                                    stile_policy *candidate, stile_error *err) STILE_MUST_CHECK;

#endif
