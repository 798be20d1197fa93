/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a text that tells which readings it can have at all. Most honest text has one: the
 * makers of the others are spared it. What a survey rules out, the maker would not have found; the
 * tests hold it to that. */
#ifndef STILE_SCAN_VIEW_SURVEY_H
#define STILE_SCAN_VIEW_SURVEY_H

#include <stdbool.h>

#include "stile/slice.h"

typedef struct stile_view_survey {
    bool ascii;   /* nothing else is in it */
    bool control; /* ESC */
    bool markup;  /* '<' or ']' */
    bool spaced;  /* lone letters close together, or what is not ASCII */
    bool leet;    /* digits or signs beside letters, twice */
} stile_view_survey;

stile_view_survey stile_view_survey_of(stile_slice text);

#endif
