/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/uvernum.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "classifiers/misplaced.h"
#include "scan/joint.h"

/* Score at and above which a verdict says injection, by stile_trust: external, internal, curated. */
static const double shipped_threshold[3] = {0.5, 0.6, 0.75};

/* A file or folder that ships with stile: $variable, beside the binary, or in the source tree. */
static stile_status find_shipped(const char *variable, const char *beside, const char *source,
                                 char *out, size_t size, stile_error *err)
{
    char self[PATH_MAX], *slash;
    const char *given = getenv(variable);
    ssize_t len;

    if (given) {
        (void)snprintf(out, size, "%s", given);
        return STILE_OK;
    }
    len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len > 0) {
        self[len] = '\0';
        if ((slash = strrchr(self, '/')))
            *slash = '\0';
        (void)snprintf(out, size, "%s/../share/stile/%s", self, beside);
        if (stile_path_exists(out))
            return STILE_OK;
    }
    (void)snprintf(out, size, "%s/%s", STILE_SOURCE_DIR, source);
    if (stile_path_exists(out))
        return STILE_OK;
    return stile_fail(err, STILE_NOT_FOUND, "%s is not beside the program; set $%s", beside,
                      variable);
}

stile_status stile_rules_path(char *out, size_t size, stile_error *err)
{
    return find_shipped("STILE_RULES", "rules", "classifiers/rules", out, size, err);
}

stile_status stile_classifier_path(char *out, size_t size, stile_error *err)
{
    return find_shipped("STILE_CLASSIFIER", "injection.bin", "classifiers/models/injection.bin",
                        out, size, err);
}

static stile_status load_classifier(stile_policy *policy, const stile_policy_options *options,
                                    stile_error *err)
{
    char path[PATH_MAX];
    stile_status st = STILE_OK;

    if (options->model.len)
        return stile_linear_copy(options->model, "model", &policy->classifier, err);
    if (options->classifier)
        (void)snprintf(path, sizeof path, "%s", options->classifier);
    else
        st = stile_classifier_path(path, sizeof path, err);
    if (st || strcmp(path, "none") == 0)
        return st;
    return stile_linear_load(path, &policy->classifier, err);
}

/* All that a verdict depends on besides its input. */
static stile_status hash_policy(stile_policy *policy, stile_error *err)
{
    char code[192];
    stile_sha256 sensitive;
    stile_slice parts[6] = {{0}};
    stile_status st = stile_sensitive_digest(&sensitive, err);

    if (st)
        return st;

    (void)snprintf(
        code, sizeof code, "views %d; thresholds %.17g %.17g %.17g; redact %d %d; ICU %s; PCRE2 %s",
        STILE_VIEW_CODE_VERSION, policy->threshold[0], policy->threshold[1], policy->threshold[2],
        (int)policy->redact[0], (int)policy->redact[1], U_ICU_VERSION, stile_pattern_version());
    parts[0] = stile_str(code);
    parts[1] = stile_slice_of(policy->rules.digest.bytes, STILE_SHA256_LEN);
    parts[2] = stile_slice_of(sensitive.bytes, STILE_SHA256_LEN);
    if (policy->classifier) {
        parts[3] = stile_slice_of(stile_linear_digest(policy->classifier)->bytes, STILE_SHA256_LEN);
        parts[4] = stile_misplaced_version();
    }
    if (policy->judge)
        parts[5] = stile_slice_of(policy->judge->hash.bytes, STILE_SHA256_LEN);
    return stile_sha256_parts(parts, policy->judge ? 6 : 5, &policy->hash, err);
}

static stile_status make_gate(stile_policy *policy, int which, stile_error *err)
{
    stile_slice *patterns = stile_alloc_array(policy->rules.count, sizeof *patterns);
    stile_status st;

    if (!patterns)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; i < policy->rules.count; i++)
        if (policy->rules.rules[i].views & stile_prefilter_kinds(which))
            patterns[i] = policy->rules.rules[i].pattern_text;
    st = stile_gate_create(patterns, policy->rules.count, &policy->gates[which], err);
    stile_free(patterns);
    return st;
}

