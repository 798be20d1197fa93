/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/ui.h"

static const stile_option set_options[] = {
    STILE_SESSION_OPTIONS,
    {"collection", 'c', "NAME", "the documents' collection", true},
    {"label", 'l', "LABEL", "level, or level//expression", true},
    {"prefix", 0, "P", "every document whose id starts with P", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option check_options[] = {
    {"clearance", 0, "CLEARANCE", "say whether it may read the label; may be repeated", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static json_t *set_body(const stile_arguments *arguments, const char *const *ids, size_t count)
{
    json_t *body = json_pack("{s:s,s:s?}", "label", stile_argument(arguments, "label"), "prefix",
                             stile_argument(arguments, "prefix"));
    json_t *list = count ? json_array() : NULL;

    for (size_t i = 0; list && i < count; i++)
        (void)json_array_append_new(list, json_string(ids[i]));
    if (body && list)
        (void)json_object_set_new(body, "ids", list);
    return body;
}

static void print_set(const json_t *reply)
{
    printf("%lld documents now carry %s.\n", json_integer_value(json_object_get(reply, "changed")),
           stile_reply_text(reply, "label", "-"));
}

static int run_set(const stile_arguments *arguments)
{
    size_t count;
    const char *const *ids = stile_argument_positionals(arguments, &count);
    stile_session_call call = {.method = "POST"};
    json_t *body;
    int code;

    if ((count > 0) == (stile_argument(arguments, "prefix") != NULL))
        return stile_usage_error(arguments, "name documents, or give --prefix P");
    body = set_body(arguments, ids, count);
    call.path = stile_session_path(stile_argument(arguments, "collection"), "/labels", NULL, NULL);
    call.json = body;
    code = stile_session_run(arguments, NULL, &call, print_set);
    json_decref(body);
    return code;
}

/* The label's canonical form, and who of the clearances given may read it. */
static stile_status check(const stile_arguments *arguments, const stile_levels *levels,
                          const char *text, json_t **out, stile_error *err)
{
    const char *const *values;
    size_t count = stile_argument_values(arguments, "clearance", &values);
    stile_label *label = NULL;
    json_t *list = json_array();
    stile_status st = stile_label_parse(levels, stile_str(text), &label, err);

    for (size_t i = 0; !st && i < count; i++) {
        stile_clearance *clearance = NULL;
        if ((st = stile_clearance_parse(levels, stile_str(values[i]), &clearance, err)))
            break;
        (void)json_array_append_new(
            list, json_pack("{s:s,s:b}", "clearance", stile_clearance_text(clearance).ptr, "reads",
                            (int)stile_clearance_dominates(clearance, label)));
        stile_clearance_destroy(clearance);
    }
    if (!st)
        *out = json_pack("{s:s,s:O}", "label", stile_label_text(label).ptr, "clearances", list);
    stile_label_destroy(label);
    json_decref(list);
    return st;
}

static void print_check(const json_t *result)
{
    const json_t *list = json_object_get(result, "clearances");

    printf("%s\n", stile_reply_text(result, "label", "-"));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        bool reads = json_is_true(json_object_get(one, "reads"));
        stile_print(stdout, reads ? STILE_GREEN : STILE_RED, "  %s", reads ? "reads " : "denied");
        printf(" %s\n", stile_reply_text(one, "clearance", "-"));
    }
}

static int run_check(const stile_arguments *arguments)
{
    size_t count;
    const char *const *labels = stile_argument_positionals(arguments, &count);
    stile_levels *levels = NULL;
    stile_error err = {0};
    json_t *result = NULL;
    int code = 0;

    if (stile_levels_create_default(&levels, &err) ||
        check(arguments, levels, labels[0], &result, &err))
        code = stile_report(&err);
    else if (stile_argument_flag(arguments, "json"))
        code = stile_print_json(result);
    else
        print_check(result);
    json_decref(result);
    stile_levels_destroy(levels);
    return code;
}

static const stile_command subcommands[] = {
    {.name = "set",
     .summary = "put a label on documents",
     .usage = "stile label set --data DIR --collection NAME --label LABEL (ID... | --prefix P)",
     .details = "All of them change in one atomic step, and the next query obeys it.\n"
                "\n"
                "Examples:\n"
                "  stile label set --data d -c hr --label 'confidential//hr' bands.md\n"
                "  stile label set --data d -c wiki --label internal --prefix drafts/\n",
     .options = set_options,
     .run = run_set,
     .least = 0,
     .most = SIZE_MAX},
    {.name = "check",
     .summary = "show a label's canonical form and who may read it",
     .usage = "stile label check [--clearance CLEARANCE]... LABEL",
     .details = "Uses the default levels: public, internal, confidential, restricted.\n"
                "\n"
                "Example:\n"
                "  stile label check --clearance 'confidential//hr,eu' 'internal//hr&(eu|us)'\n",
     .options = check_options,
     .run = run_check,
     .least = 1,
     .most = 1},
    {0},
};

const stile_command stile_command_label = {
    .name = "label",
    .summary = "relabel documents, check labels",
    .usage = "stile label set|check ...",
    .subcommands = subcommands,
};
