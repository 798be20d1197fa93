/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a pattern one behind the other. */
#include <string.h>

#include "classifiers/needs_part.h"

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a == STILE_FAR || b == STILE_FAR || a > STILE_FAR - 1 - b ? STILE_FAR : a + b;
}

bool stile_sequence_start(stile_sequence *s, stile_arena *arena)
{
    stile_part none, nothing;

    if (!stile_part_opaque(&none, 0, 0, true, arena) ||
        !stile_part_string_of(&nothing, "", 0, arena))
        return false;
    *s = (stile_sequence){.ways = none.ways,
                          .way_count = 1,
                          .tail = nothing.strings,
                          .tail_bound_if = true,
                          .whole = true,
                          .keeps_bound = true};
    return true;
}

/* What the tail asks for becomes a clause of each way. */
static void flush(stile_sequence *s, bool ends)
{
    for (size_t i = 0; i < s->way_count; i++)
        stile_part_add_strings(&s->ways[i], &s->tail, s->tail_low, s->tail_high, s->tail_bound_if,
                               ends);
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

    if (s->way_count * count > STILE_NEEDS_WAYS && !stile_part_collapse(&more, &count, arena))
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
                clause.bound_if = clause.bound_if && s->keeps_bound;
                stile_part_add_clause(to, &clause);
            }
        }
    s->ways = all;
    s->way_count = made;
    return true;
}

/* The part's clauses that begin with a word where the part stands behind a bound. */
static bool bind(const stile_sequence *s, stile_part *part, stile_arena *arena)
{
    stile_part_way *ways;

    if (!s->bounds || !(ways = stile_arena_array(arena, part->way_count, sizeof *ways)))
        return !s->bounds;
    memcpy(ways, part->ways, part->way_count * sizeof *ways);
    part->ways = ways;
    for (size_t i = 0; i < part->way_count; i++)
        for (size_t c = 0; c < ways[i].count; c++) {
            stile_part_clause *clause = &ways[i].clauses[c];
            if (clause->bound_if && !stile_part_bind(&clause->strings, false, arena))
                return false;
            if (clause->bound_if)
                stile_part_weigh(clause);
            clause->bound_if = false;
        }
    return true;
}

static void clear_ends(stile_sequence *s)
{
    for (size_t i = 0; i < s->way_count; i++)
        for (size_t c = 0; c < s->ways[i].count; c++)
            s->ways[i].clauses[c].ends_part = false;
}

/* What stood last, before strings of which each begins with a bound or what is no letter, ends with a word. */
static bool bind_ends(stile_sequence *s, const stile_part_strings *next, stile_arena *arena)
{
    bool bounds = true;

    for (size_t i = 0; i < next->count && bounds; i++)
        bounds = next->all[i].len > 0 && !stile_part_in_word(next->all[i].text[0]);
    for (size_t i = 0; bounds && i < s->way_count; i++)
        for (size_t c = 0; c < s->ways[i].count; c++) {
            stile_part_clause *clause = &s->ways[i].clauses[c];
            if (clause->ends_part && !stile_part_bind(&clause->strings, true, arena))
                return false;
            if (clause->ends_part)
                stile_part_weigh(clause);
        }
    clear_ends(s);
    return true;
}

static bool add_exact(stile_sequence *s, const stile_part *part, stile_arena *arena)
{
    bool ok = true;

    if (!bind_ends(s, &part->strings, arena))
        return false;
    if (cross(s, &part->strings, arena, &ok))
        return ok;
    flush(s, false);
    s->tail = part->strings;
    s->tail_low = s->min;
    s->tail_high = s->max;
    s->tail_bound_if = s->keeps_bound && !s->bounds;
    return !s->bounds || stile_part_bind(&s->tail, false, arena);
}

static bool add_ways(stile_sequence *s, const stile_part *part, stile_arena *arena)
{
    static const char bound = STILE_WORD_BOUND;
    stile_part bounded = *part, nothing;
    bool bounds = s->bounds ? part->keeps_bound : part->bounds;

    flush(s, false);
    clear_ends(s);
    if (!bind(s, &bounded, arena) || !multiply(s, &bounded, arena) ||
        !stile_part_string_of(&nothing, &bound, bounds, arena))
        return false;
    s->tail = nothing.strings;
    s->tail_low = sum(s->min, part->min);
    s->tail_high = sum(s->max, part->max);
    s->tail_bound_if = s->keeps_bound ? part->keeps_bound : part->bounds;
    return true;
}

bool stile_sequence_add(stile_sequence *s, const stile_part *part, stile_arena *arena)
{
    if (!(part->exact ? add_exact(s, part, arena) : add_ways(s, part, arena)))
        return false;
    s->min = sum(s->min, part->min);
    s->max = sum(s->max, part->max);
    s->bounds = s->bounds ? part->keeps_bound : part->bounds;
    s->keeps_bound = s->keeps_bound ? part->keeps_bound : part->bounds;
    return true;
}

bool stile_sequence_end(stile_sequence *s, stile_part *out, stile_arena *arena)
{
    (void)arena;
    *out = (stile_part){.exact = s->whole,
                        .min = s->min,
                        .max = s->max,
                        .bounds = s->bounds,
                        .keeps_bound = s->keeps_bound};
    if (s->whole) {
        out->strings = s->tail;
        return true;
    }
    flush(s, true);
    out->ways = s->ways;
    out->way_count = s->way_count;
    return true;
}
