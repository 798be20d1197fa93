/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cli/packs.h"
#include "cli/rules_lint.h"
#include "cli/ui.h"
#include "scan/scan.h"

static const stile_option list_options[] = {
    {"rules", 0, "DIR", "rule packs to use instead of the shipped ones", false},
    STILE_PACK_OPTIONS,
    {0},
};

static const stile_option step_options[] = {STILE_PACK_OPTIONS, {0}};

static const stile_option upload_options[] = {
    {"note", 0, "TEXT", "what this version is for", false},
    STILE_PACK_OPTIONS,
    {0},
};

static const stile_option shadow_options[] = {
    {"end", 0, NULL, "take it out of shadow", false},
    {"figures", 0, NULL, "what it would change, as far as your clearance reaches", false},
    STILE_PACK_OPTIONS,
    {0},
};

/* Of a data directory or a server, or of files? */
static bool is_of_plane(const stile_arguments *arguments)
{
    return stile_argument(arguments, "data") || stile_argument(arguments, "server");
}

static json_t *list_json(const stile_policy *policy)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < stile_policy_rule_count(policy); i++) {
        stile_rule_info r = stile_policy_rule(policy, i);
        json_t *references = json_array();
        for (size_t n = 0; n < r.reference_count; n++)
            (void)json_array_append_new(references, stile_json_string(r.references[n]));
        (void)json_array_append_new(
            list, json_pack("{s:s,s:s,s:i,s:f,s:s,s:s,s:s,s:o,s:s,s:i,s:I,s:I}", "id", r.id,
                            "family", r.family, "severity", r.severity, "weight", r.weight,
                            "action", r.action, "views", r.view, "reason", r.reason, "references",
                            references, "file", r.file, "line", r.line, "positive",
                            (json_int_t)r.positives, "negative", (json_int_t)r.negatives));
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

    if (is_of_plane(arguments))
        return stile_packs_run_list(arguments);

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
        stile_print(stdout, STILE_RED, "%s:%lld: %s: %s\n", stile_reply_text(f, "file", "-"),
                    json_integer_value(json_object_get(f, "line")),
                    stile_reply_text(f, "rule", "-"), stile_reply_text(f, "what", "-"));
    }
    printf("%zu examples, %zu failed\n", tried, json_array_size(failures));
}

