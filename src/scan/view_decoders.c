/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_decoders.h"

#include <ctype.h>

#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/view_packed.h"

#define MAX_RUN ((size_t)65536) /* bytes of one run that another may follow at once */
#define LEAST_HEX 8             /* bytes */
#define REACH 64                /* bytes from one unseen character to the next */

static int hex_value(char c)
{
    unsigned char u = (unsigned char)c;
    if (u >= '0' && u <= '9')
        return u - '0';
    return (u | 32) >= 'a' && (u | 32) <= 'f' ? (u | 32) - 'a' + 10 : -1;
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
           (stile_ascii_is_space(text.ptr[i]) || (text.ptr[i] && strchr(",:;-_", text.ptr[i]))))
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
    return stile_ascii_is_space(c) || c == '"' || c == '=' || c == '?' || c == '&';
}

/* A word, or the value of a query's key, is read to its end with its escapes undone. One with too few is read
 * too, though it gives nothing: none of its ends has more, and all words together cost one pass. */
static size_t percent(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t end = at, escapes = 0;

    for (; end < text.len && !parts_percent(text.ptr[end]); end++)
        escapes += stile_is_percent_escape(text, end);
    if (escapes < STILE_LEAST_PERCENT)
        return end - at;
    for (size_t i = at; i < end;) {
        size_t len = stile_is_percent_escape(text, i) ? 3 : 1;
        char c = text.ptr[i] == '+' ? ' ' : text.ptr[i];
        if (len == 3)
            c = hex_pair(text, i + 1);
        if (len == 1)
            stile_view_add_exact(b, i, &c, 1);
        else
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

/* Base64 from the digit at + `shift`. */
static size_t base64(stile_slice text, size_t at, size_t shift, stile_view_builder *b)
{
    size_t ran = stile_packed_read(text, at + shift, &stile_base64, b);

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
    return stile_packed_read(text, at, &stile_base32, b);
}

enum { TAGS, SELECTORS, ESCAPES, PERCENT, HEX, BASE32, BASE64 /* four of them, by shift */ };

/* Stricter alphabets first: base64's takes in the others'. */
const stile_decoder stile_decoders[STILE_DECODERS] = {
    [TAGS] = {"tags", tags, .shares = true},
    [SELECTORS] = {"selectors", selectors, .shares = true},
    [ESCAPES] = {"escapes", stile_decode_escapes, .shares = true},
    [PERCENT] = {"percent", percent, .shares = false},
    [HEX] = {"hex", hex, .digits = true},
    [BASE32] = {"base32", base32, .digits = true},
    [BASE64] = {"base64", base64_0, .digits = true, .shares = true, .honest = true, .shift = 0,
                .shifted = true},
    [BASE64 + 1] = {"base64", base64_1, .digits = true, .shares = true, .honest = true, .shift = 1,
                    .shifted = true},
    [BASE64 + 2] = {"base64", base64_2, .digits = true, .shares = true, .honest = true, .shift = 2,
                    .shifted = true},
    [BASE64 + 3] = {"base64", base64_3, .digits = true, .shares = true, .honest = true, .shift = 3,
                    .shifted = true},
};

size_t stile_decoder_blank(size_t i, stile_slice text, size_t at)
{
    size_t shift = i > BASE64 ? i - BASE64 : 0, ran;

    if (i < BASE32 || at + shift >= text.len)
        return 0;
    ran = stile_packed_blank(text, at + shift, i == BASE32 ? &stile_base32 : &stile_base64);
    return ran ? ran + shift : 0;
}

/* What begins with a character beyond ASCII: a word with percent escapes may begin with anything. */
static uint32_t beyond_at(const stile_run_map *map, unsigned char c)
{
    uint32_t found = map->percent ? 1u << PERCENT : 0;

    return found | (c == 0xef || c == 0xf3 ? 1u << TAGS | 1u << SELECTORS : 0);
}

uint32_t stile_decoders_at(const stile_run_map *map, size_t at)
{
    stile_slice text = map->text;
    char c = text.ptr[at];
    uint32_t found = 0;

    if ((unsigned char)c >= 0x80)
        return beyond_at(map, (unsigned char)c);
    if (c == '\\' || c == '&' || c == '%')
        found |= 1u << ESCAPES;
    if (map->percent && !parts_percent(c))
        found |= 1u << PERCENT;
    if ((c == '\\' || hex_value(c) >= 0) && may_hex(text, at))
        found |= 1u << HEX;
    if (c == '%' || c == '&' || c == '\\' || stile_is_plain_word(map, at))
        return found;
    if (stile_may_base32(text, at))
        found |= 1u << BASE32;
    return found | stile_may_base64(text, at) << BASE64;
}
