/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_decoders.h"

#include <ctype.h>

#include "base/utf8.h"
#include "scan/invisible.h"

#define MAX_RUN ((size_t)65536) /* bytes of one run that another may follow at once */
#define MAX_WRAP 32             /* bytes between two lines of one run */
#define LEAST_BASE64 16         /* digits */
#define LEAST_BASE32 24         /* digits */
#define LEAST_HEX 8             /* bytes */
#define REACH 64                /* bytes from one unseen character to the next */
#define LEAST_ESCAPES 3         /* percent escapes of one run */

/* Values of digits by byte; -1: none. Two alphabets of base64 are read alike. */
#define NONE10 -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
static const signed char base64_values[128] = {
    NONE10, NONE10, NONE10, NONE10, -1, -1, -1, 62, -1, 62, -1, 63, 52, 53, 54, 55, 56, 57, 58,
    59,     60,     61,     -1,     -1, -1, -1, -1, -1, -1, 0,  1,  2,  3,  4,  5,  6,  7,  8,
    9,      10,     11,     12,     13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1,
    -1,     -1,     63,     -1,     26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41,     42,     43,     44,     45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1};

static int base64_value(char c)
{
    unsigned char u = (unsigned char)c;
    return u < 128 ? base64_values[u] : -1;
}

static int base32_value(char c)
{
    unsigned char u = (unsigned char)c;
    if ((u | 32) >= 'a' && (u | 32) <= 'z')
        return (u | 32) - 'a';
    return u >= '2' && u <= '7' ? u - '2' + 26 : -1;
}

