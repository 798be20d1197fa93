/* SPDX-License-Identifier: Apache-2.0 */
/* Where a score begins to matter: from the scores of texts that the model has not seen to the three
 * levels of the model's file, and the tables that say what they catch and what they cost. */
#ifndef STILE_TRAIN_CALIBRATION_H
#define STILE_TRAIN_CALIBRATION_H

#include <jansson.h>

#include "train/corpus.h"

/* In logits; see docs/formats/classifier.md, "Score". */
typedef struct stile_train_levels {
    double low, threshold, sure;
} stile_train_levels;

/* The threshold is the stricter of .1% of all benign texts and 1% of the worst source that has a
 * hundred of them; `low` is what .5% of them reach; `sure` lies as far above any benign score as
 * there is room for doubt. STILE_INVALID with fewer than a hundred benign texts. */
stile_status stile_train_calibrate(const stile_train_corpus *corpus, const double *scores,
                                   stile_train_levels *out, stile_error *err) STILE_MUST_CHECK;

/* {"benign": [{"source","language","n","flagged","low"}], "injected": [...]}: of each source and
 * language, how many texts reach the threshold and the low level. Caller json_decrefs. */
stile_status stile_train_table(const stile_train_corpus *corpus, const double *scores,
                               const stile_train_levels *levels, json_t **out,
                               stile_error *err) STILE_MUST_CHECK;

#endif
