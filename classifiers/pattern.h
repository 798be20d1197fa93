/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled patterns and their matching under a work budget. pattern.c is the only user of PCRE2.
 *
 * Patterns are bytes, caseless, without UTF or UCP: the views make both unnecessary, and twelve
 * rules that took 41.6 s to compile with them take 1.3 s without. Budgets count work, so a verdict
 * is the same on every machine. */
#ifndef STILE_CLASSIFIERS_PATTERN_H
#define STILE_CLASSIFIERS_PATTERN_H

#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

#define STILE_MAX_PATTERN 8192 /* bytes of one pattern */

typedef struct stile_pattern stile_pattern; /* immutable, thread-safe */
typedef struct stile_matcher stile_matcher; /* one thread's scratch for any pattern */

/* STILE_INVALID with the offset in the pattern. */
stile_status stile_pattern_compile(stile_slice text, stile_pattern **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_pattern_destroy(stile_pattern *pattern);

stile_status stile_matcher_create(stile_matcher **out, stile_error *err) STILE_MUST_CHECK;
void stile_matcher_destroy(stile_matcher *matcher);

typedef enum { STILE_MATCH_NONE, STILE_MATCH_FOUND, STILE_MATCH_LIMIT } stile_match;

/* The first match at or after `from`. LIMIT means that the work allowed to one call ran out: not
 * a miss, and to be reported. */
stile_match stile_pattern_match(const stile_pattern *pattern, stile_matcher *matcher,
                                stile_slice text, size_t from, size_t *start, size_t *end);

/* The same for a match that starts at text[last] at the latest. */
stile_match stile_pattern_match_within(const stile_pattern *pattern, stile_matcher *matcher,
                                       stile_slice text, size_t from, size_t last, size_t *start,
                                       size_t *end);

/* PCRE2's version, part of the scan version. */
const char *stile_pattern_version(void);

#endif
