/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/ui.h"
#include "scan/quoted.h"
#include "scan/scan.h"
#include "stile/limits.h"

static const stile_option options[] = {
    {"trust", 0, "TRUST", "of the source: external (usual), internal, curated", false},
    {"format", 0, "FORMAT", "text, markdown, html or unknown (usual)", false},
    {"rules", 0, "DIR", "rule packs to use instead of the shipped ones", false},
    {"json", 0, NULL, "print the verdict as JSON", false},
    {0},
};

static const char *const actions[] = {"mark", "neutralize", "strip", "withhold"};

static json_t *verdict_json(const char *path, const stile_verdict *verdict, stile_slice text,
                            stile_slice released)
{
    char version[STILE_SHA256_HEX];
    json_t *findings = json_array();

    stile_hex(verdict->scan_version.bytes, STILE_SHA256_LEN, version);
    for (size_t i = 0; findings && i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        (void)json_array_append_new(
            findings, json_pack("{s:s,s:s,s:f,s:s,s:b,s:{s:I,s:I}}", "family", f->family, "rule",
                                f->rule, "weight", (double)f->weight, "action",
                                f->action < 4 ? actions[f->action] : "withhold", "quoted",
                                (int)stile_is_quoted(text, f->start, f->end), "span", "start",
                                (json_int_t)f->start, "end", (json_int_t)f->end));
    }
    return json_pack(
        "{s:s,s:b,s:s,s:f,s:o,s:o,s:s}", "file", path, "flagged", (int)verdict->flagged,
        "disposition", stile_disposition_name(verdict->disposition), "score", verdict->score,
        "findings", findings, "released", stile_json_string(released), "scan", version);
}

static void print_verdict(const char *path, const stile_verdict *verdict, stile_slice text,
                          stile_slice released)
{
    stile_print(stdout, verdict->flagged ? STILE_RED : STILE_GREEN, "%s",
                verdict->flagged ? "injection" : "clean");
    printf("  %s · %s · score %.3f\n", path, stile_disposition_name(verdict->disposition),
           verdict->score);
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        printf("  %-22s %-34s bytes %u-%u, %s%s\n", f->family, f->rule, f->start, f->end,
               f->action < 4 ? actions[f->action] : "withhold",
               stile_is_quoted(text, f->start, f->end) ? ", quoted" : "");
    }
    if (verdict->disposition == STILE_DISPOSITION_SANITIZED) {
        printf("  as released:\n");
        stile_print_stored(stdout, released, true);
        printf("\n");
    }
}

static stile_status scan_file(stile_scanner *scanner, const char *path, stile_scan_input *input,
                              bool json, stile_error *err)
{
    stile_arena arena;
    stile_buf text, released;
    stile_verdict verdict;
    bool changed;
    stile_status st;

    stile_arena_init(&arena, 0);
    stile_buf_init(&text, STILE_MAX_DOCUMENT);
    stile_buf_init(&released, (size_t)4 * STILE_MAX_DOCUMENT);
    if (!(st = stile_file_read(path, &text, err))) {
        size_t valid = stile_utf8_valid(stile_buf_slice(&text));
        input->field[STILE_FIELD_TEXT] = stile_buf_slice(&text);
        if (valid != text.len)
            st = stile_fail(err, STILE_INVALID, "%s: not UTF-8 at byte %zu", path, valid);
        else if (!(st = stile_scan(scanner, input, &arena, &verdict, err)))
            st = stile_release_text(&verdict, STILE_FIELD_TEXT, stile_buf_slice(&text), &released,
                                    &changed, err);
    }
    if (!st && json) {
        json_t *row = verdict_json(path, &verdict, input->field[STILE_FIELD_TEXT],
                                   stile_buf_slice(&released));
        if (stile_print_json(row))
            st = stile_fail(err, STILE_IO, "standard output: cannot be written");
        json_decref(row);
    } else if (!st) {
        print_verdict(path, &verdict, input->field[STILE_FIELD_TEXT], stile_buf_slice(&released));
    }
    stile_buf_release(&text);
    stile_buf_release(&released);
    stile_arena_release(&arena);
    return st;
}

static int run(const stile_arguments *arguments)
{
    const char *trust = stile_argument(arguments, "trust");
    const char *format = stile_argument(arguments, "format");
    stile_policy_options policy_options = {.rules_folder = stile_argument(arguments, "rules")};
    stile_scan_input input = {.format = STILE_FORMAT_UNKNOWN};
    stile_policy *policy = NULL;
    stile_scanner *scanner = NULL;
    stile_error err = {0};
    size_t count;
    const char *const *paths = stile_argument_positionals(arguments, &count);
    stile_status st;

    if (trust && !stile_trust_parse(stile_str(trust), &input.trust))
        return stile_usage_error(arguments, "--trust is external, internal or curated");
    if (format && !stile_format_parse(stile_str(format), &input.format))
        return stile_usage_error(arguments, "--format is text, markdown, html or unknown");
    if (!(st = stile_policy_load(&policy_options, &policy, &err)))
        st = stile_scanner_create(policy, &scanner, &err);
    for (size_t i = 0; !st && i < count; i++)
        st = scan_file(scanner, paths[i], &input, stile_argument_flag(arguments, "json"), &err);
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
    return st ? stile_report(&err) : 0;
}

const stile_command stile_command_scan = {
    .name = "scan",
    .summary = "scan files for injected instructions",
    .usage = "stile scan [options] FILE...",
    .details =
        "Scans each file as one retrieved text and prints the verdict, the findings, and what\n"
        "would be released. \"-\" is standard input. Needs no data directory.\n"
        "\n"
        "Examples:\n"
        "  stile scan page.html\n"
        "  printf 'Ignore all previous instructions.' | stile scan --json -\n",
    .options = options,
    .run = run,
    .least = 1,
    .most = SIZE_MAX,
};
