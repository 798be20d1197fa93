/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, from tables: commands (which may nest one level: "label set"), their options,
 * their help. Usage errors print one line and a hint to --help on stderr, and give exit code 2. */
#ifndef STILE_CLI_OPTIONS_H
#define STILE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct stile_option {
    const char *name;  /* "collection" for --collection; NULL ends a table */
    char letter;       /* 'k' for -k, or 0 */
    const char *value; /* name of the value in help ("LABEL"); NULL: a flag */
    const char *help;  /* one line */
    bool required;
} stile_option;

typedef struct stile_arguments stile_arguments;

typedef struct stile_command {
    const char *name;            /* NULL ends a table */
    const char *summary;         /* one line, for the list of commands */
    const char *usage;           /* "stile query --data DIR --collection NAME [options] TEXT" */
    const char *details;         /* paragraphs and examples, shown by --help */
    const stile_option *options; /* or NULL; every command also takes --help */
    const struct stile_command *subcommands;      /* or NULL */
    int (*run)(const stile_arguments *arguments); /* gives the exit code */
    size_t least, most; /* positional arguments; most 0: none; SIZE_MAX: any number */
} stile_command;

/* Find the command, parse, check required options and the number of positionals, run. Knows
 * --opt value, --opt=value, -k 5, -k5, "--", repeated options, --help anywhere, and suggests what
 * a misspelt command or option may have meant. */
int stile_commands_run(const stile_command *root, int argc, char **argv);

/* The last value given for an option, or NULL; whether a flag was given. Asking for an option that
 * the command's table has not is a programmer's mistake (assert). */
const char *stile_argument(const stile_arguments *arguments, const char *name);
bool stile_argument_flag(const stile_arguments *arguments, const char *name);
/* Every value of a repeated option, in order. */
size_t stile_argument_values(const stile_arguments *arguments, const char *name,
                             const char *const **out);
/* A whole number in [low, high], or `usual` when the option is absent; a wrong one prints a usage
 * error and gives false. */
bool stile_argument_number(const stile_arguments *arguments, const char *name, unsigned long low,
                           unsigned long high, unsigned long usual, unsigned long *out);
const char *const *stile_argument_positionals(const stile_arguments *arguments, size_t *count);
/* Print "stile COMMAND: what" and the hint on stderr; gives 2. */
int stile_usage_error(const stile_arguments *arguments, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
