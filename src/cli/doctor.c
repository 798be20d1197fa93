/* SPDX-License-Identifier: Apache-2.0 */
/* One look at a data directory: does it open, do its parts agree, what is in it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "cli/commands.h"
#include "cli/ui.h"
#include "plane/plane.h"
#include "scan/judge.h"
#include "stile/audit.h"

static const stile_option options[] = {
    {"data", 0, "DIR", "the data directory (or $STILE_DATA)", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static void add_check(json_t *checks, const char *name, bool ok, json_t *detail)
{
    (void)json_array_append_new(checks, json_pack("{s:s,s:b,s:o}", "check", name, "ok", (int)ok,
                                                  "detail", detail ? detail : json_null()));
}

/* Documents and chunks in the truth, and whether each document's parts are there. */
static stile_status count_documents(stile_plane *plane, uint64_t *documents, uint64_t *chunks,
                                    uint64_t *broken, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, part, none = {0};
    bool more = true;
    stile_status st = stile_cursor_open(stile_plane_store(plane), NULL, STILE_TABLE_DOCUMENTS, none,
                                        none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_document document;
        stile_arena arena;
        stile_error why;
        stile_arena_init(&arena, 0);
        if (stile_document_decode(value, &document, &why) ||
            stile_store_get(stile_plane_store(plane), NULL, STILE_TABLE_ROWS, key, &arena, &part,
                            &why) ||
            stile_store_get(stile_plane_store(plane), NULL, STILE_TABLE_ORIGINALS, key, &arena,
                            &part, &why) ||
            part.len != document.original_len)
            (*broken)++;
        else
            *chunks += document.chunks;
        (*documents)++;
        stile_arena_release(&arena);
    }
    stile_cursor_close(cursor);
    return st;
}

static stile_status check_store(stile_plane *plane, json_t *checks, stile_error *err)
{
    uint64_t documents = 0, chunks = 0, broken = 0;
    stile_index_stats stats;
    stile_view *view = stile_plane_view(plane);
    const char *why = NULL;
    bool valid = stile_index_view_validate(stile_view_index(view), &why);
    stile_status st = count_documents(plane, &documents, &chunks, &broken, err);

    stile_index_view_stats(stile_view_index(view), &stats);
    stile_view_unref(view);
    if (st)
        return st;
    add_check(checks, "documents", broken == 0,
              json_pack("{s:I,s:I,s:I}", "documents", (json_int_t)documents, "chunks",
                        (json_int_t)chunks, "broken", (json_int_t)broken));
    add_check(checks, "index", valid && stats.live_rows == chunks,
              json_pack("{s:I,s:I,s:I,s:I,s:I,s:s?}", "live_rows", (json_int_t)stats.live_rows,
                        "dead_rows", (json_int_t)stats.dead_rows, "segments",
                        (json_int_t)stats.segments, "ann_indexes", (json_int_t)stats.ann_indexes,
                        "bytes", (json_int_t)stats.bytes, "fault", valid ? NULL : why));
    return STILE_OK;
}

static void check_policy(stile_plane *plane, json_t *checks)
{
    stile_policy *policy = stile_plane_policy(plane);
    char hex[STILE_SHA256_HEX];

    stile_hex(stile_policy_hash(policy)->bytes, STILE_SHA256_LEN, hex);
    add_check(
        checks, "policy", stile_policy_rule_count(policy) > 0,
        json_pack("{s:s,s:I}", "scan", hex, "rules", (json_int_t)stile_policy_rule_count(policy)));
    stile_hex(stile_embedder_hash(stile_plane_embedder(plane))->bytes, STILE_SHA256_LEN, hex);
    add_check(checks, "embedder", true,
              json_pack("{s:s,s:I,s:s}", "name", stile_embedder_name(stile_plane_embedder(plane)),
                        "dim", (json_int_t)stile_embedder_dim(stile_plane_embedder(plane)), "hash",
                        hex));
    stile_policy_unref(policy);
}

