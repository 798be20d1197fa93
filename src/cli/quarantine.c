/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "cli/ui.h"

#define MAX_ROWS 128

#define COMMON                                                                                     \
    STILE_SESSION_OPTIONS,                                                                         \
        {"clearance", 0, "CLEARANCE", "who asks: what it dominates is seen", false},               \
    {                                                                                              \
        "json", 0, NULL, "print JSON", false                                                       \
    }

static const stile_option list_options[] = {
    {"collection", 'c', "NAME", "whose flagged chunks", true},
    {"state", 0, "STATE", "open (usual), reviewed or all", false},
    {"after", 0, "PLACE", "go on where a page ended", false},
    COMMON,
    {0},
};
static const stile_option show_options[] = {COMMON, {0}};
static const stile_option decide_options[] = {
    {"pin", 0, "PIN", "what was looked at: the decision holds for it alone", true},
    {"reason", 0, "TEXT", "why", true},
    {"scope", 0, "SCOPE", "chunk (usual), or collection: this text wherever it is there", false},
    COMMON,
    {0},
};
static const stile_option release_options[] = {
    {"pin", 0, "PIN", "what was looked at: the decision holds for it alone", true},
    {"reason", 0, "TEXT", "why", true},
    {"days", 0, "N", "until it ends, at most 366 (90)", false},
    {"scope", 0, "SCOPE", "chunk (usual), or collection: this text wherever it is there", false},
    COMMON,
    {0},
};
static const stile_option approve_options[] = {
    {"pin", 0, "PIN", "what was looked at", true},
    {"scope", 0, "SCOPE", "chunk (usual) or collection", false},
    COMMON,
    {0},
};
static const stile_option export_options[] = {
    {"collection", 'c', "NAME", "whose decisions", true},
    COMMON,
    {0},
};

static void print_list(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "chunks");
    const char *headings[] = {"CHUNK", "DOCUMENT", "LABEL", "DISPOSITION", "RULE", "REVIEW"};
    const char *cells[6 * MAX_ROWS];
    size_t rows = 0;

    for (; rows < json_array_size(list) && rows < MAX_ROWS; rows++) {
        const json_t *c = json_array_get(list, rows);
        const char **row = cells + 6 * rows;
        row[0] = stile_reply_text(c, "chunk_id", "-");
        row[1] = stile_reply_text(c, "document_id", "-");
        row[2] = stile_reply_text(c, "label", "-");
        row[3] = stile_reply_text(c, "disposition", "-");
        row[4] = stile_reply_text(json_array_get(json_object_get(c, "findings"), 0), "rule", "-");
        row[5] = stile_reply_text(json_object_get(c, "review"), "decision", "-");
    }
    stile_print_table(stdout, headings, 6, cells, rows);
    if (json_is_string(json_object_get(reply, "next"))) {
        printf("There may be more: --after '");
        stile_print_stored(stdout, stile_str(stile_reply_text(reply, "next", "-")), false);
        printf("'\n");
    }
}

static void print_one(const json_t *c)
{
    const json_t *findings = json_object_get(c, "findings"), *text = json_object_get(c, "text");
    const json_t *review = json_object_get(c, "review");

    printf("Chunk    %s\nPin      %s\nDocument ", stile_reply_text(c, "chunk_id", "-"),
           stile_reply_text(c, "pin", "-"));
    stile_print_stored(stdout, stile_str(stile_reply_text(c, "document_id", "-")), false);
    printf("\nLabel    %s, source %s\nVerdict  %s, score %.2f; ruling: %s\n",
           stile_reply_text(c, "label", "-"), stile_reply_text(c, "trust", "-"),
           stile_reply_text(c, "disposition", "-"), json_number_value(json_object_get(c, "score")),
           stile_reply_text(c, "ruling", "-"));
    if (json_is_object(review)) {
        printf("Review   %s by %s until %s: ", stile_reply_text(review, "decision", "-"),
               stile_reply_text(review, "by", "-"), stile_reply_text(review, "until", "-"));
        stile_print_stored(stdout, stile_str(stile_reply_text(review, "reason", "-")), false);
        printf("\n");
    }
    for (size_t i = 0; i < json_array_size(findings); i++)
        printf("Finding  %s (%s)\n", stile_reply_text(json_array_get(findings, i), "rule", "-"),
               stile_reply_text(json_array_get(findings, i), "family", "-"));
    if (json_is_string(text)) {
        printf("\n");
        stile_print_stored(stdout,
                           stile_slice_of(json_string_value(text), json_string_length(text)), true);
        printf("\n");
    }
}

