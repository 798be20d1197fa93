/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: each pack is read by an event parser that knows its keys; then combinations are resolved
 * over all packs and every pattern is compiled. */
#include "classifiers/rules.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/file.h"
#include "base/memory.h"
#include "scan/scan.h"

#define MAX_EXAMPLES 64

/* A rule while it is read: names are resolved when all packs are in. */
typedef struct draft {
    stile_rule rule;
    stile_slice near_names[STILE_MAX_NEAR];
    stile_slice not_text;
} draft;

typedef struct loader {
    stile_rules *rules;
    draft *drafts;
    size_t count;
    /* the pack being read */
    const char *file;
    yaml_parser_t parser;
    yaml_event_t event;
    bool held;
    stile_error *err;
} loader;

static stile_status fault_at(const loader *l, size_t line, const char *rule, const char *what)
{
    return stile_fail(l->err, STILE_INVALID, "%s:%zu: %s%s%s%s", l->file, line, rule ? "rule " : "",
                      rule ? rule : "", rule ? ": " : "", what);
}

static stile_status fault(const loader *l, const char *what)
{
    size_t line = l->held ? l->event.start_mark.line : l->parser.problem_mark.line;
    return fault_at(l, line + 1, NULL, what);
}

static stile_status no_memory(const loader *l)
{
    return stile_fail(l->err, STILE_NO_MEMORY, "%s: out of memory", l->file);
}

static stile_status next(loader *l)
{
    if (l->held)
        yaml_event_delete(&l->event);
    l->held = false;
    if (!yaml_parser_parse(&l->parser, &l->event))
        return fault(l, l->parser.problem ? l->parser.problem : "not YAML");
    l->held = true;
    if (l->event.type == YAML_ALIAS_EVENT)
        return fault(l, "aliases are not allowed");
    return STILE_OK;
}

static stile_status scalar(loader *l, stile_slice *out)
{
    if (l->event.type != YAML_SCALAR_EVENT)
        return fault(l, "expected a single value");
    return stile_arena_copy(&l->rules->arena,
                            stile_slice_of(l->event.data.scalar.value, l->event.data.scalar.length),
                            out, l->err);
}

static stile_status next_scalar(loader *l, stile_slice *out)
{
    stile_status st = next(l);
    return st ? st : scalar(l, out);
}

/* A list of scalars, or one scalar as a list of one. */
static stile_status next_list(loader *l, stile_slice *list, size_t most, size_t *count)
{
    stile_status st = next(l);

    *count = 0;
    if (st)
        return st;
    if (l->event.type == YAML_SCALAR_EVENT) {
        *count = 1;
        return scalar(l, list);
    }
    if (l->event.type != YAML_SEQUENCE_START_EVENT)
        return fault(l, "expected a list");
    for (;;) {
        if ((st = next(l)) || l->event.type == YAML_SEQUENCE_END_EVENT)
            return st;
        if (*count == most)
            return fault(l, "too many items in this list");
        if ((st = scalar(l, &list[(*count)++])))
            return st;
    }
}

static stile_status next_examples(loader *l, stile_examples *out)
{
    stile_slice list[MAX_EXAMPLES], *copy;
    size_t count;
    stile_status st = next_list(l, list, MAX_EXAMPLES, &count);

    if (st)
        return st;
    if (!(copy = stile_arena_array(&l->rules->arena, count, sizeof *copy)))
        return no_memory(l);
    memcpy(copy, list, count * sizeof *copy);
    *out = (stile_examples){copy, count};
    return STILE_OK;
}

static int index_of(const char *const *names, size_t count, stile_slice name)
{
    for (size_t i = 0; i < count; i++)
        if (stile_slice_eq(stile_str(names[i]), name))
            return (int)i;
    return -1;
}

static stile_status next_choice(loader *l, const char *const *names, size_t count, uint8_t *out)
{
    stile_slice name;
    stile_status st = next_scalar(l, &name);
    int found;

    if (st)
        return st;
    if ((found = index_of(names, count, name)) < 0)
        return fault(l, "not one of the values that this key has");
    *out = (uint8_t)found;
    return STILE_OK;
}

static stile_status next_views(loader *l, uint32_t *out)
{
    stile_slice list[STILE_VIEW_KINDS];
    size_t count;
    stile_status st = next_list(l, list, STILE_VIEW_KINDS, &count);

    *out = 0;
    for (size_t i = 0; !st && i < count; i++) {
        uint32_t bit = 0;
        for (int kind = 0; kind < STILE_VIEW_KINDS; kind++)
            if (stile_slice_eq(stile_str(stile_view_kind_name((stile_view_kind)kind)), list[i]))
                bit = 1u << kind;
        if (!bit)
            st = fault(l, "views are raw, normalized, decoded and extracted");
        *out |= bit;
    }
    return st;
}

static stile_status next_number(loader *l, double low, double high, double *out)
{
    stile_slice text;
    char *end;
    stile_status st = next_scalar(l, &text);

    if (st)
        return st;
    *out = strtod(text.ptr, &end);
    if (text.len == 0 || *end || !(*out >= low && *out <= high))
        return fault(l, "a number out of its range");
    return STILE_OK;
}

