/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>

#include "cli/ui.h"

#define NAME_MAX_LEN 32 /* longer names are not misspellings of ours */
#define TOO_FAR (NAME_MAX_LEN + 1)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance where swapping two neighbours counts as one (optimal string alignment). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t d[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1];

    if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
        return TOO_FAR;
    for (size_t i = 0; i <= a_len; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= b_len; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a_len; i++)
        for (size_t j = 1; j <= b_len; j++) {
            size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = least(d[i - 1][j - 1] + same, least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a_len][b_len];
}

/* Keep the nearer of two candidates; a third of the letters may be wrong. */
static void consider(const char *candidate, const char *name, size_t len, const char **best,
                     size_t *best_distance)
{
    size_t d = distance(name, len, candidate, strlen(candidate));
    size_t allowed = least(len, strlen(candidate)) / 3;

    if (d <= (allowed ? allowed : 1) && d < *best_distance && d < len) {
        *best = candidate;
        *best_distance = d;
    }
}

const char *stile_help_nearest_command(const stile_command *parent, const char *name)
{
    const char *best = NULL;
    size_t best_distance = TOO_FAR;

    for (const stile_command *c = parent->subcommands; c && c->name; c++)
        consider(c->name, name, strlen(name), &best, &best_distance);
    return best;
}

const char *stile_help_nearest_option(const stile_command *command, const char *name, size_t len)
{
    const char *best = NULL;
    size_t best_distance = TOO_FAR;

    for (const stile_option *o = command->options; o && o->name; o++)
        consider(o->name, name, len, &best, &best_distance);
    consider("help", name, len, &best, &best_distance);
    consider("no-color", name, len, &best, &best_distance);
    return best;
}

static void print_commands(FILE *stream, const stile_command *commands)
{
    stile_print(stream, STILE_BOLD, "\nCommands:\n");
    for (const stile_command *c = commands; c->name; c++)
        fprintf(stream, "  %-12s  %s\n", c->name, c->summary);
}

static void print_option(FILE *stream, const stile_option *option)
{
    char left[64], letter[8] = "    ";

    if (option->letter)
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    (void)snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
                   option->value ? option->value : "");
    fprintf(stream, "  %-28s  %s%s\n", left, option->help, option->required ? " (needed)" : "");
}

int stile_help_print(FILE *stream, const stile_command *command, const char *path)
{
    static const stile_option common[] = {
        {"no-color", 0, NULL, "no colours (also: NO_COLOR in the environment)", false},
        {"help", 0, NULL, "this help", false},
        {0},
    };

    fprintf(stream, "%s: %s\n\nUsage: %s\n", path, command->summary, command->usage);
    if (command->subcommands) {
        print_commands(stream, command->subcommands);
        fprintf(stream, "\n'%s COMMAND --help' says more about one.\n", path);
    }
    stile_print(stream, STILE_BOLD, "\nOptions:\n");
    for (const stile_option *o = command->options; o && o->name; o++)
        print_option(stream, o);
    for (const stile_option *o = common; o->name; o++)
        print_option(stream, o);
    if (command->details)
        fprintf(stream, "\n%s%s", command->details,
                command->details[0] && command->details[strlen(command->details) - 1] == '\n'
                    ? ""
                    : "\n");
    return 0;
}
