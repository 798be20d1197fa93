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

/* By the benign texts whose kind is not "benign-made". The threshold is the strictest of .1% of all,
 * .1% of each language that has a thousand (or texts in many easy ones would hide another's), and 1% of
 * each source that has a hundred. `low` is what .5% of all and of each such language reach; `sure` lies
 * four logits above the threshold. STILE_INVALID with fewer than a hundred benign texts. */
stile_status stile_train_calibrate(const stile_train_corpus *corpus, const double *scores,
                                   stile_train_levels *out, stile_error *err) STILE_MUST_CHECK;

/* {"benign": [{"source","language","n","flagged","low"}], "injected": [...]}: of each source and
 * language, how many texts reach the threshold and the low level. Caller json_decrefs. */
stile_status stile_train_table(const stile_train_corpus *corpus, const double *scores,
                               const stile_train_levels *levels, json_t **out,
                               stile_error *err) STILE_MUST_CHECK;

#endif
