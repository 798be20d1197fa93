/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/needs_part.h"

#include <string.h>

#include "classifiers/needs_often.h"

#define CLAUSE_STRINGS ((size_t)2048) /* of alternatives taken together */

static uint32_t product(uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return 0;
    return a == STILE_FAR || b == STILE_FAR || a > (STILE_FAR - 1) / b ? STILE_FAR : a * b;
}

bool stile_part_literal(const stile_part_string *string, stile_literal *out)
{
    stile_literal l = {0};
    size_t first = 0, last = string->len;

    while (first < last && string->text[first] == STILE_WORD_BOUND)
        first++;
    while (last > first && string->text[last - 1] == STILE_WORD_BOUND)
        last--;
    for (size_t i = first; i < last; i++)
        if (string->text[i] != STILE_WORD_BOUND && l.len < STILE_LITERAL_MAX)
            l.text[l.len++] = string->text[i];
    if (l.len == 0)
        return false;
    l.ends_word = last < string->len && stile_part_in_word(l.text[l.len - 1]);
    /* of one letter, any may be the second of its word */
    l.starts_word = first > 0 && stile_part_in_word(l.text[0]) && (l.len > 1 || l.ends_word);
    *out = l;
    return true;
}

static bool is_mark(char c)
{
    return !stile_part_in_word(c) && (unsigned char)c > ' ' && (unsigned char)c < 0x80;
}

bool stile_part_is_short(const stile_literal *l)
{
    return l->len < 2 || (l->len == 2 && !(l->starts_word && l->ends_word) &&
                          !(is_mark(l->text[0]) && is_mark(l->text[1])));
}

bool stile_part_string_of(stile_part *out, const char *text, size_t len, stile_arena *arena)
{
    stile_part_string *s = stile_arena_alloc(arena, sizeof *s);
    size_t bytes = len;

    if (!s || len > sizeof s->text)
        return false;
    s->len = (uint8_t)len;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        s->text[i] = (char)((unsigned char)c - (unsigned)'A' < 26u ? c + 32 : c);
        bytes -= c == STILE_WORD_BOUND;
    }
    *out = (stile_part){.exact = true,
                        .strings = {s, 1},
                        .min = (uint32_t)bytes,
                        .max = (uint32_t)bytes,
                        .bounds = len > 0 && !stile_part_in_word(text[len - 1]),
                        .keeps_bound = len == 0 || !stile_part_in_word(text[len - 1])};
    return true;
}

bool stile_part_opaque(stile_part *out, uint32_t min, uint32_t max, bool outside,
                       stile_arena *arena)
{
    stile_part_way *way = stile_arena_alloc(arena, sizeof *way);

    if (!way)
        return false;
    way->count = 0;
    *out = (stile_part){.ways = way,
                        .way_count = 1,
                        .min = min,
                        .max = max,
                        .bounds = outside && min > 0,
                        .keeps_bound = outside};
    return true;
}

bool stile_part_bind(stile_part_strings *strings, bool end, stile_arena *arena)
{
    stile_part_string *bound = stile_arena_array(arena, strings->count, sizeof *bound);

    if (!bound)
        return false;
    for (size_t i = 0; i < strings->count; i++) {
        const stile_part_string *from = &strings->all[i];
        size_t len = from->len < sizeof from->text ? from->len : sizeof from->text - 1;
        bound[i].text[end ? len : 0] = STILE_WORD_BOUND;
        memcpy(bound[i].text + !end, from->text, len);
        bound[i].len = (uint8_t)(len + 1);
    }
    strings->all = bound;
    return true;
}

/* Whether each of the strings can be looked for, and how many places that would find. */
static bool can_find(const stile_part_strings *strings, double *places, bool *short_one)
{
    stile_literal l;

    *places = 0;
    *short_one = false;
    for (size_t i = 0; i < strings->count; i++) {
        if (!stile_part_literal(&strings->all[i], &l))
            return false;
        *places += stile_literal_often(&l);
        *short_one = *short_one || stile_part_is_short(&l);
    }
    return strings->count > 0;
}

