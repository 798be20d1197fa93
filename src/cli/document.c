/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/ui.h"

static const stile_option get_options[] = {
    STILE_SESSION_OPTIONS,
    {"collection", 'c', "NAME", "the document's collection", true},
    {"clearance", 0, "CLEARANCE", "read as: level, or level//token,token", false},
    {"original", 0, NULL, "also the stored bytes, where nothing in them was flagged", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option delete_options[] = {
    STILE_SESSION_OPTIONS,
    {"collection", 'c', "NAME", "the document's collection", true},
    {"clearance", 0, "CLEARANCE", "act as: level, or level//token,token", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static void print_document(const json_t *document)
{
    const json_t *text = json_object_get(document, "text");

    stile_print(stdout, STILE_BOLD, "%s", stile_reply_text(document, "id", ""));
    printf("  %s · %s · %s\n", stile_reply_text(document, "label", ""),
           stile_reply_text(document, "format", ""), stile_reply_text(document, "disposition", ""));
    if (*stile_reply_text(document, "title", "")) {
        stile_print_stored(stdout, stile_str(stile_reply_text(document, "title", "")), false);
        printf("\n");
    }
    printf("\n");
    stile_print_stored(stdout, stile_slice_of(json_string_value(text), json_string_length(text)),
                       true);
    printf("\n");
}

static int ask(const stile_arguments *arguments, const char *method, bool original,
               void (*print)(const json_t *))
{
    size_t count;
    const char *const *ids = stile_argument_positionals(arguments, &count);
    const char *clearance = stile_argument(arguments, "clearance");
    char path[8400];
    stile_session_call call = {.method = method, .path = path};

    (void)snprintf(path, sizeof path, "%s%s",
                   stile_session_path(stile_argument(arguments, "collection"), "/documents/",
                                      ids[0], clearance),
                   !original   ? ""
                   : clearance ? "&original=true"
                               : "?original=true");
    return stile_session_run(arguments, clearance, &call, print);
}

static int run_get(const stile_arguments *arguments)
{
    return ask(arguments, "GET", stile_argument_flag(arguments, "original"), print_document);
}

static void print_deleted(const json_t *reply)
{
    printf("Deleted %s.\n", stile_reply_text(reply, "id", ""));
}

static int run_delete(const stile_arguments *arguments)
{
    return ask(arguments, "DELETE", false, print_deleted);
}

static const stile_command subcommands[] = {
    {.name = "get",
     .summary = "read one document as a cleared caller",
     .usage = "stile document get --data DIR --collection NAME --clearance CLEARANCE ID",
     .details =
         "A document above the clearance and one that does not exist look the same.\n"
         "\n"
         "Example:\n"
         "  stile document get --data d -c hr --clearance 'confidential//hr' --json bands.md\n",
     .options = get_options,
     .run = run_get,
     .least = 1,
     .most = 1},
    {.name = "delete",
     .summary = "remove one document",
     .usage = "stile document delete --data DIR --collection NAME [--clearance CLEARANCE] ID",
     .details = "Gone from the next query on. With --clearance, acts as its holder.\n"
                "\n"
                "Example:\n"
                "  stile document delete --data d -c hr --clearance restricted bands.md\n",
     .options = delete_options,
     .run = run_delete,
     .least = 1,
     .most = 1},
    {0},
};

const stile_command stile_command_document = {
    .name = "document",
    .summary = "read or remove one document",
    .usage = "stile document get|delete ...",
    .subcommands = subcommands,
};
