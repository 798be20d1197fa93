/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/packs.h"

#include <stdio.h>
#include <string.h>

#include "api/route.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/ui.h"
#include "plane/packs.h"

#define MAX_PATH_TEXT 4096
#define MAX_ROWS 256

/* "/v1/rules/packs/NAME/versions/VERSION/step?clearance=...". */
typedef struct pack_path {
    char text[MAX_PATH_TEXT];
    bool fits;
} pack_path;

static pack_path path_of(const char *name, const char *version, const char *step,
                         const char *clearance)
{
    pack_path path = {.fits = true};
    stile_buf text;

    stile_buf_init(&text, sizeof path.text - 1);
    stile_buf_add_str(&text, "/v1/rules/packs");
    if (name) {
        stile_buf_add_str(&text, "/");
        stile_percent_encode(stile_str(name), &text);
    }
    if (version) {
        stile_buf_add_str(&text, "/versions/");
        stile_percent_encode(stile_str(version), &text);
    }
    stile_buf_add_str(&text, step);
    if (clearance) {
        stile_buf_add_str(&text, strchr(step, '?') ? "&clearance=" : "?clearance=");
        stile_percent_encode(stile_str(clearance), &text);
    }
    path.fits = stile_buf_ok(&text, NULL) == STILE_OK;
    (void)snprintf(path.text, sizeof path.text, "%s", path.fits && text.ptr ? text.ptr : "");
    stile_buf_release(&text);
    return path;
}

/* Send, then print: `print` gives the exit code. */
static int ask(const stile_arguments *arguments, const char *method, const pack_path *path,
               const json_t *body, int (*print)(const json_t *))
{
    stile_session session = {0};
    stile_error err = {0};
    json_t *reply = NULL;
    stile_session_call call = {.method = method,
                               .path = path->text,
                               .json = body,
                               .if_match = stile_argument(arguments, "if-match")};
    int code;

    if (!path->fits)
        return stile_usage_error(arguments, "the name is too long");
    if (stile_session_open(&session, arguments, NULL, &err) ||
        stile_session_ask(&session, &call, &reply, &err))
        code = stile_report(&err);
    else if (stile_argument_flag(arguments, "json"))
        code = stile_print_json(reply) ? 1 : print(NULL);
    else
        code = print(reply);
    if (!err.status && stile_argument_flag(arguments, "json") &&
        json_integer_value(json_object_get(reply, "failed")) > 0)
        code = 1;
    json_decref(reply);
    stile_session_close(&session);
    return code;
}

static long long number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static int print_pack(const json_t *pack)
{
    if (pack)
        printf("%s version %lld: %s, %s\n", stile_reply_text(pack, "pack", "-"),
               number_of(pack, "version"), stile_reply_text(pack, "state", "-"),
               stile_reply_text(pack, "etag", "-"));
    return 0;
}

static int print_table(const json_t *list)
{
    const char *headings[] = {"PACK", "VERSION", "STATE", "AUTHOR", "APPROVER", "CHANGED", "NOTE"};
    const char *cells[7 * MAX_ROWS];
    char versions[MAX_ROWS][16];
    size_t rows = 0;

    for (; rows < json_array_size(list) && rows < MAX_ROWS; rows++) {
        const json_t *pack = json_array_get(list, rows);
        const char **row = cells + 7 * rows;
        (void)snprintf(versions[rows], sizeof versions[rows], "%lld", number_of(pack, "version"));
        row[0] = stile_reply_text(pack, "pack", "-");
        row[1] = versions[rows];
        row[2] = stile_reply_text(pack, "state", "-");
        row[3] = stile_reply_text(pack, "author", "-");
        row[4] = stile_reply_text(pack, "approver", "-");
        row[5] = stile_reply_text(pack, "changed", "-");
        row[6] = stile_reply_text(pack, "note", "-");
    }
    stile_print_table(stdout, headings, 7, cells, rows);
    if (json_array_size(list) > rows)
        printf("… and %zu more: see --json\n", json_array_size(list) - rows);
    return 0;
}

static int print_list(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "packs");
    return reply ? print_table(list ? list : json_object_get(reply, "versions")) : 0;
}

static void print_model(const json_t *model)
{
    if (!model)
        return;
    printf("2^%lld weights, windows of %lld words, threshold %.3f, label %s\n",
           number_of(model, "bits"), number_of(model, "window"),
           json_number_value(json_object_get(model, "threshold")),
           stile_reply_text(model, "label", "-"));
}

