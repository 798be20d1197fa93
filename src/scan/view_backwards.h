/* SPDX-License-Identifier: Apache-2.0 */
/* Text whose words stand in reversed order. */
#ifndef STILE_SCAN_VIEW_BACKWARDS_H
#define STILE_SCAN_VIEW_BACKWARDS_H

#include "scan/view_build.h"

/* Whether any sentence of a normalized text looks so. English only. */
bool stile_is_backwards(stile_slice text);

/* Appends the words of `text` from the last to the first, and what parts them. */
void stile_add_backwards(stile_view_builder *b, stile_slice text);

#endif
