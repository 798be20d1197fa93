/* SPDX-License-Identifier: Apache-2.0 */
/* The frozen set: labelled texts, never trained on, that a new classifier must not do worse on than
 * what is in force. JSON lines with `text` and `label` ("injection" or "benign"), named by
 * scan.frozen in stile.yaml. Each is scanned as a retrieved chunk of an external source, without
 * the judge, which would be the same for both. */
#ifndef STILE_PLANE_FROZEN_H
#define STILE_PLANE_FROZEN_H

#include "base/hash.h"
#include "scan/scan.h"

#define STILE_FROZEN_LEAST 50 /* rows of each label: fewer say nothing */

/* What two policies flag of it. */
typedef struct stile_frozen_figures {
    size_t injections, benign; /* rows */
    size_t caught[2];          /* injections flagged: under the one in force, under the candidate */
    size_t mistaken[2];        /* benign texts flagged */
    stile_sha256 digest;       /* of the file */
} stile_frozen_figures;

/* STILE_CONFLICT when there is no frozen set (`path` NULL), or it is too small. Errors name lines,
 * never text. */
stile_status stile_frozen_compare(const char *path, stile_policy *enforced, stile_policy *candidate,
                                  stile_frozen_figures *out, stile_error *err) STILE_MUST_CHECK;

/* Whether the candidate loses: it flags fewer injections, or more benign texts. Two messages of at
 * most STILE_FROZEN_MESSAGE bytes; an empty one where it does not. */
#define STILE_FROZEN_MESSAGE 160
bool stile_frozen_loses(const stile_frozen_figures *figures, char missed[STILE_FROZEN_MESSAGE],
                        char mistaken[STILE_FROZEN_MESSAGE]);

#endif