static int hex_value(char c)
{
    unsigned char u = (unsigned char)c;
    if (u >= '0' && u <= '9')
        return u - '0';
    return (u | 32) >= 'a' && (u | 32) <= 'f' ? (u | 32) - 'a' + 10 : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What wraps encoded lines: blanks, quotes and their joining in code, the mark of quoted mail. */
static inline bool is_wrapping(stile_slice text, size_t i)
{
    static const bool wraps[256] = {
        ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true, [' '] = true,
        ['"'] = true,  ['\''] = true, ['>'] = true,  ['\\'] = true, [','] = true};
    char c = text.ptr[i];

    if (c == '+') /* a digit of base64 as well */
        return i + 1 < text.len && is_space(text.ptr[i + 1]);
    return wraps[(unsigned char)c];
}

/* Where a packed run goes on when it pauses at text[i] after so many digits, or `i` when it ends there: it
 * goes on only where a whole group of bytes ends, as encoders wrap. A word before it then cannot shift what
 * follows. */
static size_t goes_on(stile_slice text, size_t i, size_t digits, unsigned bits, int (*value)(char))
{
    size_t next = i;

    if (digits == 0 || digits * bits % 8 != 0)
        return i;
    while (next < text.len && next - i < MAX_WRAP && is_wrapping(text, next))
        next++;
    return next < text.len && value(text.ptr[next]) >= 0 ? next : i;
}

/* Whether text[at..) has at least so many digits. */
static bool has_digits(stile_slice text, size_t at, int (*value)(char), unsigned bits, size_t least)
{
    size_t digits = 0;

    for (size_t i = at; i < text.len && digits < least; digits++, i++) {
        if (value(text.ptr[i]) >= 0 && !(digits && is_wrapping(text, i)))
            continue;
        i = goes_on(text, i, digits, bits, value);
        if (value(text.ptr[i]) < 0 || is_wrapping(text, i))
            return false;
    }
    return digits >= least;
}

/* Digits of `bits` each, packed, over wrapped lines. */
static size_t packed(stile_slice text, size_t at, stile_view_builder *b, int (*value)(char),
                     unsigned bits, size_t least)
{
    size_t i, digits = 0, from = at, bytes = 0;
    uint32_t held = 0;
    unsigned have = 0;
    char group[5] = {0}; /* base64 writes three bytes in four digits, base32 five in eight */

    if (!has_digits(text, at, value, bits, least))
        return 0;
    for (i = at; i < text.len; i++) {
        if (value(text.ptr[i]) < 0 || is_wrapping(text, i)) {
            size_t next = goes_on(text, i, digits, bits, value);
            if (next == i)
                break;
            i = next;
        }
        digits++;
        held = held << bits | (uint32_t)value(text.ptr[i]);
        have += bits;
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
    while (i < text.len && text.ptr[i] == '=')
        i++;
    return i - at;
}

/* Base64 from the digit at + `shift`: what stands in front of a run, a word and a dash or a path and its
 * slash, is made of digits too, and shifts it. */
static size_t base64(stile_slice text, size_t at, size_t shift, stile_view_builder *b)
{
    size_t ran = packed(text, at + shift, b, base64_value, 6, LEAST_BASE64);

    return ran ? ran + shift : 0;
}

static size_t base64_0(stile_slice text, size_t at, stile_view_builder *b)
{
    return base64(text, at, 0, b);
}

static size_t base64_1(stile_slice text, size_t at, stile_view_builder *b)
{
    return base64(text, at, 1, b);
}

static size_t base64_2(stile_slice text, size_t at, stile_view_builder *b)
{
    return base64(text, at, 2, b);
}

static size_t base64_3(stile_slice text, size_t at, stile_view_builder *b)
{
    return base64(text, at, 3, b);
}

static size_t base32(stile_slice text, size_t at, stile_view_builder *b)
{
    return packed(text, at, b, base32_value, 5, LEAST_BASE32);
}

/* The byte that two hex digits at text[at] write. */
static char hex_pair(stile_slice text, size_t at)
{
    return (char)(((unsigned)hex_value(text.ptr[at]) << 4 | (unsigned)hex_value(text.ptr[at + 1])) &
                  0xff);
}

/* One byte at text[at], "69", "0x69" or "\x69", with what parts it from the next; 0: none. */
static size_t hex_byte(stile_slice text, size_t at, char *byte)
{
    size_t i = at;

    if (i + 1 < text.len && (text.ptr[i] == '0' || text.ptr[i] == '\\') &&
        (text.ptr[i + 1] == 'x' || text.ptr[i + 1] == 'X'))
        i += 2;
    if (i + 1 >= text.len || hex_value(text.ptr[i]) < 0 || hex_value(text.ptr[i + 1]) < 0)
        return 0;
    *byte = hex_pair(text, i);
    i += 2;
    while (i < text.len && i - at < 6 &&
           (is_space(text.ptr[i]) || (text.ptr[i] && strchr(",:;-_", text.ptr[i]))))
        i++;
    return i - at;
}

static bool may_hex(stile_slice text, size_t at)
{
    size_t len;
    char byte;

    if (at > 0 && isalnum((unsigned char)text.ptr[at - 1]))
        return false;
    for (int n = 0; n < LEAST_HEX; n++, at += len)
        if (!(len = hex_byte(text, at, &byte)))
            return false;
    return true;
}

static size_t hex(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i, len;
    char byte;

    for (i = at; (len = hex_byte(text, i, &byte)) > 0; i += len)
        stile_view_add_as(b, i, len, &byte, 1);
    return i - at;
}

static bool parts_percent(char c)
{
    return is_space(c) || c == '"' || c == '=' || c == '?' || c == '&';
}

static bool is_percent(stile_slice text, size_t at)
{
    return text.ptr[at] == '%' && at + 2 < text.len && hex_value(text.ptr[at + 1]) >= 0 &&
           hex_value(text.ptr[at + 2]) >= 0;
}

/* A word, or the value of a query's key, is read to its end with its escapes undone. One with too few is read
 * too, though it gives nothing: none of its ends has more, and all words together cost one pass. */
static size_t percent(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t end = at, escapes = 0;

    for (; end < text.len && !parts_percent(text.ptr[end]); end++)
        escapes += is_percent(text, end);
    if (escapes < LEAST_ESCAPES)
        return end - at;
    for (size_t i = at; i < end;) {
        size_t len = is_percent(text, i) ? 3 : 1;
        char c = text.ptr[i] == '+' ? ' ' : text.ptr[i];
        if (len == 3)
            c = hex_pair(text, i + 1);
        stile_view_add_as(b, i, len, &c, 1);
        i += len;
    }
    return end - at;
}

/* The unseen characters from text[at] on, at most REACH apart, whatever is seen between: `byte_of` gives
 * what one stands for, 0 to 255, or -1 when it is none. */
static size_t unseen(stile_slice text, size_t at, stile_view_builder *b,
                     int (*byte_of)(stile_slice text, size_t at, size_t *next))
{
    size_t i = at, last = at, next;

    while (i < text.len && i - last < REACH && i - at < MAX_RUN) {
        int v = byte_of(text, i, &next);
        if (v < 0 && last == at)
            return 0;
        if (v >= 0) {
            char byte = (char)v;
            stile_view_add_as(b, i, next - i, &byte, 1);
            last = next;
        }
        i = next;
    }
    return last - at;
}

static int tag_byte(stile_slice text, size_t at, size_t *next)
{
    uint32_t cp;

    *next = at;
    cp = stile_utf8_next(text, next);
    if (cp < 0xe0020 || cp >= 0xe007f || stile_invisible_is_honest(text, at, *next, cp))
        return -1;
    return (int)(cp - 0xe0000);
}

static size_t tags(stile_slice text, size_t at, stile_view_builder *b)
{
    return unseen(text, at, b, tag_byte);
}

static int selector_byte(stile_slice text, size_t at, size_t *next)
{
    uint32_t cp;

    *next = at;
    cp = stile_utf8_next(text, next);
    if (cp >= 0xe0100 && cp <= 0xe01ef)
        return (int)(cp - 0xe0100 + 16);
    if (cp < 0xfe00 || cp > 0xfe0f || stile_invisible_is_honest(text, at, *next, cp))
        return -1;
    return (int)(cp - 0xfe00);
}

static size_t selectors(stile_slice text, size_t at, stile_view_builder *b)
{
    return unseen(text, at, b, selector_byte);
}

enum { TAGS, SELECTORS, ESCAPES, PERCENT, HEX, BASE32, BASE64 /* four of them, by shift */ };

/* Stricter alphabets first: base64's takes in the others'. */
const stile_decoder stile_decoders[STILE_DECODERS] = {
    [TAGS] = {"tags", NULL, tags, true},
    [SELECTORS] = {"selectors", NULL, selectors, true},
    [ESCAPES] = {"escapes", "\\&%", stile_decode_escapes, true},
    [PERCENT] = {"percent", "%", percent, false},
    [HEX] = {"hex", NULL, hex, false},
    [BASE32] = {"base32", NULL, base32, false},
    [BASE64] = {"base64", NULL, base64_0, true},
    [BASE64 + 1] = {"base64", NULL, base64_1, true},
    [BASE64 + 2] = {"base64", NULL, base64_2, true},
    [BASE64 + 3] = {"base64", NULL, base64_3, true},
};

/* Digits in a row from text[at], as far as a run could do without a pause. */
static size_t digits_in_row(stile_slice text, size_t at, int (*value)(char))
{
    size_t n = 0;

    while (n < LEAST_BASE32 && at + n < text.len && value(text.ptr[at + n]) >= 0 &&
           !(n && is_wrapping(text, at + n)))
        n++;
    return n;
}

static uint32_t base32_at(stile_slice text, size_t at)
{
    size_t row;

    if (base32_value(text.ptr[at]) < 0 || (at > 0 && base32_value(text.ptr[at - 1]) >= 0))
        return 0;
    row = digits_in_row(text, at, base32_value);
    /* a shorter row goes on only behind whole groups of eight */
    if (row < LEAST_BASE32 && row % 8 != 0)
        return 0;
    return has_digits(text, at, base32_value, 5, LEAST_BASE32) ? 1u << BASE32 : 0;
}

static uint32_t base64_at(stile_slice text, size_t at)
{
    uint32_t found = 0;
    size_t row;

    if (base64_value(text.ptr[at]) < 0 || (at > 0 && base64_value(text.ptr[at - 1]) >= 0))
        return 0; /* none, or inside a run */
    row = digits_in_row(text, at, base64_value);
    for (size_t shift = 0; shift < 4 && shift < row; shift++)
        /* a shorter row goes on only behind whole groups of four */
        if ((row - shift >= LEAST_BASE64 || (row - shift) % 4 == 0) &&
            has_digits(text, at + shift, base64_value, 6, LEAST_BASE64))
            found |= 1u << (BASE64 + shift);
    return found;
}

void stile_decoders_rows(stile_slice text, unsigned char *rows)
{
    unsigned row = 0;

    for (size_t i = text.len; i-- > 0;) {
        row = (row + 1) & -(unsigned)(base64_values[(unsigned char)text.ptr[i] & 127] >= 0);
        row = (unsigned char)text.ptr[i] < 128 ? row : 0;
        row -= row >> 8; /* no more than a byte holds */
        rows[i] = (unsigned char)row;
    }
}

/* Whether neither base64 nor base32, whose digits are among base64's, can have a run that begins with the
 * word at text[at]: it is short and does not pause as a wrapped run does, or goes on with a word that is
 * short too and no whole group of four. Most words of most texts are ruled out so. */
static bool is_plain_word(stile_slice text, const unsigned char *rows, size_t at)
{
    size_t row = rows[at], next = at + row, more;

    if (row >= LEAST_BASE64)
        return false;
    if (next == text.len)
        return true;
    if (is_wrapping(text, next))
        while (++next < text.len && is_wrapping(text, next))
            ;
    more = next < text.len && next > at + row ? rows[next] : 0;
    /* its last digit may be a '+' that wraps */
    return row + more < LEAST_BASE64 && (more == 0 || more % 4 != 0) &&
           memchr(text.ptr + at, '+', next + more - at) == NULL;
}

uint32_t stile_decoders_in(stile_slice text)
{
    uint32_t found = (1u << STILE_DECODERS) - 1;

    for (size_t i = 0; text.len && i < STILE_DECODERS; i++) {
        const char *needs = stile_decoders[i].needs;
        bool has = !needs;
        for (; needs && *needs && !has; needs++)
            has = memchr(text.ptr, *needs, text.len) != NULL;
        if (!has)
            found &= ~(1u << i);
    }
    return found;
}

uint32_t stile_decoders_at(stile_slice text, const unsigned char *rows, size_t at)
{
    char c = text.ptr[at];
    uint32_t found = 0;

    /* A word may begin with anything: an opening bracket, a letter of any script, what is not seen. */
    if ((unsigned char)c >= 0x80)
        return 1u << TAGS | 1u << SELECTORS | 1u << PERCENT;
    if (c == '\\' || c == '&' || c == '%')
        found |= 1u << ESCAPES;
    if (!parts_percent(c))
        found |= 1u << PERCENT;
    if ((c == '\\' || hex_value(c) >= 0) && may_hex(text, at))
        found |= 1u << HEX;
    if (base64_value(c) < 0 || is_plain_word(text, rows, at))
        return found;
    return found | base32_at(text, at) | base64_at(text, at);
}
