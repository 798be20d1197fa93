/* SPDX-License-Identifier: Apache-2.0 */
/* Characters that nobody sees: which of them have an honest use where they stand. */
#ifndef STILE_SCAN_INVISIBLE_H
#define STILE_SCAN_INVISIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"

/* Zero-width characters, soft hyphens, bidi controls, variation selectors, tag characters, and C0
 * and C1 controls other than tab, line feed and carriage return. */
bool stile_is_invisible(uint32_t cp);

/* Whether the invisible character at text[at..next) may stay: joiners inside emoji, Indic, Arabic and
 * Persian words; one variation selector behind a character that takes one; tags of a flag; marks of
 * right-to-left text; a leading BOM; a soft hyphen inside a word. */
bool stile_invisible_is_honest(stile_slice text, size_t at, size_t next, uint32_t cp);

/* Length of the terminal escape sequence at text[at] (ESC, or C1 CSI), 0 when there is none. */
size_t stile_escape_sequence(stile_slice text, size_t at);

#endif
