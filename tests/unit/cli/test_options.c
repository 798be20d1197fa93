/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/random.h"

TestSuite(cli_options, .timeout = 60);

/* What the command saw, flattened: "label=a,b k=5 json=1 | x y". */
static char seen[4096];
static unsigned long number;

static int run_query(const stile_arguments *arguments)
{
    const char *const *labels;
    size_t count = stile_argument_values(arguments, "label", &labels), positionals;
    const char *const *words = stile_argument_positionals(arguments, &positionals);
    size_t at = 0;

    at += (size_t)snprintf(seen, sizeof seen, "label=");
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(seen + at, sizeof seen - at, "%s%s", i ? "," : "", labels[i]);
    const char *k = stile_argument(arguments, "count");
    at += (size_t)snprintf(seen + at, sizeof seen - at, " k=%s json=%d |", k ? k : "none",
                           stile_argument_flag(arguments, "json"));
    for (size_t i = 0; i < positionals; i++)
        at += (size_t)snprintf(seen + at, sizeof seen - at, " %s", words[i]);
    return stile_argument_number(arguments, "count", 1, 100, 10, &number) ? 0 : 2;
}

static int run_set(const stile_arguments *arguments)
{
    (void)arguments;
    snprintf(seen, sizeof seen, "set");
    return 7;
}

static const stile_option query_options[] = {
    {"label", 'l', "LABEL", "a label", true},
    {"count", 'k', "N", "how many", false},
    {"json", 'j', NULL, "print JSON", false},
    {"quiet", 'q', NULL, "say less", false},
    {0},
};
static const stile_command label_commands[] = {
    {.name = "set", .summary = "set one", .usage = "stile label set ID", .run = run_set, .most = 1},
    {0},
};
static const stile_command commands[] = {
    {.name = "query",
     .summary = "ask",
     .usage = "stile query --label LABEL TEXT",
     .details = "Example:\n  stile query --label public hello",
     .options = query_options,
     .run = run_query,
     .least = 0,
     .most = 3},
    {.name = "label",
     .summary = "labels",
     .usage = "stile label ...",
     .subcommands = label_commands},
    {0},
};
static const stile_command root = {
    .name = "stile", .summary = "test", .usage = "stile COMMAND", .subcommands = commands};

static char printed[16384];

/* Run words separated by single spaces; what went to stdout and stderr lands in `printed`. */
static int run_words(const char *line)
{
    char copy[512], *argv[256] = {(char *)"stile"}, *rest = copy, *word;
    int argc = 1, code, saved_out = dup(1), saved_err = dup(2);
    FILE *file = tmpfile();

    snprintf(copy, sizeof copy, "%s", line);
    while ((word = strsep(&rest, " ")) && *line)
        argv[argc++] = word;
    seen[0] = '\0';
    fflush(NULL);
    dup2(fileno(file), 1);
    dup2(fileno(file), 2);
    code = stile_commands_run(&root, argc, argv);
    fflush(NULL);
    dup2(saved_out, 1);
    dup2(saved_err, 2);
    close(saved_out);
    close(saved_err);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    fclose(file);
    return code;
}

static const struct {
    const char *line, *want;
} good[] = {
    {"query --label a x", "label=a k=none json=0 | x"},
    {"query --label=a=b --count 5", "label=a=b k=5 json=0 |"},
    {"query -la -k5 x y", "label=a k=5 json=0 | x y"},
    {"query x -l a -qjk 7 y", "label=a k=7 json=1 | x y"},
    {"query --label a --label b --label=c", "label=a,b,c k=none json=0 |"},
    {"query --label a --count 3 --count 4", "label=a k=4 json=0 |"},
    {"query --label a -- --count -x", "label=a k=none json=0 | --count -x"},
    {"query --label= -", "label= k=none json=0 | -"},
    {"query --label a --no-color --json", "label=a k=none json=1 |"},
    {"query --label a -- --help", "label=a k=none json=0 | --help"},
};

Test(cli_options, reads_every_spelling)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert_eq(run_words(good[i].line), 0, "%s: %s", good[i].line, printed);
        cr_assert_str_eq(seen, good[i].want, "%s: %s", good[i].line, seen);
    }
    cr_assert_eq(run_words("query -la -k42"), 0);
    cr_assert_eq(number, 42);
    cr_assert_eq(run_words("query -la"), 0);
    cr_assert_eq(number, 10);
    cr_assert_eq(run_words("label set x"), 7, "the command's own exit code");
}

