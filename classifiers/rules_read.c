/* SPDX-License-Identifier: Apache-2.0 */
/* An event parser that knows a pack's keys. What it does not know it refuses, so that no rule is
 * weaker than it looks. */
#include "classifiers/rules_define.h"
#include "classifiers/rules_event.h"
#include "scan/scan.h"

#define MAX_REFERENCES 16 /* at most MAX_EXAMPLES */
#define MAX_EXAMPLES 64
#define MAX_WORDS 256 /* of one definition */

static stile_status next_examples(stile_rules_loader *l, stile_examples *out, size_t most)
{
    stile_slice list[MAX_EXAMPLES], *copy;
    size_t count;
    stile_status st = stile_rules_next_list(l, list, most, &count);

    if (st)
        return st;
    if (!(copy = stile_arena_array(&l->rules->arena, count, sizeof *copy)))
        return stile_rules_no_memory(l);
    memcpy(copy, list, count * sizeof *copy);
    *out = (stile_examples){copy, count};
    return STILE_OK;
}

/* A pattern, with the pack's names replaced. */
static stile_status next_pattern(stile_rules_loader *l, stile_slice *out)
{
    stile_status st = stile_rules_next_scalar(l, out);
    return st ? st : stile_rules_expand(l, l->event.start_mark.line + 1, out);
}

static stile_status next_views(stile_rules_loader *l, uint32_t *out)
{
    stile_slice list[STILE_VIEW_KINDS];
    size_t count;
    stile_status st = stile_rules_next_list(l, list, STILE_VIEW_KINDS, &count);

    *out = 0;
    for (size_t i = 0; !st && i < count; i++) {
        uint32_t bit = 0;
        for (int kind = 0; kind < STILE_VIEW_KINDS; kind++)
            if (stile_slice_eq(stile_str(stile_view_kind_name((stile_view_kind)kind)), list[i]))
                bit = 1u << kind;
        if (!bit)
            st = stile_rules_wrong(l, "views are raw, normalized, decoded and extracted");
        *out |= bit;
    }
    return st;
}

static stile_status next_near(stile_rules_loader *l, stile_rule_draft *d)
{
    stile_slice key;
    double within = 200;
    stile_status st = stile_rules_next(l);

    if (st)
        return st;
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return stile_rules_wrong(l, "near: expected {rules: [...], within: N}");
    for (;;) {
        if ((st = stile_rules_next(l)))
            return st;
        if (l->event.type == YAML_MAPPING_END_EVENT)
            break;
        if ((st = stile_rules_scalar(l, &key)))
            return st;
        if (stile_slice_eq(key, stile_str("rules")))
            st = stile_rules_next_list(l, d->near_names, STILE_MAX_NEAR, &d->rule.near_count);
        else if (stile_slice_eq(key, stile_str("within")))
            st = stile_rules_next_number(l, 1, 4096, &within);
        else if (stile_slice_eq(key, stile_str("ordered")))
            st = stile_rules_next_flag(l, &d->rule.ordered);
        else
            st = stile_rules_wrong(l, "near: unknown key");
        if (st)
            return st;
    }
    d->rule.within = (uint32_t)within;
    return d->rule.near_count < 2 ? stile_rules_wrong(l, "near: wants two rules or more")
                                  : STILE_OK;
}

static const char *const severities[] = {"info", "low", "medium", "high", "critical"};
static const char *const actions[] = {"mark", "neutralize", "strip", "withhold"};
static const char *const keys[] = {"id",     "family",     "severity", "weight",  "views",
                                   "action", "pattern",    "not",      "near",    "signal",
                                   "reason", "references", "positive", "negative"};

static stile_status read_value(stile_rules_loader *l, stile_rule_draft *d, int key)
{
    stile_rule *r = &d->rule;

    switch (key) {
    case 0:
        return stile_rules_next_string(l, &r->id);
    case 1:
        return stile_rules_next_string(l, &r->family);
    case 2:
        return stile_rules_next_choice(l, severities, 5, &r->severity);
    case 3:
        return stile_rules_next_number(l, 0, 1, &r->weight);
    case 4:
        return next_views(l, &r->views);
    case 5:
        return stile_rules_next_choice(l, actions, 4, &r->action);
    case 6:
        return next_pattern(l, &r->pattern_text);
    case 7:
        return next_pattern(l, &d->not_text);
    case 8:
        return next_near(l, d);
    case 9:
        return stile_rules_next_flag(l, &r->signal);
    case 10:
        return stile_rules_next_string(l, &r->reason);
    case 11:
        return next_examples(l, &r->references, MAX_REFERENCES);
    case 12:
        return next_examples(l, &r->positive, MAX_EXAMPLES);
    default:
        return next_examples(l, &r->negative, MAX_EXAMPLES);
    }
}

static stile_status read_key(stile_rules_loader *l, stile_rule_draft *d, stile_slice key)
{
    int found = stile_rules_index_of(keys, sizeof keys / sizeof *keys, key);

    if (found < 0)
        return stile_rules_wrong(l, "unknown key in a rule");
    if (d->seen & 1u << found)
        return stile_rules_wrong(l, "this key is given twice");
    d->seen |= 1u << found;
    return read_value(l, d, found);
}

