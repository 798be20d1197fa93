/* SPDX-License-Identifier: Apache-2.0 */
/* The longest runs of a text, and what a reach comes to in it. */
#include "classifiers/reach.h"

#include <string.h>

#include "scan/lanes.h"

#define BLOCK 64 /* bytes, a bit each */

/* Into the longest runs so far, longest first. */
static void keep_run(uint32_t *longest, uint32_t run)
{
    size_t at = STILE_RUNS;

    if (run <= longest[at])
        return;
    for (; at > 1 && longest[at - 1] < run; at--)
        longest[at] = longest[at - 1];
    longest[at] = run;
}

static void add_up(uint32_t *runs)
{
    for (size_t n = 1; n <= STILE_RUNS; n++)
        runs[n] += runs[n - 1];
}

/* One bit a byte of a block, the first byte's the lowest. */
typedef struct block_bits {
    uint64_t blanks, words;
} block_bits;

static block_bits look(const char *block)
{
    block_bits b = {0, 0};

    for (unsigned at = 0; at < BLOCK; at += STILE_LANES) {
        stile_lanes v = stile_lanes_load(block + at);
        stile_lanes words =
            stile_lanes_or(stile_lanes_letters(v), stile_lanes_or(stile_lanes_range(v, '0', '9'),
                                                                  stile_lanes_equal(v, '_')));
        b.blanks |= (uint64_t)stile_lanes_bits(stile_lanes_equal(v, ' ')) << at;
        b.words |= (uint64_t)stile_lanes_bits(words) << at;
    }
    return b;
}

/* Where the runs under way began. */
typedef struct under_way {
    uint32_t word, gap;
    bool in_gap;
} under_way;

static void see_block(const block_bits *b, uint32_t at, under_way *u, stile_runs *out)
{
    for (uint64_t bits = b->blanks; bits; bits &= bits - 1) {
        uint32_t blank = at + (uint32_t)__builtin_ctzll(bits);
        keep_run(out->words, blank - u->word);
        u->word = blank + 1;
    }
    /* each change from gap to word, or back */
    for (uint64_t bits = b->words ^ (b->words << 1 | (u->in_gap ? 0 : 1)); bits; bits &= bits - 1) {
        uint32_t change = at + (uint32_t)__builtin_ctzll(bits);
        if (u->in_gap)
            keep_run(out->gaps, change - u->gap);
        else
            u->gap = change;
        u->in_gap = !u->in_gap;
    }
}

void stile_runs_of(stile_slice text, stile_runs *out)
{
    under_way u = {0, 0, true};
    uint32_t len = (uint32_t)text.len;

    memset(out, 0, sizeof *out);
    for (uint32_t at = 0; at < len; at += BLOCK) {
        char tail[BLOCK];
        const char *block = text.ptr + at;
        block_bits b;
        if (len - at < BLOCK) {
            memset(tail, 'x', sizeof tail);
            memcpy(tail, block, len - at);
            block = tail;
        }
        b = look(block);
        see_block(&b, at, &u, out);
    }
    keep_run(out->words, len > u.word ? len - u.word : 0);
    keep_run(out->gaps, u.in_gap ? len - u.gap : 0);
    add_up(out->words);
    add_up(out->gaps);
}

/* What so many runs have: repeats take parts of runs that do not overlap, so that one more never has more
 * than the next longest run. */
static uint64_t most_of(const uint32_t *sums, uint32_t count)
{
    uint32_t more = count > STILE_RUNS ? count - STILE_RUNS : 0;
    uint32_t least = sums[STILE_RUNS] - sums[STILE_RUNS - 1];

    return sums[more ? STILE_RUNS : count] + (uint64_t)more * least;
}

uint32_t stile_reach_within(const stile_reach *reach, const stile_runs *runs)
{
    uint64_t most =
        reach->bytes + most_of(runs->words, reach->words) + most_of(runs->gaps, reach->gaps);

    return reach->bounded && most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
}
