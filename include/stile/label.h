/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and clearances: who may read what.
 *
 * A label is `level` or `level//expression`: "confidential//hr&(eu|us)". Levels are an ordered
 * list; the expression is Apache Accumulo's access-expression grammar (tokens, &, |,
 * parentheses, quoted tokens; & and | mix only with parentheses; no NOT). A clearance is a level
 * and a set of tokens: "confidential//hr,eu". It dominates a label when its level is at least
 * the label's and its tokens satisfy the expression.
 *
 * Labels and clearances are immutable once made, so any thread may read them. */
#ifndef STILE_LABEL_H
#define STILE_LABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/limits.h"
#include "stile/slice.h"
#include "stile/status.h"

/* The ordered levels, lowest first. */
typedef struct stile_levels stile_levels;

/* Names are [a-z0-9_-]+, distinct, at least one, at most STILE_MAX_LEVELS. Caller destroys. */
stile_status stile_levels_create(const char *const *names, size_t count, stile_levels **out,
                                 stile_error *err) STILE_MUST_CHECK;
/* public < internal < confidential < restricted */
stile_status stile_levels_create_default(stile_levels **out, stile_error *err) STILE_MUST_CHECK;
void stile_levels_destroy(stile_levels *levels);
size_t stile_levels_count(const stile_levels *levels);
/* NUL-terminated; `rank` < count. */
const char *stile_levels_name(const stile_levels *levels, size_t rank);
/* Rank of a name, or -1. */
int stile_levels_rank(const stile_levels *levels, stile_slice name);

/* A parsed label. */
typedef struct stile_label stile_label;

/* STILE_INVALID or STILE_TOO_LARGE with the byte position of the fault:
 * "label: at byte 17: expected a token". Caller destroys; `levels` must outlive it. */
stile_status stile_label_parse(const stile_levels *levels, stile_slice text, stile_label **out,
                               stile_error *err) STILE_MUST_CHECK;
void stile_label_destroy(stile_label *label);
/* The canonical form (flattened, sorted, deduplicated, absorbed only where the text is the
 * same); NUL-terminated, borrowed from the label. parse(text) gives an equal label. */
stile_slice stile_label_text(const stile_label *label);
size_t stile_label_rank(const stile_label *label);
/* The label of an answer built from all of them: the highest level, and the conjunction of the
 * expressions. With count 0: the lowest level. It may be longer than a label that is parsed: up to
 * STILE_MAX_K parsed labels always join; STILE_TOO_LARGE past that: refuse, never shorten. */
stile_status stile_label_join(const stile_levels *levels, const stile_label *const *labels,
                              size_t count, stile_label **out, stile_error *err) STILE_MUST_CHECK;

/* A level and a set of tokens. */
typedef struct stile_clearance stile_clearance;

/* `level`, or `level//token,token,...` (& may stand for the comma; tokens may be quoted as in
 * labels). Caller destroys. */
stile_status stile_clearance_parse(const stile_levels *levels, stile_slice text,
                                   stile_clearance **out, stile_error *err) STILE_MUST_CHECK;
void stile_clearance_destroy(stile_clearance *clearance);
/* Canonical: tokens sorted, distinct, comma-separated. Borrowed; NUL-terminated. */
stile_slice stile_clearance_text(const stile_clearance *clearance);
/* What both allow: the lower level, the tokens in both (user ∩ agent ∩ token scope). */
stile_status stile_clearance_meet(const stile_levels *levels, const stile_clearance *a,
                                  const stile_clearance *b, stile_clearance **out,
                                  stile_error *err) STILE_MUST_CHECK;

/* Whether `clearance` dominates `label`. Total, allocates nothing. NULL on either side: false. */
bool stile_clearance_dominates(const stile_clearance *clearance, const stile_label *label);

#endif
