/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_decoders.h"

#include <ctype.h>

#include "base/utf8.h"
#include "scan/invisible.h"

#define MAX_RUN ((size_t)65536) /* bytes of one run that another may follow at once */
#define MAX_WRAP 32             /* bytes between two lines of one run */
#define LEAST_HEX 8             /* bytes */
#define REACH 64                /* bytes from one unseen character to the next */
#define LEAST_ESCAPES 3         /* percent escapes of one run */

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static int base32_value(char c)
{
    if (isalpha((unsigned char)c))
        return tolower((unsigned char)c) - 'a';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What wraps encoded lines: blanks, quotes and their joining in code, the mark of quoted mail. */
static bool is_wrapping(stile_slice text, size_t i)
{
    char c = text.ptr[i];

    if (c == '+') /* a digit of base64 as well */
        return i + 1 < text.len && isspace((unsigned char)text.ptr[i + 1]);
    return isspace((unsigned char)c) || c == '"' || c == '\'' || c == '>' || c == '\\' || c == ',';
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
    char group[5]; /* base64 writes three bytes in four digits, base32 five in eight */

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
    size_t ran;

    if (at > 0 && base64_value(text.ptr[at - 1]) >= 0)
        return 0; /* inside a run */
    for (size_t i = 0; i < shift; i++)
        if (at + i >= text.len || base64_value(text.ptr[at + i]) < 0)
            return 0;
    ran = packed(text, at + shift, b, base64_value, 6, 16);
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
    if (at > 0 && base32_value(text.ptr[at - 1]) >= 0)
        return 0;
    return packed(text, at, b, base32_value, 5, 24);
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
    *byte = (char)(hex_value(text.ptr[i]) << 4 | hex_value(text.ptr[i + 1]));
    i += 2;
    while (i < text.len && i - at < 6 &&
           (isspace((unsigned char)text.ptr[i]) || (text.ptr[i] && strchr(",:;-_", text.ptr[i]))))
        i++;
    return i - at;
}

static size_t hex(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, len;
    char byte;

    if (at > 0 && isalnum((unsigned char)text.ptr[at - 1]))
        return 0;
    for (int n = 0; n < LEAST_HEX; n++, i += len) /* most words fail here, at no cost */
        if (!(len = hex_byte(text, i, &byte)))
            return 0;
    for (i = at; (len = hex_byte(text, i, &byte)) > 0; i += len)
        stile_view_add_as(b, i, len, &byte, 1);
    return i - at;
}

static bool parts_percent(char c)
{
    return isspace((unsigned char)c) || c == '"' || c == '=' || c == '?' || c == '&';
}

static bool is_percent(stile_slice text, size_t at)
{
    return text.ptr[at] == '%' && at + 2 < text.len && hex_value(text.ptr[at + 1]) >= 0 &&
           hex_value(text.ptr[at + 2]) >= 0;
}

/* A word, or the value of a query's key, is read whole with its escapes undone. Such runs do not overlap,
 * so that all of them together cost one pass. */
static size_t percent(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t end = at, escapes = 0;

    if (at > 0 && !parts_percent(text.ptr[at - 1]))
        return 0;
    for (; end < text.len && !parts_percent(text.ptr[end]); end++)
        escapes += is_percent(text, end);
    if (escapes < LEAST_ESCAPES)
        return 0;
    for (size_t i = at; i < end;) {
        size_t len = is_percent(text, i) ? 3 : 1;
        char c = text.ptr[i] == '+' ? ' ' : text.ptr[i];
        if (len == 3)
            c = (char)(hex_value(text.ptr[i + 1]) << 4 | hex_value(text.ptr[i + 2]));
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

static bool begins_beyond_ascii(unsigned char c)
{
    return c >= 0x80;
}

static bool begins_escape(unsigned char c)
{
    return c == '\\' || c == '&' || c == '%';
}

static bool begins_percent(unsigned char c)
{
    return c < 0x80 && !parts_percent((char)c);
}

static bool begins_hex(unsigned char c)
{
    return c == '\\' || hex_value((char)c) >= 0;
}

static bool begins_base32(unsigned char c)
{
    return base32_value((char)c) >= 0;
}

static bool begins_base64(unsigned char c)
{
    return base64_value((char)c) >= 0;
}

/* Stricter alphabets first: base64's takes in the others'. */
const stile_decoder stile_decoders[STILE_DECODERS] = {
    {"tags", 0, begins_beyond_ascii, tags, true},
    {"selectors", 0, begins_beyond_ascii, selectors, true},
    {"escapes", 0, begins_escape, stile_decode_escapes, true},
    {"percent", '%', begins_percent, percent, false},
    {"hex", 0, begins_hex, hex, false},
    {"base32", 0, begins_base32, base32, false},
    {"base64", 0, begins_base64, base64_0, true},
    {"base64", 0, begins_base64, base64_1, true},
    {"base64", 0, begins_base64, base64_2, true},
    {"base64", 0, begins_base64, base64_3, true},
};