static int print_text(const json_t *pack)
{
    const json_t *text = json_object_get(pack, "text");

    if (!pack)
        return 0;
    printf("# %s version %lld, %s, by %s, %s\n", stile_reply_text(pack, "pack", "-"),
           number_of(pack, "version"), stile_reply_text(pack, "state", "-"),
           stile_reply_text(pack, "author", "-"), stile_reply_text(pack, "etag", "-"));
    print_model(json_object_get(pack, "model"));
    if (!text)
        return 0;
    stile_print_stored(stdout, stile_slice_of(json_string_value(text), json_string_length(text)),
                       true);
    return 0;
}

static int print_diff(const json_t *reply)
{
    const json_t *lines = json_object_get(reply, "lines");

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i), *text = json_object_get(line, "text");
        const char *op = stile_reply_text(line, "op", "-");
        stile_print(stdout,
                    *op == '-'   ? STILE_RED
                    : *op == '+' ? STILE_GREEN
                                 : STILE_PLAIN,
                    "%s ", op);
        stile_print_stored(
            stdout, stile_slice_of(json_string_value(text), json_string_length(text)), false);
        printf("\n");
    }
    return 0;
}

static int print_test(const json_t *reply)
{
    const json_t *failures = json_object_get(reply, "failures");

    for (size_t i = 0; i < json_array_size(failures); i++) {
        const json_t *f = json_array_get(failures, i);
        stile_print(stdout, STILE_RED, "%s:%lld: %s: %s\n", stile_reply_text(f, "file", "-"),
                    number_of(f, "line"), stile_reply_text(f, "rule", "-"),
                    stile_reply_text(f, "what", "-"));
    }
    if (reply)
        printf("%lld %s, %lld failed; %s version %lld is %s\n", number_of(reply, "examples"),
               stile_pack_is_model(stile_str(stile_reply_text(reply, "pack", "-"))) ? "texts"
                                                                                    : "examples",
               number_of(reply, "failed"), stile_reply_text(reply, "pack", "-"),
               number_of(reply, "version"), stile_reply_text(reply, "state", "-"));
    return number_of(reply, "failed") ? 1 : 0;
}

static void print_moves(const json_t *figures)
{
    const json_t *changes = json_object_get(figures, "changes");
    const json_t *samples = json_object_get(figures, "samples");

    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *c = json_array_get(changes, i);
        printf("  %s -> %s: %lld\n", stile_reply_text(c, "enforced", "-"),
               stile_reply_text(c, "shadow", "-"), number_of(c, "chunks"));
    }
    for (size_t i = 0; i < json_array_size(samples); i++) {
        const json_t *s = json_array_get(samples, i);
        printf("  %s -> %s: ", stile_reply_text(s, "enforced", "-"),
               stile_reply_text(s, "shadow", "-"));
        stile_print_stored(stdout, stile_str(stile_reply_text(s, "document_id", "-")), false);
        printf(" (%s)\n", stile_reply_text(s, "chunk_id", "-"));
    }
}

static int print_figures(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "by_label");

    if (!reply)
        return 0;
    printf("%lld chunks compared, %lld would change, %lld newly withheld (of what your clearance "
           "dominates)\n",
           number_of(reply, "seen"), number_of(reply, "changed"),
           number_of(reply, "newly_withheld"));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *figures = json_array_get(list, i);
        printf("%s, %s: %lld compared, %lld newly withheld\n",
               stile_reply_text(figures, "collection", "-"),
               stile_reply_text(figures, "label", "-"), number_of(figures, "seen"),
               number_of(figures, "newly_withheld"));
        print_moves(figures);
    }
    return 0;
}

static int print_status(const json_t *reply)
{
    const json_t *shadow = json_object_get(reply, "shadow"),
                 *trial = json_object_get(reply, "trial");

    if (!reply)
        return 0;
    printf("In force: %lld rules, scan version %.16s…\n", number_of(reply, "rules"),
           stile_reply_text(reply, "scan", "-"));
    if (json_is_object(shadow))
        printf("In shadow: %s version %lld\n", stile_reply_text(shadow, "pack", "-"),
               number_of(shadow, "version"));
    if (json_is_object(trial))
        printf("On trial: %s version %lld\n", stile_reply_text(trial, "pack", "-"),
               number_of(trial, "version"));
    printf("Spikes since the start: %lld\n", number_of(reply, "spikes"));
    return print_table(json_object_get(reply, "active"));
}

