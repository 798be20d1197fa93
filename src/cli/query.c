/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/session.h"
#include "cli/ui.h"

static const stile_option options[] = {
    STILE_SESSION_OPTIONS,
    {"collection", 'c', "NAME", "search here; may be repeated (all, when absent)", false},
    {"clearance", 0, "CLEARANCE", "ask as: level, or level//token,token", false},
    {"mode", 'm', "MODE", "hybrid (usual), lexical or dense", false},
    {"k", 'k', "N", "results wanted, 1 to 100 (10)", false},
    {"filter", 'f', "JSON", "only documents whose metadata match, in OpenAI's grammar", false},
    {"neighbours", 0, "N", "also the N chunks on each side of a result, 0 to 5 (0)", false},
    {"max-tokens", 0, "N", "pack the context into so many tokens", false},
    {"min-score", 0, "SCORE", "leave out results that score less", false},
    {"duplicates", 0, NULL, "keep near-duplicates of better results", false},
    {"no-rerank", 0, NULL, "leave a configured reranker out", false},
    {"spotlight", 0, "MODE", "delimit (usual), datamark, encode or none", false},
    {"format", 0, "FORMAT", "json (usual), anthropic or text; implies --json's raw output", false},
    {"json", 0, NULL, "print the answer as JSON", false},
    {0},
};

static stile_style style_of(const char *disposition)
{
    if (strcmp(disposition, "allow") == 0)
        return STILE_GREEN;
    return strcmp(disposition, "withheld") == 0 ? STILE_RED : STILE_YELLOW;
}

static void print_findings(const json_t *findings)
{
    size_t i;
    json_t *finding;

    json_array_foreach(findings, i, finding)
    {
        const char *rule = stile_reply_text(finding, "rule", "");
        printf("       ");
        stile_print(stdout, STILE_RED, "%s", stile_reply_text(finding, "family", ""));
        printf(" in the %s", stile_reply_text(finding, "field", ""));
        if (*rule)
            printf(", by %s", rule);
        printf("\n");
    }
}

/* A stretch of stored text on one line: white space runs as one space. */
static void print_flat(stile_slice text)
{
    char flat[320];
    size_t len = 0;

    for (size_t i = 0; i < text.len && len < sizeof flat; i++) {
        bool space =
            text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t' || text.ptr[i] == '\r';
        if (!space)
            flat[len++] = text.ptr[i];
        else if (len && flat[len - 1] != ' ')
            flat[len++] = ' ';
    }
    stile_print_stored(stdout, stile_slice_of(flat, len), false);
}

static void print_result(const json_t *result)
{
    const json_t *lines = json_object_get(result, "lines");
    const json_t *text = json_object_get(result, "text");
    const char *disposition = stile_reply_text(result, "disposition", "");
    const char *title = stile_reply_text(result, "title", "");

    printf("  ");
    stile_print(stdout, STILE_BOLD, "[%s] ", stile_reply_text(result, "citation", ""));
    if (*title) {
        stile_print_stored(stdout, stile_str(title), false);
        printf(" · ");
    }
    stile_print_stored(stdout, stile_str(stile_reply_text(result, "document_id", "")), false);
    printf(":%lld-%lld\n       ", json_integer_value(json_object_get(lines, "start")),
           json_integer_value(json_object_get(lines, "end")));
    stile_print(stdout, STILE_BLUE, "%s", stile_reply_text(result, "label", ""));
    printf(" · ");
    stile_print(stdout, style_of(disposition), "%s", disposition);
    printf(" · score %.4f\n", json_real_value(json_object_get(result, "score")));
    print_findings(json_object_get(result, "findings"));
    if (json_is_string(text)) {
        stile_slice shown = stile_slice_of(json_string_value(text), json_string_length(text));
        bool cut = shown.len > 280;
        if (cut)
            shown.len = 280;
        while (cut && shown.len && ((unsigned char)shown.ptr[shown.len] & 0xc0) == 0x80)
            shown.len--;
        printf("       ");
        print_flat(shown);
        printf("%s\n", cut ? " …" : "");
    }
    printf("\n");
}

static void print_answer(const json_t *answer)
{
    const json_t *results = json_object_get(answer, "results");
    const json_t *degraded = json_object_get(answer, "degraded");
    size_t i;
    json_t *result;

    if (json_array_size(results) == 0)
        printf("Nothing found that this clearance may read.\n");
    json_array_foreach(results, i, result)
    {
        print_result(result);
    }
    printf("context label ");
    stile_print(stdout, STILE_BLUE, "%s", stile_reply_text(answer, "context_label", ""));
    printf(" · trace %s\n", stile_reply_text(answer, "trace_id", ""));
    if (json_is_object(degraded))
        stile_print(stderr, STILE_YELLOW, "degraded to %s: %s\n",
                    stile_reply_text(degraded, "mode", ""),
                    stile_reply_text(degraded, "reason", ""));
}

/* Add --filter, parsed, to the request. */
static bool add_filter(const stile_arguments *arguments, json_t *body, stile_error *err)
{
    const char *text = stile_argument(arguments, "filter");
    json_t *filter = NULL;

    if (!text)
        return true;
    if (stile_json_parse(stile_str(text), "--filter", &filter, err))
        return false;
    return json_object_set_new(body, "filters", filter) == 0;
}

