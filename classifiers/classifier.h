/* SPDX-License-Identifier: Apache-2.0 */
/* The classifier: how much a text reads like an instruction to the reader's agent. */
#ifndef STILE_CLASSIFIERS_CLASSIFIER_H
#define STILE_CLASSIFIERS_CLASSIFIER_H

#include <stdint.h>

#include "base/hash.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_classifier stile_classifier; /* immutable, thread-safe */

/* Weights of docs/formats/classifier.md. STILE_CORRUPT names the field that does not fit. */
stile_status stile_classifier_load(const char *path, stile_classifier **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_classifier_destroy(stile_classifier *classifier);
/* Digest of the whole file. */
const stile_sha256 *stile_classifier_hash(const stile_classifier *classifier);

/* The highest probability over the windows of `text` (a normalized view), 0 to 1, calibrated, and
 * the window that gave it. Depends on the text alone. */
double stile_classifier_score(const stile_classifier *classifier, stile_slice text, uint32_t *start,
                              uint32_t *end);

#endif
