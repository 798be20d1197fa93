/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a pattern's syntax, as much of PCRE2's as rules use. At the first thing that it does not know it
 * gives up, and the pattern needs nothing. */
#include "classifiers/needs.h"

#include <string.h>

#include "classifiers/needs_part.h"
#include "classifiers/syntax.h"

#define MAX_CHOICES 512
#define CLASS_STRINGS 20 /* members of a class that are taken one by one */
#define ARENA_CAP ((size_t)8 << 20)
#define OFTEN_ENOUGH 40.0 /* a further clause found so often in 1,000 bytes tells nothing */

typedef struct reader {
    stile_syntax syntax;
    stile_arena arena; /* parts under way */
} reader;

static bool read_choice(reader *r, stile_part *out);

static bool of_byte(reader *r, char byte, stile_part *out)
{
    if (byte == STILE_WORD_BOUND)
        return stile_part_opaque(out, 1, 1, true, &r->arena);
    return stile_part_string_of(out, &byte, 1, &r->arena);
}

/* Behind a backslash. */
static bool read_escape(reader *r, stile_part *out)
{
    static const char bound[] = {STILE_WORD_BOUND, '\0'};
    char c = stile_syntax_peek(&r->syntax), byte;

    if (stile_syntax_escaped_byte(&r->syntax, &byte))
        return of_byte(r, byte, out);
    r->syntax.at++;
    if (c && strchr("bAzZ", c))
        return stile_part_string_of(out, bound, 1, &r->arena);
    if (c && strchr("BGK", c))
        return stile_part_string_of(out, "", 0, &r->arena);
    if (c && strchr("wWdDsShHvVN", c))
        return stile_part_opaque(out, 1, 1, strchr("Wshv", c) != NULL, &r->arena);
    if (c == 'R')
        return stile_part_opaque(out, 1, 2, true, &r->arena);
    return false;
}

/* One member of a class; *byte, or *many: several, or a range. *words: it may be a letter of a word. */
static bool read_member(reader *r, char *byte, bool *many, bool *words)
{
    char last;

    *many = *words = true;
    if (stile_syntax_takes(&r->syntax, "[:")) {
        while (!stile_syntax_done(&r->syntax) && !stile_syntax_takes(&r->syntax, ":]"))
            r->syntax.at++;
        return true;
    }
    *byte = stile_syntax_peek(&r->syntax);
    r->syntax.at++;
    if (*byte == '\\' && !stile_syntax_escaped_byte(&r->syntax, byte)) {
        *words = strchr("Wshv", stile_syntax_peek(&r->syntax)) == NULL;
        if (!strchr("wWdDsShHvV", stile_syntax_peek(&r->syntax)))
            return false;
        r->syntax.at++;
        return true;
    }
    if (stile_syntax_peek(&r->syntax) != '-' || r->syntax.at + 1 >= r->syntax.text.len ||
        r->syntax.text.ptr[r->syntax.at + 1] == ']') {
        *many = false;
        *words = stile_part_in_word(*byte);
        return true;
    }
    r->syntax.at++;
    last = stile_syntax_peek(&r->syntax);
    r->syntax.at++;
    return last != '\\' || stile_syntax_escaped_byte(&r->syntax, &last);
}

/* Behind a '['. */
static bool read_class(reader *r, stile_part *out)
{
    stile_part members[CLASS_STRINGS];
    size_t count = 0;
    bool negated = stile_syntax_takes(&r->syntax, "^"), opaque = negated, words = false,
         all_words = false, first = true;

    for (; !stile_syntax_done(&r->syntax) && (first || stile_syntax_peek(&r->syntax) != ']');
         first = false) {
        char byte;
        bool many, in_words;
        size_t at = r->syntax.at;
        if (!read_member(r, &byte, &many, &in_words))
            return false;
        words |= in_words;
        all_words |=
            stile_slice_eq(stile_slice_cut(r->syntax.text, at, r->syntax.at), stile_str("\\w"));
        opaque = opaque || many || count == CLASS_STRINGS;
        if (!opaque && !of_byte(r, byte, &members[count++]))
            return false;
    }
    if (!stile_syntax_takes(&r->syntax, "]"))
        return false;
    return opaque ? stile_part_opaque(out, 1, 1, negated ? all_words : !words, &r->arena)
                  : stile_part_choice(out, members, count, &r->arena);
}

/* Behind a '('. What looks around matches no bytes, whatever it asks for. */
static bool read_group(reader *r, stile_part *out)
{
    bool around = stile_syntax_takes(&r->syntax, "?=") || stile_syntax_takes(&r->syntax, "?!") ||
                  stile_syntax_takes(&r->syntax, "?<=") || stile_syntax_takes(&r->syntax, "?<!");

    /* literals are looked for in any case, whether the pattern minds or not */
    if (!around && !stile_syntax_takes(&r->syntax, "?:") && !stile_syntax_takes(&r->syntax, "?>") &&
        !stile_syntax_takes(&r->syntax, "?-i:") &&
        (stile_syntax_peek(&r->syntax) == '?' || stile_syntax_peek(&r->syntax) == '*'))
        return false;
    if (++r->syntax.depth > STILE_SYNTAX_DEPTH || !read_choice(r, out) ||
        !stile_syntax_takes(&r->syntax, ")"))
        return false;
    r->syntax.depth--;
    return !around || stile_part_string_of(out, "", 0, &r->arena);
}

