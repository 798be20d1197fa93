/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with rules that load: found before they are put in force. */
#ifndef STILE_SCAN_RULES_LINT_H
#define STILE_SCAN_RULES_LINT_H

#include "scan/scan.h"

typedef struct stile_lint_problem {
    bool error;       /* else a warning */
    const char *code; /* "examples", "duplicate", "unreachable", "bytes", "catastrophic" */
    size_t rule;      /* index in the policy */
    const char *what; /* valid during the call */
} stile_lint_problem;

typedef void (*stile_lint_report)(void *ctx, const stile_lint_problem *problem);

/* What a rule's pattern costs, PCRE2 alone. Times, so another machine gives others: they are shown,
 * and decide nothing. Zeros for a combination. */
typedef struct stile_lint_cost {
    double compile_ms;
    double worst_mb_per_s; /* over the text made for it that took longest */
    /* No byte that a match needs is known: the pattern is tried wherever it may begin, in every text. */
    bool everywhere;
    /* The match limit was reached. This decides, and is the same everywhere. */
    bool limit;
    char hard[128]; /* on which text: how it begins, and what is repeated behind that */
} stile_lint_cost;

/* Run the examples, and compare the rules: failing or missing examples, duplicates, rules that
 * cannot give a finding. */
stile_status stile_rules_lint(stile_policy *policy, stile_lint_report report, void *ctx,
                              stile_error *err) STILE_MUST_CHECK;

/* Match rule `i` against texts made to be hard for it: its own literals and examples, repeated, cut
 * short, and followed by long runs. */
stile_status stile_rules_lint_cost(const stile_policy *policy, size_t i, stile_lint_cost *out,
                                   stile_error *err) STILE_MUST_CHECK;

#endif
