/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders into a collection. A document's id is its path as given; a .jsonl file gives
 * one document a line, under the ids in it. */
#include <stdio.h>

#include "api/route.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/session.h"
#include "cli/ui.h"
#include "ingest/intake.h"
#include "ingest/jsonl.h"
#include "ingest/parse.h"

static const stile_option options[] = {
    STILE_SESSION_OPTIONS,
    {"collection", 'c', "NAME", "where to; made when it is not there", true},
    {"label", 'l', "LABEL", "for documents that carry none: level, or level//expression", false},
    {"trust", 0, "TRUST", "of the source: external, internal, curated (the collection's)", false},
    {"format", 0, "FORMAT", "text, markdown or html, instead of what the file name says", false},
    {"json", 0, NULL, "print a JSON summary", false},
    {0},
};

/* Where documents go: into the plane here, or over HTTP. */
typedef struct sink {
    stile_session session;
    const stile_arguments *arguments;
    const char *collection, *trust_name;
    stile_slice label;
    stile_trust trust;
    bool has_format;
    stile_format format;
    /* --data */
    stile_arena arena;
    stile_caller caller;
    stile_collection found;
    stile_intake intake;
    /* what has come of it */
    stile_progress progress;
    uint64_t counts[STILE_INGEST_UNCHANGED + 1], chunks, flagged, withheld, bytes;
    json_t *errors;
} sink;

static void add_error(sink *s, const char *what, size_t line, const char *why)
{
    s->counts[STILE_INGEST_FAILED]++;
    if (!stile_argument_flag(s->arguments, "json")) {
        stile_progress_end(&s->progress);
        stile_print(stderr, STILE_RED, "failed ");
        if (line)
            fprintf(stderr, "%s:%zu: %s\n", what, line, why);
        else
            fprintf(stderr, "%s: %s\n", what, why);
    }
    (void)json_array_append_new(s->errors, json_pack("{s:s,s:I,s:s}", "document", what, "line",
                                                     (json_int_t)line, "error", why));
}

static void report(void *ctx, const stile_ingest_item *item, size_t line,
                   const stile_ingest_result *result)
{
    sink *s = ctx;
    char name[STILE_MAX_DOCUMENT_ID + 1];

    stile_progress_add(&s->progress, 1);
    if (result->outcome == STILE_INGEST_FAILED) {
        (void)snprintf(name, sizeof name, "%.*s", STILE_SLICE_ARGS(item->id));
        add_error(s, name, line, result->error.text);
        return;
    }
    s->counts[result->outcome]++;
    s->chunks += result->chunks;
    s->flagged += result->flagged;
    s->withheld += result->withheld;
}

static stile_ingest_outcome outcome_of(const char *name)
{
    for (int o = 0; name && o <= STILE_INGEST_UNCHANGED; o++)
        if (strcmp(name, stile_ingest_outcome_name((stile_ingest_outcome)o)) == 0)
            return (stile_ingest_outcome)o;
    return STILE_INGEST_FAILED;
}

/* PUT one document over HTTP; the reply becomes the same report. */
static stile_status put_remote(sink *s, const stile_ingest_item *item, size_t line,
                               stile_error *err)
{
    static const char *const members[] = {"text", "markdown", "html", "text"};
    char id[STILE_MAX_DOCUMENT_ID + 1], path[8400];
    stile_ingest_result result = {0};
    json_t *body, *reply = NULL;
    stile_session_call call = {.method = "PUT", .path = path};
    stile_status st;

    (void)snprintf(id, sizeof id, "%.*s", STILE_SLICE_ARGS(item->id));
    (void)snprintf(path, sizeof path, "%s%s%s",
                   stile_session_path(s->collection, "/documents/", id, NULL),
                   s->trust_name ? "?trust=" : "", s->trust_name ? s->trust_name : "");
    body = json_pack("{s:o,s:o}", members[item->format], stile_json_string(item->original), "label",
                     stile_json_string(item->label));
    if (!body) {
        (void)stile_fail(&result.error, STILE_INVALID, "not UTF-8");
        report(s, item, line, &result);
        return STILE_OK;
    }
    if (item->title.len || item->fallback_title.len)
        (void)json_object_set_new(
            body, "title", stile_json_string(item->title.len ? item->title : item->fallback_title));
    if (item->url.len)
        (void)json_object_set_new(body, "url", stile_json_string(item->url));
    if (item->metadata.len)
        (void)json_object_set_new(body, "metadata",
                                  json_loadb(item->metadata.ptr, item->metadata.len, 0, NULL));
    call.json = body;
    st = stile_session_ask(&s->session, &call, &reply, &result.error);
    if (!st) {
        result.outcome = outcome_of(stile_reply_text(reply, "outcome", "-"));
        result.chunks = (uint32_t)json_integer_value(json_object_get(reply, "chunks"));
        result.flagged = (uint32_t)json_integer_value(json_object_get(reply, "flagged"));
        result.withheld = (uint32_t)json_integer_value(json_object_get(reply, "withheld"));
    }
    json_decref(body);
    json_decref(reply);
    if (st == STILE_UNAVAILABLE || st == STILE_TIMEOUT || st == STILE_UNAUTHENTICATED) {
        if (err)
            *err = result.error;
        return st; /* no other document will fare better */
    }
    report(s, item, line, &result);
    return STILE_OK;
}

