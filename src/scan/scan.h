/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning stored text for injected instructions: policy, input, verdict.
 *
 * A policy is a compiled, immutable set of rule packs, thresholds and limits with a
 * hash, the scan version. A verdict holds the findings and the score of one text under one
 * policy, and depends on the input and the policy alone: budgets count work, never time. */
#ifndef STILE_SCAN_SCAN_H
#define STILE_SCAN_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "scan/sensitive.h"
#include "stile/arena.h"
#include "stile/buf.h"
#include "stile/document.h"

typedef struct stile_policy stile_policy;   /* immutable, refcounted, thread-safe */
typedef struct stile_scanner stile_scanner; /* per-thread scratch for one policy */

typedef struct stile_policy_options {
    const char *rules_folder; /* *.yaml packs; NULL: the ones shipped (stile_rules_path) */
    const char *classifier;   /* its file; NULL: the one shipped; "none": rules alone */
    struct stile_judge
        *judge;        /* asked beside it (scan/judge.h); borrowed, and must outlive the policy;
                                  NULL: none */
    stile_slice model; /* a classifier's bytes, copied: in the place of its file */
    /* Score at and above which a verdict says injection, by source trust; 0: the shipped ones. */
    double threshold[3];      /* indexed by stile_trust */
    const char *cache_folder; /* where the compiled prefilter is kept; NULL: nowhere */
    /* What happens to secrets and personal data in released text. */
    stile_redact redact[STILE_SENSITIVE_CLASSES];
    /* Uploaded packs, beside the folder's. They add rules and nothing else: a score only grows by
     * them, and the neutralization that is always on does not ask rules. */
    const struct stile_rules_pack *packs;
    size_t pack_count;
} stile_policy_options;

/* Errors name file, line and rule. Caller unrefs. */
stile_status stile_policy_load(const stile_policy_options *options, stile_policy **out,
                               stile_error *err) STILE_MUST_CHECK;
/* Have everything compiled that scanning much text wants compiled, now rather than in the
 * background. */
void stile_policy_prepare(stile_policy *policy);
stile_policy *stile_policy_ref(stile_policy *policy);
void stile_policy_unref(stile_policy *policy);
/* The scan version: packs, classifier, thresholds, limits, view code, Unicode and PCRE2. */
const stile_sha256 *stile_policy_hash(const stile_policy *policy);

stile_status stile_scanner_create(stile_policy *policy, stile_scanner **out,
                                  stile_error *err) STILE_MUST_CHECK;
void stile_scanner_destroy(stile_scanner *scanner);

/* What of the input a finding lies in. Only TEXT is released as a chunk's text. */
typedef enum {
    STILE_FIELD_TEXT,
    STILE_FIELD_TITLE,
    STILE_FIELD_URL,
    STILE_FIELD_HEADING,
    STILE_FIELD_METADATA,
    STILE_FIELD_SOURCE, /* original bytes of the span that are not in the text: HTML comments,
                           hidden elements, attributes, reference definitions */
    STILE_FIELD_BEFORE, /* neighbours of the same document: scanned for payloads that are split */
    STILE_FIELD_AFTER,
    STILE_FIELD_COUNT
} stile_field;

/* All slices valid UTF-8; absent ones empty. Every byte given is part of the verdict's key. */
typedef struct stile_scan_input {
    stile_slice field[STILE_FIELD_COUNT];
    stile_format format; /* of the source */
    stile_trust trust;
    bool local; /* the policy's judge is not asked */
} stile_scan_input;

typedef enum {
    STILE_ACTION_MARK,       /* reported, text unchanged */
    STILE_ACTION_NEUTRALIZE, /* the span is made harmless in place (invisible characters, chat
                                tokens, ANSI, image and link exfiltration) */
    STILE_ACTION_STRIP,      /* the sentences that hold the span are removed */
    STILE_ACTION_WITHHOLD    /* the chunk's text is not released */
} stile_action;

/* Of findings that say that a budget ran out. One in what is released flags it, whatever the score. */
#define STILE_FAMILY_LIMIT "limit"