static stile_status check_draft(const stile_rules_loader *l, const stile_rule_draft *d)
{
    const stile_rule *r = &d->rule;
    size_t line = (size_t)r->line;

    if (!r->id || !*r->id)
        return stile_rules_fault(l, line, NULL, "a rule without an id");
    if (!r->family || !*r->family)
        return stile_rules_fault(l, line, r->id, "no family");
    if (!r->reason || !*r->reason)
        return stile_rules_fault(l, line, r->id, "no reason: say what a person should know");
    if ((r->pattern_text.len > 0) == (r->near_count > 0))
        return stile_rules_fault(l, line, r->id, "wants a pattern or near, and not both");
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->drafts[i].rule.id, r->id) == 0)
            return stile_rules_fault(l, line, r->id, "this id is taken");
    return STILE_OK;
}

static stile_status read_rule(stile_rules_loader *l)
{
    stile_rule_draft *d = &l->drafts[l->count];
    stile_slice key;
    stile_status st;

    if (l->count == STILE_MAX_RULES)
        return stile_rules_wrong(l, "too many rules");
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return stile_rules_wrong(l, "rules: expected a list of rules");
    *d = (stile_rule_draft){.rule = {.file = l->file,
                                     .line = (int)l->event.start_mark.line + 1,
                                     .severity = 2,
                                     .weight = 0.5,
                                     .action = STILE_ACTION_STRIP,
                                     .views = 1u << STILE_VIEW_NORMALIZED |
                                              1u << STILE_VIEW_DECODED |
                                              1u << STILE_VIEW_EXTRACTED}};
    for (;;) {
        if ((st = stile_rules_next(l)))
            return st;
        if (l->event.type == YAML_MAPPING_END_EVENT)
            break;
        if ((st = stile_rules_scalar(l, &key)) || (st = read_key(l, d, key)))
            return st;
    }
    if (!(st = check_draft(l, d)))
        l->count++;
    return st;
}

static stile_status read_rules(stile_rules_loader *l)
{
    stile_status st = stile_rules_next(l);

    if (st)
        return st;
    if (l->event.type != YAML_SEQUENCE_START_EVENT)
        return stile_rules_wrong(l, "rules: expected a list");
    for (;;) {
        if ((st = stile_rules_next(l)) || l->event.type == YAML_SEQUENCE_END_EVENT)
            return st;
        if ((st = read_rule(l)))
            return st;
    }
}

static stile_status read_defines(stile_rules_loader *l)
{
    stile_slice name, words[MAX_WORDS];
    size_t count;
    stile_status st = stile_rules_next(l);

    if (st)
        return st;
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return stile_rules_wrong(l, "define: expected names with their patterns");
    for (;;) {
        size_t line;
        if ((st = stile_rules_next(l)) || l->event.type == YAML_MAPPING_END_EVENT)
            return st;
        line = l->event.start_mark.line + 1;
        if ((st = stile_rules_scalar(l, &name)) ||
            (st = stile_rules_next_list(l, words, MAX_WORDS, &count)) ||
            (st = stile_rules_define(l, line, name, words, count)))
            return st;
    }
}

/* Rules behind the first document would be left out without a word. */
static stile_status read_end(stile_rules_loader *l)
{
    stile_status st;

    if ((st = stile_rules_next(l)) || (st = stile_rules_next(l)))
        return st;
    return l->event.type == YAML_STREAM_END_EVENT ? STILE_OK
                                                  : stile_rules_wrong(l, "a pack is one document");
}

static stile_status read_pack(stile_rules_loader *l)
{
    bool rules = false;
    stile_slice key, ignored;
    stile_status st;

    do {
        if ((st = stile_rules_next(l)))
            return st;
    } while (l->event.type == YAML_STREAM_START_EVENT ||
             l->event.type == YAML_DOCUMENT_START_EVENT);
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return stile_rules_wrong(l, "expected pack, version and rules");
    for (;;) {
        if ((st = stile_rules_next(l)))
            return st;
        if (l->event.type == YAML_MAPPING_END_EVENT)
            return rules ? read_end(l) : stile_rules_wrong(l, "a pack without rules");
        if ((st = stile_rules_scalar(l, &key)))
            return st;
        if (stile_slice_eq(key, stile_str("rules")) && !rules) {
            rules = true;
            st = read_rules(l);
        } else if (stile_slice_eq(key, stile_str("define")) && !rules && l->define_count == 0) {
            st = read_defines(l);
        } else if (stile_slice_eq(key, stile_str("pack")) ||
                   stile_slice_eq(key, stile_str("version"))) {
            st = stile_rules_next_scalar(l, &ignored);
        } else {
            st = stile_rules_wrong(
                l, "a pack has pack, version, define before rules, and rules, once");
        }
        if (st)
            return st;
    }
}

stile_status stile_rules_read(stile_rules_loader *l, stile_slice text)
{
    stile_status st;

    l->define_count = 0; /* names are a pack's own */
    if (!yaml_parser_initialize(&l->parser))
        return stile_rules_no_memory(l);
    /* libyaml asserts that there is a pointer, even to nothing. */
    yaml_parser_set_input_string(&l->parser, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                 text.len);
    st = read_pack(l);
    if (l->held)
        yaml_event_delete(&l->event);
    l->held = false;
    yaml_parser_delete(&l->parser);
    return st;
}