static stile_status put_item(sink *s, stile_ingest_item *item, size_t line, stile_error *err)
{
    item->trust = s->trust;
    if (item->label.len == 0)
        item->label = s->label;
    s->bytes += item->original.len;
    return s->session.plane ? stile_intake_add(&s->intake, item, line, err)
                            : put_remote(s, item, line, err);
}

static stile_status ingest_jsonl(sink *s, const char *path, stile_error *err)
{
    stile_jsonl *reader = NULL;
    bool more = true;
    stile_error why = {0};
    stile_status st = stile_jsonl_open_file(path, &reader, &why);

    if (st) {
        add_error(s, path, 0, why.text);
        return STILE_OK;
    }
    while (!st && more) {
        stile_item item;
        stile_status line = stile_jsonl_next(reader, &item, &more, &why);
        if (line) {
            add_error(s, path, stile_jsonl_line(reader), why.text);
        } else if (more) {
            stile_ingest_item whole = {.id = item.id,
                                       .title = item.title,
                                       .url = item.url,
                                       .metadata = item.metadata_json,
                                       .label = item.label,
                                       .original = item.body,
                                       .format = item.format};
            st = put_item(s, &whole, stile_jsonl_line(reader), err);
        }
    }
    stile_jsonl_destroy(reader);
    return st;
}

static stile_status ingest_file(void *ctx, const char *path, stile_error *err)
{
    sink *s = ctx;
    const char *slash = strrchr(path, '/'), *id = path;
    stile_error why = {0};
    stile_buf text;
    stile_status st = STILE_OK;

    if (stile_path_ends(path, ".jsonl") || stile_path_ends(path, ".ndjson"))
        return ingest_jsonl(s, path, err);
    while (id[0] == '.' && id[1] == '/')
        id += 2;
    stile_buf_init(&text, STILE_MAX_DOCUMENT);
    if (stile_file_read(path, &text, &why)) {
        add_error(s, path, 0, why.text);
    } else {
        stile_ingest_item item = {.id = stile_str(strcmp(path, "-") == 0 ? "stdin" : id),
                                  .original = stile_buf_slice(&text),
                                  .format = s->has_format ? s->format : stile_format_of_path(path),
                                  .fallback_title = stile_str(slash ? slash + 1 : id)};
        st = put_item(s, &item, 0, err);
    }
    stile_buf_release(&text);
    return st;
}

static void pass_over(void *ctx, const char *path, const char *why)
{
    add_error(ctx, path, 0, why);
}

/* The collection, made on the first ingest by who holds the data directory. */
static stile_status open_collection(sink *s, stile_error *err)
{
    const stile_credentials owner = {.owner = true};
    stile_collection wanted = {.name = stile_str(s->collection)};
    stile_status st = stile_authenticate(s->session.plane, &owner, &s->arena, &s->caller, err);

    if (st)
        return st;
    st = stile_plane_collection_find(s->session.plane, wanted.name, &s->arena, &s->found, err);
    if (st == STILE_NOT_FOUND)
        st = stile_plane_collection_create(s->session.plane, &wanted, &s->arena, &s->found, err);
    if (!st && !s->trust_name)
        s->trust = s->found.trust;
    stile_intake_init(&s->intake, s->session.plane, &s->caller, &s->found, report, s);
    return st;
}

static json_t *summary_json(const sink *s)
{
    json_t *json =
        json_pack("{s:s,s:I,s:I,s:I,s:I,s:O}", "collection", s->collection, "bytes",
                  (json_int_t)s->bytes, "chunks", (json_int_t)s->chunks, "flagged",
                  (json_int_t)s->flagged, "withheld", (json_int_t)s->withheld, "errors", s->errors);
    for (int o = 0; json && o <= STILE_INGEST_UNCHANGED; o++)
        (void)json_object_set_new(json, stile_ingest_outcome_name((stile_ingest_outcome)o),
                                  json_integer((json_int_t)s->counts[o]));
    return json;
}