static int run_test(const stile_arguments *arguments)
{
    stile_policy *policy = NULL;
    stile_error err = {0};
    json_t *failures;
    size_t tried = 0, failed = 0, count;
    int code;

    (void)stile_argument_positionals(arguments, &count);
    if (is_of_plane(arguments) != (count == 2))
        return stile_usage_error(arguments, "give --rules DIR, or --data or --server with a PACK "
                                            "and a VERSION");
    if (count == 2)
        return stile_packs_run_test(arguments);
    failures = json_array();

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

static int run_compile(const stile_arguments *arguments)
{
    size_t count;
    const char *const *positional = stile_argument_positionals(arguments, &count);
    stile_policy_options policy_options = {.rules_folder = stile_argument(arguments, "rules"),
                                           .cache_folder = positional[0]};
    stile_policy *policy = NULL;
    stile_error err = {0};

    if (stile_policy_load(&policy_options, &policy, &err))
        return stile_report(&err);
    stile_policy_prepare(policy);
    stile_policy_unref(policy);
    return 0;
}

static const stile_command subcommands[] = {
    {.name = "list",
     .summary = "list the rules of files, or the uploaded packs",
     .usage = "stile rules list [--rules DIR] [--json]\n"
              "       stile rules list --data DIR [PACK]",
     .details = "With --data or --server: the newest version of each uploaded pack, or every\n"
                "version of one. Without: the shipped rules, or those of --rules.\n"
                "\n"
                "Example:\n  stile rules list\n",
     .options = list_options,
     .run = run_list,
     .most = 1},
    {.name = "test",
     .summary = "run the examples in the packs",
     .usage = "stile rules test [--rules DIR] [--json]\n"
              "       stile rules test --data DIR PACK VERSION",
     .details = "Every rule must match its positive examples and none of its negative ones. An\n"
                "uploaded draft whose examples pass is then tested.\n"
                "\n"
                "Example:\n  stile rules test --rules ./my-packs\n",
     .options = list_options,
     .run = run_test,
     .most = 2},
    {.name = "lint",
     .summary = "what is wrong with rules that load, and what each costs",
     .usage = "stile rules lint [--rules DIR] [--corpus FILE]... [--json]",
     .details =
         "Bad syntax, missing or failing examples, duplicates, rules that can find nothing,\n"
         "and patterns that reach the match limit on texts made for them are errors: exit\n"
         "code 1. For each rule its compile time, the speed of its pattern on the worst of\n"
         "those texts, whether it needs nothing that could be looked for first (such a rule\n"
         "is tried everywhere in every text), and over labelled texts (rows with text and\n"
         "label) in how many injections and how many benign ones it finds something.\n"
         "\n"
         "Example:\n  stile rules lint --rules ./my-packs --corpus labelled.jsonl\n",
     .options = stile_rules_lint_options,
     .run = stile_rules_run_lint},
    {.name = "compile",
     .summary = "compile the rules' prefilters into a folder, for programs beside it",
     .usage = "stile rules compile [--rules DIR] FOLDER",
     .details = "Seconds to a minute, which the first scans would else pay. The build runs it for\n"
                "the shipped rules. They are looked for in prefilters beside the program, in\n"
                "../share/stile/prefilters, and in $STILE_PREFILTERS.\n"
                "\n"
                "Example:\n  stile rules compile --rules ./my-packs ./prefilters\n",
     .options = list_options,
     .run = run_compile,
     .least = 1,
     .most = 1},
    {.name = "upload",
     .summary = "add a version of a pack, as a draft",
     .usage = "stile rules upload --data DIR [--note TEXT] PACK FILE",
     .details =
         "The ids of its rules begin with the pack's name and a dot. Nothing is enforced\n"
         "yet: next come test, shadow, approve (by another person) and promote.\n"
         "The pack named classifier takes a file of `stile classifier train` instead; it is\n"
         "tested on the frozen set that scan.frozen in stile.yaml names.\n"
         "\n"
         "Examples:\n  stile rules upload --data d acme acme.yaml\n"
         "  stile rules upload --data d classifier ours.bin\n",
     .options = upload_options,
     .run = stile_packs_run_upload,
     .least = 2,
     .most = 2},
    {.name = "show",
     .summary = "show a version of a pack, or list its versions",
     .usage = "stile rules show --data DIR PACK [VERSION]",
     .details = "Example:\n  stile rules show --data d acme 1\n",
     .options = step_options,
     .run = stile_packs_run_show,
     .least = 1,
     .most = 2},
    {.name = "diff",
     .summary = "what changed between two versions",
     .usage = "stile rules diff --data DIR PACK FROM TO",
     .details = "Example:\n  stile rules diff --data d acme 1 2\n",
     .options = step_options,
     .run = stile_packs_run_diff,
     .least = 3,
     .most = 3},
    {.name = "shadow",
     .summary = "evaluate a tested version on live traffic, enforcing nothing",
     .usage = "stile rules shadow --data DIR [--end | --figures --clearance C] PACK VERSION",
     .details = "--figures shows how many chunks the version would treat otherwise, with\n"
                "references to some, as far as your clearance dominates their labels.\n"
                "\n"
                "Example:\n  stile rules shadow --data d acme 1\n",
     .options = shadow_options,
     .run = stile_packs_run_shadow,
     .least = 2,
     .most = 2},
    {.name = "approve",
     .summary = "approve a version in shadow: never one's own",
     .usage = "stile rules approve --server URL --token-file FILE PACK VERSION",
     .details = "Example:\n"
                "  stile rules approve --server http://127.0.0.1:7717 --token-file key acme 1\n",
     .options = step_options,
     .run = stile_packs_run_approve,
     .least = 2,
     .most = 2},
    {.name = "promote",
     .summary = "put an approved version in force",
     .usage = "stile rules promote --data DIR --clearance C PACK VERSION",
     .details = "Refused without enough figures from shadow, or when too many chunks would newly\n"
                "be withheld (scan.shadow_least, scan.withheld_rise in stile.yaml). Takes effect\n"
                "at once, without a restart.\n"
                "\n"
                "Example:\n  stile rules promote --data d --clearance internal acme 1\n",
     .options = step_options,
     .run = stile_packs_run_promote,
     .least = 2,
     .most = 2},
    {.name = "rollback",
     .summary = "take an active version out of force",
     .usage = "stile rules rollback --data DIR PACK VERSION",
     .details = "The version that was active before it, if any, is active again.\n"
                "\n"
                "Example:\n  stile rules rollback --data d acme 1\n",
     .options = step_options,
     .run = stile_packs_run_rollback,
     .least = 2,
     .most = 2},
    {.name = "status",
     .summary = "what is in force, in shadow and on trial",
     .usage = "stile rules status --data DIR",
     .details = "Example:\n  stile rules status --data d\n",
     .options = step_options,
     .run = stile_packs_run_status},
    {.name = "rescan",
     .summary = "scan every chunk under the policy in force, or see how far that is",
     .usage = "stile rules rescan --data DIR [--clearance C]\n"
              "       stile rules rescan --server URL --token-file FILE",
     .details = "A server rescans by itself after a change of the policy; with --server its\n"
                "progress is shown. With --data the rescan runs now, to its end. What was found\n"
                "is shown under the labels that your clearance dominates. Until a chunk is\n"
                "rescanned, it is scanned when somebody asks for it.\n"
                "\n"
                "Example:\n  stile rules rescan --data d --clearance internal\n",
     .options = step_options,
     .run = stile_packs_run_rescan},
    {0},
};

const stile_command stile_command_rules = {
    .name = "rules",
    .summary = "list, test, lint, and put injection rules in force",
    .usage = "stile rules "
             "list|test|lint|compile|upload|show|diff|shadow|approve|promote|rollback|status|"
             "rescan ...",
    .subcommands = subcommands,
};
