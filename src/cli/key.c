/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/ui.h"

static const stile_option create_options[] = {
    STILE_SESSION_OPTIONS,
    {"clearance", 0, "CLEARANCE", "what its holder may read", true},
    {"scopes", 0, "LIST", "comma-separated (retrieve)", false},
    {"collection", 'c', "NAME", "only here; may be repeated (all, when absent)", false},
    {"expires-days", 0, "N", "days until it ends (never)", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option plain_options[] = {
    STILE_SESSION_OPTIONS,
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static void print_created(const json_t *key)
{
    fprintf(stderr, "Key %s for %s. It is shown this once:\n", stile_reply_text(key, "id", "-"),
            stile_reply_text(key, "name", "-"));
    printf("%s\n", stile_reply_text(key, "key", "-"));
}

static void print_list(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "keys");
    const char *headings[] = {"ID", "NAME", "CLEARANCE", "SCOPES", "EXPIRES", "STATE"};
    const char *cells[6 * 256];
    size_t rows = 0;

    for (; rows < json_array_size(list) && rows < 256; rows++) {
        const json_t *key = json_array_get(list, rows);
        const char **row = cells + 6 * rows;
        row[0] = stile_reply_text(key, "id", "-");
        row[1] = stile_reply_text(key, "name", "-");
        row[2] = stile_reply_text(key, "clearance", "-");
        row[3] = stile_reply_text(key, "scopes", "-");
        row[4] = stile_reply_text(key, "expires", "-");
        row[5] = json_is_true(json_object_get(key, "revoked")) ? "revoked" : "live";
    }
    stile_print_table(stdout, headings, 6, cells, rows);
    if (json_array_size(list) > rows)
        printf("… and %zu more: see --json\n", json_array_size(list) - rows);
}

static void print_revoked(const json_t *key)
{
    printf("Revoked %s.\n", stile_reply_text(key, "id", "-"));
}

static int run_create(const stile_arguments *arguments)
{
    const char *const *values;
    size_t count = stile_argument_values(arguments, "collection", &values), names;
    const char *const *name = stile_argument_positionals(arguments, &names);
    unsigned long days;
    json_t *body, *list = count ? json_array() : NULL;
    int code;

    if (!stile_argument_number(arguments, "expires-days", 1, 36500, 0, &days))
        return 2;
    for (size_t i = 0; list && i < count; i++)
        (void)json_array_append_new(list, json_string(values[i]));
    body = json_pack("{s:s,s:s,s:s?,s:o?}", "name", name[0], "clearance",
                     stile_argument(arguments, "clearance"), "scopes",
                     stile_argument(arguments, "scopes"), "collections", list);
    if (body && days)
        (void)json_object_set_new(body, "expires_days", json_integer((json_int_t)days));
    code = stile_session_run(
        arguments, NULL, &(stile_session_call){.method = "POST", .path = "/v1/keys", .json = body},
        print_created);
    json_decref(body);
    return code;
}

static int run_list(const stile_arguments *arguments)
{
    return stile_session_run(
        arguments, NULL, &(stile_session_call){.method = "GET", .path = "/v1/keys"}, print_list);
}

static int run_revoke(const stile_arguments *arguments)
{
    size_t count;
    const char *const *ids = stile_argument_positionals(arguments, &count);
    char path[128];

    for (const char *c = ids[0]; *c; c++)
        if (!((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'f')))
            return stile_usage_error(arguments, "a key's id is 12 hex digits; see: stile key list");
    (void)snprintf(path, sizeof path, "/v1/keys/%.64s", ids[0]);
    return stile_session_run(
        arguments, NULL, &(stile_session_call){.method = "DELETE", .path = path}, print_revoked);
}

static const stile_command subcommands[] = {
    {.name = "create",
     .summary = "make an API key",
     .usage = "stile key create --data DIR --clearance CLEARANCE [options] NAME",
     .details = "The key is printed once on standard output, and stored as a hash.\n"
                "Scopes: retrieve, ingest, label, label:lower, trust, collection, keys, findings,\n"
                "audit, rules:write, rules:approve, rules:promote, quarantine.\n"
                "\n"
                "Example:\n"
                "  stile key create --data d --clearance 'internal//eu' helpdesk > key\n",
     .options = create_options,
     .run = run_create,
     .least = 1,
     .most = 1},
    {.name = "list",
     .summary = "list the keys",
     .usage = "stile key list --data DIR",
     .details = "Example:\n  stile key list --data d\n",
     .options = plain_options,
     .run = run_list},
    {.name = "revoke",
     .summary = "end a key",
     .usage = "stile key revoke --data DIR ID",
     .details = "Example:\n  stile key revoke --data d 0123456789ab\n",
     .options = plain_options,
     .run = run_revoke,
     .least = 1,
     .most = 1},
    {0},
};

const stile_command stile_command_key = {
    .name = "key",
    .summary = "make, list and revoke API keys",
    .usage = "stile key create|list|revoke ...",
    .subcommands = subcommands,
};
