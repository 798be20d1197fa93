/* SPDX-License-Identifier: Apache-2.0 */
/* Help made from the command tables, and guesses at what a misspelling meant. */
#ifndef STILE_CLI_HELP_H
#define STILE_CLI_HELP_H

#include <stdio.h>

#include "cli/options.h"

/* Print a command's help; gives 0. `path` is how it was called ("stile label set"). */
int stile_help_print(FILE *stream, const stile_command *command, const char *path);

/* The name that a misspelt one is closest to, or NULL when none is close. */
const char *stile_help_nearest_command(const stile_command *parent, const char *name);
const char *stile_help_nearest_option(const stile_command *command, const char *name, size_t len);

#endif