static int print_summary(const sink *s)
{
    int code = s->counts[STILE_INGEST_FAILED] ? 1 : 0;

    if (stile_argument_flag(s->arguments, "json")) {
        json_t *json = summary_json(s);
        if (stile_print_json(json))
            code = 1;
        json_decref(json);
        return code;
    }
    printf("%s: %llu new, %llu replaced, %llu relabelled, %llu unchanged", s->collection,
           (unsigned long long)s->counts[STILE_INGEST_CREATED],
           (unsigned long long)s->counts[STILE_INGEST_REPLACED],
           (unsigned long long)s->counts[STILE_INGEST_RELABELLED],
           (unsigned long long)s->counts[STILE_INGEST_UNCHANGED]);
    if (s->counts[STILE_INGEST_FAILED])
        stile_print(stdout, STILE_RED, ", %llu failed",
                    (unsigned long long)s->counts[STILE_INGEST_FAILED]);
    printf("; %llu chunks", (unsigned long long)s->chunks);
    if (s->flagged)
        stile_print(stdout, STILE_YELLOW, ", %llu with injections (%llu withheld)",
                    (unsigned long long)s->flagged, (unsigned long long)s->withheld);
    printf("\n");
    return code;
}

static int check_arguments(sink *s)
{
    const char *label = stile_argument(s->arguments, "label");
    const char *format = stile_argument(s->arguments, "format");

    s->collection = stile_argument(s->arguments, "collection");
    s->label = stile_str(label);
    s->trust_name = stile_argument(s->arguments, "trust");
    if (s->trust_name && !stile_trust_parse(stile_str(s->trust_name), &s->trust))
        return stile_usage_error(s->arguments, "--trust is external, internal or curated");
    s->has_format = format != NULL;
    if (format &&
        (!stile_format_parse(stile_str(format), &s->format) || s->format == STILE_FORMAT_UNKNOWN))
        return stile_usage_error(s->arguments, "--format is text, markdown or html");
    return 0;
}

static stile_status ingest_all(sink *s, stile_error *err)
{
    const stile_files files = {.take = ingest_file, .pass_over = pass_over, .ctx = s};
    size_t count;
    const char *const *paths = stile_argument_positionals(s->arguments, &count);
    stile_status st = stile_session_open(&s->session, s->arguments, NULL, err);

    if (!st && s->session.plane)
        st = open_collection(s, err);
    for (size_t i = 0; !st && i < count; i++)
        st = stile_files_each(&files, paths[i], err);
    if (!st && s->session.plane && !(st = stile_intake_flush(&s->intake, err)))
        st = stile_plane_save(s->session.plane, err);
    return st;
}

static int run(const stile_arguments *arguments)
{
    stile_error err = {0};
    sink *s = stile_alloc(sizeof *s);
    stile_status st;
    int code;

    if (!s)
        return 1;
    s->arguments = arguments;
    s->errors = json_array();
    stile_arena_init(&s->arena, 0);
    if (!(code = check_arguments(s))) {
        stile_progress_begin(&s->progress, s->collection, "documents", 0);
        st = ingest_all(s, &err);
        stile_progress_end(&s->progress);
        code = st ? stile_report(&err) : print_summary(s);
    }
    if (s->session.plane)
        stile_intake_release(&s->intake);
    stile_session_close(&s->session);
    stile_arena_release(&s->arena);
    json_decref(s->errors);
    stile_free(s);
    return code;
}

const stile_command stile_command_ingest = {
    .name = "ingest",
    .summary = "store documents under a label",
    .usage = "stile ingest --data DIR --collection NAME [--label LABEL] PATH...",
    .details =
        "Takes text, Markdown, HTML and JSONL files, and whole folders. A document's id is its\n"
        "path as given. Ingesting the same again changes nothing; a changed document replaces the\n"
        "old one atomically. A document without a label is refused: nothing defaults to public.\n"
        "A bad document is reported and does not stop the rest (exit code 1).\n"
        "\n"
        "Examples:\n"
        "  stile ingest --data d --collection wiki --label internal ./docs\n"
        "  stile ingest --data d -c hr --label 'confidential//hr&(eu|us)' bands.md\n"
        "  stile ingest --data d -c mail --label internal --trust external inbox.jsonl\n",
    .options = options,
    .run = run,
    .least = 1,
    .most = SIZE_MAX,
};
