/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rules_lint.h"

#include <stdio.h>

#include "base/memory.h"
#include "cli/commands.h"
#include "cli/ui.h"
#include "eval/eval.h"
#include "scan/rules_lint.h"

const stile_option stile_rules_lint_options[] = {
    {"rules", 0, "DIR", "rule packs to use instead of the shipped ones", false},
    {"corpus", 0, "FILE", "labelled texts (JSONL) to count each rule's hits over; may be repeated",
     false},
    {"json", 0, NULL, "print JSON", false},
    {0},
};

typedef struct linting {
    const stile_policy *policy;
    json_t *rules;    /* id -> what is known of the rule */
    json_t *problems; /* list */
    size_t errors;
    bool counting; /* a corpus is given */
} linting;

static void add_problem(void *ctx, const stile_lint_problem *problem)
{
    linting *l = ctx;
    stile_rule_info r = stile_policy_rule(l->policy, problem->rule);

    l->errors += problem->error;
    (void)json_array_append_new(
        l->problems, json_pack("{s:s,s:s,s:s,s:i,s:s,s:s}", "level",
                               problem->error ? "error" : "warning", "code", problem->code, "file",
                               r.file, "line", r.line, "rule", r.id, "what", problem->what));
}

/* A pack that does not load: what is wrong says where. */
static void add_load_error(linting *l, const stile_error *err)
{
    l->errors++;
    (void)json_array_append_new(l->problems, json_pack("{s:s,s:s,s:s}", "level", "error", "code",
                                                       "syntax", "what", err->text));
}

static stile_status add_costs(linting *l, stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < stile_policy_rule_count(l->policy); i++) {
        stile_rule_info r = stile_policy_rule(l->policy, i);
        stile_lint_cost cost;
        if ((st = stile_rules_lint_cost(l->policy, i, &cost, err)))
            break;
        if (cost.limit) {
            char what[192];
            const stile_lint_problem problem = {true, "catastrophic", i, what};
            (void)snprintf(what, sizeof what, "reaches the match limit on %s", cost.hard);
            add_problem(l, &problem);
        }
        (void)json_object_set_new(l->rules, r.id,
                                  json_pack("{s:s,s:f,s:f,s:b,s:i,s:i}", "id", r.id, "compile_ms",
                                            cost.compile_ms, "worst_mb_per_s", cost.worst_mb_per_s,
                                            "everywhere", cost.everywhere, "hits", 0,
                                            "false_positives", 0));
    }
    return st;
}

static void add_one(json_t *rule, const char *count)
{
    json_int_t n = json_integer_value(json_object_get(rule, count));
    (void)json_object_set_new(rule, count, json_integer(n + 1));
}

/* A row counts once for a rule, however often the rule found something in it. */
static void count_row(void *ctx, const json_t *row)
{
    linting *l = ctx;
    const json_t *findings = json_object_get(row, "findings");
    bool injection = strcmp(stile_reply_text(row, "label", ""), "injection") == 0;
    json_t *seen = json_object();

    for (size_t i = 0; seen && i < json_array_size(findings); i++) {
        const char *id = stile_reply_text(json_array_get(findings, i), "rule", "-");
        json_t *rule = json_object_get(l->rules, id);
        if (!rule || json_object_get(seen, id))
            continue;
        (void)json_object_set_new(seen, id, json_true());
        add_one(rule, injection ? "hits" : "false_positives");
    }
    json_decref(seen);
}

static stile_status count_corpora(linting *l, stile_policy *policy,
                                  const stile_arguments *arguments, stile_error *err)
{
    const stile_eval_injection options = {
        .trust = STILE_TRUST_EXTERNAL, .row = count_row, .ctx = l};
    const char *const *paths;
    size_t count = stile_argument_values(arguments, "corpus", &paths);
    stile_status st = STILE_OK;

    l->counting = count > 0;
    if (l->counting)
        stile_policy_prepare(policy);
    for (size_t i = 0; !st && i < count; i++) {
        json_t *figures = NULL;
        st = stile_eval_injection_file(policy, paths[i], &options, &figures, err);
        json_decref(figures);
    }
    return st;
}

static stile_status lint(linting *l, stile_policy *policy, const stile_arguments *arguments,
                         stile_error *err)
{
    stile_status st;

    l->policy = policy;
    if ((st = stile_rules_lint(policy, add_problem, l, err)) || (st = add_costs(l, err)))
        return st;
    return count_corpora(l, policy, arguments, err);
}

static void print_problems(const json_t *problems)
{
    for (size_t i = 0; i < json_array_size(problems); i++) {
        const json_t *p = json_array_get(problems, i);
        const char *level = stile_reply_text(p, "level", "-");
        const char *file = stile_reply_text(p, "file", NULL);
        stile_print(stdout, level[0] == 'e' ? STILE_RED : STILE_YELLOW, "%s: ", level);
        if (file)
            printf("%s:%lld: %s: ", file, json_integer_value(json_object_get(p, "line")),
                   stile_reply_text(p, "rule", "-"));
        printf("%s\n", stile_reply_text(p, "what", "-"));
    }
}

static void print_rules(const linting *l)
{
    const char *id;
    json_t *rule;

    printf("%10s %10s", "COMPILE ms", "WORST MB/s");
    printf(l->counting ? " %8s %8s  RULE\n" : "  RULE\n", "HITS", "FALSE");
    json_object_foreach(l->rules, id, rule)
    {
        printf("%10.2f %10.1f", json_real_value(json_object_get(rule, "compile_ms")),
               json_real_value(json_object_get(rule, "worst_mb_per_s")));
        if (l->counting)
            printf(" %8lld %8lld", json_integer_value(json_object_get(rule, "hits")),
                   json_integer_value(json_object_get(rule, "false_positives")));
        printf("  %s%s\n", id,
               json_is_true(json_object_get(rule, "everywhere")) ? "  (tried everywhere)" : "");
    }
}

static int print(const linting *l, bool json)
{
    size_t problems = json_array_size(l->problems);

    if (json) {
        json_t *rules = json_array(), *rule, *all;
        const char *id;
        int code;
        json_object_foreach(l->rules, id, rule)(void) json_array_append(rules, rule);
        all = json_pack("{s:b,s:O,s:o,s:b}", "ok", l->errors == 0, "problems", l->problems, "rules",
                        rules, "counted", l->counting);
        code = stile_print_json(all);
        json_decref(all);
        return code;
    }
    print_rules(l);
    print_problems(l->problems);
    printf("%zu rules, %zu errors, %zu warnings\n", json_object_size(l->rules), l->errors,
           problems - l->errors);
    return 0;
}

int stile_rules_run_lint(const stile_arguments *arguments)
{
    stile_policy_options options = {.rules_folder = stile_argument(arguments, "rules")};
    linting l = {.rules = json_object(), .problems = json_array()};
    stile_policy *policy = NULL;
    stile_error err = {0};
    stile_status st = stile_policy_load(&options, &policy, &err);
    int code = 0;

    if (st == STILE_INVALID)
        add_load_error(&l, &err);
    else if (st || lint(&l, policy, arguments, &err))
        code = stile_report(&err);
    if (!code)
        code = print(&l, stile_argument_flag(arguments, "json"));
    if (!code && l.errors)
        code = 1;
    json_decref(l.rules);
    json_decref(l.problems);
    stile_policy_unref(policy);
    return code;
}
