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
    {"flagged", 0, "HOW", "with flagged chunks: sanitize (usual) or withhold", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option set_options[] = {
    STILE_SESSION_OPTIONS,
    {"trust", 0, "TRUST", "of documents that name none: external, internal, curated", false},
    {"flagged", 0, "HOW", "with flagged chunks: sanitize or withhold", false},
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
        cells[4 * rows] = stile_reply_text(c, "name", "-");
        cells[4 * rows + 1] = stile_reply_text(c, "ceiling", NULL);
        cells[4 * rows + 2] = stile_reply_text(c, "trust", "-");
        cells[4 * rows + 3] = stile_reply_text(c, "created", "-");
    }
    stile_print_table(stdout, headings, 4, cells, rows);
    if (json_array_size(list) > rows)
        printf("… and %zu more: see --json\n", json_array_size(list) - rows);
}

static void print_one(const json_t *c)
{
    printf("%s: ceiling %s, trust %s, flagged chunks: %s\n", stile_reply_text(c, "name", "-"),
           stile_reply_text(c, "ceiling", "none (only this directory's holder may write)"),
           stile_reply_text(c, "trust", "-"), stile_reply_text(c, "flagged", "-"));
}

static void print_deleted(const json_t *c)
{
    printf("Deleted collection %s with all its documents.\n", stile_reply_text(c, "name", "-"));
}

static int ask_at(const stile_arguments *arguments, const char *method, const char *rest,
                  const json_t *body, void (*print)(const json_t *))
{
    size_t count;
    const char *const *names = stile_argument_positionals(arguments, &count);
    stile_session_call call = {.method = method,
                               .path =
                                   stile_session_path(count ? names[0] : NULL, rest, NULL, NULL),
                               .json = body};

    return stile_session_run(arguments, NULL, &call, print);
}

static int ask(const stile_arguments *arguments, const char *method, const json_t *body,
               void (*print)(const json_t *))
{
    return ask_at(arguments, method, "", body, print);
}

/* The options that were given, as members of the same name. */
static json_t *given(const stile_arguments *arguments, const char *const *names)
{
    json_t *body = json_object();

    for (; *names; names++)
        if (stile_argument(arguments, *names))
            (void)json_object_set_new(body, *names, json_string(stile_argument(arguments, *names)));
    return body;
}

static int run_set(const stile_arguments *arguments)
{
    static const char *const names[] = {"trust", "flagged", NULL};
    json_t *body = given(arguments, names);
    int code = json_object_size(body) ? ask_at(arguments, "POST", "/settings", body, print_one)
                                      : stile_usage_error(arguments, "give --trust or --flagged");

    json_decref(body);
    return code;
}

static int run_create(const stile_arguments *arguments)
{
    static const char *const names[] = {"ceiling", "trust", "flagged", NULL};
    json_t *body = given(arguments, names);
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
    {.name = "set",
     .summary = "change what a collection does",
     .usage = "stile collection set --data DIR [--trust TRUST] [--flagged HOW] NAME",
     .details = "--trust is that of documents that come from now on and name none. --flagged\n"
                "withhold: flagged chunks are withheld whole instead of sanitized. Raising trust,\n"
                "and withholding less, needs the scope trust.\n"
                "\n"
                "Example:\n"
                "  stile collection set --data d --flagged withhold wiki\n",
     .options = set_options,
     .run = run_set,
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
    .summary = "make, set, list, show and delete collections",
    .usage = "stile collection create|set|list|show|delete ...",
    .subcommands = subcommands,
};
