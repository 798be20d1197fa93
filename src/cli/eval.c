/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/ui.h"
#include "eval/eval.h"

static const stile_option injection_options[] = {
    {"trust", 0, "TRUST", "of the source: external (usual), internal, curated", false},
    {"rules", 0, "DIR", "rule packs to use instead of the shipped ones", false},
    {"rows", 0, NULL, "also print a JSON line for each row", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

static const stile_option retrieval_options[] = {
    {"mode", 'm', "MODE", "hybrid (usual), lexical or dense", false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

/* Both evaluations report to a progress bar, which is their ctx. */
static void print_row(void *ctx, const json_t *row)
{
    (void)ctx;
    (void)stile_print_json(row);
}

static void add_progress(void *ctx, uint64_t done)
{
    stile_progress_add(ctx, done);
}

static void print_file(const json_t *file)
{
    printf("%s: %lld injections, recall %.4f; %lld benign, false positives %.4f, %lld withheld\n",
           stile_reply_text(file, "file", "-"),
           json_integer_value(json_object_get(file, "injections")),
           json_number_value(json_object_get(file, "recall")),
           json_integer_value(json_object_get(file, "benign")),
           json_number_value(json_object_get(file, "fpr")),
           json_integer_value(json_object_get(file, "dropped_benign")));
}

static stile_status evaluate_files(const stile_arguments *arguments, stile_policy *policy,
                                   stile_trust trust, json_t *files, stile_error *err)
{
    stile_progress progress;
    stile_eval_injection options = {.trust = trust,
                                    .row =
                                        stile_argument_flag(arguments, "rows") ? print_row : NULL,
                                    .progress = add_progress,
                                    .ctx = &progress};
    size_t count;
    const char *const *paths = stile_argument_positionals(arguments, &count);
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < count; i++) {
        json_t *file = NULL;
        stile_progress_begin(&progress, paths[i], "rows", 0);
        st = stile_eval_injection_file(policy, paths[i], &options, &file, err);
        stile_progress_end(&progress);
        if (!st)
            (void)json_array_append_new(files, file);
    }
    return st;
}

static int print_files(const stile_arguments *arguments, stile_policy *policy, json_t *files)
{
    char version[STILE_SHA256_HEX];
    json_t *json;
    int code = 0;

    if (!stile_argument_flag(arguments, "json")) {
        for (size_t i = 0; i < json_array_size(files); i++)
            print_file(json_array_get(files, i));
        return 0;
    }
    stile_hex(stile_policy_hash(policy)->bytes, STILE_SHA256_LEN, version);
    json = json_pack("{s:O,s:{s:s}}", "files", files, "policy", "scan", version);
    code = stile_print_json(json);
    json_decref(json);
    return code;
}

static int run_injection(const stile_arguments *arguments)
{
    const char *trust_name = stile_argument(arguments, "trust");
    stile_policy_options policy_options = {.rules_folder = stile_argument(arguments, "rules")};
    stile_trust trust = STILE_TRUST_EXTERNAL;
    stile_policy *policy = NULL;
    stile_error err = {0};
    json_t *files = json_array();
    int code;

    if (trust_name && !stile_trust_parse(stile_str(trust_name), &trust))
        return stile_usage_error(arguments, "--trust is external, internal or curated");
    if (!stile_policy_load(&policy_options, &policy, &err))
        stile_policy_prepare(policy);
    if (!policy || evaluate_files(arguments, policy, trust, files, &err))
        code = stile_report(&err);
    else
        code = print_files(arguments, policy, files);
    json_decref(files);
    stile_policy_unref(policy);
    return code;
}

static int run_retrieval(const stile_arguments *arguments)
{
    const char *mode = stile_argument(arguments, "mode");
    stile_progress progress;
    stile_eval_retrieval options = {
        .ingested = add_progress, .asked = add_progress, .ctx = &progress};
    size_t count;
    const char *const *folders = stile_argument_positionals(arguments, &count);
    stile_error err = {0};
    json_t *result = NULL;
    int code;

    if (mode && !stile_mode_parse(stile_str(mode), &options.mode))
        return stile_usage_error(arguments, "--mode is hybrid, lexical or dense");
    stile_progress_begin(&progress, folders[0], "documents and queries", 0);
    if (stile_eval_retrieval_folder(folders[0], &options, &result, &err)) {
        stile_progress_end(&progress);
        return stile_report(&err);
    }
    stile_progress_end(&progress);
    if (stile_argument_flag(arguments, "json")) {
        code = stile_print_json(result);
    } else {
        printf("%s: nDCG@10 %.4f, recall@100 %.4f (%lld queries, %lld documents, %s)\n", folders[0],
               json_number_value(json_object_get(result, "ndcg@10")),
               json_number_value(json_object_get(result, "recall@100")),
               json_integer_value(json_object_get(result, "queries")),
               json_integer_value(json_object_get(result, "docs")),
               stile_reply_text(result, "mode", "-"));
        code = 0;
    }
    json_decref(result);
    return code;
}

static const stile_command subcommands[] = {
    {.name = "injection",
     .summary = "measure detection on labelled texts",
     .usage = "stile eval injection [--trust external] [--rows] --json FILE.jsonl...",
     .details =
         "Rows are {\"id\",\"text\",\"label\":\"injection\"|\"benign\",\"kind\"}; each is scanned "
         "as a\n"
         "retrieved chunk of unknown format. Flagged means that the verdict says injection;\n"
         "dropped means withheld.\n"
         "\n"
         "Example:\n"
         "  stile eval injection --json set.jsonl\n",
     .options = injection_options,
     .run = run_injection,
     .least = 1,
     .most = SIZE_MAX},
    {.name = "retrieval",
     .summary = "measure ranking on a BEIR set",
     .usage = "stile eval retrieval --mode lexical|dense|hybrid --json DIR",
     .details =
         "DIR holds corpus.jsonl, queries.jsonl and qrels.tsv. Ingests into a temporary data\n"
         "directory (under $TMPDIR) and asks through the same flows as any caller.\n"
         "\n"
         "Example:\n"
         "  stile eval retrieval --mode hybrid --json scifact/\n",
     .options = retrieval_options,
     .run = run_retrieval,
     .least = 1,
     .most = 1},
    {0},
};

const stile_command stile_command_eval = {
    .name = "eval",
    .summary = "measure injection detection and retrieval quality",
    .usage = "stile eval injection|retrieval ...",
    .subcommands = subcommands,
};
