/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_decoders.h"

#include <ctype.h>

#include "base/utf8.h"

#define MAX_RUN ((size_t)65536) /* bytes of one encoded run */
#define LEAST_HEX 8             /* bytes */
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
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether a packed run goes on behind the line break at text[i], after so many digits: only where a whole
 * group of bytes ends, as encoders wrap. A word on the line before then cannot shift what follows. */
static bool wraps(stile_slice text, size_t i, size_t digits, unsigned bits, int (*value)(char))
{
    if (text.ptr[i] != '\n' && text.ptr[i] != '\r')
        return false;
    return digits * bits % 8 == 0 && i + 1 < text.len &&
           (value(text.ptr[i + 1]) >= 0 || text.ptr[i + 1] == '\n');
}

/* Digits of `bits` each, packed, over wrapped lines. */
static size_t packed(stile_slice text, size_t at, stile_view_builder *b, int (*value)(char),
                     unsigned bits, size_t least)
{
    size_t i, digits = 0, from = at;
    uint32_t held = 0;
    unsigned have = 0;

    if (at > 0 && value(text.ptr[at - 1]) >= 0)
        return 0; /* inside a run */
    for (i = at; i < text.len && i - at < MAX_RUN && digits < least; i++) {
        if (value(text.ptr[i]) >= 0)
            digits++;
        else if (digits == 0 || !wraps(text, i, digits, bits, value))
            return 0;
    }
    if (digits < least)
        return 0;
    for (i = at, digits = 0; i < text.len && i - at < MAX_RUN; i++) {
        int v = value(text.ptr[i]);
        if (v < 0 && wraps(text, i, digits, bits, value))
            continue;
        if (v < 0)
            break;
        digits++;
        held = held << bits | (uint32_t)v;
        have += bits;
        if (have >= 8) {
            char byte = (char)(held >> (have - 8));
            have -= 8;
            stile_view_add_as(b, from, i + 1 - from, &byte, 1);
            from = i;
        }
    }
    while (i < text.len && text.ptr[i] == '=')
        i++;
    return i - at;
}

static size_t base64(stile_slice text, size_t at, stile_view_builder *b)
{
    return packed(text, at, b, base64_value, 6, 16);
}

static size_t base32(stile_slice text, size_t at, stile_view_builder *b)
{
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
           (text.ptr[i] == ' ' || text.ptr[i] == ',' || text.ptr[i] == ':' || text.ptr[i] == '\n'))
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
    for (i = at; i - at < MAX_RUN && (len = hex_byte(text, i, &byte)) > 0; i += len)
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
    for (; end < text.len && end - at < MAX_RUN && !parts_percent(text.ptr[end]); end++)
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

static uint32_t peek(stile_slice text, size_t at, size_t *next)
{
    *next = at;
    return at < text.len ? stile_utf8_next(text, next) : 0;
}

static size_t tags(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, next, count = 0;
    uint32_t cp;

    while ((cp = peek(text, i, &next)) >= 0xe0000 && cp <= 0xe007f) {
        char c = (char)(cp - 0xe0000);
        if (c >= ' ' && c < 0x7f)
            stile_view_add_as(b, i, next - i, &c, 1);
        count++;
        i = next;
    }
    return count >= 4 ? i - at : 0;
}

static size_t selectors(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, next, count = 0;
    uint32_t cp;

    for (;;) {
        char byte;
        cp = peek(text, i, &next);
        if (cp >= 0xfe00 && cp <= 0xfe0f)
            byte = (char)(cp - 0xfe00);
        else if (cp >= 0xe0100 && cp <= 0xe01ef)
            byte = (char)(cp - 0xe0100 + 16);
        else
            break;
        stile_view_add_as(b, i, next - i, &byte, 1);
        count++;
        i = next;
    }
    return count >= 4 ? i - at : 0;
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
    {"tags", 0, begins_beyond_ascii, tags, false},
    {"selectors", 0, begins_beyond_ascii, selectors, false},
    {"escapes", 0, begins_escape, stile_decode_escapes, true},
    {"percent", '%', begins_percent, percent, false},
    {"hex", 0, begins_hex, hex, false},
    {"base32", 0, begins_base32, base32, false},
    {"base64", 0, begins_base64, base64, false},
};