void stile_part_add_clause(stile_part_way *way, const stile_part_clause *clause)
{
    size_t worst = 1;

    if (way->count < STILE_PART_CLAUSES) {
        way->clauses[way->count++] = *clause;
        return;
    }
    for (size_t i = 2; i < way->count; i++)
        if (way->clauses[i].often > way->clauses[worst].often)
            worst = i;
    if (way->clauses[worst].often <= clause->often)
        return;
    memmove(&way->clauses[worst], &way->clauses[worst + 1],
            (way->count - worst - 1) * sizeof *way->clauses);
    way->clauses[way->count - 1] = *clause;
}

void stile_part_weigh(stile_part_clause *clause)
{
    (void)can_find(&clause->strings, &clause->often, &clause->short_one);
}

void stile_part_add_strings(stile_part_way *way, const stile_part_strings *strings, uint32_t low,
                            uint32_t high, bool bound_if, bool ends_part)
{
    stile_part_clause clause = {*strings, low, high, 0, bound_if, ends_part, false};

    if (can_find(strings, &clause.often, &clause.short_one))
        stile_part_add_clause(way, &clause);
}

bool stile_part_ways(const stile_part *part, stile_part_way **ways, size_t *count,
                     stile_arena *arena)
{
    if (!part->exact) {
        *ways = part->ways;
        *count = part->way_count;
        return true;
    }
    if (!(*ways = stile_arena_alloc(arena, sizeof **ways)))
        return false;
    (*ways)->count = 0;
    stile_part_add_strings(*ways, &part->strings, 0, 0, true, true);
    *count = 1;
    return true;
}

static const stile_part_clause *best_of(const stile_part_way *way)
{
    const stile_part_clause *best = NULL;

    for (size_t i = 0; i < way->count; i++)
        if (!best || best->short_one > way->clauses[i].short_one ||
            (best->short_one == way->clauses[i].short_one && way->clauses[i].often < best->often))
            best = &way->clauses[i];
    return best;
}

bool stile_part_collapse(stile_part_way **ways, size_t *count, stile_arena *arena)
{
    stile_part_way *one = stile_arena_alloc(arena, sizeof *one);
    stile_part_clause clause = {.low = STILE_FAR, .bound_if = true, .ends_part = true};
    size_t strings = 0;

    if (!one)
        return false;
    one->count = 0;
    for (size_t i = 0; i < *count; i++) {
        const stile_part_clause *best = best_of(&(*ways)[i]);
        strings = best && strings <= CLAUSE_STRINGS ? strings + best->strings.count : SIZE_MAX;
        if (strings == SIZE_MAX)
            break;
    }
    if (strings <= CLAUSE_STRINGS) {
        if (!(clause.strings.all = stile_arena_array(arena, strings, sizeof *clause.strings.all)))
            return false;
        for (size_t i = 0; i < *count; i++) {
            const stile_part_clause *best = best_of(&(*ways)[i]);
            memcpy(clause.strings.all + clause.strings.count, best->strings.all,
                   best->strings.count * sizeof *clause.strings.all);
            clause.strings.count += best->strings.count;
            clause.low = best->low < clause.low ? best->low : clause.low;
            clause.high = best->high > clause.high ? best->high : clause.high;
            clause.often += best->often;
            clause.bound_if = clause.bound_if && best->bound_if;
            clause.ends_part = clause.ends_part && best->ends_part;
            clause.short_one = clause.short_one || best->short_one;
        }
        stile_part_add_clause(one, &clause);
    }
    *ways = one;
    *count = 1;
    return true;
}

static bool choice_of_strings(stile_part *out, const stile_part *parts, size_t count, size_t total,
                              stile_arena *arena)
{
    stile_part_strings all = {stile_arena_array(arena, total, sizeof *all.all), 0};

    if (!all.all)
        return false;
    for (size_t i = 0; i < count; i++)
        if (parts[i].exact) {
            memcpy(all.all + all.count, parts[i].strings.all,
                   parts[i].strings.count * sizeof *all.all);
            all.count += parts[i].strings.count;
        }
    *out = (stile_part){.exact = true, .strings = all};
    return true;
}

/* The exact ones together are one way; another, of which nothing is known, where some of their strings cannot
 * be looked for. */
