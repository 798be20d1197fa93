/* SPDX-License-Identifier: Apache-2.0 */
#include "classifiers/needs_part.h"

#include <string.h>

#include "base/utf8.h"

#define CLAUSE_STRINGS ((size_t)512) /* of alternatives taken together */

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a == STILE_FAR || b == STILE_FAR || a > STILE_FAR - 1 - b ? STILE_FAR : a + b;
}

static uint32_t product(uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0)
        return 0;
    return a == STILE_FAR || b == STILE_FAR || a > (STILE_FAR - 1) / b ? STILE_FAR : a * b;
}

static bool is_word(char c)
{
    return stile_ascii_is_letter(c) || stile_ascii_is_digit(c) || c == '_';
}

/* Words of which a text has many: how many in 1,000 bytes of English. */
static double often_as_word(const stile_literal *l)
{
    static const struct {
        const char *word;
        double often;
    } table[] = {{"the", 9},   {"of", 5},    {"and", 4},  {"to", 4},   {"in", 3},   {"is", 2.5},
                 {"for", 2},   {"you", 1.5}, {"this", 1}, {"that", 1}, {"with", 1}, {"be", 1},
                 {"are", 1},   {"it", 1},    {"on", 1},   {"or", 1},   {"as", 1},   {"by", 1},
                 {"not", .8},  {"from", .7}, {"can", .7}, {"if", .8},  {"use", .8}, {"will", .6},
                 {"your", .6}, {"an", .6},   {"at", .6},  {"all", .5}, {"do", .5},  {"any", .4}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t len = strlen(table[i].word);
        if (l->len <= len + 1 && memcmp(l->text, table[i].word, l->len < len ? l->len : len) == 0 &&
            (l->len <= len || l->text[len] == ' '))
            return table[i].often;
    }
    return 0;
}

static double often(const stile_literal *l)
{
    static const double by_length[] = {2, 2, 2, .5, .25, .12, .06, .03};
    double usual = by_length[l->len < 7 ? l->len : 7], word = often_as_word(l);

    for (size_t i = 0; i < l->len; i++)
        if (!is_word(l->text[i]) && l->text[i] != ' ')
            usual = .02; /* not what English is written with */
    if (!l->starts_word)
        usual *= 3;
    return word > usual ? word : usual;
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
    if (l.len < 2)
        return false;
    l.starts_word = first > 0 && is_word(l.text[0]);
    l.ends_word = last < string->len && is_word(l.text[l.len - 1]);
    *out = l;
    return l.len > 2 || (l.starts_word && l.ends_word);
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
    *out = (stile_part){
        .exact = true, .strings = {s, 1}, .min = (uint32_t)bytes, .max = (uint32_t)bytes};
    return true;
}

bool stile_part_opaque(stile_part *out, uint32_t min, uint32_t max, stile_arena *arena)
{
    stile_part_way *way = stile_arena_alloc(arena, sizeof *way);

    if (!way)
        return false;
    way->count = 0;
    *out = (stile_part){.ways = way, .way_count = 1, .min = min, .max = max};
    return true;
}

/* Whether each of the strings can be looked for, and how many places that would find. */
static bool can_find(const stile_part_strings *strings, double *places)
{
    stile_literal l;

    *places = 0;
    for (size_t i = 0; i < strings->count; i++) {
        if (!stile_part_literal(&strings->all[i], &l))
            return false;
        *places += often(&l);
    }
    return strings->count > 0;
}

/* One clause more; past the most the least telling goes, but the first, where matches begin. */
static void add_clause(stile_part_way *way, const stile_part_clause *clause)
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

static void add_strings(stile_part_way *way, const stile_part_strings *strings, uint32_t low,
                        uint32_t high)
{
    stile_part_clause clause = {*strings, low, high, 0};

    if (can_find(strings, &clause.often))
        add_clause(way, &clause);
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
    add_strings(*ways, &part->strings, 0, 0);
    *count = 1;
    return true;
}

static const stile_part_clause *best_of(const stile_part_way *way)
{
    const stile_part_clause *best = NULL;

    for (size_t i = 0; i < way->count; i++)
        if (!best || way->clauses[i].often < best->often)
            best = &way->clauses[i];
    return best;
}

/* Many ways as one: of each its best clause, all of them together. */
static bool collapse(stile_part_way **ways, size_t *count, stile_arena *arena)
{
    stile_part_way *one = stile_arena_alloc(arena, sizeof *one);
    stile_part_clause clause = {.low = STILE_FAR};
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
        }
        add_clause(one, &clause);
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