static void print_rows(const json_t *reply)
{
    const json_t *rows = json_object_get(reply, "rows");

    for (size_t i = 0; i < json_array_size(rows); i++)
        (void)stile_print_json(json_array_get(rows, i));
    fprintf(stderr, "%zu rows; their labels join to %s\n", json_array_size(rows),
            stile_reply_text(reply, "label", "-"));
}

/* "/v1/quarantine" + `rest`, then the options of these names that were given as a query. */
static bool make_path(const stile_arguments *arguments, const char *chunk, const char *rest,
                      const char *const *names, char *out, size_t size)
{
    stile_buf path;
    char between = '?';
    bool fits;

    stile_buf_init(&path, size - 1);
    stile_buf_add_str(&path, "/v1/quarantine");
    if (chunk) {
        stile_buf_add_str(&path, "/");
        stile_percent_encode(stile_str(chunk), &path);
    }
    stile_buf_add_str(&path, rest);
    for (; *names; names++)
        if (stile_argument(arguments, *names)) {
            stile_buf_printf(&path, "%c%s=", between, *names);
            stile_percent_encode(stile_str(stile_argument(arguments, *names)), &path);
            between = '&';
        }
    fits = stile_buf_ok(&path, NULL) == STILE_OK;
    (void)snprintf(out, size, "%s", fits ? path.ptr : "");
    stile_buf_release(&path);
    return fits;
}

static int get(const stile_arguments *arguments, const char *chunk, const char *rest,
               const char *const *names, void (*print)(const json_t *))
{
    char path[4096];

    if (!make_path(arguments, chunk, rest, names, path, sizeof path))
        return stile_usage_error(arguments, "what was given is too long");
    return stile_session_run(arguments, NULL, &(stile_session_call){.method = "GET", .path = path},
                             print);
}

static const char *chunk_of(const stile_arguments *arguments)
{
    size_t count;
    return stile_argument_positionals(arguments, &count)[0];
}

static int run_list(const stile_arguments *arguments)
{
    static const char *const names[] = {"collection", "state", "after", "clearance", NULL};
    return get(arguments, NULL, "", names, print_list);
}

static int run_show(const stile_arguments *arguments)
{
    static const char *const names[] = {"clearance", NULL};
    return get(arguments, chunk_of(arguments), "", names, print_one);
}

static int run_export(const stile_arguments *arguments)
{
    static const char *const names[] = {"collection", "clearance", NULL};
    return get(arguments, NULL, "/export", names, print_rows);
}

/* The options that were given, as members of the same name. */
static json_t *body_of(const stile_arguments *arguments, const char *const *names)
{
    json_t *body = json_object();

    for (; *names; names++)
        if (stile_argument(arguments, *names))
            (void)json_object_set_new(body, *names, json_string(stile_argument(arguments, *names)));
    return body;
}

static int decide(const stile_arguments *arguments, const char *step, json_t *body)
{
    static const char *const narrowing[] = {"clearance", NULL};
    char path[4096];
    int code;

    if (make_path(arguments, chunk_of(arguments), step, narrowing, path, sizeof path))
        code = stile_session_run(
            arguments, NULL, &(stile_session_call){.method = "POST", .path = path, .json = body},
            print_one);
    else
        code = stile_usage_error(arguments, "what was given is too long");
    json_decref(body);
    return code;
}

static int run_release(const stile_arguments *arguments)
{
    static const char *const names[] = {"pin", "reason", "scope", NULL};
    unsigned long days;
    json_t *body;

    if (!stile_argument_number(arguments, "days", 1, 366, 90, &days))
        return 2;
    body = body_of(arguments, names);
    (void)json_object_set_new(body, "days", json_integer((json_int_t)days));
    return decide(arguments, "/release", body);
}

