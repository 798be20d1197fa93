/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a text, twice. The first pass finds the literals and counts of each way the clauses seen in their
 * order, however far apart: most ways never have all of theirs, and need no more looking at. The second goes
 * over the literals found. For each way of a pattern that may be complete it keeps, clause by clause, the last place where a
 * match could start whose clauses so far have all been seen. A later start is never worse: what is close
 * enough to an earlier one is close enough to it. */
#include "classifiers/gate.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "classifiers/gate_table.h"

#define BLOCK 256 /* bytes looked at in one go */
#define PAD 32    /* zero bytes before and behind the text; no literal is longer */

/* One way in the text at hand. */
typedef struct way_state {
    uint32_t scan;                     /* the state is of that scan */
    uint32_t reached;                  /* clauses seen, from the first on */
    uint32_t start[STILE_WAY_CLAUSES]; /* the last start with those clauses */
    uint32_t low, high;                /* starts of which all clauses were seen */
    size_t range;                      /* 1 and up: its last range; 0: none yet */
    bool complete;
} way_state;

/* The first clause of a way was seen. */
typedef struct opening {
    uint32_t way, at;
} opening;

/* An entry whose literal begins at `at`. */
typedef struct sighting {
    uint32_t at, entry;
} sighting;

/* A bucket that may hold what begins at `at`. */
typedef struct suspect {
    uint32_t at;
    uint16_t bucket, table;
} suspect;

struct stile_gate_scratch {
    char *text; /* folded, padded */
    size_t text_size;
    sighting *sightings;
    size_t sighting_count, sighting_size;
    unsigned char *left; /* one byte a way: its clauses that the first pass has not seen yet */
    way_state *ways;
    uint32_t scan;
    opening *openings;
    size_t opening_count, opening_size;
    stile_gate_range *ranges;
    size_t range_count, range_size;
    stile_gate_range *sorted;
    size_t sorted_size;
    uint32_t *next; /* one a pattern, and one more */
    bool failed;    /* memory ran out */
};

stile_status stile_gate_scratch_create(const stile_gate *gate, stile_gate_scratch **out,
                                       stile_error *err)
{
    stile_gate_scratch *s = stile_alloc(sizeof *s);

    if (!s || !(s->ways = stile_alloc_array(gate->way_count, sizeof *s->ways)) ||
        !(s->left = stile_alloc(gate->way_count)) ||
        !(s->next = stile_alloc_array(gate->count + 1, sizeof *s->next))) {
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
    stile_free(scratch->sightings);
    stile_free(scratch->left);
    stile_free(scratch->ways);
    stile_free(scratch->openings);
    stile_free(scratch->ranges);
    stile_free(scratch->sorted);
    stile_free(scratch->next);
    stile_free(scratch);
}

/* Room for one more of `count` items. */
static bool grow(void **items, size_t count, size_t *size, size_t each)
{
    void *grown;

    if (count < *size)
        return true;
    if (!(grown = stile_realloc_array(*items, *size ? 2 * *size : 64, each)))
        return false;
    *items = grown;
    *size = *size ? 2 * *size : 64;
    return true;
}

static void add_opening(stile_gate_scratch *s, uint32_t way, uint32_t at)
{
    if (grow((void **)&s->openings, s->opening_count, &s->opening_size, sizeof *s->openings))
        s->openings[s->opening_count++] = (opening){way, at};
    else
        s->failed = true;
}

/* The literal begins at `at`. Of its entries those whose way had all clauses before are written down; all are
 * written, and counted or not. */
static void sight(const stile_gate *gate, stile_gate_scratch *s, const stile_gate_literal *l,
                  uint32_t at)
{
    size_t count = s->sighting_count;

    while (s->sighting_size - count < l[1].first - l->first)
        if (!grow((void **)&s->sightings, s->sighting_size, &s->sighting_size,
                  sizeof *s->sightings)) {
            s->failed = true;
            return;
        }
    for (uint32_t e = l->first; e < l[1].first; e++) {
        const stile_gate_entry *entry = &gate->entries[e];
        unsigned left = s->left[entry->way];
        s->sightings[count] = (sighting){at, e};
        count += left <= entry->left;
        s->left[entry->way] = (unsigned char)(left - (left == entry->left));
    }
    s->sighting_count = count;
}

static void complete(way_state *state, const stile_gate_way *way, uint32_t at)
{
    uint32_t high = way->high[way->count - 1], start = state->start[way->count - 1];

    if (!state->complete) {
        state->complete = true;
        state->low = at > high ? at - high : 0;
        state->high = start;
    } else if (start > state->high) {
        state->high = start;
    }
}

/* A literal of the way's clause `c` begins at `at`. */
static void see_clause(const stile_gate *gate, stile_gate_scratch *s, uint32_t index, uint32_t c,
                       uint32_t at)
{
    const stile_gate_way *way = &gate->ways[index];
    way_state *state = &s->ways[index];
    uint32_t start;

    assert(c < way->count && way->count <= STILE_WAY_CLAUSES);
    if (state->scan != s->scan)
        *state = (way_state){.scan = s->scan};
    if (at < way->low[c] || state->reached < c)
        return;
    start = at - way->low[c];
    if (c == 0) {
        add_opening(s, index, at);
    } else {
        uint32_t before = state->start[c - 1], high = way->high[c];
        if (high < at && before < at - high)
            return; /* too far behind */
        start = before < start ? before : start;
    }
    if (state->reached == c || start > state->start[c])
        state->start[c] = start;
    if (state->reached == c)
        state->reached++;
    if (c + 1 == way->count)
        complete(state, way, at);
}

/* The literals of one bucket, against the text at `at`. */
static void look(const stile_gate *gate, stile_gate_scratch *s, const suspect *p)
{
    const stile_gate_table *table = &gate->tables[p->table];
    const char *text = s->text + PAD + p->at;
    uint64_t head = stile_gate_load(text);

    for (uint32_t i = table->start[p->bucket]; i < table->start[p->bucket + 1]; i++) {
        const stile_gate_literal *l = &gate->literals[i];
        if ((head & l->mask) != l->head ||
            (l->len > sizeof head &&
             memcmp(text + sizeof head, l->tail, l->len - sizeof head) != 0) ||
            (l->ends_word && stile_gate_in_word[(unsigned char)text[l->len]]))
            continue;
        sight(gate, s, l, p->at);
    }
}

/* The second pass: what was sighted of ways that have all their clauses. */
static void see_clauses(const stile_gate *gate, stile_gate_scratch *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->sighting_count; i++) {
        s->sightings[kept] = s->sightings[i];
        kept += s->left[gate->entries[s->sightings[i].entry].way] == 0;
    }
    for (size_t i = 0; i < kept; i++) {
        const stile_gate_entry *entry = &gate->entries[s->sightings[i].entry];
        see_clause(gate, s, entry->way, entry->clause, s->sightings[i].at);
    }
}

