/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a text: where its words begin, then where literals of pilots stand (gate_table.h). Each pilot met
 * has the rest of its way looked for (gate_near.c). */
#include "classifiers/gate.h"

#include <string.h>

#include "base/memory.h"
#include "classifiers/gate_scan.h"

#define BLOCK 256 /* bytes looked at in one go */

/* A bucket that may hold what begins at `at`. */
typedef struct suspect {
    uint32_t at;
    uint16_t bucket, table;
} suspect;

stile_status stile_gate_scratch_create(const stile_gate *gate, stile_gate_scratch **out,
                                       stile_error *err)
{
    stile_gate_scratch *s = stile_alloc(sizeof *s);

    if (!s || !(s->ways = stile_alloc_array(gate->way_count, sizeof *s->ways)) ||
        !(s->sets = stile_alloc_array(gate->set_count, sizeof *s->sets)) ||
        !(s->may = stile_alloc(gate->count))) {
        stile_gate_scratch_destroy(s);
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    }
    *out = s;
    return STILE_OK;
}

void stile_gate_scratch_destroy(stile_gate_scratch *scratch)
{
    if (!scratch)
        return;
    stile_free(scratch->text);
    stile_gate_words_release(&scratch->words);
    stile_free(scratch->ways);
    stile_free(scratch->sets);
    stile_free(scratch->may);
    stile_free(scratch->ranges);
    stile_free(scratch);
}

/* Meetings at which a match would not matter go. */
static void keep_near(const stile_gate *gate, stile_gate_scratch *s,
                      const stile_gate_caller *caller)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->meeting_count; i++) {
        stile_gate_meeting m = s->meetings[i];
        s->meetings[kept] = m;
        kept += caller->near(caller->near_context, gate->ways[m.way].pattern, m.at);
    }
    s->meeting_count = kept;
}

/* Meetings of patterns that do not matter go. */
static void drop_idle(const stile_gate *gate, stile_gate_scratch *s,
                      const stile_gate_caller *caller)
{
    size_t kept = 0;

    memset(s->may, 0, gate->count);
    for (size_t i = 0; i < s->meeting_count; i++)
        s->may[gate->ways[s->meetings[i].way].pattern] = 1;
    caller->drop(caller->drop_context, s->may);
    for (size_t i = 0; i < s->meeting_count; i++) {
        stile_gate_meeting m = s->meetings[i];
        s->meetings[kept] = m;
        kept += s->may[gate->ways[m.way].pattern];
    }
    s->meeting_count = kept;
}

/* Looks at the pilots met, in the order of the text. */
static void meet_all(const stile_gate *gate, stile_gate_scratch *s, const stile_gate_caller *caller,
                     bool last)
{
    if (caller && caller->near)
        keep_near(gate, s, caller);
    s->meeting_count = gate->kernel->screen(gate, s, s->meetings, s->meeting_count);
    if (caller && caller->drop && last && !s->met_before)
        drop_idle(gate, s, caller);
    for (size_t i = 0; i < s->meeting_count; i++)
        stile_gate_meet(gate, s, s->meetings[i]);
    s->meeting_count = 0;
    s->met_before = true;
}

/* The literals of one bucket, against the text at `at`. */
static void look(const stile_gate *gate, stile_gate_scratch *s, const stile_gate_caller *caller,
                 const suspect *p)
{
    const stile_gate_table *table = &gate->tables[p->table];
    const char *text = s->text + STILE_GATE_PAD + p->at;
    uint64_t head = stile_gate_load(text);

    for (uint32_t i = table->start[p->bucket]; i < table->start[p->bucket + 1]; i++) {
        const stile_gate_literal *l = &gate->literals[i];
        if (!stile_gate_is(l, text, head))
            continue;
        for (uint32_t w = l->first; w < l[1].first; w++) {
            if (s->meeting_count == STILE_GATE_MEETINGS)
                meet_all(gate, s, caller, false);
            s->meetings[s->meeting_count++] = (stile_gate_meeting){gate->pilots[w], p->at};
        }
    }
}

static uint32_t bit_of(const uint64_t *bits, uint32_t i)
{
    return (uint32_t)(bits[i / 64] >> i % 64) & 1;
}

/* The words from `from` to `to` where some pilot may begin. Here and below each place is written down and then
 * kept or not, without a branch: of text no processor guesses which it will be, and guessing wrong costs more
 * than the rest. */