static const struct {
    const char *line, *want;
} bad[] = {
    {"query x", "--label LABEL is needed"},
    {"query --lable a", "unknown option --lable; did you mean --label?"},
    {"query --zebra", "unknown option --zebra\n"},
    {"query --label", "--label needs a value"},
    {"query --label --json", "--label needs a value"},
    {"query --label a --json=1", "--json takes no value"},
    {"query --label a -x", "unknown option -x"},
    {"query --label a -k", "--count needs a value"},
    {"query --label a 1 2 3 4", "unexpected argument '4'"},
    {"query --label a -k0", "not a whole number from 1 to 100"},
    {"query --label a -k101", "not a whole number"},
    {"query --label a -k+5", "not a whole number"},
    {"query --label a -k5x", "not a whole number"},
    {"query --label a --count=", "not a whole number"},
    {"query --label a --count 99999999999999999999999", "not a whole number"},
    {"qeury", "unknown command 'qeury'; did you mean 'query'?"},
    {"xyzzy", "unknown command 'xyzzy'\n"},
    {"label sett", "did you mean 'set'?"},
    {"--label a", "a command comes before the option"},
    {"query --label a --", NULL}, /* fine */
};

Test(cli_options, usage_errors_say_why_and_give_2)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int code = run_words(bad[i].line);
        cr_assert_eq(code, bad[i].want ? 2 : 0, "%s: %d", bad[i].line, code);
        if (!bad[i].want)
            continue;
        cr_assert_not_null(strstr(printed, bad[i].want), "%s: %s", bad[i].line, printed);
        cr_assert_not_null(strstr(printed, "--help'"), "%s: %s", bad[i].line, printed);
    }
}

Test(cli_options, help_is_found_anywhere)
{
    static const char *const lines[] = {"query --help", "query --label a --help", "help query",
                                        "query --bogus --help"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_assert_eq(run_words(lines[i]), 0);
        cr_assert_not_null(strstr(printed, "Usage: stile query --label"), "%s", lines[i]);
        cr_assert_not_null(strstr(printed, "-k, --count N"));
        cr_assert_not_null(strstr(printed, "Example:\n"));
        cr_assert_str_empty(seen);
    }
    cr_assert_eq(run_words("--help"), 0);
    cr_assert_not_null(strstr(printed, "  query         ask\n"));
    cr_assert_eq(run_words("label --help"), 0);
    cr_assert_not_null(strstr(printed, "set one"));
    cr_assert_eq(run_words(""), 2, "no command is a usage error that shows the commands");
    cr_assert_not_null(strstr(printed, "Commands:"));
}

/* Shuffled spellings of the same options give the same values, last one winning. */
Test(cli_options, any_order_and_spelling_reads_the_same)
{
    uint64_t seed = test_random_seed("cli_options");
    uint32_t cases = test_cases(1000);

    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char line[512] = "query", want[512], labels[256] = "", words[128] = "";
        char last[16] = "none";
        bool json = false;
        unsigned positionals = 0, given = 0;
        for (unsigned n = 1 + test_random_below(&r, 8); n > 0 || !given; n -= n > 0) {
            static const char *const label_forms[] = {" --label %u", " --label=%u", " -l%u",
                                                      " -l %u"};
            static const char *const count_forms[] = {" --count %u", " --count=%u", " -k%u",
                                                      " -k %u"};
            unsigned value = 1 + test_random_below(&r, 100), form = test_random_below(&r, 4);
            size_t at = strlen(line);
            switch (test_random_below(&r, 4)) {
            case 0:
                snprintf(line + at, sizeof line - at, label_forms[form], value);
                snprintf(labels + strlen(labels), 16, "%s%u", given++ ? "," : "", value);
                break;
            case 1:
                snprintf(line + at, sizeof line - at, count_forms[form], value);
                snprintf(last, sizeof last, "%u", value);
                break;
            case 2:
                snprintf(line + at, sizeof line - at, "%s", form & 1 ? " -j" : " --json");
                json = true;
                break;
            default:
                if (positionals++ < 3) {
                    snprintf(line + at, sizeof line - at, " w%u", value);
                    snprintf(words + strlen(words), 16, " w%u", value);
                }
            }
            if (strlen(line) > 200)
                break;
        }
        if (!given)
            continue;
        snprintf(want, sizeof want, "label=%s k=%s json=%d |%s", labels, last, json, words);
        cr_assert_eq(run_words(line), 0, "case %u: %s: %s", i, line, printed);
        cr_assert_str_eq(seen, want, "case %u: %s", i, line);
    }
}

Test(cli_options, a_failing_allocation_is_reported)
{
    for (long n = 0; n < 4; n++) {
        stile_memory_fail_after(n);
        int code = run_words("query --label a");
        stile_memory_fail_after(-1);
        cr_assert_eq(code, 1);
        cr_assert_not_null(strstr(printed, "out of memory"));
        cr_assert_str_empty(seen);
    }
}
