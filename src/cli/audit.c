/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/ui.h"
#include "stile/audit.h"

static const stile_option verify_options[] = {
    {"data", 0, "DIR", "the data directory (or $STILE_DATA)", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option tail_options[] = {
    {"data", 0, "DIR", "the data directory (or $STILE_DATA)", false},
    {"count", 'n', "N", "records wanted (10)", false},
    {"json", 0, NULL, "print JSON lines (as always)", false},
    {0},
};

/* DIR/audit of the arguments; a usage error (2), or 0. */
static int audit_folder(const stile_arguments *arguments, char out[PATH_MAX])
{
    const char *data = stile_argument(arguments, "data");

    if (!data)
        data = getenv("STILE_DATA");
    if (!data)
        return stile_usage_error(arguments, "which data directory? give --data DIR");
    (void)snprintf(out, PATH_MAX, "%s/audit", data);
    return 0;
}

static int run_verify(const stile_arguments *arguments)
{
    char folder[PATH_MAX];
    stile_audit_report report;
    stile_error err = {0};
    int code = audit_folder(arguments, folder);

    if (code)
        return code;
    if (stile_audit_verify(folder, &report, &err))
        return stile_report(&err);
    if (stile_argument_flag(arguments, "json")) {
        json_t *json =
            json_pack("{s:b,s:I,s:I,s:s?}", "ok", (int)report.ok, "records",
                      (json_int_t)report.records, "checkpoints", (json_int_t)report.checkpoints,
                      "fault", report.ok ? NULL : report.fault);
        code = stile_print_json(json);
        json_decref(json);
    } else if (report.ok) {
        stile_print(stdout, STILE_GREEN, "ok");
        printf("  %llu records, %llu signed checkpoints\n", (unsigned long long)report.records,
               (unsigned long long)report.checkpoints);
    } else {
        stile_print(stdout, STILE_RED, "broken");
        printf("  %s\n", report.fault);
    }
    return code ? code : report.ok ? 0 : 1;
}

static void print_line(void *ctx, stile_slice line)
{
    (void)ctx;
    printf("%.*s\n", STILE_SLICE_ARGS(line));
}

static int run_tail(const stile_arguments *arguments)
{
    char folder[PATH_MAX];
    stile_error err = {0};
    unsigned long count;
    int code = audit_folder(arguments, folder);

    if (code)
        return code;
    if (!stile_argument_number(arguments, "count", 1, 100000, 10, &count))
        return 2;
    return stile_audit_tail(folder, count, print_line, NULL, &err) ? stile_report(&err) : 0;
}

static const stile_command subcommands[] = {
    {.name = "verify",
     .summary = "check the whole audit chain",
     .usage = "stile audit verify --data DIR [--json]",
     .details =
         "Finds any edit, drop or reorder; exit code 1 when the chain is broken. Works while\n"
         "a server writes the log.\n"
         "\n"
         "Example:\n  stile audit verify --data d --json\n",
     .options = verify_options,
     .run = run_verify},
    {.name = "tail",
     .summary = "show the last records",
     .usage = "stile audit tail --data DIR [-n N]",
     .details = "Example:\n  stile audit tail --data d -n 3\n",
     .options = tail_options,
     .run = run_tail},
    {0},
};

const stile_command stile_command_audit = {
    .name = "audit",
    .summary = "verify and read the audit log",
    .usage = "stile audit verify|tail ...",
    .subcommands = subcommands,
};
