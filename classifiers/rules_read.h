/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one rule pack, between rules.c and rules_read.c: rules as they were written, before their
 * names are resolved and their patterns compiled. */
#ifndef STILE_CLASSIFIERS_RULES_READ_H
#define STILE_CLASSIFIERS_RULES_READ_H

#include <yaml.h>

#include "classifiers/rules.h"

#define STILE_MAX_DEFINES 128
#define STILE_MAX_DEFINE_NAME 64 /* bytes */

/* A name for a pattern, in the pack being read: rules_define.h. In the rules' arena. */
typedef struct stile_rule_define {
    stile_slice name, pattern; /* the pattern whole, in (?:) */
} stile_rule_define;

/* A rule while it is read: names are resolved when all packs are in. */
typedef struct stile_rule_draft {
    stile_rule rule;
    stile_slice near_names[STILE_MAX_NEAR];
    stile_slice not_text;
    uint32_t seen; /* 1u << key: each may come once */
} stile_rule_draft;

typedef struct stile_rules_loader {
    stile_rules *rules;       /* whose arena owns what is read */
    stile_rule_draft *drafts; /* room for STILE_MAX_RULES + 1 */
    size_t count;
    size_t shipped; /* of them, those of the folder; the rest came with uploaded packs */
    /* the pack being read */
    const char *file;
    stile_rule_define defines[STILE_MAX_DEFINES + 1];
    size_t define_count;
    yaml_parser_t parser;
    yaml_event_t event;
    bool held; /* whether `event` is to be deleted */
    stile_error *err;
} stile_rules_loader;

/* Append the rules of the pack `text` to the drafts. `l->file` names it. */
stile_status stile_rules_read(stile_rules_loader *l, stile_slice text) STILE_MUST_CHECK;

/* "pack.yaml:17: rule x.y: what", with STILE_INVALID. `rule` may be NULL. */
stile_status stile_rules_fault(const stile_rules_loader *l, size_t line, const char *rule,
                               const char *what) STILE_MUST_CHECK;
stile_status stile_rules_no_memory(const stile_rules_loader *l) STILE_MUST_CHECK;

#endif
