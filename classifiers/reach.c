/* SPDX-License-Identifier: Apache-2.0 */
/* Reads as much of PCRE2's syntax as rules use; at the first thing that it does not know it gives up. A sum
 * that grows past MOST is no bound either. */
#include "classifiers/reach.h"

#include <string.h>

#include "base/utf8.h"
#include "classifiers/syntax.h"

#define MOST 1000000u

/* One byte out of a set. */
typedef struct byte_set {
    bool has[256];
} byte_set;

/* What an atom takes; `set` where it is one byte of a set. */
typedef struct atom {
    stile_reach reach;
    bool is_set;
    byte_set set;
} atom;

static const stile_reach nothing = {0, 0, 0, true}, no_bound = {0, 0, 0, false};

static bool read_choice(stile_syntax *r, stile_reach *out);

static stile_reach bounded(uint64_t bytes, uint64_t words, uint64_t gaps)
{
    if (bytes > MOST || words > MOST || gaps > MOST)
        return no_bound;
    return (stile_reach){(uint32_t)bytes, (uint32_t)words, (uint32_t)gaps, true};
}

static stile_reach sum_of(stile_reach a, stile_reach b)
{
    if (!a.bounded || !b.bounded)
        return no_bound;
    return bounded((uint64_t)a.bytes + b.bytes, (uint64_t)a.words + b.words,
                   (uint64_t)a.gaps + b.gaps);
}

