/* SPDX-License-Identifier: Apache-2.0 */
/* Reach: how long a match of a pattern may be, worked out of its syntax. What is not understood has no
 * bound, so that none is ever made up. */
#ifndef STILE_CLASSIFIERS_REACH_H
#define STILE_CLASSIFIERS_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/slice.h"

/* A match has at most `bytes`, and what `words` runs of bytes that are no blanks (' ') have, and `gaps` runs of
 * bytes that are of no word (neither ASCII letters and digits nor '_'): what "\S+" and "\w+", and what "\W+"
 * may take at most. */
typedef struct stile_reach {
    uint32_t bytes, words, gaps;
    bool bounded; /* false: there is no bound, and the numbers say nothing */
} stile_reach;

/* Of a pattern as stile_pattern_compile takes it. */
stile_reach stile_reach_of(stile_slice pattern);

#define STILE_RUNS 24

/* What the longest of such runs of a text have together: words[n] the n longest. */
typedef struct stile_runs {
    uint32_t words[STILE_RUNS + 1], gaps[STILE_RUNS + 1];
} stile_runs;
void stile_runs_of(stile_slice text, stile_runs *out);

/* The most bytes of a match in a text with such runs; UINT32_MAX: no bound. */
uint32_t stile_reach_within(const stile_reach *reach, const stile_runs *runs);

#endif
