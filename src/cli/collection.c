/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/ui.h"

static const stile_option plain_options[] = {
    STILE_SESSION_OPTIONS,
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option create_options[] = {
    STILE_SESSION_OPTIONS,
    {"ceiling", 0, "LABEL", "the most secret label it may hold: a level, or level//a&b", false},
    {"trust", 0, "TRUST", "of documents that name none: external (usual), internal, curated",
     false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static void print_list(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "collections");
    const char *headings[] = {"NAME", "CEILING", "TRUST", "CREATED"};
    const char *cells[4 * 256];
    size_t rows = 0;

    for (; rows < json_array_size(list) && rows < 256; rows++) {
        const json_t *c = json_array_get(list, rows);
        cells[4 * rows] = json_string_value(json_object_get(c, "name"));
        cells[4 * rows + 1] = json_string_value(json_object_get(c, "ceiling"));
        cells[4 * rows + 2] = json_string_value(json_object_get(c, "trust"));
        cells[4 * rows + 3] = json_string_value(json_object_get(c, "created"));
    }
    stile_print_table(stdout, headings, 4, cells, rows);
    if (json_array_size(list) > rows)
        printf("… and %zu more: see --json\n", json_array_size(list) - rows);
}

static void print_one(const json_t *c)
{
    const char *ceiling = json_string_value(json_object_get(c, "ceiling"));
    printf("%s: ceiling %s, trust %s\n", json_string_value(json_object_get(c, "name")),
           ceiling ? ceiling : "none (only this directory's holder may write)",
           json_string_value(json_object_get(c, "trust")));
}

static void print_deleted(const json_t *c)
{
    printf("Deleted collection %s with all its documents.\n",
           json_string_value(json_object_get(c, "name")));
}

static int ask(const stile_arguments *arguments, const char *method, const json_t *body,
               void (*print)(const json_t *))
{
    size_t count;
    const char *const *names = stile_argument_positionals(arguments, &count);
    stile_session_call call = {.method = method,
                               .path = stile_session_path(count ? names[0] : NULL, "", NULL, NULL),
                               .json = body};
    stile_session session = {0};
    stile_error err = {0};
    json_t *reply = NULL;
    int code = 0;

    if (stile_session_open(&session, arguments, NULL, &err) ||
        stile_session_ask(&session, &call, &reply, &err))
        code = stile_report(&err);
    else if (stile_argument_flag(arguments, "json"))
        code = stile_print_json(reply);
    else
        print(reply);
    json_decref(reply);
    stile_session_close(&session);
    return code;
}

static int run_create(const stile_arguments *arguments)
{
    json_t *body = json_pack("{s:s?,s:s?}", "ceiling", stile_argument(arguments, "ceiling"),
                             "trust", stile_argument(arguments, "trust"));
    int code = ask(arguments, "PUT", body, print_one);
    json_decref(body);
    return code;
}

static int run_list(const stile_arguments *arguments)
{
    return ask(arguments, "GET", NULL, print_list);
}

static int run_show(const stile_arguments *arguments)
{
    return ask(arguments, "GET", NULL, print_one);
}

static int run_delete(const stile_arguments *arguments)
{
    return ask(arguments, "DELETE", NULL, print_deleted);
}

static const stile_command subcommands[] = {
    {.name = "create",
     .summary = "make a collection",
     .usage = "stile collection create --data DIR [--ceiling LABEL] [--trust TRUST] NAME",
     .details =
         "A collection that API keys may write to must declare a ceiling: writing is reading\n"
         "too, so a writer's clearance has to dominate it.\n"
         "\n"
         "Example:\n"
         "  stile collection create --data d --ceiling 'confidential//hr' hr\n",
     .options = create_options,
     .run = run_create,
     .least = 1,
     .most = 1},
    {.name = "list",
     .summary = "list the collections",
     .usage = "stile collection list --data DIR",
     .details = "Example:\n  stile collection list --data d --json\n",
     .options = plain_options,
     .run = run_list},
    {.name = "show",
     .summary = "show one collection",
     .usage = "stile collection show --data DIR NAME",
     .details = "Example:\n  stile collection show --data d hr\n",
     .options = plain_options,
     .run = run_show,
     .least = 1,
     .most = 1},
    {.name = "delete",
     .summary = "delete a collection with all its documents",
     .usage = "stile collection delete --data DIR NAME",
     .details = "Example:\n  stile collection delete --data d hr\n",
     .options = plain_options,
     .run = run_delete,
     .least = 1,
     .most = 1},
    {0},
};

const stile_command stile_command_collection = {
    .name = "collection",
    .summary = "make, list, show and delete collections",
    .usage = "stile collection create|list|show|delete ...",
    .subcommands = subcommands,
};
