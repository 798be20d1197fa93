/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/run_map.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "scan/lanes.h"

#define BLOCK 64
#define LEAST_GROUP 4 /* digits of base64; a row of fewer neither is a run nor goes on as one */

/* Of the bytes of one block, the first byte's bit the lowest. */
typedef struct block_bits {
    uint64_t words;  /* ASCII letters and digits */
    uint64_t digits; /* of base64 */
    uint64_t hex, zero;
    uint64_t escapes; /* '%', '\\', '&' */
    uint64_t signs;   /* '+', '/' */
    uint64_t plus;
    uint64_t unseen; /* first bytes of tags and of variation selectors */
    uint64_t beyond;
} block_bits;

static block_bits look(const char *block)
{
    block_bits b = {0};

    for (unsigned at = 0; at < BLOCK; at += STILE_LANES) {
        stile_lanes v = stile_lanes_load(block + at);
        stile_lanes digits = stile_lanes_range(v, '0', '9');
        stile_lanes words = stile_lanes_or(stile_lanes_letters(v), digits);
        stile_lanes plus = stile_lanes_equal(v, '+');
        stile_lanes signs = stile_lanes_or(plus, stile_lanes_equal(v, '/'));
        stile_lanes dashes = stile_lanes_or(stile_lanes_equal(v, '-'), stile_lanes_equal(v, '_'));
        stile_lanes hex = stile_lanes_range(stile_lanes_or(v, stile_lanes_all(0x20)), 'a', 'f');
        stile_lanes amps = stile_lanes_range(v, '%', '&');
        b.words |= (uint64_t)stile_lanes_bits(words) << at;
        b.plus |= (uint64_t)stile_lanes_bits(plus) << at;
        b.signs |= (uint64_t)stile_lanes_bits(signs) << at;
        b.digits |= (uint64_t)stile_lanes_bits(stile_lanes_or(words, stile_lanes_or(signs, dashes)))
                    << at;
        b.hex |= (uint64_t)stile_lanes_bits(stile_lanes_or(hex, digits)) << at;
        b.zero |= (uint64_t)stile_lanes_bits(stile_lanes_equal(v, '0')) << at;
        b.escapes |= (uint64_t)stile_lanes_bits(stile_lanes_or(amps, stile_lanes_equal(v, '\\')))
                     << at;
        b.unseen |= (uint64_t)stile_lanes_bits(
                        stile_lanes_or(stile_lanes_equal(v, 0xef), stile_lanes_equal(v, 0xf3)))
                    << at;
        b.beyond |= (uint64_t)stile_lanes_bits(v) << at;
    }
    return b;
}

static block_bits look_at(stile_slice text, size_t at)
{
    char tail[BLOCK];

    if (at >= text.len)
        return (block_bits){0};
    if (text.len - at >= BLOCK)
        return look(text.ptr + at);
    memset(tail, ' ', sizeof tail);
    memcpy(tail, text.ptr + at, text.len - at);
    return look(tail);
}

/* bits[i + by], where `behind` goes on behind `bits`. */
static uint64_t ahead(uint64_t bits, uint64_t behind, unsigned by)
{
    return bits >> by | behind << (BLOCK - by);
}

/* Where runs may begin: a word that is long enough for base64 or base32 or may be hex, the signs of escapes
 * and of base64, what is not seen. Any word's start and whatever is no ASCII where there are percent
 * escapes, which are read from the start of what they stand in. */
static uint64_t begins_in(const stile_run_map *map, const block_bits *before, const block_bits *b,
                          const block_bits *behind)
{
    uint64_t starts = b->words & ~(b->words << 1 | before->words >> (BLOCK - 1));
    uint64_t hex = (b->hex & ahead(b->hex, behind->hex, 1)) | b->zero, group = b->digits;

    if (map->percent)
        return starts | b->escapes | b->signs | b->beyond;
    for (unsigned by = 1; by < LEAST_GROUP; by++)
        group &= ahead(b->digits, behind->digits, by);
    return (starts & (hex | group)) | b->escapes | (b->signs & group) | b->unseen;
}

bool stile_is_percent_escape(stile_slice text, size_t at)
{
    return text.ptr[at] == '%' && text.len - at > 2 &&
           isxdigit((unsigned char)text.ptr[at + 1]) != 0 &&
           isxdigit((unsigned char)text.ptr[at + 2]) != 0;
}

static bool has_percent(stile_slice text)
{
    size_t found = 0;

    for (size_t at = 0; text.len > at && found < STILE_LEAST_PERCENT; at++) {
        const char *next = memchr(text.ptr + at, '%', text.len - at);
        if (!next)
            break;
        at = (size_t)(next - text.ptr);
        found += stile_is_percent_escape(text, at);
    }
    return found == STILE_LEAST_PERCENT;
}

bool stile_run_map_make(stile_run_map *map, stile_slice text)
{
    size_t words = text.len / BLOCK + 1;
    block_bits before = {0}, b;

    map->text = text;
    map->plus = map->unseen = map->escapes = false;
    map->percent = has_percent(text);
    map->owned = NULL;
    map->begins = map->small;
    if (words > STILE_RUN_MAP_SMALL &&
        !(map->begins = map->owned = stile_alloc_array(2 * words, sizeof *map->owned)))
        return false;
    map->digits = map->begins + words;
    b = look_at(text, 0);
    for (size_t i = 0; i < words; i++) {
        block_bits behind = look_at(text, (i + 1) * BLOCK);
        map->begins[i] = begins_in(map, &before, &b, &behind);
        map->digits[i] = b.digits;
        map->plus |= b.plus != 0;
        map->unseen |= b.unseen != 0;
        map->escapes |= b.escapes != 0;
        before = b;
        b = behind;
    }
    return true;
}

void stile_run_map_release(stile_run_map *map)
{
    stile_free(map->owned);
    map->owned = NULL;
}

size_t stile_run_map_next(const stile_run_map *map, size_t from)
{
    size_t last = map->text.len / BLOCK, i = from / BLOCK;
    uint64_t bits;

    if (from >= map->text.len)
        return map->text.len;
    for (bits = map->begins[i] & ~UINT64_C(0) << from % BLOCK; !bits && i < last;)
        bits = map->begins[++i];
    return bits ? i * BLOCK + (size_t)__builtin_ctzll(bits) : map->text.len;
}
