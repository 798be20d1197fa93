/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing against the tables, and what goes wrong while parsing. Help is in help.c. */
#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/help.h"
#include "cli/ui.h"

#define MAX_OPTIONS 64 /* of one command; a programmer's limit */

struct stile_arguments {
    const stile_command *command;
    char path[128]; /* "stile label set" */
    /* Parallel, in the order given; `of` is the option's place in the table. */
    size_t *of;
    const char **given;
    size_t given_count;
    /* The same values grouped by option: those of option i are starts[i] .. starts[i + 1]. */
    const char **values;
    size_t starts[MAX_OPTIONS + 1];
    const char **positionals;
    size_t positional_count;
};

static size_t option_count(const stile_command *command)
{
    size_t n = 0;

    while (command->options && command->options[n].name)
        n++;
    assert(n <= MAX_OPTIONS);
    return n;
}

int stile_usage_error(const stile_arguments *arguments, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%s: ", arguments->path);
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\nTry '%s --help'.\n", arguments->path);
    return 2;
}

static int unknown_option(const stile_arguments *arguments, const char *name, size_t len)
{
    const char *near = stile_help_nearest_option(arguments->command, name, len);

    if (near)
        return stile_usage_error(arguments, "unknown option --%.*s; did you mean --%s?", (int)len,
                                 name, near);
    return stile_usage_error(arguments, "unknown option --%.*s", (int)len, name);
}

static void add_value(stile_arguments *arguments, size_t option, const char *value)
{
    arguments->of[arguments->given_count] = option;
    arguments->given[arguments->given_count++] = value;
}

/* The value that follows an option, when it was not in the same word. NULL after a usage error. */
static const char *next_value(stile_arguments *arguments, const stile_option *option, int argc,
                              char **argv, int *at)
{
    const char *value = *at + 1 < argc ? argv[*at + 1] : NULL;

    /* "--label --json" forgot the label; a value that looks so can be written with "=". */
    if (!value || (strncmp(value, "--", 2) == 0)) {
        (void)stile_usage_error(arguments, "--%s needs a value: --%s=%s", option->name,
                                option->name, option->value);
        return NULL;
    }
    ++*at;
    return value;
}

/* argv[*at] is "--name" or "--name=value". 0, or an exit code. */
static int take_long(stile_arguments *arguments, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const stile_option *options = arguments->command->options;
    const char *value = equals ? equals + 1 : NULL;
    size_t i = 0, count = option_count(arguments->command);

    if (len == strlen("no-color") && strncmp(name, "no-color", len) == 0 && !equals) {
        stile_colours_off();
        return 0;
    }
    while (i < count && (strncmp(options[i].name, name, len) != 0 || options[i].name[len]))
        i++;
    if (i == count || len == 0)
        return unknown_option(arguments, name, len);
    if (!options[i].value && value)
        return stile_usage_error(arguments, "--%s takes no value", options[i].name);
    if (!options[i].value)
        value = "";
    else if (!value && !(value = next_value(arguments, &options[i], argc, argv, at)))
        return 2;
    add_value(arguments, i, value);
    return 0;
}

/* argv[*at] is "-k", "-k5" or several flags, "-qv". */
static int take_letters(stile_arguments *arguments, int argc, char **argv, int *at)
{
    const stile_option *options = arguments->command->options;
    size_t count = option_count(arguments->command);

    for (const char *letter = argv[*at] + 1; *letter; letter++) {
        const char *value = "";
        bool ends = false;
        size_t i = 0;
        while (i < count && options[i].letter != *letter)
            i++;
        if (i == count)
            return stile_usage_error(arguments, "unknown option -%c", *letter);
        if (options[i].value) {
            ends = true; /* the rest of the word, or the next one, is the value */
            value = letter[1] ? letter + 1 : next_value(arguments, &options[i], argc, argv, at);
        }
        if (!value)
            return 2;
        add_value(arguments, i, value);
        if (ends)
            break;
    }
    return 0;
}

static int parse_words(stile_arguments *arguments, int argc, char **argv, int from)
{
    bool only_positionals = false;

    for (int at = from; at < argc; at++) {
        const char *word = argv[at];
        int code = 0;
        if (only_positionals || word[0] != '-' || !word[1])
            arguments->positionals[arguments->positional_count++] = word;
        else if (strcmp(word, "--") == 0)
            only_positionals = true;
        else if (word[1] == '-')
            code = take_long(arguments, argc, argv, &at);
        else
            code = take_letters(arguments, argc, argv, &at);
        if (code)
            return code;
    }
    return 0;
}

static void group_values(stile_arguments *arguments)
{
    size_t count = option_count(arguments->command), filled = 0;

    for (size_t i = 0; i < count; i++) {
        arguments->starts[i] = filled;
        for (size_t g = 0; g < arguments->given_count; g++)
            if (arguments->of[g] == i)
                arguments->values[filled++] = arguments->given[g];
    }
    arguments->starts[count] = filled;
}

