/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the classifier's file (docs/formats/classifier.md), and changing its levels. */
#ifndef STILE_TRAIN_MODEL_FILE_H
#define STILE_TRAIN_MODEL_FILE_H

#include "classifiers/linear.h"
#include "train/calibration.h"
#include "train/fit.h"

/* Weights become whole units of the greatest one's 127th part. `network` is the section of a model whose
 * weights these were, or empty. Replaces `path` in one step. */
stile_status stile_train_model_write(const char *path, const stile_train_weights *weights,
                                     uint32_t bits, stile_train_shape shape,
                                     const stile_train_levels *levels, stile_slice network,
                                     stile_error *err) STILE_MUST_CHECK;

/* Write `label`, 1 to STILE_MAX_LABEL bytes, into the model at `path` instead of the one that it has:
 * the join of the labels of what it was fitted and calibrated on. */
stile_status stile_train_model_label(const char *path, stile_slice label,
                                     stile_error *err) STILE_MUST_CHECK;

/* A model's weights and bias in logits, as if they had just been fitted, and its shape, so that it can
 * be measured on a corpus of its bits and written with other levels. Caller releases the weights. */
stile_status stile_train_model_weights(const stile_linear *model, stile_train_weights *out,
                                       stile_train_shape *shape, stile_train_levels *levels,
                                       stile_error *err) STILE_MUST_CHECK;

#endif
