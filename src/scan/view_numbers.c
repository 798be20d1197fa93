/* SPDX-License-Identifier: Apache-2.0 */
/* Letters as numbers: "73 103 110", "111 147 156", "01001001 01100111". Tables of numbers are read as well, and
 * give no prose. */
#include "base/utf8.h"
#include "scan/view_codes.h"

#define MAX_PARTING 2    /* bytes between two numbers */
#define LEAST_NUMBERS 16 /* of a run: 32 digits, at least every second byte one */
#define LEAST_BITS 80

static bool is_parting(char c)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case ',':
    case ';':
    case ':':
    case '.':
    case '/':
    case '|':
    case '-':
    case '_':
        return true;
    default:
        return false;
    }
}

static bool in_word(stile_slice text, size_t at)
{
    return stile_ascii_is_letter(text.ptr[at]) || stile_ascii_is_digit(text.ptr[at]);
}

static size_t skip_parting(stile_slice text, size_t at, size_t most)
{
    size_t end = text.len - at > most ? at + most : text.len;

    while (at < end && is_parting(text.ptr[at]))
        at++;
    return at;
}

size_t stile_numbers_next(stile_slice text, size_t at)
{
    for (; at < text.len; at++)
        if (stile_ascii_is_digit(text.ptr[at]) && (at == 0 || !in_word(text, at - 1)))
            return at;
    return text.len;
}

static bool is_code(unsigned value)
{
    return value == '\t' || value == '\n' || value == '\r' || (value >= ' ' && value < 256);
}

/* The number at text[at], of `least` to three digits; its end, or 0. */
static size_t number_at(stile_slice text, size_t at, unsigned base, size_t least, unsigned *value)
{
    size_t i = at;

    for (*value = 0; i < text.len && stile_ascii_is_digit(text.ptr[i]); i++) {
        unsigned digit = (unsigned)(text.ptr[i] - '0');
        if (i - at == 3 || digit >= base)
            return 0;
        *value = *value * base + digit;
    }
    return i - at >= least && is_code(*value) && !(i < text.len && in_word(text, i)) ? i : 0;
}

/* The end of the run of numbers at text[at]. */
static size_t numbers_end(stile_slice text, size_t at, unsigned base, size_t least, size_t *count)
{
    size_t end = at, i = at, stop;
    unsigned value;

    for (*count = 0; (stop = number_at(text, i, base, least, &value)) != 0;) {
        end = stop;
        ++*count;
        i = skip_parting(text, end, MAX_PARTING);
        if (i == end)
            break;
    }
    return end > at ? end : at + 1;
}

static size_t numbers_run(stile_slice text, size_t at, unsigned base, size_t least,
                          stile_view_builder *b)
{
    size_t count, end = numbers_end(text, at, base, least, &count);

    if (count < LEAST_NUMBERS)
        return end - at;
    for (size_t i = at, next; i < end; i = next) {
        unsigned value = 0;
        size_t stop = number_at(text, i, base, least, &value);
        char byte = (char)value;
        next = stop < end ? skip_parting(text, stop, MAX_PARTING) : end;
        stile_view_add_as(b, i, stop - i, &byte, 1);
    }
    return end - at;
}

size_t stile_decimal_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return numbers_run(text, at, 10, 2, b);
}

size_t stile_octal_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return numbers_run(text, at, 8, 2, b);
}

/* Three digits each, nothing between. */
size_t stile_padded_run(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t end = at;

    while (end < text.len && stile_ascii_is_digit(text.ptr[end]))
        end++;
    if (end - at < 3 * LEAST_NUMBERS || (end - at) % 3 != 0)
        return end - at;
    for (size_t i = at; i < end; i += 3) {
        unsigned value = (unsigned)(100 * (text.ptr[i] - '0') + 10 * (text.ptr[i + 1] - '0') +
                                    text.ptr[i + 2] - '0');
        char byte = (char)value;
        if (!is_code(value))
            break;
        stile_view_add_as(b, i, 3, &byte, 1);
    }
    return end - at;
}

static bool is_bit(char c)
{
    return c == '0' || c == '1';
}

size_t stile_bits_next(stile_slice text, size_t at)
{
    for (; at < text.len; at++)
        if (is_bit(text.ptr[at]) && (at == 0 || !in_word(text, at - 1)))
            return at;
    return text.len;
}

/* A group of bits in a run: text[start, end). */
typedef struct bit_group {
    size_t start, end;
} bit_group;

/* The group at text[at], maybe behind "0b"; false: there is none. */
static bool group_at(stile_slice text, size_t at, bit_group *g)
{
    if (text.len - at > 2 && text.ptr[at] == '0' && (text.ptr[at + 1] | 32) == 'b')
        at += 2;
    g->start = at;
    while (at < text.len && is_bit(text.ptr[at]))
        at++;
    g->end = at;
    return at - g->start >= 4 && !(at < text.len && in_word(text, at));
}

/* The end of the run of groups at text[at]; how many bits it has. */
static size_t groups_end(stile_slice text, size_t at, size_t *bits)
{
    size_t end = at + 1, i = at;
    bit_group g;

    for (*bits = 0; i < text.len && group_at(text, i, &g);) {
        end = g.end;
        *bits += g.end - g.start;
        i = skip_parting(text, end, MAX_PARTING);
        if (i == end)
            break;
    }
    return end;
}

/* By so many bits; 0: each group is a byte. */
static size_t bits_run(stile_slice text, size_t at, size_t width, stile_view_builder *b)
{
    size_t bits, end = groups_end(text, at, &bits), have = 0, from = at;
    unsigned value = 0;
    bit_group g;

    if (bits < LEAST_BITS)
        return end - at;
    for (size_t i = at; i < end && group_at(text, i, &g);
         i = skip_parting(text, g.end, MAX_PARTING))
        for (size_t k = g.start; k < g.end; k++) {
            char byte;
            from = have == 0 ? k : from;
            value = (value << 1 | (unsigned)(text.ptr[k] - '0')) & 0xff;
            if (++have != width && (width || k + 1 < g.end))
                continue;
            byte = (char)value;
            stile_view_add_as(b, from, k + 1 - from, &byte, 1);
            have = value = 0;
        }
    return end - at;
}

size_t stile_octets_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return bits_run(text, at, 8, b);
}

size_t stile_septets_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return bits_run(text, at, 7, b);
}

size_t stile_groups_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return bits_run(text, at, 0, b);
}