static int check_counts(const stile_arguments *arguments)
{
    const stile_command *command = arguments->command;
    size_t count = option_count(command);

    for (size_t i = 0; i < count; i++)
        if (command->options[i].required && arguments->starts[i] == arguments->starts[i + 1])
            return stile_usage_error(arguments, "--%s %s is needed", command->options[i].name,
                                     command->options[i].value ? command->options[i].value : "");
    if (arguments->positional_count > command->most)
        return stile_usage_error(arguments, "unexpected argument '%s'",
                                 arguments->positionals[command->most]);
    if (arguments->positional_count < command->least)
        return stile_usage_error(arguments, "needs %zu argument%s, got %zu; usage: %s",
                                 command->least, command->least == 1 ? "" : "s",
                                 arguments->positional_count, command->usage);
    return 0;
}

/* Go down the subcommands that argv names; *at ends at the first other word. 0, or an exit
 * code. */
static int find_command(stile_arguments *arguments, int argc, char **argv, int *at)
{
    while (arguments->command->subcommands && *at < argc) {
        const stile_command *sub = arguments->command->subcommands;
        const char *near;
        size_t used = strlen(arguments->path);
        while (sub->name && strcmp(sub->name, argv[*at]) != 0)
            sub++;
        if (!sub->name && arguments->command->run)
            return 0;
        if (!sub->name && argv[*at][0] == '-')
            return stile_usage_error(arguments, "a command comes before the option '%s'",
                                     argv[*at]);
        if (!sub->name && (near = stile_help_nearest_command(arguments->command, argv[*at])))
            return stile_usage_error(arguments, "unknown command '%s'; did you mean '%s'?",
                                     argv[*at], near);
        if (!sub->name)
            return stile_usage_error(arguments, "unknown command '%s'", argv[*at]);
        (void)snprintf(arguments->path + used, sizeof arguments->path - used, " %s", sub->name);
        arguments->command = sub;
        ++*at;
    }
    return 0;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

static int parse_and_run(stile_arguments *arguments, int argc, char **argv, int at)
{
    int code;

    /* A word gives at most one value each letter. */
    size_t most = 1;
    for (int i = at; i < argc; i++)
        most += strlen(argv[i]) + 1;
    arguments->of = stile_alloc_array(most, sizeof *arguments->of);
    arguments->given = stile_alloc_array(most, sizeof *arguments->given);
    arguments->values = stile_alloc_array(most, sizeof *arguments->values);
    arguments->positionals = stile_alloc_array(most, sizeof *arguments->positionals);
    if (!arguments->of || !arguments->given || !arguments->values || !arguments->positionals) {
        fprintf(stderr, "%s: out of memory\n", arguments->path);
        code = 1;
        goto out;
    }
    if ((code = parse_words(arguments, argc, argv, at)))
        goto out;
    group_values(arguments);
    if (!(code = check_counts(arguments)))
        code = arguments->command->run(arguments);
out:
    stile_free(arguments->of);
    stile_free(arguments->given);
    stile_free(arguments->values);
    stile_free(arguments->positionals);
    return code;
}

int stile_commands_run(const stile_command *root, int argc, char **argv)
{
    stile_arguments arguments = {.command = root};
    bool help = wants_help(argc, argv);
    int at = 1, code;

    (void)snprintf(arguments.path, sizeof arguments.path, "%s", root->name);
    if (argc > 1 && strcmp(argv[1], "help") == 0) { /* "stile help label" */
        help = true;
        at = 2;
    }
    /* Asking for help while misspelling a command or option still shows the nearest help. */
    if (help && at < argc && argv[at][0] == '-')
        return stile_help_print(stdout, root, arguments.path);
    if ((code = find_command(&arguments, argc, argv, &at)) && !help)
        return code;
    if (help)
        return stile_help_print(stdout, arguments.command, arguments.path);
    if (!arguments.command->run) {
        (void)stile_help_print(stderr, arguments.command, arguments.path);
        return 2;
    }
    return parse_and_run(&arguments, argc, argv, at);
}

static size_t option_index(const stile_arguments *arguments, const char *name)
{
    size_t i = 0, count = option_count(arguments->command);

    while (i < count && strcmp(arguments->command->options[i].name, name) != 0)
        i++;
    assert(i < count && "the command's table has no such option");
    return i;
}

size_t stile_argument_values(const stile_arguments *arguments, const char *name,
                             const char *const **out)
{
    size_t i = option_index(arguments, name);

    *out = arguments->values + arguments->starts[i];
    return arguments->starts[i + 1] - arguments->starts[i];
}

const char *stile_argument(const stile_arguments *arguments, const char *name)
{
    const char *const *values;
    size_t count = stile_argument_values(arguments, name, &values);

    return count ? values[count - 1] : NULL;
}

bool stile_argument_flag(const stile_arguments *arguments, const char *name)
{
    return stile_argument(arguments, name) != NULL;
}

bool stile_argument_number(const stile_arguments *arguments, const char *name, unsigned long low,
                           unsigned long high, unsigned long usual, unsigned long *out)
{
    const char *text = stile_argument(arguments, name);
    unsigned long n;
    char *end;

    if (!text) {
        *out = usual;
        return true;
    }
    errno = 0;
    n = strtoul(text, &end, 10); /* takes signs and spaces, which are not wanted */
    if (text[0] < '0' || text[0] > '9' || *end || errno || n < low || n > high) {
        (void)stile_usage_error(arguments, "--%s '%s' is not a whole number from %lu to %lu", name,
                                text, low, high);
        return false;
    }
    *out = n;
    return true;
}

const char *const *stile_argument_positionals(const stile_arguments *arguments, size_t *count)
{
    *count = arguments->positional_count;
    return arguments->positionals;
}