/* The exact ones together are one way, each way of the others another. */
static bool choice_of_ways(stile_part *out, const stile_part *parts, size_t count, size_t strings,
                           stile_arena *arena)
{
    size_t most = strings > 0;
    stile_part_way *ways;

    for (size_t i = 0; i < count; i++)
        most += parts[i].exact ? 0 : parts[i].way_count;
    if (!(ways = stile_arena_array(arena, most, sizeof *ways)))
        return false;
    *out = (stile_part){.ways = ways};
    if (strings > 0) {
        stile_part exact;
        if (!choice_of_strings(&exact, parts, count, strings, arena))
            return false;
        ways[0].count = 0;
        add_strings(&ways[0], &exact.strings, 0, 0);
        out->way_count = 1;
    }
    for (size_t i = 0; i < count; i++)
        if (!parts[i].exact) {
            memcpy(ways + out->way_count, parts[i].ways, parts[i].way_count * sizeof *ways);
            out->way_count += parts[i].way_count;
        }
    return out->way_count <= STILE_NEEDS_WAYS || collapse(&out->ways, &out->way_count, arena);
}

bool stile_part_choice(stile_part *out, const stile_part *parts, size_t count, stile_arena *arena)
{
    size_t exact = 0, strings = 0;
    uint32_t min = STILE_FAR, max = 0;

    for (size_t i = 0; i < count; i++) {
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
        return stile_part_opaque(part, 0, product(part->max, most), arena);
    /* the first time it stands where it stood */
    if (part->exact) {
        if (!stile_part_ways(part, &part->ways, &part->way_count, arena))
            return false;
        part->exact = false;
    }
    part->min = product(part->min, least);
    part->max = product(part->max, most);
    return true;
}

bool stile_sequence_start(stile_sequence *s, stile_arena *arena)
{
    stile_part none, nothing;

    if (!stile_part_opaque(&none, 0, 0, arena) || !stile_part_string_of(&nothing, "", 0, arena))
        return false;
    *s =
        (stile_sequence){.ways = none.ways, .way_count = 1, .tail = nothing.strings, .whole = true};
    return true;
}

/* What the tail asks for becomes a clause of each way. */
static void flush(stile_sequence *s)
{
    for (size_t i = 0; i < s->way_count; i++)
        add_strings(&s->ways[i], &s->tail, s->tail_low, s->tail_high);
    s->whole = false;
}

/* Each string of the tail with each of `more` behind it; false where that makes too many or too long. */
static bool cross(stile_sequence *s, const stile_part_strings *more, stile_arena *arena, bool *ok)
{
    stile_part_strings all = {0};

    if (s->tail.count * more->count > STILE_PART_JOINED && s->tail.count > 1 && more->count > 1)
        return false;
    for (size_t i = 0; i < s->tail.count; i++)
        for (size_t k = 0; k < more->count; k++)
            if (s->tail.all[i].len + more->all[k].len > STILE_LITERAL_MAX)
                return false;
    all.all = stile_arena_array(arena, s->tail.count * more->count, sizeof *all.all);
    if (!(*ok = all.all != NULL))
        return true;
    for (size_t i = 0; i < s->tail.count; i++)
        for (size_t k = 0; k < more->count; k++) {
            stile_part_string *to = &all.all[all.count++];
            *to = s->tail.all[i];
            memcpy(to->text + to->len, more->all[k].text, more->all[k].len);
            to->len = (uint8_t)(to->len + more->all[k].len);
        }
    s->tail = all;
    return true;
}

/* Each way so far with each of the part's behind it. */
static bool multiply(stile_sequence *s, const stile_part *part, stile_arena *arena)
{
    stile_part_way *more = part->ways, *all;
    size_t count = part->way_count, made = 0;

    if (s->way_count * count > STILE_NEEDS_WAYS && !collapse(&more, &count, arena))
        return false;
    if (!(all = stile_arena_array(arena, s->way_count * count, sizeof *all)))
        return false;
    for (size_t i = 0; i < s->way_count; i++)
        for (size_t k = 0; k < count; k++) {
            stile_part_way *to = &all[made++];
            *to = s->ways[i];
            for (size_t c = 0; c < more[k].count; c++) {
                stile_part_clause clause = more[k].clauses[c];
                clause.low = sum(clause.low, s->min);
                clause.high = sum(clause.high, s->max);
                add_clause(to, &clause);
            }
        }
    s->ways = all;
    s->way_count = made;
    return true;
}

bool stile_sequence_add(stile_sequence *s, const stile_part *part, stile_arena *arena)
{
    stile_part nothing;
    bool ok = true;

    if (part->exact && !cross(s, &part->strings, arena, &ok)) {
        flush(s);
        s->tail = part->strings;
        s->tail_low = s->min;
        s->tail_high = s->max;
    } else if (!part->exact) {
        flush(s);
        ok = multiply(s, part, arena) && stile_part_string_of(&nothing, "", 0, arena);
        s->tail = nothing.strings;
        s->tail_low = sum(s->min, part->min);
        s->tail_high = sum(s->max, part->max);
    }
    s->min = sum(s->min, part->min);
    s->max = sum(s->max, part->max);
    return ok;
}

bool stile_sequence_end(stile_sequence *s, stile_part *out, stile_arena *arena)
{
    (void)arena;
    if (s->whole) {
        *out = (stile_part){.exact = true, .strings = s->tail, .min = s->min, .max = s->max};
        return true;
    }
    flush(s);
    *out = (stile_part){.ways = s->ways, .way_count = s->way_count, .min = s->min, .max = s->max};
    return true;
}
