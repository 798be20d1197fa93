/* SPDX-License-Identifier: Apache-2.0 */
/* Names are replaced while a pack is read, so that the prefilter, PCRE2 and the linter see whole
 * patterns. A definition is expanded and compiled where it stands: errors point at it, it cannot
 * use itself, and a bracket that it leaves open cannot change the pattern around its name. */
#include "classifiers/rules_define.h"

#include <string.h>

#include "stile/buf.h"

static stile_status fault_at(const stile_rules_loader *l, size_t line, stile_slice name,
                             const char *what)
{
    int shown = name.len < STILE_MAX_DEFINE_NAME ? (int)name.len : STILE_MAX_DEFINE_NAME;

    return stile_fail(l->err, STILE_INVALID, "%s:%zu: {{%.*s}}: %s", l->file, line, shown, name.ptr,
                      what);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool is_name(stile_slice name)
{
    size_t i = 0;

    while (i < name.len && is_name_byte(name.ptr[i]))
        i++;
    return name.len && i == name.len && name.len <= STILE_MAX_DEFINE_NAME;
}

/* The name in "{{name}}" where `text` begins with that; else an empty slice: a pattern may look for
 * braces. */
static stile_slice reference_of(stile_slice text)
{
    size_t end = 2;

    if (!stile_slice_starts(text, stile_str("{{")))
        return (stile_slice){0};
    while (end < text.len && is_name_byte(text.ptr[end]))
        end++;
    if (end == 2 || !stile_slice_starts(stile_slice_cut(text, end, text.len), stile_str("}}")))
        return (stile_slice){0};
    return stile_slice_cut(text, 2, end);
}

static const stile_rule_define *find(const stile_rules_loader *l, stile_slice name)
{
    for (size_t i = 0; i < l->define_count; i++)
        if (stile_slice_eq(l->defines[i].name, name))
            return &l->defines[i];
    return NULL;
}

/* Follows a pattern through its character classes, in which a brace is a brace. */
typedef struct class_state {
    bool inside;
    size_t opened; /* where its first member stands: a ']' there is a member */
} class_state;

static void follow_class(class_state *c, stile_slice pattern, size_t at)
{
    if (!c->inside && pattern.ptr[at] == '[') {
        c->inside = true;
        c->opened = at + 1;
        if (c->opened < pattern.len && pattern.ptr[c->opened] == '^')
            c->opened++;
    } else if (c->inside && pattern.ptr[at] == ']' && at != c->opened) {
        c->inside = false;
    }
}

static stile_status expand_into(const stile_rules_loader *l, size_t line, stile_slice pattern,
                                stile_buf *out)
{
    class_state class = {0};

    for (size_t i = 0; i < pattern.len;) {
        stile_slice name = reference_of(stile_slice_cut(pattern, i, pattern.len));
        size_t step = pattern.ptr[i] == '\\' && i + 1 < pattern.len ? 2 : 1;
        if (name.len) {
            const stile_rule_define *found = find(l, name);
            if (!found)
                return fault_at(l, line, name, "no such name above in this pack");
            if (class.inside)
                return fault_at(l, line, name, "a name in a character class");
            stile_buf_add(out, found->pattern.ptr, found->pattern.len);
            i += name.len + 4;
            continue;
        }
        if (step == 1)
            follow_class(&class, pattern, i);
        stile_buf_add(out, pattern.ptr + i, step);
        i += step;
    }
    return STILE_OK;
}

/* What `out` holds, kept in the rules' arena. Its limit is a pattern's. */
static stile_status keep(stile_rules_loader *l, size_t line, stile_buf *out, stile_slice *kept)
{
    stile_error why = {0};
    stile_status st = stile_buf_ok(out, &why);

    if (st == STILE_NO_MEMORY)
        return stile_rules_no_memory(l);
    if (st)
        return stile_rules_fault(l, line, NULL, "pattern: too long with its names replaced");
    return stile_arena_copy(&l->rules->arena, stile_buf_slice(out), kept, l->err);
}

stile_status stile_rules_expand(stile_rules_loader *l, size_t line, stile_slice *pattern)
{
    stile_buf out;
    stile_status st;

    stile_buf_init(&out, STILE_MAX_PATTERN);
    st = expand_into(l, line, *pattern, &out);
    if (!st)
        st = keep(l, line, &out, pattern);
    stile_buf_release(&out);
    return st;
}

static stile_status check_compiles(const stile_rules_loader *l, size_t line, stile_slice name,
                                   stile_slice text)
{
    stile_pattern *pattern = NULL;
    stile_error why = {0};
    stile_status st = stile_pattern_compile(text, &pattern, &why);

    stile_pattern_destroy(pattern);
    if (st == STILE_NO_MEMORY)
        return stile_rules_no_memory(l);
    return st ? fault_at(l, line, name, why.text) : STILE_OK;
}

stile_status stile_rules_define(stile_rules_loader *l, size_t line, stile_slice name,
                                const stile_slice *words, size_t count)
{
    stile_rule_define *d = &l->defines[l->define_count];
    stile_buf all;
    stile_status st = STILE_OK;

    if (!is_name(name))
        return fault_at(l, line, name, "a name is of a-z, 0-9, _ and -, 64 at most");
    if (find(l, name))
        return fault_at(l, line, name, "this name is given twice");
    if (l->define_count == STILE_MAX_DEFINES)
        return fault_at(l, line, name, "too many definitions");
    if (count == 0)
        return fault_at(l, line, name, "wants a pattern, or a list of them");
    stile_buf_init(&all, STILE_MAX_PATTERN);
    for (size_t i = 0; !st && i < count; i++) {
        stile_buf_add_str(&all, i ? "|" : "(?:");
        if (words[i].len == 0) /* "a||b" would match nothing at all, everywhere */
            st = fault_at(l, line, name, "an empty word");
        else if (!(st = check_compiles(l, line, name, words[i])))
            st = expand_into(l, line, words[i], &all);
    }
    stile_buf_add_str(&all, ")");
    if (!st && !(st = keep(l, line, &all, &d->pattern)) &&
        !(st = check_compiles(l, line, name, d->pattern))) {
        d->name = name;
        l->define_count++;
    }
    stile_buf_release(&all);
    return st;
}
