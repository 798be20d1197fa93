/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a finding stands in a quotation: what somebody reports, rather than says. A mark for people
 * who review, and for agents that write about attacks. It changes no verdict: anybody can put their
 * words in quotes. */
#ifndef STILE_SCAN_QUOTED_H
#define STILE_SCAN_QUOTED_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"

/* text[start, end) lies between quotation marks in one paragraph, in inline code, in a fenced block, or on
 * lines that begin with '>'. False in a JSON text, where everything stands in quotes. */
bool stile_is_quoted(stile_slice text, uint32_t start, uint32_t end);

/* The shortest stretch between quotation marks that holds text[start, end), in its paragraph: [from, to),
 * without the marks. False when there is none. Looks in JSON too. */
bool stile_quoted_between(stile_slice text, uint32_t start, uint32_t end, uint32_t *from,
                          uint32_t *to);

/* Where one quotation holds at least half of text[*start, *end), and not all, only what it holds is left of
 * the span. */
void stile_quoted_part(stile_slice text, uint32_t *start, uint32_t *end);

#endif
