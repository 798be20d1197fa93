/* SPDX-License-Identifier: Apache-2.0 */
/* Vocabulary of one pack: patterns with a name, for other patterns of the pack to use as {{name}}. */
#ifndef STILE_CLASSIFIERS_RULES_DEFINE_H
#define STILE_CLASSIFIERS_RULES_DEFINE_H

#include "classifiers/rules_read.h"

/* Give `name` to the alternatives `words`, each a pattern, which may use names given before. `line`
 * is where errors point. */
stile_status stile_rules_define(stile_rules_loader *l, size_t line, stile_slice name,
                                const stile_slice *words, size_t count) STILE_MUST_CHECK;

/* `*pattern` with each {{name}} in it replaced by (?:what was given that name). A name that was not
 * given is an error: left standing, it would match nothing and the rule be weaker than it looks. */
stile_status stile_rules_expand(stile_rules_loader *l, size_t line,
                                stile_slice *pattern) STILE_MUST_CHECK;

#endif
