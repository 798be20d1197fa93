/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cli/ui.h"
#include "scan/scan.h"

static const stile_option options[] = {
    {"rules", 0, "DIR", "rule packs to use instead of the shipped ones", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static json_t *list_json(const stile_policy *policy)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < stile_policy_rule_count(policy); i++) {
        stile_rule_info r = stile_policy_rule(policy, i);
        (void)json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:i,s:f,s:s,s:s,s:s,s:s,s:i,s:I,s:I}", "id", r.id, "family",
                      r.family, "severity", r.severity, "weight", r.weight, "action", r.action,
                      "views", r.view, "reason", r.reason, "file", r.file, "line", r.line,
                      "positive", (json_int_t)r.positives, "negative", (json_int_t)r.negatives));
    }
    return json_pack("{s:o}", "rules", list);
}

static stile_status print_list(const stile_policy *policy, stile_error *err)
{
    const char *headings[] = {"ID", "FAMILY", "ACTION", "REASON"};
    size_t count = stile_policy_rule_count(policy);
    const char **cells = stile_alloc_array(count, 4 * sizeof *cells);

    if (!cells)
        return stile_fail(err, STILE_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        stile_rule_info r = stile_policy_rule(policy, i);
        cells[4 * i] = r.id;
        cells[4 * i + 1] = r.family;
        cells[4 * i + 2] = r.action;
        cells[4 * i + 3] = r.reason;
    }
    stile_print_table(stdout, headings, 4, cells, count);
    stile_free(cells);
    printf("%zu rules\n", count);
    return STILE_OK;
}

static stile_status load(const stile_arguments *arguments, stile_policy **policy, stile_error *err)
{
    stile_policy_options policy_options = {.rules_folder = stile_argument(arguments, "rules")};
    return stile_policy_load(&policy_options, policy, err);
}

static int run_list(const stile_arguments *arguments)
{
    stile_policy *policy = NULL;
    stile_error err = {0};
    int code = 0;

    if (load(arguments, &policy, &err)) {
        code = stile_report(&err);
    } else if (stile_argument_flag(arguments, "json")) {
        json_t *list = list_json(policy);
        code = stile_print_json(list);
        json_decref(list);
    } else if (print_list(policy, &err)) {
        code = stile_report(&err);
    }
    stile_policy_unref(policy);
    return code;
}

static void add_failure(void *ctx, const char *file, int line, const char *rule, const char *what)
{
    (void)json_array_append_new(ctx, json_pack("{s:s,s:i,s:s,s:s}", "file", file, "line", line,
                                               "rule", rule, "what", what));
}

static void print_failures(const json_t *failures, size_t tried)
{
    for (size_t i = 0; i < json_array_size(failures); i++) {
        const json_t *f = json_array_get(failures, i);
        stile_print(stdout, STILE_RED, "%s:%lld: %s: %s\n",
                    json_string_value(json_object_get(f, "file")),
                    json_integer_value(json_object_get(f, "line")),
                    json_string_value(json_object_get(f, "rule")),
                    json_string_value(json_object_get(f, "what")));
    }
    printf("%zu examples, %zu failed\n", tried, json_array_size(failures));
}

static int run_test(const stile_arguments *arguments)
{
    stile_policy *policy = NULL;
    stile_error err = {0};
    json_t *failures = json_array();
    size_t tried = 0, failed = 0;
    int code;

    if (load(arguments, &policy, &err) ||
        stile_policy_test(policy, add_failure, failures, &tried, &failed, &err)) {
        code = stile_report(&err);
    } else {
        code = failed ? 1 : 0;
        if (stile_argument_flag(arguments, "json")) {
            json_t *json =
                json_pack("{s:b,s:I,s:I,s:O}", "ok", failed == 0, "examples", (json_int_t)tried,
                          "failed", (json_int_t)failed, "failures", failures);
            if (stile_print_json(json))
                code = 1;
            json_decref(json);
        } else {
            print_failures(failures, tried);
        }
    }
    stile_policy_unref(policy);
    json_decref(failures);
    return code;
}

static const stile_command subcommands[] = {
    {.name = "list",
     .summary = "list the rules of the packs",
     .usage = "stile rules list [--rules DIR] [--json]",
     .details = "Example:\n  stile rules list\n",
     .options = options,
     .run = run_list},
    {.name = "test",
     .summary = "run the examples in the packs",
     .usage = "stile rules test [--rules DIR] [--json]",
     .details = "Every rule must match its positive examples and none of its negative ones.\n"
                "\n"
                "Example:\n  stile rules test --rules ./my-packs\n",
     .options = options,
     .run = run_test},
    {0},
};

const stile_command stile_command_rules = {
    .name = "rules",
    .summary = "list and test injection rules",
    .usage = "stile rules list|test ...",
    .subcommands = subcommands,
};
