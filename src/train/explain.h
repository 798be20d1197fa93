/* SPDX-License-Identifier: Apache-2.0 */
/* Why the classifier said what it said of one text: the passages, and in each the words that weighed
 * most. The answer holds words of the text, so it is for those cleared to read it. */
#ifndef STILE_TRAIN_EXPLAIN_H
#define STILE_TRAIN_EXPLAIN_H

#include <jansson.h>

#include "classifiers/linear.h"
#include "stile/document.h"

/* {"score","weight","views":[{"view","how","score","passages":[{"score","weight","span":{"start",
 * "end"},"features":[{"feature","kind","logits"}]}]}],"misplaced":[{"score","weight","span","sentence",
 * "features":{name:count}}]}: spans are bytes of `text`; of each passage up to `most` features, the
 * weightiest for an injection first; of each misplaced sentence those that are not zero. Caller
 * json_decrefs. */
stile_status stile_train_explain(const stile_linear *model, stile_slice text, stile_format format,
                                 size_t most, json_t **out, stile_error *err) STILE_MUST_CHECK;

#endif