/* How much of what was found is shown, and how. */
static bool add_shape(const stile_arguments *arguments, json_t *body)
{
    const char *min_score = stile_argument(arguments, "min-score");
    const char *spotlight = stile_argument(arguments, "spotlight");
    unsigned long neighbours, max_tokens;
    char *end = NULL;

    if (!stile_argument_number(arguments, "neighbours", 0, STILE_MAX_NEIGHBOURS, 0, &neighbours) ||
        !stile_argument_number(arguments, "max-tokens", 1, 10000000, 0, &max_tokens))
        return false;
    if (neighbours)
        (void)json_object_set_new(body, "neighbours", json_integer((json_int_t)neighbours));
    if (max_tokens)
        (void)json_object_set_new(body, "max_tokens", json_integer((json_int_t)max_tokens));
    if (min_score) {
        double score = strtod(min_score, &end);
        if (end == min_score || *end || !isfinite(score)) {
            (void)stile_usage_error(arguments, "--min-score: expected a number");
            return false;
        }
        (void)json_object_set_new(body, "min_score", json_real(score));
    }
    if (stile_argument_flag(arguments, "duplicates"))
        (void)json_object_set_new(body, "duplicates", json_true());
    if (stile_argument_flag(arguments, "no-rerank"))
        (void)json_object_set_new(body, "rerank", json_false());
    if (spotlight)
        (void)json_object_set_new(body, "spotlight", json_string(spotlight));
    return true;
}

static json_t *request_of(const stile_arguments *arguments, unsigned long k)
{
    const char *const *values;
    size_t count = stile_argument_values(arguments, "collection", &values), positionals;
    const char *const *positional = stile_argument_positionals(arguments, &positionals);
    json_t *body =
        json_pack("{s:s,s:s?,s:s?,s:s?}", "query", positional[0], "mode",
                  stile_argument(arguments, "mode"), "format", stile_argument(arguments, "format"),
                  "clearance", stile_argument(arguments, "clearance"));

    if (body && k)
        (void)json_object_set_new(body, "k", json_integer((json_int_t)k));
    if (body && count) {
        json_t *list = json_array();
        for (size_t i = 0; i < count; i++)
            (void)json_array_append_new(list, json_string(values[i]));
        (void)json_object_set_new(body, "collections", list);
    }
    return body;
}

static stile_status ask(stile_session *session, const json_t *body, bool raw, stile_error *err)
{
    stile_session_call call = {.method = "POST", .path = "/v1/retrieve", .json = body};
    stile_buf reply;
    json_t *answer = NULL;
    stile_status st;

    stile_buf_init(&reply, STILE_MAX_HTTP_RESPONSE);
    if (!(st = stile_session_send(session, &call, &reply, err))) {
        if (raw)
            printf("%.*s\n", (int)reply.len, reply.ptr);
        else if (!(st = stile_json_parse(stile_buf_slice(&reply), "answer", &answer, err)))
            print_answer(answer);
    }
    json_decref(answer);
    stile_buf_release(&reply);
    return st;
}

static int run(const stile_arguments *arguments)
{
    stile_session session = {0};
    stile_error err = {0};
    unsigned long k;
    json_t *body;
    bool raw = stile_argument_flag(arguments, "json") || stile_argument(arguments, "format");
    stile_status st;

    if (!stile_argument_number(arguments, "k", 1, STILE_MAX_K, 0, &k))
        return 2;
    if (!(body = request_of(arguments, k)))
        return stile_usage_error(arguments, "the query is not UTF-8");
    if (!add_shape(arguments, body)) {
        json_decref(body);
        return 2;
    }
    if (!add_filter(arguments, body, &err)) {
        json_decref(body);
        return stile_usage_error(arguments, "%s", err.text);
    }
    st = stile_session_open(&session, arguments, NULL, &err);
    if (!st)
        st = ask(&session, body, raw, &err);
    json_decref(body);
    stile_session_close(&session);
    return st ? stile_report(&err) : 0;
}

const stile_command stile_command_query = {
    .name = "query",
    .summary = "ask a question as a cleared caller",
    .usage = "stile query --data DIR [--collection NAME] --clearance CLEARANCE [options] TEXT",
    .details =
        "Prints what a caller of that clearance gets: citations, labels, released text, and what\n"
        "was sanitized or withheld. --clearance is for who holds the data directory; with "
        "--server\n"
        "it can only narrow the clearance of the API key.\n"
        "\n"
        "What stands in double quotes is a phrase: every result holds each of them, its words in\n"
        "that order. Words outside quotes rank the results and are not required.\n"
        "\n"
        "Examples:\n"
        "  stile query --data d --clearance public \"how do I sign a tag\"\n"
        "  stile query --data d -c hr --clearance 'confidential//hr,eu' -k 5 --json \"salary "
        "bands\"\n"
        "  stile query --data d -f '{\"type\":\"gte\",\"key\":\"year\",\"value\":2024}' "
        "\"bands\"\n"
        "  stile query --data d '\"salary bands\" 2024'\n"
        "  stile query --server http://127.0.0.1:7717 --token-file key \"salary bands\"\n",
    .options = options,
    .run = run,
    .least = 1,
    .most = 1,
};