static stile_status note_reads(stile_policy *policy, int kind, stile_error *err)
{
    const stile_rules *rules = &policy->rules;

    if (!(policy->reads[kind] = stile_alloc(rules->count)))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; i < rules->count; i++)
        policy->reads[kind][i] = rules->rules[i].pattern && (rules->rules[i].views & 1u << kind);
    return STILE_OK;
}

static stile_status note_unknown(stile_policy *policy, int which, stile_error *err)
{
    const stile_rules *rules = &policy->rules;
    uint32_t *unknown = stile_alloc_array(rules->count, sizeof *unknown);

    if (!(policy->unknown[which] = unknown))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (uint32_t i = 0; i < rules->count; i++)
        if (rules->rules[i].pattern && (rules->rules[i].views & stile_prefilter_kinds(which)) &&
            !stile_gate_knows(policy->gates[which], i))
            unknown[policy->unknown_count[which]++] = i;
    return STILE_OK;
}

static stile_status note_signals(stile_policy *policy, stile_error *err)
{
    const stile_rules *rules = &policy->rules;

    if (!(policy->signals = stile_alloc_array(rules->count, sizeof *policy->signals)))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (uint32_t i = 0; i < rules->count; i++)
        if (rules->rules[i].signal)
            policy->signals[policy->signal_count++] = i;
    return STILE_OK;
}

static stile_status note_together(stile_policy *policy, stile_error *err)
{
    const stile_rules *rules = &policy->rules;

    policy->together = stile_alloc_array(rules->combination_count, sizeof *policy->together);
    if (!policy->together)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t c = 0; c < rules->combination_count; c++) {
        const stile_rule *rule = &rules->rules[rules->combinations[c]];
        for (size_t n = 0; n < STILE_MAX_NEAR; n++)
            policy->together[c][n] = rule->near[n < rule->near_count ? n : 0];
    }
    return STILE_OK;
}

static stile_status note_feeds(stile_policy *policy, stile_error *err)
{
    const stile_rules *rules = &policy->rules;
    uint32_t *from = stile_alloc_array(rules->count + 1, sizeof *from);
    size_t total = 0;

    policy->feeds_from = from;
    for (size_t c = 0; c < rules->combination_count; c++)
        total += rules->rules[rules->combinations[c]].near_count;
    if (!from || !(policy->feeds = stile_alloc_array(total, sizeof *policy->feeds)))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    total = 0;
    for (uint32_t i = 0; i < rules->count; i++) {
        from[i] = (uint32_t)total;
        for (size_t c = 0; c < rules->combination_count; c++) {
            const stile_rule *rule = &rules->rules[rules->combinations[c]];
            size_t n = 0;
            while (n < rule->near_count && rule->near[n] != i)
                n++;
            if (n < rule->near_count)
                policy->feeds[total++] = rules->combinations[c];
        }
    }
    from[rules->count] = (uint32_t)total;
    return STILE_OK;
}

static stile_status make_gates(stile_policy *policy, stile_error *err)
{
    stile_status st = STILE_OK;

    for (int which = 0; !st && which < STILE_PREFILTERS; which++)
        if (!(st = make_gate(policy, which, err)))
            st = note_unknown(policy, which, err);
    for (int kind = 0; !st && kind < STILE_VIEW_KINDS; kind++)
        st = note_reads(policy, kind, err);
    if (!st && !(st = note_signals(policy, err)) && !(st = note_together(policy, err)))
        st = note_feeds(policy, err);
    return st ? st : stile_joint_plan_create(&policy->rules, &policy->joints, err);
}