typedef struct stile_finding {
    const char *family;  /* "instruction-override" */
    const char *rule;    /* rule id; what of a hidden channel; which limit was hit */
    float weight;        /* contribution to the score, 0 to 1 */
    uint8_t severity;    /* 0 info, 1 low, 2 medium, 3 high, 4 critical */
    uint8_t action;      /* stile_action */
    uint8_t field;       /* stile_field */
    uint8_t view;        /* view it matched in, for a person: see stile_view_name */
    uint32_t start, end; /* bytes of the field's original text, mapped back from the view */
} stile_finding;

typedef enum {
    STILE_DISPOSITION_WITHHELD, /* 0: zeroed memory refuses */
    STILE_DISPOSITION_SANITIZED,
    STILE_DISPOSITION_ALLOW
} stile_disposition;
const char *stile_disposition_name(stile_disposition disposition);

typedef struct stile_verdict {
    stile_disposition disposition;
    bool flagged;            /* says injection; neutralization of a stray character is not a flag */
    double score;            /* 0 to 1 */
    stile_finding *findings; /* by field, start, rule */
    size_t finding_count;
    stile_sha256 scan_version;
} stile_verdict;

/* Scan. `out` borrows from `arena` and the policy. A failure is a refusal: there is no verdict,
 * and nothing may be released. */
stile_status stile_scan(stile_scanner *scanner, const stile_scan_input *input, stile_arena *arena,
                        stile_verdict *out, stile_error *err) STILE_MUST_CHECK;

/* The verdict's record (docs/formats.md). Decoding checks every bound: STILE_CORRUPT. */
void stile_verdict_encode(const stile_verdict *verdict, stile_buf *out);
stile_status stile_verdict_decode(stile_slice record, stile_arena *arena, stile_verdict *out,
                                  stile_error *err) STILE_MUST_CHECK;

/* Release: append to `out` the text of `field` as an agent may get it under `verdict`: findings'
 * spans stripped or neutralized, and the always-on neutralization (chat-template tokens,
 * invisible characters, ANSI escapes, images and query-carrying links), whatever the score.
 * Withheld: appends nothing. `*changed` tells whether it differs from the input. */
stile_status stile_release_text(const stile_verdict *verdict, stile_field field, stile_slice text,
                                stile_buf *out, bool *changed, stile_error *err) STILE_MUST_CHECK;

/* Redact: secrets and personal data in `text`, which the sanitizer released, as the scanner's policy
 * has it. `*out` borrows from `arena` or is `text` itself; `hits` are of `text`. */
stile_status stile_redact_text(stile_scanner *scanner, stile_slice text, stile_arena *arena,
                               stile_slice *out, stile_sensitive_hit **hits, size_t *count,
                               stile_error *err) STILE_MUST_CHECK;

/* The shipped rules: $STILE_RULES, beside the binary, or the source tree. */
stile_status stile_rules_path(char *out, size_t size, stile_error *err) STILE_MUST_CHECK;

/* The shipped classifier: $STILE_CLASSIFIER, beside the binary, or the source tree; "none" may be
 * given there too. */
stile_status stile_classifier_path(char *out, size_t size, stile_error *err) STILE_MUST_CHECK;

/* Run each rule's in-file examples. Calls `report` for each failure; *failed counts them. */
typedef void (*stile_rules_report)(void *ctx, const char *file, int line, const char *rule,
                                   const char *what);
stile_status stile_policy_test(stile_policy *policy, stile_rules_report report, void *ctx,
                               size_t *tried, size_t *failed, stile_error *err) STILE_MUST_CHECK;

/* For `rules list`: every rule in pack order. Borrowed from the policy. */
typedef struct stile_rule_info {
    const char *id, *family, *action, *view, *reason, *file;
    int line, severity;
    double weight;
    size_t positives, negatives;
    const stile_slice *references; /* ids of OWASP's and ATLAS's lists */
    size_t reference_count;
} stile_rule_info;
size_t stile_policy_rule_count(const stile_policy *policy);
stile_rule_info stile_policy_rule(const stile_policy *policy, size_t i);

#endif
