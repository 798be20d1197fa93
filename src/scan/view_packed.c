/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_packed.h"

#include "base/utf8.h"
#include "scan/view_stretch.h"

#define MAX_WRAP 32   /* bytes between two lines of one run */
#define MAX_PLAIN 384 /* bytes of a run that are looked at before a view is made of it */
#define SHIFTS 4

/* Values of digits by byte; -1: none. Two alphabets of base64 are read alike. */
#define NONE10 -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
static const signed char base64_values[128] = {
    NONE10, NONE10, NONE10, NONE10, -1, -1, -1, 62, -1, 62, -1, 63, 52, 53, 54, 55, 56, 57, 58,
    59,     60,     61,     -1,     -1, -1, -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,  6,  7,  8,
    9,      10,     11,     12,     13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1,
    -1,     -1,     63,     -1,     26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41,     42,     43,     44,     45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1};
static const signed char base32_values[128] = {
    NONE10, NONE10, NONE10, NONE10, NONE10, 26, 27, 28, 29, 30, 31, -1, -1, -1, -1, -1, -1,
    -1,     -1,     -1,     0,      1,      2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
    14,     15,     16,     17,     18,     19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, -1,
    -1,     0,      1,      2,      3,      4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
    16,     17,     18,     19,     20,     21, 22, 23, 24, 25, -1, -1, -1, -1, -1};

const stile_packing stile_base64 = {base64_values, 6, 16};
const stile_packing stile_base32 = {base32_values, 5, 24};

static inline int value_of(const stile_packing *p, char c)
{
    unsigned char u = (unsigned char)c;
    return u < 128 ? p->values[u] : -1;
}

/* What wraps encoded lines: blanks, quotes and their joining in code, the mark of quoted mail. */
static inline bool is_wrapping(stile_slice text, size_t i)
{
    static const bool wraps[256] = {
        ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true, [' '] = true,
        ['"'] = true,  ['\''] = true, ['>'] = true,  ['\\'] = true, [','] = true};
    char c = text.ptr[i];

    if (c == '+') /* a digit of base64 as well */
        return i + 1 < text.len && stile_ascii_is_space(text.ptr[i + 1]);
    return wraps[(unsigned char)c];
}

/* Where a packed run goes on when it pauses at text[i] after so many digits, `row` of them since the last
 * pause, or `i` when it ends there: it goes on only where a whole group of bytes ends, as encoders wrap, or at the
 * end of a line that is a run by itself. A word before it then cannot shift what follows, for of the starts that
 * are tried one is whole groups away. */
static size_t goes_on(stile_slice text, size_t i, size_t digits, size_t row, const stile_packing *p)
{
    size_t next = i;
    bool line = row >= p->least && i < text.len && (text.ptr[i] == '\n' || text.ptr[i] == '\r');

    if (digits == 0 || (digits * p->bits % 8 != 0 && !line))
        return i;
    while (next < text.len && next - i < MAX_WRAP && is_wrapping(text, next))
        next++;
    return next < text.len && value_of(p, text.ptr[next]) >= 0 ? next : i;
}

/* Moves `*i` over what wraps to the next digit, `digits` of them read, `*row` since the last pause; false where
 * the run ends. */
static inline bool next_digit(stile_slice text, const stile_packing *p, size_t digits, size_t *row,
                              size_t *i)
{
    size_t next;

    if (*i >= text.len)
        return false;
    ++*row;
    if (value_of(p, text.ptr[*i]) >= 0 && !is_wrapping(text, *i))
        return true;
    next = goes_on(text, *i, digits, *row - 1, p);
    if (next == *i)
        return false;
    *row = 1;
    *i = next;
    return true;
}

