/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `stile classifier` share: reading texts, printing tables, and the subcommands
 * that start from a model. */
#ifndef STILE_CLI_CLASSIFIER_H
#define STILE_CLI_CLASSIFIER_H

#include "cli/options.h"
#include "train/calibration.h"

/* Every positional argument into the corpus, with a progress bar. */
stile_status stile_classifier_read(const stile_arguments *arguments, stile_train_corpus *corpus,
                                   stile_error *err) STILE_MUST_CHECK;

/* How each source fared, as a table or as JSON; adds the levels to `table`. Gives the exit code. */
int stile_classifier_print(const stile_arguments *arguments, json_t *table,
                           const stile_train_levels *levels);

/* {"row","source","label","score"} a line, in the order that the rows were read. */
stile_status stile_classifier_write_scores(const char *path, const stile_train_corpus *corpus,
                                           const double *scores, stile_error *err) STILE_MUST_CHECK;

/* Put the join of the rows' labels and of `before` (empty: none) into the model at `path`; without
 * any, leave it as it is. A model whose label cannot be told is removed. */
stile_status stile_classifier_put_label(const stile_arguments *arguments, const char *path,
                                        const stile_train_corpus *corpus, stile_slice before,
                                        stile_error *err) STILE_MUST_CHECK;

extern const stile_option stile_classifier_model_options[]; /* of calibrate and eval */
extern const stile_option stile_classifier_explain_options[];
int stile_classifier_calibrate(const stile_arguments *arguments);
int stile_classifier_eval(const stile_arguments *arguments);
int stile_classifier_explain(const stile_arguments *arguments);

#endif