static int run_confirm(const stile_arguments *arguments)
{
    static const char *const names[] = {"pin", "reason", "scope", NULL};
    return decide(arguments, "/confirm", body_of(arguments, names));
}

static int run_reopen(const stile_arguments *arguments)
{
    static const char *const names[] = {"pin", "reason", "scope", NULL};
    return decide(arguments, "/reopen", body_of(arguments, names));
}

static int run_approve(const stile_arguments *arguments)
{
    static const char *const names[] = {"pin", "scope", NULL};
    return decide(arguments, "/approve", body_of(arguments, names));
}

static const stile_command subcommands[] = {
    {.name = "list",
     .summary = "list the flagged and withheld chunks of a collection",
     .usage = "stile quarantine list --data DIR --clearance C -c NAME [--state STATE]",
     .details = "Only chunks whose labels your clearance dominates. No text is shown.\n"
                "\n"
                "Example:\n  stile quarantine list --data d --clearance internal -c wiki\n",
     .options = list_options,
     .run = run_list},
    {.name = "show",
     .summary = "show one chunk with its text as it is stored",
     .usage = "stile quarantine show --data DIR --clearance C CHUNK",
     .details = "The text is hostile until you know better: for your eyes, never for an agent's.\n"
                "\n"
                "Example:\n  stile quarantine show --data d --clearance internal CHUNK\n",
     .options = show_options,
     .run = run_show,
     .least = 1,
     .most = 1},
    {.name = "release",
     .summary = "release a chunk that is harmless, for some days",
     .usage = "stile quarantine release --data DIR --clearance C --pin PIN --reason TEXT CHUNK",
     .details = "Holds for this text, label and finding set: any change ends it. With --scope\n"
                "collection it holds for the text wherever it is in the collection.\n"
                "\n"
                "Example:\n"
                "  stile quarantine release --data d --clearance internal --pin PIN \\\n"
                "      --reason 'our own style guide' --days 30 CHUNK\n",
     .options = release_options,
     .run = run_release,
     .least = 1,
     .most = 1},
    {.name = "confirm",
     .summary = "say that a chunk is an injection indeed",
     .usage = "stile quarantine confirm --data DIR --clearance C --pin PIN --reason TEXT CHUNK",
     .details = "Example:\n"
                "  stile quarantine confirm --data d --clearance internal --pin PIN \\\n"
                "      --reason 'asks for our keys' CHUNK\n",
     .options = decide_options,
     .run = run_confirm,
     .least = 1,
     .most = 1},
    {.name = "reopen",
     .summary = "take a decision back",
     .usage = "stile quarantine reopen --data DIR --clearance C --pin PIN --reason TEXT CHUNK",
     .details = "Example:\n"
                "  stile quarantine reopen --data d --clearance internal --pin PIN \\\n"
                "      --reason 'decided in haste' CHUNK\n",
     .options = decide_options,
     .run = run_reopen,
     .least = 1,
     .most = 1},
    {.name = "approve",
     .summary = "let a decision of another person become training data",
     .usage = "stile quarantine approve --server URL --token-file FILE --pin PIN CHUNK",
     .details = "Example:\n"
                "  stile quarantine approve --server http://127.0.0.1:7717 --token-file key \\\n"
                "      --pin PIN CHUNK\n",
     .options = approve_options,
     .run = run_approve,
     .least = 1,
     .most = 1},
    {.name = "export",
     .summary = "the approved decisions, as rows to train a classifier with",
     .usage = "stile quarantine export --data DIR --clearance C -c NAME >reviews.jsonl",
     .details = "At most 50 rows of one reviewer and 3 of one document. What is fitted from the\n"
                "rows carries the join of their labels, which is printed on standard error.\n"
                "\n"
                "Example:\n"
                "  stile quarantine export --data d --clearance internal -c wiki >reviews.jsonl\n",
     .options = export_options,
     .run = run_export},
    {0},
};

const stile_command stile_command_quarantine = {
    .name = "quarantine",
    .summary = "review flagged chunks: list, show, release, confirm",
    .usage = "stile quarantine list|show|release|confirm|reopen|approve|export ...",
    .subcommands = subcommands,
};