/* One of the 64 digits: a letter, a digit or one of "+/-_". */
static const unsigned char is_base64[256] = {
    ['+'] = 1, ['-'] = 1, ['/'] = 1, ['_'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1,
    ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1,
    ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1, ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1,
    ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1, ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1,
    ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1, ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
    ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
    ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1,
    ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
    ['y'] = 1, ['z'] = 1};

size_t stile_base64_digits(stile_slice text, size_t from, size_t to)
{
    size_t digits = 0;

    for (size_t i = from; i < to; i++)
        digits += is_base64[(unsigned char)text.ptr[i]];
    for (size_t i = from; i < to; i++) {
        const char *plus = memchr(text.ptr + i, '+', to - i);
        if (!plus)
            break;
        i = (size_t)(plus - text.ptr);
        digits -= is_wrapping(text, i);
    }
    return digits;
}

/* Whether text[at..) has at least as many digits as a run. */
static bool has_digits(stile_slice text, size_t at, const stile_packing *p)
{
    size_t digits = 0;

    for (size_t i = at; i < text.len && digits < p->least; digits++, i++) {
        if (value_of(p, text.ptr[i]) >= 0 && !(digits && is_wrapping(text, i)))
            continue;
        i = goes_on(text, i, digits, 0, p); /* no row so far is a run by itself */
        if (value_of(p, text.ptr[i]) < 0 || is_wrapping(text, i))
            return false;
    }
    return digits >= p->least;
}

static size_t skip_padding(stile_slice text, size_t at)
{
    while (at < text.len && text.ptr[at] == '=')
        at++;
    return at;
}

size_t stile_packed_read(stile_slice text, size_t at, const stile_packing *packing,
                         stile_view_builder *b)
{
    size_t i, digits = 0, row = 0, from = at, bytes = 0;
    uint32_t held = 0;
    unsigned have = 0;
    char group[5] = {0}; /* base64 writes three bytes in four digits, base32 five in eight */

    if (!has_digits(text, at, packing))
        return 0;
    for (i = at; next_digit(text, packing, digits, &row, &i); i++) {
        digits++;
        held = held << packing->bits | (uint32_t)value_of(packing, text.ptr[i]);
        have += packing->bits;
        if (have >= 8) {
            have -= 8;
            group[bytes++] = (char)(held >> have);
        }
        if (have == 0) {
            stile_view_add_as(b, from, i + 1 - from, group, bytes);
            from = i + 1;
            bytes = 0;
        }
    }
    stile_view_add_as(b, from, i - from, group, bytes);
    return skip_padding(text, i) - at;
}

size_t stile_packed_blank(stile_slice text, size_t at, const stile_packing *packing)
{
    size_t i, digits = 0, row = 0, bytes = 0;
    uint32_t held = 0;
    unsigned have = 0;
    char plain[MAX_PLAIN];

    for (i = at; next_digit(text, packing, digits, &row, &i); i++) {
        digits++;
        held = held << packing->bits | (uint32_t)value_of(packing, text.ptr[i]);
        have += packing->bits;
        if (have < 8)
            continue;
        if (bytes == sizeof plain)
            return 0;
        have -= 8;
        plain[bytes++] = (char)(held >> have);
    }
    if (digits < packing->least)
        return 0;
    // cppcheck-suppress uninitvar ; what is below `bytes` is set
    return stile_may_have_stretch(stile_slice_of(plain, bytes)) ? 0 : skip_padding(text, i) - at;
}

/* Digits in a row from text[at], as far as a run could do without a pause. */
static size_t digits_in_row(stile_slice text, size_t at, const stile_packing *p)
{
    size_t n = 0;

    while (n < stile_base32.least && at + n < text.len && value_of(p, text.ptr[at + n]) >= 0 &&
           !(n && is_wrapping(text, at + n)))
        n++;
    return n;
}

bool stile_may_base32(stile_slice text, size_t at)
{
    const stile_packing *p = &stile_base32;
    size_t row;

    if (value_of(p, text.ptr[at]) < 0 || (at > 0 && value_of(p, text.ptr[at - 1]) >= 0))
        return false;
    row = digits_in_row(text, at, p);
    /* a shorter row goes on only behind whole groups of eight */
    return row >= p->least || (row % 8 == 0 && has_digits(text, at, p));
}

uint32_t stile_may_base64(stile_slice text, size_t at)
{
    const stile_packing *p = &stile_base64;
    uint32_t found = 0;
    size_t row;

    if (value_of(p, text.ptr[at]) < 0 || (at > 0 && value_of(p, text.ptr[at - 1]) >= 0))
        return 0; /* none, or inside a run */
    row = digits_in_row(text, at, p);
    for (size_t shift = 0; shift < SHIFTS && shift < row; shift++)
        /* a shorter row goes on only behind whole groups of four */
        if (row - shift >= p->least || ((row - shift) % 4 == 0 && has_digits(text, at + shift, p)))
            found |= 1u << shift;
    return found;
}

/* A '+' is a digit or wraps lines. */
static bool has_plus(const stile_run_map *map, size_t at, size_t row)
{
    return map->plus && memchr(map->text.ptr + at, '+', row);
}

bool stile_is_plain_word(const stile_run_map *map, size_t at)
{
    const size_t least = stile_base64.least;
    stile_slice text = map->text;
    size_t row = stile_run_map_row(map, at), end = at + row, digits = row - row % 4;

    if (row >= least || has_plus(map, at, row))
        return false;
    /* Shifted so that whole groups end with it, it is followed by words of whole groups, up to the one that
     * makes the run long enough. */
    for (row = 0; digits > 0 && row % 4 == 0; digits += row) {
        size_t next = end;
        while (next < text.len && is_wrapping(text, next))
            next++;
        if (next == end || next == text.len || !(row = stile_run_map_row(map, next)))
            return true;
        if (digits + row >= least || has_plus(map, next, row))
            return false;
        end = next + row;
    }
    return true;
}
