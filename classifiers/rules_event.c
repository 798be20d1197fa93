/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/rules_event.h"

#include <stdlib.h>

stile_status stile_rules_no_memory(const stile_rules_loader *l)
{
    return stile_fail(l->err, STILE_NO_MEMORY, "%s: out of memory", l->file);
}

stile_status stile_rules_fault(const stile_rules_loader *l, size_t line, const char *rule,
                               const char *what)
{
    return stile_fail(l->err, STILE_INVALID, "%s:%zu: %s%s%s%s", l->file, line, rule ? "rule " : "",
                      rule ? rule : "", rule ? ": " : "", what);
}

stile_status stile_rules_wrong(const stile_rules_loader *l, const char *what)
{
    size_t line = l->held ? l->event.start_mark.line : l->parser.problem_mark.line;
    return stile_rules_fault(l, line + 1, NULL, what);
}

stile_status stile_rules_next(stile_rules_loader *l)
{
    if (l->held)
        yaml_event_delete(&l->event);
    l->held = false;
    if (!yaml_parser_parse(&l->parser, &l->event))
        return stile_rules_wrong(l, l->parser.problem ? l->parser.problem : "not YAML");
    l->held = true;
    if (l->event.type == YAML_ALIAS_EVENT)
        return stile_rules_wrong(l, "aliases are not allowed");
    return STILE_OK;
}

stile_status stile_rules_scalar(stile_rules_loader *l, stile_slice *out)
{
    stile_slice text;

    if (l->event.type != YAML_SCALAR_EVENT)
        return stile_rules_wrong(l, "expected a single value");
    text = stile_slice_of(l->event.data.scalar.value, l->event.data.scalar.length);
    /* The prefilter's patterns end at a NUL: it would look for less than the rule says. */
    if (text.len && memchr(text.ptr, '\0', text.len))
        return stile_rules_wrong(l, "a value with a NUL in it");
    return stile_arena_copy(&l->rules->arena, text, out, l->err);
}

stile_status stile_rules_next_scalar(stile_rules_loader *l, stile_slice *out)
{
    stile_status st = stile_rules_next(l);
    return st ? st : stile_rules_scalar(l, out);
}

/* A list of scalars, or one scalar as a list of one. */
stile_status stile_rules_next_list(stile_rules_loader *l, stile_slice *list, size_t most,
                                   size_t *count)
{
    stile_status st = stile_rules_next(l);

    *count = 0;
    if (st)
        return st;
    if (l->event.type == YAML_SCALAR_EVENT) {
        *count = 1;
        return stile_rules_scalar(l, list);
    }
    if (l->event.type != YAML_SEQUENCE_START_EVENT)
        return stile_rules_wrong(l, "expected a list");
    for (;;) {
        if ((st = stile_rules_next(l)) || l->event.type == YAML_SEQUENCE_END_EVENT)
            return st;
        if (*count == most)
            return stile_rules_wrong(l, "too many items in this list");
        if ((st = stile_rules_scalar(l, &list[(*count)++])))
            return st;
    }
}

int stile_rules_index_of(const char *const *names, size_t count, stile_slice name)
{
    for (size_t i = 0; i < count; i++)
        if (stile_slice_eq(stile_str(names[i]), name))
            return (int)i;
    return -1;
}

stile_status stile_rules_next_choice(stile_rules_loader *l, const char *const *names, size_t count,
                                     uint8_t *out)
{
    stile_slice name = {0};
    stile_status st = stile_rules_next_scalar(l, &name);
    int found;

    if (st)
        return st;
    if ((found = stile_rules_index_of(names, count, name)) < 0)
        return stile_rules_wrong(l, "not one of the values that this key has");
    *out = (uint8_t)found;
    return STILE_OK;
}

stile_status stile_rules_next_number(stile_rules_loader *l, double low, double high, double *out)
{
    stile_slice text;
    char *end;
    stile_status st = stile_rules_next_scalar(l, &text);

    if (st)
        return st;
    *out = strtod(text.ptr, &end);
    if (text.len == 0 || *end || !(*out >= low && *out <= high))
        return stile_rules_wrong(l, "a number out of its range");
    return STILE_OK;
}

stile_status stile_rules_next_flag(stile_rules_loader *l, bool *out)
{
    static const char *const names[] = {"false", "true"};
    uint8_t value = 0;
    stile_status st = stile_rules_next_choice(l, names, 2, &value);
    *out = value == 1;
    return st;
}

stile_status stile_rules_next_string(stile_rules_loader *l, const char **out)
{
    stile_slice text;
    stile_status st = stile_rules_next_scalar(l, &text);
    if (!st)
        *out = text.ptr;
    return st;
}