stile_status stile_policy_load(const stile_policy_options *options, stile_policy **out,
                               stile_error *err)
{
    char folder[PATH_MAX];
    stile_policy *policy = stile_alloc(sizeof *policy);
    stile_status st = STILE_OK;

    if (!policy)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    atomic_init(&policy->refs, 1);
    (void)pthread_mutex_init(&policy->lock, NULL);
    for (int t = 0; t < 3; t++)
        policy->threshold[t] =
            options->threshold[t] > 0 ? options->threshold[t] : shipped_threshold[t];
    memcpy(policy->redact, options->redact, sizeof policy->redact);
    policy->judge = options->judge;
    if (policy->redact[STILE_SENSITIVE_SECRET] || policy->redact[STILE_SENSITIVE_PERSONAL])
        st = stile_sensitive_create(&policy->sensitive, err);
    if (st) {
        stile_policy_unref(policy);
        return st;
    }
    if (options->rules_folder)
        (void)snprintf(folder, sizeof folder, "%s", options->rules_folder);
    else
        st = stile_rules_path(folder, sizeof folder, err);
    if (st ||
        (st = stile_rules_load_with(folder, options->packs, options->pack_count, &policy->rules,
                                    err)) ||
        (st = make_gates(policy, err)) || (st = load_classifier(policy, options, err)) ||
        (st = hash_policy(policy, err))) {
        stile_policy_unref(policy);
        return st;
    }
    if (options->cache_folder && !(policy->cache_folder = stile_strdup(options->cache_folder))) {
        stile_policy_unref(policy);
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    }
    stile_policy_prefilter_recall(policy);
    *out = policy;
    return STILE_OK;
}

stile_policy *stile_policy_ref(stile_policy *policy)
{
    atomic_fetch_add(&policy->refs, 1);
    return policy;
}

void stile_policy_unref(stile_policy *policy)
{
    if (!policy || atomic_fetch_sub(&policy->refs, 1) != 1)
        return;
    stile_policy_prefilter_drop(policy);
    for (int which = 0; which < STILE_PREFILTERS; which++) {
        stile_gate_destroy(policy->gates[which]);
        stile_free(policy->unknown[which]);
    }
    stile_free(policy->signals);
    for (int kind = 0; kind < STILE_VIEW_KINDS; kind++)
        stile_free(policy->reads[kind]);
    stile_free(policy->together);
    stile_free(policy->feeds_from);
    stile_free(policy->feeds);
    stile_joint_plan_destroy(policy->joints);
    stile_rules_release(&policy->rules);
    stile_sensitive_destroy(policy->sensitive);
    stile_linear_destroy(policy->classifier);
    (void)pthread_mutex_destroy(&policy->lock);
    stile_free(policy);
}

const stile_sha256 *stile_policy_hash(const stile_policy *policy)
{
    return &policy->hash;
}

size_t stile_policy_rule_count(const stile_policy *policy)
{
    return policy->rules.count;
}

static const char *views_text(uint32_t views)
{
    static const char *const names[1 << STILE_VIEW_KINDS] = {
        "",
        "raw",
        "normalized",
        "raw, normalized",
        "decoded",
        "raw, decoded",
        "normalized, decoded",
        "raw, normalized, decoded",
        "extracted",
        "raw, extracted",
        "normalized, extracted",
        "raw, normalized, extracted",
        "decoded, extracted",
        "raw, decoded, extracted",
        "normalized, decoded, extracted",
        "raw, normalized, decoded, extracted",
    };
    return names[views & ((1u << STILE_VIEW_KINDS) - 1)];
}

stile_rule_info stile_policy_rule(const stile_policy *policy, size_t i)
{
    static const char *const actions[] = {"mark", "neutralize", "strip", "withhold"};
    const stile_rule *r = &policy->rules.rules[i];

    return (stile_rule_info){.id = r->id,
                             .family = r->family,
                             .action = r->signal ? "signal" : actions[r->action],
                             .view = views_text(r->views),
                             .reason = r->reason,
                             .file = r->file,
                             .line = r->line,
                             .severity = r->severity,
                             .weight = r->weight,
                             .positives = r->positive.count,
                             .negatives = r->negative.count,
                             .references = r->references.texts,
                             .reference_count = r->references.count};
}
