/* SPDX-License-Identifier: Apache-2.0 */
/* Rule packs: YAML files of rules with their tests in them, loaded and compiled. The format is in
 * docs/formats/rules.md. Immutable once loaded. */
#ifndef STILE_CLASSIFIERS_RULES_H
#define STILE_CLASSIFIERS_RULES_H

#include <stdbool.h>

#include "base/hash.h"
#include "classifiers/pattern.h"
#include "scan/scan_view.h"
#include "stile/arena.h"

#define STILE_MAX_RULES 2048
#define STILE_MAX_PACK ((size_t)4 << 20) /* bytes of one file */
#define STILE_MAX_NEAR 4                 /* rules in one combination */

typedef struct stile_examples {
    const stile_slice *texts;
    size_t count;
} stile_examples;

typedef struct stile_rule {
    const char *id, *family, *reason;
    const char *file; /* base name of the pack's file */
    int line;
    uint8_t severity, action; /* as stile_finding's */
    double weight;
    bool signal;            /* feeds combinations only */
    uint32_t views;         /* 1u << stile_view_kind */
    stile_pattern *pattern; /* NULL for a combination */
    stile_slice pattern_text;
    stile_pattern *cancel; /* "not": a match close by cancels a rule or a combination; or NULL */
    uint32_t near[STILE_MAX_NEAR]; /* indices of the rules combined */
    size_t near_count;
    uint32_t within; /* bytes */
    bool ordered;    /* they must stand in this order, apart */
    stile_examples positive, negative;
    stile_examples
        references; /* ids of catalogues: "OWASP-LLM01", "AML.T0051.001"; others as they are */
} stile_rule;

typedef struct stile_rules {
    stile_arena arena; /* owns all strings and arrays */
    stile_rule *rules;
    size_t count;
    uint32_t *combinations; /* the rules that are, ascending */
    size_t combination_count;
    stile_sha256 digest; /* of the packs' bytes, in the order of their names */
} stile_rules;

/* A pack that was uploaded, beside those of the folder. Its rules' ids begin with "NAME.", so that
 * two packs cannot take each other's, and its combinations name rules of its own or of the folder:
 * whatever the other packs are, it means the same. */
typedef struct stile_rules_pack {
    const char *name; /* also names it in errors */
    stile_slice text;
} stile_rules_pack;

/* Every *.yaml of `folder`, then `packs`. Errors: "pack.yaml:17: rule x.y: ...". */
stile_status stile_rules_load(const char *folder, stile_rules *out,
                              stile_error *err) STILE_MUST_CHECK;
stile_status stile_rules_load_with(const char *folder, const stile_rules_pack *packs, size_t count,
                                   stile_rules *out, stile_error *err) STILE_MUST_CHECK;
void stile_rules_release(stile_rules *rules);

#endif
