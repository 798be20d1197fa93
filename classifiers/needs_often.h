/* SPDX-License-Identifier: Apache-2.0 */
/* How often a literal is found in honest text: an estimate, by which of what a pattern needs the rarest is
 * looked for. Made of how often words stand in the documentation of packages (tools/words). A wrong
 * estimate costs time and nothing else. */
#ifndef STILE_CLASSIFIERS_NEEDS_OFTEN_H
#define STILE_CLASSIFIERS_NEEDS_OFTEN_H

#include "classifiers/needs.h"

/* In 1,000 bytes of text in ASCII; of literals that such text cannot hold, how they compare. */
double stile_literal_often(const stile_literal *literal);

#endif