static stile_reach times(stile_reach a, uint64_t most)
{
    return a.bounded ? bounded(a.bytes * most, a.words * most, a.gaps * most) : no_bound;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static stile_reach larger_of(stile_reach a, stile_reach b)
{
    if (!a.bounded || !b.bounded)
        return no_bound;
    return bounded(larger(a.bytes, b.bytes), larger(a.words, b.words), larger(a.gaps, b.gaps));
}

static bool is_word(unsigned char c)
{
    return stile_ascii_is_letter((char)c) || stile_ascii_is_digit((char)c) || c == '_';
}

/* The classes of escapes; PCRE2's without UCP: of ASCII, but for \h and \v, of which there is no need to know
 * more than what they have of blanks and words. */
static bool in_class(char name, unsigned char c)
{
    bool white = c == ' ' || (c >= '\t' && c <= '\r');

    switch (name | 32) {
    case 'w':
        return is_word(c) == (name == 'w');
    case 'd':
        return stile_ascii_is_digit((char)c) == (name == 'd');
    case 's':
        return white == (name == 's');
    default: /* h, v */
        return name == 'h' || name == 'v' ? !is_word(c) : true;
    }
}

static void add_class(byte_set *set, char name)
{
    for (int c = 0; c < 256; c++)
        set->has[c] |= in_class(name, (unsigned char)c);
}

/* Both cases of it, as patterns are caseless. */
static void add_byte(byte_set *set, unsigned char c)
{
    set->has[c] = true;
    if (stile_ascii_is_letter((char)c))
        set->has[c ^ 32] = true;
}

static bool is_class_name(char c)
{
    return c && strchr("wWdDsShHvV", c);
}

/* Behind a backslash. */
static bool read_escape(stile_syntax *r, atom *out)
{
    char c = stile_syntax_peek(r), byte;

    out->reach = bounded(1, 0, 0);
    if (stile_syntax_escaped_byte(r, &byte)) {
        out->is_set = true;
        add_byte(&out->set, (unsigned char)byte);
        return true;
    }
    r->at++;
    if (is_class_name(c)) {
        out->is_set = true;
        add_class(&out->set, c);
        return true;
    }
    if (c && strchr("bBAzZG", c)) {
        out->reach = nothing;
        return true;
    }
    return false;
}

/* One member of a class, or a range. */
static bool read_member(stile_syntax *r, byte_set *set)
{
    char first = stile_syntax_peek(r), last;

    if (stile_syntax_peek(r) == '[' && r->at + 1 < r->text.len &&
        strchr(":.=", r->text.ptr[r->at + 1]))
        return false;
    r->at++;
    if (first == '\\' && !stile_syntax_escaped_byte(r, &first)) {
        char name = stile_syntax_peek(r);
        r->at++;
        if (!is_class_name(name))
            return false;
        add_class(set, name);
        return true;
    }
    add_byte(set, (unsigned char)first);
    if (stile_syntax_peek(r) != '-' || r->at + 1 >= r->text.len || r->text.ptr[r->at + 1] == ']')
        return true;
    r->at++;
    last = stile_syntax_peek(r);
    r->at++;
    if (last == '[' || (last == '\\' && !stile_syntax_escaped_byte(r, &last)))
        return false;
    for (int c = (unsigned char)first; c <= (unsigned char)last; c++)
        add_byte(set, (unsigned char)c);
    return true;
}

/* Behind a '['. */
static bool read_class(stile_syntax *r, atom *out)
{
    bool negated = stile_syntax_takes(r, "^"), first = true;

    out->reach = bounded(1, 0, 0);
    out->is_set = true;
    for (; !stile_syntax_done(r) && (first || stile_syntax_peek(r) != ']'); first = false)
        if (!read_member(r, &out->set))
            return false;
    for (int c = 0; negated && c < 256; c++)
        out->set.has[c] = !out->set.has[c];
    return stile_syntax_takes(r, "]");
}

/* Behind a '('. What looks around takes no bytes, whatever it asks for. */
static bool read_group(stile_syntax *r, atom *out)
{
    bool around = stile_syntax_takes(r, "?=") || stile_syntax_takes(r, "?!") ||
                  stile_syntax_takes(r, "?<=") || stile_syntax_takes(r, "?<!");

    if (!around && !stile_syntax_takes(r, "?:") && !stile_syntax_takes(r, "?>") &&
        (stile_syntax_peek(r) == '?' || stile_syntax_peek(r) == '*'))
        return false;
    if (++r->depth > STILE_SYNTAX_DEPTH || !read_choice(r, &out->reach) ||
        !stile_syntax_takes(r, ")"))
        return false;
    r->depth--;
    if (around)
        out->reach = nothing;
    return true;
}

static bool read_atom(stile_syntax *r, atom *out)
{
    char c = stile_syntax_peek(r);

    memset(out, 0, sizeof *out);
    r->at++;
    switch (c) {
    case '(':
        return read_group(r, out);
    case '[':
        return read_class(r, out);
    case '\\':
        return read_escape(r, out);
    case '^':
    case '$':
        out->reach = nothing;
        return true;
    case '*':
    case '+':
    case '?':
    case '{':
        return false;
    default:
        out->reach = bounded(1, 0, 0);
        out->is_set = true;
        if (c == '.')
            memset(out->set.has, true, sizeof out->set.has);
        else
            add_byte(&out->set, (unsigned char)c);
        return true;
    }
}

/* As often as may be: a set without the blank takes no more than a run of what is none, one without letters,
 * digits and '_' no more than a run between words. */
static stile_reach repeated(const atom *a)
{
    bool words = false;

    if (!a->reach.bounded)
        return no_bound;
    if (!a->is_set)
        return a->reach.bytes || a->reach.words || a->reach.gaps ? no_bound : nothing;
    if (!a->set.has[' '])
        return bounded(0, 1, 0);
    for (int c = 0; c < 256; c++)
        words |= a->set.has[c] && is_word((unsigned char)c);
    return words ? no_bound : bounded(0, 0, 1);
}

static bool read_repeated(stile_syntax *r, stile_reach *out)
{
    uint32_t least, most = 1;
    bool counted = true;
    atom a;

    if (!read_atom(r, &a))
        return false;
    if (stile_syntax_takes(r, "*") || stile_syntax_takes(r, "+"))
        most = STILE_SYNTAX_NO_END;
    else if (stile_syntax_peek(r) != '{')
        counted = stile_syntax_takes(r, "?");
    else if (!stile_syntax_count(r, &least, &most))
        return false; /* text, or what a later PCRE2 takes for a count: not known */
    if (counted)
        (void)(stile_syntax_takes(r, "?") || stile_syntax_takes(r, "+"));
    *out = most == STILE_SYNTAX_NO_END ? repeated(&a) : times(a.reach, most);
    return true;
}

static bool read_sequence(stile_syntax *r, stile_reach *out)
{
    *out = nothing;
    while (!stile_syntax_done(r) && stile_syntax_peek(r) != '|' && stile_syntax_peek(r) != ')') {
        stile_reach next;
        if (!read_repeated(r, &next))
            return false;
        *out = sum_of(*out, next);
    }
    return true;
}

static bool read_choice(stile_syntax *r, stile_reach *out)
{
    *out = nothing;
    do {
        stile_reach way;
        if (!read_sequence(r, &way))
            return false;
        *out = larger_of(*out, way);
    } while (stile_syntax_takes(r, "|"));
    return true;
}

stile_reach stile_reach_of(stile_slice pattern)
{
    stile_syntax r = {.text = pattern};
    stile_reach reach;

    return read_choice(&r, &reach) && stile_syntax_done(&r) ? reach : no_bound;
}
