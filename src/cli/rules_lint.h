/* SPDX-License-Identifier: Apache-2.0 */
/* `stile rules lint`, between rules.c and rules_lint.c. */
#ifndef STILE_CLI_RULES_LINT_H
#define STILE_CLI_RULES_LINT_H

#include "cli/options.h"

extern const stile_option stile_rules_lint_options[];
int stile_rules_run_lint(const stile_arguments *arguments);

#endif
