/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_survey.h"

#include <stddef.h>

#include "scan/lanes.h"

#define BLOCK 64 /* bytes, a bit each */
_Static_assert(BLOCK % STILE_LANES == 0, "a block is whole lanes");

#define LEAST_SPACED 5 /* as in view_spaced.c */
#define SPACED_STEP 9  /* bytes from one letter to the next: a gap of eight characters */
#define LEAST_LEET 2   /* as in view_fold.c */

/* Of the bytes of one block, the first byte's bit the lowest. */
typedef struct block_bits {
    uint64_t letters, digits;
    uint64_t signs; /* what stands for a letter in leet; some are digits */
} block_bits;

typedef struct counting {
    stile_lanes beyond, control, markup, dropped; /* whatever was seen of such */
    size_t beside, streak;                        /* signs beside letters; lone letters in a row */
    size_t last, longest;
} counting;

/* 0, 1, 3, 4, 5, 7 and '!', '$', '@': two at a time where they differ in one bit. */
static stile_lanes signs_of(stile_lanes v)
{
    stile_lanes even = stile_lanes_and(v, stile_lanes_all(0xfe));
    stile_lanes pairs = stile_lanes_or(stile_lanes_equal(even, '0'), stile_lanes_equal(even, '4'));

    pairs = stile_lanes_or(
        pairs, stile_lanes_equal(stile_lanes_and(v, stile_lanes_all((unsigned char)~4)), '3'));
    return stile_lanes_or(pairs, stile_lanes_or(stile_lanes_equal(v, '!'),
                                                stile_lanes_or(stile_lanes_equal(v, '$'),
                                                               stile_lanes_equal(v, '@'))));
}

/* What normalizing leaves out, so that its neighbours meet: controls that are no white space. */
static stile_lanes dropped_of(stile_lanes v)
{
    return stile_lanes_or(
        stile_lanes_or(stile_lanes_range(v, 0, '\t' - 1), stile_lanes_range(v, '\r' + 1, ' ' - 1)),
        stile_lanes_equal(v, 0x7f));
}

static block_bits look(counting *n, const char *block)
{
    block_bits bits = {0, 0, 0};

    for (unsigned at = 0; at < BLOCK; at += STILE_LANES) {
        stile_lanes v = stile_lanes_load(block + at);
        bits.letters |= (uint64_t)stile_lanes_bits(stile_lanes_letters(v)) << at;
        bits.digits |= (uint64_t)stile_lanes_bits(stile_lanes_range(v, '0', '9')) << at;
        bits.signs |= (uint64_t)stile_lanes_bits(signs_of(v)) << at;
        n->beyond = stile_lanes_or(n->beyond, v);
        n->control = stile_lanes_or(n->control, stile_lanes_equal(v, 0x1b));
        n->markup = stile_lanes_or(
            n->markup, stile_lanes_or(stile_lanes_equal(v, '<'), stile_lanes_equal(v, ']')));
        n->dropped = stile_lanes_or(n->dropped, dropped_of(v));
    }
    return bits;
}

static void see_lone(counting *n, size_t i)
{
    n->streak = n->streak && i - n->last <= SPACED_STEP ? n->streak + 1 : 1;
    n->last = i;
    if (n->streak > n->longest)
        n->longest = n->streak;
}

/* Lowest set bit of `bits`, of which there is one. */
static unsigned lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* The block at `at`, between the one before and the one behind. */
static void count(counting *n, size_t at, const block_bits *before, const block_bits *bits,
                  const block_bits *behind)
{
    uint64_t words = bits->letters | bits->digits;
    uint64_t left = words << 1 | (before->letters | before->digits) >> (BLOCK - 1);
    uint64_t right = words >> 1 | (behind->letters | behind->digits) << (BLOCK - 1);
    uint64_t signs = bits->signs << 1 | before->signs >> (BLOCK - 1);
    uint64_t letters = bits->letters << 1 | before->letters >> (BLOCK - 1);

    n->beside += (size_t)__builtin_popcountll((signs & bits->letters) | (letters & bits->signs));
    for (uint64_t lone = bits->letters & ~(left | right); lone; lone &= lone - 1)
        see_lone(n, at + lowest(lone));
}

/* The block that begins at `at`, blanks behind the text's end, which are counted as nothing. */
static block_bits look_at(counting *n, stile_slice text, size_t at)
{
    char tail[BLOCK];

    if (at >= text.len)
        return (block_bits){0, 0, 0};
    if (text.len - at >= BLOCK)
        return look(n, text.ptr + at);
    memset(tail, ' ', sizeof tail);
    memcpy(tail, text.ptr + at, text.len - at);
    return look(n, tail);
}

stile_view_survey stile_view_survey_of(stile_slice text)
{
    const stile_lanes none = stile_lanes_all(0);
    counting n = {.beyond = none, .control = none, .markup = none, .dropped = none};
    block_bits before = {0, 0, 0}, bits = look_at(&n, text, 0);
    bool ascii;

    for (size_t at = 0; at < text.len; at += BLOCK) {
        block_bits behind = look_at(&n, text, at + BLOCK);
        count(&n, at, &before, &bits, &behind);
        before = bits;
        bits = behind;
    }
    ascii = !stile_lanes_bits(n.beyond);
    return (stile_view_survey){.ascii = ascii,
                               .control = stile_lanes_bits(n.control) != 0,
                               .markup = stile_lanes_bits(n.markup) != 0,
                               .spaced = !ascii || n.longest >= LEAST_SPACED,
                               .leet = n.beside >= LEAST_LEET || stile_lanes_bits(n.dropped)};
}