static size_t find_word_places(const stile_gate *gate, const stile_gate_words *words, uint32_t from,
                               uint32_t to, uint32_t *out)
{
    size_t count = 0;

    for (uint32_t i = stile_gate_word_from(words, from); i < words->count && words->at[i] < to;
         i++) {
        out[count] = words->at[i];
        count += bit_of(gate->begins[STILE_GATE_WORDS],
                        (uint32_t)words->first[i] << 8 | words->second[i]);
    }
    return count;
}

/* The buckets in which something may begin at one of the places. */
static size_t find_suspects(const stile_gate *gate, const char *text, const uint32_t *places,
                            size_t count, int set, suspect *out)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t head = stile_gate_load(text + places[i]);
        for (int length = 0; length < STILE_GATE_LENGTHS; length++) {
            int table = set * STILE_GATE_LENGTHS + length;
            uint32_t hash = stile_gate_hash(head, set, length);
            out[found] = (suspect){places[i], (uint16_t)stile_gate_bucket(hash), (uint16_t)table};
            found += bit_of(gate->tables[table].has, hash);
        }
    }
    return found;
}

/* Block by block: all of one set, then of the other, and what both found in the order of the text. */
static void find_pilots(const stile_gate *gate, stile_gate_scratch *s,
                        const stile_gate_caller *caller)
{
    const char *text = s->text + STILE_GATE_PAD;
    uint32_t len = (uint32_t)s->len;

    for (uint32_t from = 0; from < len; from += BLOCK) {
        uint32_t to = len - from < BLOCK ? len : from + BLOCK;
        uint32_t places[BLOCK + 8];
        suspect words[STILE_GATE_LENGTHS * BLOCK + 1], others[STILE_GATE_LENGTHS * BLOCK + 1];
        size_t word_count = find_word_places(gate, &s->words, from, to, places), other_count;
        word_count = find_suspects(gate, text, places, word_count, STILE_GATE_WORDS, words);
        other_count =
            gate->kernel->begins(gate->begins[STILE_GATE_ANYWHERE], text, from, to, places);
        other_count = find_suspects(gate, text, places, other_count, STILE_GATE_ANYWHERE, others);
        for (size_t w = 0, o = 0; w < word_count || o < other_count;)
            if (o == other_count || (w < word_count && words[w].at <= others[o].at))
                look(gate, s, caller, &words[w++]);
            else
                look(gate, s, caller, &others[o++]);
    }
}

static bool make_room(stile_gate_scratch *s, size_t len)
{
    size_t size = len + (size_t)2 * STILE_GATE_PAD;

    if (s->text_size >= size)
        return true;
    stile_free(s->text);
    s->text_size = 0;
    s->text = stile_alloc(size);
    if (s->text && stile_gate_words_reserve(&s->words, len))
        s->text_size = size;
    return s->text_size > 0;
}

static bool fold(stile_gate_scratch *s, stile_slice text)
{
    char *to;

    if (!make_room(s, text.len))
        return false;
    to = s->text + STILE_GATE_PAD;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        to[i] = (char)(c + ((unsigned char)(c - 'A') < 26 ? 32 : 0));
    }
    memset(to + text.len, 0, STILE_GATE_PAD);
    s->len = text.len;
    return true;
}

stile_status stile_gate_scan(const stile_gate *gate, stile_gate_scratch *scratch, stile_slice text,
                             const stile_gate_caller *caller, const stile_gate_range **out,
                             size_t *count, stile_error *err)
{
    if (text.len >= UINT32_MAX / 2)
        return stile_fail(err, STILE_TOO_LARGE, "gate: a text of %zu bytes", text.len);
    scratch->range_count = scratch->meeting_count = 0;
    scratch->met_before = false;
    scratch->failed = !fold(scratch, text);
    if (++scratch->scan == 0) { /* all states are older than any scan to come */
        memset(scratch->ways, 0, gate->way_count * sizeof *scratch->ways);
        memset(scratch->sets, 0, gate->set_count * sizeof *scratch->sets);
        scratch->scan = 1;
    }
    if (!scratch->failed) {
        stile_gate_words_find(&scratch->words, gate->kernel, scratch->text + STILE_GATE_PAD,
                              text.len);
        find_pilots(gate, scratch, caller);
        meet_all(gate, scratch, caller, true);
    }
    if (scratch->failed)
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    stile_gate_sort_ranges(scratch);
    *out = scratch->ranges;
    *count = scratch->range_count;
    return STILE_OK;
}