static stile_status next_near(loader *l, draft *d)
{
    stile_slice key;
    double within = 200;
    stile_status st = next(l);

    if (st)
        return st;
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return fault(l, "near: expected {rules: [...], within: N}");
    for (;;) {
        if ((st = next(l)))
            return st;
        if (l->event.type == YAML_MAPPING_END_EVENT)
            break;
        if ((st = scalar(l, &key)))
            return st;
        if (stile_slice_eq(key, stile_str("rules")))
            st = next_list(l, d->near_names, STILE_MAX_NEAR, &d->rule.near_count);
        else if (stile_slice_eq(key, stile_str("within")))
            st = next_number(l, 1, 4096, &within);
        else
            st = fault(l, "near: unknown key");
        if (st)
            return st;
    }
    d->rule.within = (uint32_t)within;
    return d->rule.near_count < 2 ? fault(l, "near: wants two rules or more") : STILE_OK;
}

static stile_status next_flag(loader *l, bool *out)
{
    static const char *const names[] = {"false", "true"};
    uint8_t value = 0;
    stile_status st = next_choice(l, names, 2, &value);
    *out = value == 1;
    return st;
}

static stile_status next_string(loader *l, const char **out)
{
    stile_slice text;
    stile_status st = next_scalar(l, &text);
    if (!st)
        *out = text.ptr;
    return st;
}

static const char *const severities[] = {"info", "low", "medium", "high", "critical"};
static const char *const actions[] = {"mark", "neutralize", "strip", "withhold"};
static const char *const keys[] = {"id",     "family",     "severity", "weight",  "views",
                                   "action", "pattern",    "not",      "near",    "signal",
                                   "reason", "references", "positive", "negative"};

static stile_status read_key(loader *l, draft *d, stile_slice key)
{
    stile_rule *r = &d->rule;
    stile_slice references[16];
    size_t count;

    switch (index_of(keys, sizeof keys / sizeof *keys, key)) {
    case 0:
        return next_string(l, &r->id);
    case 1:
        return next_string(l, &r->family);
    case 2:
        return next_choice(l, severities, 5, &r->severity);
    case 3:
        return next_number(l, 0, 1, &r->weight);
    case 4:
        return next_views(l, &r->views);
    case 5:
        return next_choice(l, actions, 4, &r->action);
    case 6:
        return next_scalar(l, &r->pattern_text);
    case 7:
        return next_scalar(l, &d->not_text);
    case 8:
        return next_near(l, d);
    case 9:
        return next_flag(l, &r->signal);
    case 10:
        return next_string(l, &r->reason);
    case 11:
        return next_list(l, references, 16, &count);
    case 12:
        return next_examples(l, &r->positive);
    case 13:
        return next_examples(l, &r->negative);
    default:
        return fault(l, "unknown key in a rule");
    }
}

static stile_status check_draft(const loader *l, const draft *d)
{
    const stile_rule *r = &d->rule;
    size_t line = (size_t)r->line;

    if (!r->id || !*r->id)
        return fault_at(l, line, NULL, "a rule without an id");
    if (!r->family || !*r->family)
        return fault_at(l, line, r->id, "no family");
    if (!r->reason || !*r->reason)
        return fault_at(l, line, r->id, "no reason: say what a person should know");
    if ((r->pattern_text.len > 0) == (r->near_count > 0))
        return fault_at(l, line, r->id, "wants a pattern or near, and not both");
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->drafts[i].rule.id, r->id) == 0)
            return fault_at(l, line, r->id, "this id is taken");
    return STILE_OK;
}

static stile_status read_rule(loader *l)
{
    draft *d = &l->drafts[l->count];
    stile_slice key;
    stile_status st;

    if (l->count == STILE_MAX_RULES)
        return fault(l, "too many rules");
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return fault(l, "rules: expected a list of rules");
    *d = (draft){.rule = {.file = l->file,
                          .line = (int)l->event.start_mark.line + 1,
                          .severity = 2,
                          .weight = 0.5,
                          .action = STILE_ACTION_STRIP,
                          .views = 1u << STILE_VIEW_NORMALIZED | 1u << STILE_VIEW_DECODED |
                                   1u << STILE_VIEW_EXTRACTED}};
    for (;;) {
        if ((st = next(l)))
            return st;
        if (l->event.type == YAML_MAPPING_END_EVENT)
            break;
        if ((st = scalar(l, &key)) || (st = read_key(l, d, key)))
            return st;
    }
    if (!(st = check_draft(l, d)))
        l->count++;
    return st;
}

static stile_status read_rules(loader *l)
{
    stile_status st = next(l);

    if (st)
        return st;
    if (l->event.type != YAML_SEQUENCE_START_EVENT)
        return fault(l, "rules: expected a list");
    for (;;) {
        if ((st = next(l)) || l->event.type == YAML_SEQUENCE_END_EVENT)
            return st;
        if ((st = read_rule(l)))
            return st;
    }
}