static bool read_atom(reader *r, stile_part *out)
{
    static const char bound[] = {STILE_WORD_BOUND, '\0'};
    char c = stile_syntax_peek(&r->syntax);

    r->syntax.at++;
    switch (c) {
    case '(':
        return read_group(r, out);
    case '[':
        return read_class(r, out);
    case '\\':
        return read_escape(r, out);
    case '.':
        return stile_part_opaque(out, 1, 1, false, &r->arena);
    case '^':
    case '$':
        return stile_part_string_of(out, bound, 1, &r->arena); /* of the text */
    case '*':
    case '+':
    case '?':
        return false;
    default:
        return of_byte(r, c, out);
    }
}

static bool read_repeated(reader *r, stile_part *out)
{
    uint32_t least = 1, most = 1;
    bool counted = true;

    if (!read_atom(r, out))
        return false;
    if (stile_syntax_takes(&r->syntax, "*"))
        least = 0, most = STILE_FAR;
    else if (stile_syntax_takes(&r->syntax, "+"))
        most = STILE_FAR;
    else if (stile_syntax_takes(&r->syntax, "?"))
        least = 0;
    else
        counted = stile_syntax_count(&r->syntax, &least, &most);
    if (counted)
        (void)(stile_syntax_takes(&r->syntax, "?") || stile_syntax_takes(&r->syntax, "+"));
    return stile_part_repeat(out, least, most, &r->arena);
}

static bool read_sequence(reader *r, stile_part *out)
{
    stile_sequence s;

    if (!stile_sequence_start(&s, &r->arena))
        return false;
    while (!stile_syntax_done(&r->syntax) && stile_syntax_peek(&r->syntax) != '|' &&
           stile_syntax_peek(&r->syntax) != ')') {
        stile_part part;
        if (!read_repeated(r, &part) || !stile_sequence_add(&s, &part, &r->arena))
            return false;
    }
    return stile_sequence_end(&s, out, &r->arena);
}

static bool read_choice(reader *r, stile_part *out)
{
    stile_part *parts = stile_arena_array(&r->arena, MAX_CHOICES, sizeof *parts);
    size_t count = 0;

    do
        if (!parts || count == MAX_CHOICES || !read_sequence(r, &parts[count++]))
            return false;
    while (stile_syntax_takes(&r->syntax, "|"));
    return stile_part_choice(out, parts, count, &r->arena);
}

/* Whether literal `a` is found wherever `b` is. */
static bool covers(const stile_literal *a, const stile_literal *b)
{
    return a->len <= b->len && memcmp(a->text, b->text, a->len) == 0 &&
           (!a->starts_word || b->starts_word) &&
           (!a->ends_word || (a->len == b->len && b->ends_word));
}

static bool finish_clause(const stile_part_clause *clause, stile_arena *arena, stile_clause *out)
{
    stile_literal *literals = stile_arena_array(arena, clause->strings.count, sizeof *literals);
    size_t count = 0;

    for (size_t i = 0; literals && i < clause->strings.count; i++) {
        stile_literal l;
        size_t kept = 0;
        bool covered = false;
        if (!stile_part_literal(&clause->strings.all[i], &l))
            return false;
        for (size_t k = 0; k < count && !covered; k++)
            covered = covers(&literals[k], &l);
        if (covered)
            continue;
        for (size_t k = 0; k < count; k++)
            if (!covers(&l, &literals[k]))
                literals[kept++] = literals[k];
        literals[kept++] = l;
        count = kept;
    }
    *out = (stile_clause){literals,     count,         clause->low,
                          clause->high, clause->often, clause->short_one};
    return literals != NULL;
}

/* Of the clauses not taken yet the most telling; of those with short literals if `shorts`. */
static size_t best_left(const stile_part_way *way, const bool *taken, bool shorts)
{
    size_t best = way->count;

    for (size_t i = 0; i < way->count; i++)
        if (!taken[i] && (shorts || !way->clauses[i].short_one) &&
            (best == way->count || way->clauses[i].often < way->clauses[best].often))
            best = i;
    return best;
}

/* Of a way's clauses the most telling that is not short, the first, when matches begin with it, and others that
 * tell something. */
static bool finish_way(const stile_part_way *way, stile_arena *arena, stile_way *out)
{
    bool taken[STILE_PART_CLAUSES] = {false};
    size_t best = best_left(way, taken, false), count = 0;

    out->count = 0;
    for (; best < way->count; best = best_left(way, taken, true)) {
        if (count == STILE_WAY_CLAUSES || (count > 0 && way->clauses[best].often >= OFTEN_ENOUGH))
            break;
        taken[best] = true;
        count++;
        if (count == 1 && !taken[0] && way->clauses[0].high == 0) {
            taken[0] = true;
            count++;
        }
    }
    for (size_t i = 0; i < way->count; i++)
        if (taken[i] && !finish_clause(&way->clauses[i], arena, &out->clauses[out->count++]))
            return false;
    return out->count > 0;
}

bool stile_needs_of(stile_slice pattern, stile_arena *arena, stile_needs *out)
{
    reader r = {.syntax = {.text = pattern}};
    stile_part part;
    stile_part_way *ways;
    stile_way *finished = NULL;
    size_t count = 0;
    bool ok;

    stile_arena_init(&r.arena, ARENA_CAP);
    ok = read_choice(&r, &part) && stile_syntax_done(&r.syntax) &&
         stile_part_ways(&part, &ways, &count, &r.arena) &&
         (finished = stile_arena_array(arena, count, sizeof *finished)) != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = finish_way(&ways[i], arena, &finished[i]);
    stile_arena_release(&r.arena);
    if (ok)
        *out = (stile_needs){finished, count};
    return ok;
}