/* --- the subcommands ---------------------------------------------------------------------- */

static const char *positional(const stile_arguments *arguments, size_t i)
{
    size_t count;
    const char *const *values = stile_argument_positionals(arguments, &count);
    return i < count ? values[i] : NULL;
}

static int step(const stile_arguments *arguments, const char *name, int (*print)(const json_t *))
{
    pack_path path = path_of(positional(arguments, 0), positional(arguments, 1), name,
                             stile_argument(arguments, "clearance"));
    json_t *body = json_object();
    int code = ask(arguments, "POST", &path, body, print);

    json_decref(body);
    return code;
}

/* What an upload sends: rules as text, a classifier's bytes in base64. NULL: not UTF-8. */
static json_t *upload_of(const char *name, stile_slice content, const char *note)
{
    json_t *body;
    stile_buf encoded;

    if (!stile_pack_is_model(stile_str(name))) {
        body = json_pack("{s:o}", "text", stile_json_string(content));
    } else {
        stile_buf_init(&encoded, 2 * STILE_MAX_MODEL_TEXT);
        stile_base64_encode(content, &encoded);
        body = json_pack("{s:o}", "model", stile_json_string(stile_buf_slice(&encoded)));
        stile_buf_release(&encoded);
    }
    if (body && note)
        (void)json_object_set_new(body, "note", json_string(note));
    return body;
}

int stile_packs_run_upload(const stile_arguments *arguments)
{
    pack_path path = path_of(positional(arguments, 0), NULL, "", NULL);
    const char *file = positional(arguments, 1);
    stile_error err = {0};
    stile_buf text;
    json_t *body = NULL;
    int code;

    stile_buf_init(&text, STILE_MAX_MODEL_TEXT + 1);
    if (stile_file_read(file, &text, &err))
        code = stile_report(&err);
    else if (!(body = upload_of(positional(arguments, 0), stile_buf_slice(&text),
                                stile_argument(arguments, "note"))))
        code = stile_usage_error(arguments, "%s is not UTF-8 text", file);
    else
        code = ask(arguments, "POST", &path, body, print_pack);
    json_decref(body);
    stile_buf_release(&text);
    return code;
}

int stile_packs_run_list(const stile_arguments *arguments)
{
    pack_path path = path_of(positional(arguments, 0), NULL, "", NULL);
    return ask(arguments, "GET", &path, NULL, print_list);
}

int stile_packs_run_show(const stile_arguments *arguments)
{
    pack_path path = path_of(positional(arguments, 0), positional(arguments, 1), "", NULL);
    return ask(arguments, "GET", &path, NULL, positional(arguments, 1) ? print_text : print_list);
}

int stile_packs_run_diff(const stile_arguments *arguments)
{
    char query[128];
    pack_path path;

    (void)snprintf(query, sizeof query, "/diff?from=%.32s&to=%.32s", positional(arguments, 1),
                   positional(arguments, 2));
    path = path_of(positional(arguments, 0), NULL, query, NULL);
    return ask(arguments, "GET", &path, NULL, print_diff);
}

int stile_packs_run_test(const stile_arguments *arguments)
{
    return step(arguments, "/test", print_test);
}

int stile_packs_run_shadow(const stile_arguments *arguments)
{
    pack_path path = path_of(positional(arguments, 0), positional(arguments, 1), "/shadow",
                             stile_argument(arguments, "clearance"));
    json_t *body;
    int code;

    if (stile_argument_flag(arguments, "figures"))
        return ask(arguments, "GET", &path, NULL, print_figures);
    body = json_pack("{s:b}", "on", !stile_argument_flag(arguments, "end"));
    code = ask(arguments, "POST", &path, body, print_pack);
    json_decref(body);
    return code;
}

int stile_packs_run_approve(const stile_arguments *arguments)
{
    return step(arguments, "/approve", print_pack);
}

int stile_packs_run_promote(const stile_arguments *arguments)
{
    return step(arguments, "/promote", print_pack);
}

int stile_packs_run_rollback(const stile_arguments *arguments)
{
    return step(arguments, "/rollback", print_pack);
}

int stile_packs_run_status(const stile_arguments *arguments)
{
    pack_path path = {.text = "/v1/rules", .fits = true};
    return ask(arguments, "GET", &path, NULL, print_status);
}