static stile_status read_pack(loader *l)
{
    stile_slice key, ignored;
    stile_status st;

    do {
        if ((st = next(l)))
            return st;
    } while (l->event.type == YAML_STREAM_START_EVENT ||
             l->event.type == YAML_DOCUMENT_START_EVENT);
    if (l->event.type != YAML_MAPPING_START_EVENT)
        return fault(l, "expected pack, version and rules");
    for (;;) {
        if ((st = next(l)) || l->event.type == YAML_MAPPING_END_EVENT)
            return st;
        if ((st = scalar(l, &key)))
            return st;
        if (stile_slice_eq(key, stile_str("rules")))
            st = read_rules(l);
        else if (stile_slice_eq(key, stile_str("pack")) ||
                 stile_slice_eq(key, stile_str("version")))
            st = next_scalar(l, &ignored);
        else
            st = fault(l, "unknown key; a pack has pack, version and rules");
        if (st)
            return st;
    }
}

static stile_status read_file(loader *l, const char *folder, const char *name, stile_buf *all)
{
    char path[PATH_MAX];
    size_t before = all->len;
    stile_slice copy;
    stile_status st = stile_arena_copy(&l->rules->arena, stile_str(name), &copy, l->err);

    if (st)
        return st;
    l->file = copy.ptr;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if ((st = stile_file_read(path, all, l->err)))
        return st;
    if (!yaml_parser_initialize(&l->parser))
        return no_memory(l);
    yaml_parser_set_input_string(&l->parser, (const unsigned char *)all->ptr + before,
                                 all->len - before);
    st = read_pack(l);
    if (l->held)
        yaml_event_delete(&l->event);
    l->held = false;
    yaml_parser_delete(&l->parser);
    return st;
}

static stile_status resolve(loader *l, draft *d)
{
    stile_rule *r = &d->rule;
    stile_error why = {0};

    l->file = r->file;
    for (size_t n = 0; n < r->near_count; n++) {
        size_t i = 0;
        while (i < l->count && !stile_slice_eq(stile_str(l->drafts[i].rule.id), d->near_names[n]))
            i++;
        if (i == l->count)
            return fault_at(l, (size_t)r->line, r->id, "near: names a rule that is not there");
        if (l->drafts[i].rule.near_count)
            return fault_at(l, (size_t)r->line, r->id, "near: names another combination");
        r->near[n] = (uint32_t)i;
    }
    if (r->pattern_text.len && stile_pattern_compile(r->pattern_text, &r->pattern, &why))
        return fault_at(l, (size_t)r->line, r->id, why.text);
    if (d->not_text.len && stile_pattern_compile(d->not_text, &r->cancel, &why))
        return fault_at(l, (size_t)r->line, r->id, why.text);
    return STILE_OK;
}

static int is_pack(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

static stile_status read_folder(loader *l, const char *folder, stile_buf *all)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_pack, alphasort);
    stile_status st = STILE_OK;

    if (count < 0)
        return stile_fail(l->err, STILE_NOT_FOUND, "%s: no such folder of rule packs", folder);
    if (count == 0)
        st = stile_fail(l->err, STILE_NOT_FOUND, "%s: no rule packs (*.yaml) in it", folder);
    for (int i = 0; i < count; i++) {
        if (!st)
            st = read_file(l, folder, entries[i]->d_name, all);
        free(entries[i]);
    }
    free(entries);
    return st;
}

stile_status stile_rules_load(const char *folder, stile_rules *out, stile_error *err)
{
    stile_rules rules = {0};
    loader l = {.rules = &rules, .file = folder, .err = err};
    stile_buf all;
    stile_status st;

    stile_arena_init(&rules.arena, 0);
    stile_buf_init(&all, STILE_MAX_PACK);
    if (!(l.drafts = stile_alloc_array(STILE_MAX_RULES + 1, sizeof *l.drafts)))
        st = no_memory(&l);
    else if (!(st = read_folder(&l, folder, &all)) &&
             !(rules.rules = stile_arena_array(&rules.arena, l.count, sizeof *rules.rules)))
        st = no_memory(&l);
    for (size_t i = 0; !st && i < l.count; i++) {
        st = resolve(&l, &l.drafts[i]);
        rules.rules[i] = l.drafts[i].rule; /* also after a failure: release frees its patterns */
        rules.count = i + 1;
    }
    if (!st)
        st = stile_sha256_of(stile_buf_slice(&all), &rules.digest, err);
    stile_free(l.drafts);
    stile_buf_release(&all);
    if (st) {
        stile_rules_release(&rules);
        return st;
    }
    *out = rules;
    return STILE_OK;
}

void stile_rules_release(stile_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        stile_pattern_destroy(rules->rules[i].pattern);
        stile_pattern_destroy(rules->rules[i].cancel);
    }
    stile_arena_release(&rules->arena);
    *rules = (stile_rules){0};
}