/* It is asked about a harmless sentence: without it nothing new comes in. */
static void check_judge(stile_plane *plane, json_t *checks)
{
    const stile_slice text = stile_str("The ferry leaves at nine.");
    stile_judge *judge = stile_plane_judge(plane);
    stile_error err = {0};
    double score = 0;

    if (!judge)
        return;
    if (judge->type->ask(judge, &text, 1, &score, &err))
        add_check(checks, "judge", false, json_pack("{s:s}", "fault", err.text));
    else
        add_check(checks, "judge", score < judge->threshold,
                  json_pack("{s:s,s:f}", "says",
                            score < judge->threshold ? "a harmless sentence is harmless"
                                                     : "a harmless sentence is an injection",
                            "score", score));
}

static void check_disk(const char *data, json_t *checks)
{
    struct statvfs disk;
    uint64_t free_bytes;

    if (statvfs(data, &disk) != 0)
        return;
    free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    add_check(checks, "disk", free_bytes > (uint64_t)256 << 20,
              json_pack("{s:I}", "free_bytes", (json_int_t)free_bytes));
}

static stile_status examine(const char *data, json_t *checks, stile_error *err)
{
    char folder[PATH_MAX];
    stile_audit_report report;
    stile_plane *plane = NULL;
    stile_status st;

    (void)snprintf(folder, sizeof folder, "%s/audit", data);
    if ((st = stile_plane_open(data, &plane, err)))
        return st;
    st = check_store(plane, checks, err);
    check_policy(plane, checks);
    check_judge(plane, checks);
    stile_plane_close(plane);
    if (st || (st = stile_audit_verify(folder, &report, err)))
        return st;
    add_check(checks, "audit", report.ok,
              json_pack("{s:I,s:I,s:s?}", "records", (json_int_t)report.records, "checkpoints",
                        (json_int_t)report.checkpoints, "fault", report.ok ? NULL : report.fault));
    check_disk(data, checks);
    return STILE_OK;
}

static void print_checks(const json_t *checks)
{
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        bool ok = json_is_true(json_object_get(check, "ok"));
        const char *name;
        json_t *value;
        stile_print(stdout, ok ? STILE_GREEN : STILE_RED, "%-4s", ok ? "ok" : "BAD");
        printf(" %-10s", stile_reply_text(check, "check", "-"));
        json_object_foreach(json_object_get(check, "detail"), name, value)
        {
            if (json_is_integer(value))
                printf("  %s %lld", name, json_integer_value(value));
            else if (json_is_string(value))
                printf("  %s %s", name, json_string_value(value));
        }
        printf("\n");
    }
}

static int run(const stile_arguments *arguments)
{
    const char *data = stile_argument(arguments, "data");
    stile_error err = {0};
    json_t *checks = json_array();
    bool ok = true;
    int code;

    if (!data)
        data = getenv("STILE_DATA");
    if (!data) {
        json_decref(checks);
        return stile_usage_error(arguments, "which data directory? give --data DIR");
    }
    if (examine(data, checks, &err)) {
        json_decref(checks);
        return stile_report(&err);
    }
    for (size_t i = 0; i < json_array_size(checks); i++)
        ok &= json_is_true(json_object_get(json_array_get(checks, i), "ok"));
    code = ok ? 0 : 1;
    if (stile_argument_flag(arguments, "json")) {
        json_t *json = json_pack("{s:b,s:O}", "ok", (int)ok, "checks", checks);
        if (stile_print_json(json))
            code = 1;
        json_decref(json);
    } else {
        print_checks(checks);
    }
    json_decref(checks);
    return code;
}

const stile_command stile_command_doctor = {
    .name = "doctor",
    .summary = "check a data directory",
    .usage = "stile doctor --data DIR [--json]",
    .details =
        "Opens it, counts what is stored, checks that index and store agree, asks the judge\n"
        "if there is one, verifies the audit chain. Exit code 1 when something is wrong.\n"
        "\n"
        "Example:\n  stile doctor --data d\n",
    .options = options,
    .run = run,
};
