/* SPDX-License-Identifier: Apache-2.0 */
/* Inline styles: whether one hides its element. */
#ifndef STILE_SCAN_VIEW_STYLE_H
#define STILE_SCAN_VIEW_STYLE_H

#include <stdbool.h>

#include "stile/slice.h"

/* Whether a reader of a page cannot see text under the declarations of this style attribute: not
 * displayed, of no size, transparent, as white as the page or of its background's colour, or moved out of
 * sight. White on a background of another colour is seen. */
bool stile_style_hides(stile_slice style);

#endif
