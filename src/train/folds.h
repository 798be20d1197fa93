/* SPDX-License-Identifier: Apache-2.0 */
/* Leave one source out: every text scored by a model that saw neither its source nor any source that
 * shares a payload or a carrier with it. That is what deployment looks like; a random split is not,
 * and set a threshold that gave ten times the false positives elsewhere. */
#ifndef STILE_TRAIN_FOLDS_H
#define STILE_TRAIN_FOLDS_H

#include "train/fit.h"

#define STILE_TRAIN_MAX_JOBS 64

typedef struct stile_train_folds {
    uint32_t *of; /* owned; a text: its fold */
    uint32_t count;
} stile_train_folds;

/* Sources that share payloads or groups fall into one fold. Sources without injections are dealt over
 * `benign_folds` folds of about the same size, so that a corpus of many small ones needs few fits. */
stile_status stile_train_folds_make(const stile_train_corpus *corpus, uint32_t benign_folds,
                                    stile_train_folds *out, stile_error *err) STILE_MUST_CHECK;
void stile_train_folds_release(stile_train_folds *folds);

/* scores[i]: of text i by the model fitted without its fold. Fits run on `jobs` threads, each with a
 * matrix of its own; the scores are the same for any number. `fitted` is called behind each fit, by
 * one thread at a time. */
typedef void (*stile_train_progress)(void *ctx, uint64_t fits);
stile_status stile_train_folds_score(const stile_train_corpus *corpus,
                                     const stile_train_folds *folds,
                                     const stile_train_options *options, unsigned jobs,
                                     stile_train_progress fitted, void *ctx, double *scores,
                                     stile_error *err) STILE_MUST_CHECK;

#endif