static bool add_exact_ways(stile_part *out, const stile_part *parts, size_t count, size_t strings,
                           stile_arena *arena)
{
    stile_part exact;
    stile_part_strings found = {NULL, 0};
    stile_literal l;

    if (strings == 0)
        return true;
    if (!choice_of_strings(&exact, parts, count, strings, arena) ||
        !(found.all = stile_arena_array(arena, strings, sizeof *found.all)))
        return false;
    for (size_t i = 0; i < strings; i++)
        if (stile_part_literal(&exact.strings.all[i], &l))
            found.all[found.count++] = exact.strings.all[i];
    if (found.count > 0) {
        out->ways[out->way_count].count = 0;
        stile_part_add_strings(&out->ways[out->way_count++], &found, 0, 0, true, true);
    }
    if (found.count < strings)
        out->ways[out->way_count++].count = 0;
    return true;
}

/* The exact ones, and each way of the others. */
static bool choice_of_ways(stile_part *out, const stile_part *parts, size_t count, size_t strings,
                           stile_arena *arena)
{
    size_t most = 2;
    stile_part_way *ways;

    for (size_t i = 0; i < count; i++)
        most += parts[i].exact ? 0 : parts[i].way_count;
    if (!(ways = stile_arena_array(arena, most, sizeof *ways)))
        return false;
    *out = (stile_part){.ways = ways};
    if (!add_exact_ways(out, parts, count, strings, arena))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!parts[i].exact) {
            memcpy(ways + out->way_count, parts[i].ways, parts[i].way_count * sizeof *ways);
            out->way_count += parts[i].way_count;
        }
    return out->way_count <= STILE_NEEDS_WAYS ||
           stile_part_collapse(&out->ways, &out->way_count, arena);
}

bool stile_part_choice(stile_part *out, const stile_part *parts, size_t count, stile_arena *arena)
{
    size_t exact = 0, strings = 0;
    uint32_t min = STILE_FAR, max = 0;
    bool bounds = true, keeps_bound = true;

    for (size_t i = 0; i < count; i++) {
        bounds = bounds && parts[i].bounds;
        keeps_bound = keeps_bound && parts[i].keeps_bound;
        exact += parts[i].exact;
        strings += parts[i].exact ? parts[i].strings.count : 0;
        min = parts[i].min < min ? parts[i].min : min;
        max = parts[i].max > max ? parts[i].max : max;
    }
    if (exact == count && strings <= STILE_PART_STRINGS) {
        if (!choice_of_strings(out, parts, count, strings, arena))
            return false;
    } else if (!choice_of_ways(out, parts, count, strings, arena)) {
        return false;
    }
    out->min = min;
    out->max = max;
    out->bounds = bounds;
    out->keeps_bound = keeps_bound;
    return true;
}

/* None of its clauses ends where it does. */
static bool unend(stile_part *part, stile_arena *arena)
{
    stile_part_way *ways = stile_arena_array(arena, part->way_count, sizeof *ways);

    if (!ways)
        return false;
    memcpy(ways, part->ways, part->way_count * sizeof *ways);
    part->ways = ways;
    for (size_t i = 0; i < part->way_count; i++)
        for (size_t c = 0; c < ways[i].count; c++)
            ways[i].clauses[c].ends_part = false;
    return true;
}

bool stile_part_repeat(stile_part *part, uint32_t least, uint32_t most, stile_arena *arena)
{
    stile_part both[2] = {*part};

    if (least == 1 && most == 1)
        return true;
    if (least == 0 && most == 1 && part->exact && part->strings.count < STILE_PART_STRINGS)
        return stile_part_string_of(&both[1], "", 0, arena) &&
               stile_part_choice(part, both, 2, arena);
    if (least == 0)
        return stile_part_opaque(part, 0, product(part->max, most), part->keeps_bound, arena);
    /* the first time it stands where it stood */
    if (part->exact) {
        if (!stile_part_ways(part, &part->ways, &part->way_count, arena))
            return false;
        part->exact = false;
    }
    if (!unend(part, arena))
        return false;
    part->min = product(part->min, least);
    part->max = product(part->max, most);
    return true;
}
