/* SPDX-License-Identifier: Apache-2.0 */
/* Stretches: what can be read of decoded bytes, most of which are no text. */
#ifndef STILE_SCAN_VIEW_STRETCH_H
#define STILE_SCAN_VIEW_STRETCH_H

#include <stdbool.h>

#include "stile/slice.h"

#define STILE_LEAST_STRETCH 8 /* bytes; a shorter one says nothing */

/* The end of the printable text from `at` on: what is not text parts one stretch from the next, so that no
 * control character thrown in makes prose pass for a blob. */
size_t stile_stretch_end(stile_slice s, size_t at);

/* Whether any stretch of these bytes may be long enough, NULs taken out: never false where one is. */
bool stile_may_have_stretch(stile_slice s);

/* Mostly letters and spaces, in words. */
bool stile_stretch_is_prose(stile_slice s);

#endif