static uint32_t bit_of(const uint64_t *bits, uint32_t i)
{
    return (uint32_t)(bits[i / 64] >> i % 64) & 1;
}

/* The places in text[from, to) where words begin. Here and below each is written down and then kept or not,
 * without a branch: of text no processor guesses which it will be, and guessing wrong costs more than the
 * rest. */
static size_t find_words(const char *text, uint32_t from, uint32_t to, uint32_t *out)
{
    uint32_t before = stile_gate_in_word[(unsigned char)text[(ptrdiff_t)from - 1]];
    size_t count = 0;

    for (uint32_t at = from; at < to; at++) {
        uint32_t in_word = stile_gate_in_word[(unsigned char)text[at]];
        out[count] = at;
        count += in_word & ~before;
        before = in_word;
    }
    return count;
}

static uint32_t may_begin(const stile_gate *gate, const char *text, uint32_t at, int set)
{
    uint32_t first = stile_gate_first(stile_gate_load(text + at), set);

    return bit_of(gate->begins[set], stile_gate_bit(first));
}

/* The places in text[from, to) where some literal of the set may begin. */
static size_t find_places(const stile_gate *gate, const char *text, uint32_t from, uint32_t to,
                          int set, uint32_t *out)
{
    size_t count = 0, words;

    if (set == STILE_GATE_ANYWHERE) {
        for (uint32_t at = from; at < to; at++) {
            out[count] = at;
            count += may_begin(gate, text, at, STILE_GATE_ANYWHERE);
        }
        return count;
    }
    words = find_words(text, from, to, out);
    for (size_t i = 0; i < words; i++) {
        // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): find_words wrote what it counted
        uint32_t at = out[i];
        out[count] = at;
        count += may_begin(gate, text, at, STILE_GATE_WORDS);
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
static void walk(const stile_gate *gate, stile_gate_scratch *s, size_t len)
{
    const char *text = s->text + PAD;

    for (uint32_t from = 0; from < len; from += BLOCK) {
        uint32_t to = len - from < BLOCK ? (uint32_t)len : from + BLOCK;
        uint32_t places[BLOCK + 1];
        suspect found[STILE_GATE_SETS][STILE_GATE_LENGTHS * BLOCK + 1];
        size_t count[STILE_GATE_SETS], at[STILE_GATE_SETS] = {0, 0};
        for (int set = 0; set < STILE_GATE_SETS; set++)
            count[set] =
                find_suspects(gate, text, places, find_places(gate, text, from, to, set, places),
                              set, found[set]);
        while (at[0] < count[0] || at[1] < count[1]) {
            int set =
                at[0] == count[0] || (at[1] < count[1] && found[1][at[1]].at < found[0][at[0]].at);
            look(gate, s, &found[set][at[set]++]);
        }
    }
}

static bool fold(stile_gate_scratch *s, stile_slice text)
{
    char *to;

    if (s->text_size < text.len + (size_t)2 * PAD) {
        stile_free(s->text);
        s->text_size = 0;
        if (!(s->text = stile_alloc(text.len + (size_t)2 * PAD)))
            return false;
        s->text_size = text.len + (size_t)2 * PAD;
    }
    to = s->text + PAD;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        to[i] = (char)(c + ((unsigned char)(c - 'A') < 26 ? 32 : 0));
    }
    memset(to + text.len, 0, PAD);
    return true;
}

/* One range more of a way, or its last one grown, so that a way whose matches may start far ahead of their
 * first clause has few. */
static void add_range(stile_gate_scratch *s, way_state *state, const stile_gate_range *r)
{
    stile_gate_range *last = state->range ? &s->ranges[state->range - 1] : NULL;

    if (last && r->low >= last->low && r->low <= last->high + 1) {
        last->high = r->high > last->high ? r->high : last->high;
    } else if (grow((void **)&s->ranges, s->range_count, &s->range_size, sizeof *s->ranges)) {
        s->ranges[s->range_count++] = *r;
        state->range = s->range_count;
    } else {
        s->failed = true;
    }
}

/* The openings of ways that were completed, as ranges. */
static void add_ranges(const stile_gate *gate, stile_gate_scratch *s)
{
    for (size_t i = 0; i < s->opening_count; i++) {
        const opening *o = &s->openings[i];
        const stile_gate_way *way = &gate->ways[o->way];
        way_state *state = &s->ways[o->way];
        stile_gate_range r = {way->pattern, o->at > way->high[0] ? o->at - way->high[0] : 0,
                              o->at - way->low[0]};
        if (!state->complete || r.high < state->low || r.low > state->high)
            continue;
        r.low = r.low < state->low ? state->low : r.low;
        r.high = r.high > state->high ? state->high : r.high;
        add_range(s, state, &r);
    }
}

/* By pattern, then by place. They come in the order of the text, so that those of one pattern need little
 * moving. */
static bool sort_ranges(const stile_gate *gate, stile_gate_scratch *s)
{
    uint32_t *next = s->next; /* of each pattern, where its next range goes */

    if (s->sorted_size < s->range_size) {
        stile_gate_range *grown = stile_realloc_array(s->sorted, s->range_size, sizeof *s->sorted);
        if (!grown)
            return false;
        s->sorted = grown;
        s->sorted_size = s->range_size;
    }
    memset(next, 0, (gate->count + 1) * sizeof *next);
    for (size_t i = 0; i < s->range_count; i++)
        next[s->ranges[i].pattern + 1]++;
    for (size_t i = 0; i < gate->count; i++)
        next[i + 1] += next[i];
    for (size_t i = 0; i < s->range_count; i++)
        s->sorted[next[s->ranges[i].pattern]++] = s->ranges[i];
    for (size_t i = 1; i < s->range_count; i++) {
        const stile_gate_range r = s->sorted[i];
        size_t to = i;
        for (; to > 0 && s->sorted[to - 1].pattern == r.pattern && s->sorted[to - 1].low > r.low;
             to--)
            s->sorted[to] = s->sorted[to - 1];
        s->sorted[to] = r;
    }
    return true;
}

/* Those that meet, as one. */
static void merge_ranges(stile_gate_scratch *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->range_count; i++) {
        const stile_gate_range r = s->sorted[i];
        stile_gate_range *last = kept ? &s->sorted[kept - 1] : NULL;
        if (last && last->pattern == r.pattern && r.low <= last->high + 1)
            last->high = r.high > last->high ? r.high : last->high;
        else
            s->sorted[kept++] = r;
    }
    s->range_count = kept;
}

stile_status stile_gate_scan(const stile_gate *gate, stile_gate_scratch *scratch, stile_slice text,
                             const stile_gate_range **out, size_t *count, stile_error *err)
{
    if (text.len >= UINT32_MAX / 2)
        return stile_fail(err, STILE_TOO_LARGE, "gate: a text of %zu bytes", text.len);
    scratch->sighting_count = scratch->opening_count = scratch->range_count = 0;
    if (gate->way_count)
        memcpy(scratch->left, gate->clauses, gate->way_count);
    scratch->failed = !fold(scratch, text);
    if (++scratch->scan == 0) { /* all states are older than any scan to come */
        memset(scratch->ways, 0, gate->way_count * sizeof *scratch->ways);
        scratch->scan = 1;
    }
    if (!scratch->failed) {
        walk(gate, scratch, text.len);
        see_clauses(gate, scratch);
        add_ranges(gate, scratch);
    }
    if (scratch->failed || !sort_ranges(gate, scratch))
        return stile_fail(err, STILE_NO_MEMORY, "gate: out of memory");
    merge_ranges(scratch);
    *out = scratch->sorted;
    *count = scratch->range_count;
    return STILE_OK;
}
