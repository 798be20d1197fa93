/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes and entities in running text. One letter written as an escape is enough to break a word for every
 * rule and for no reader, so that the words around it are read with it; the escapes that honest text
 * needs, those of punctuation, are undone but prove nothing. */
#include <ctype.h>
#include <unicode/uchar.h>

#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/view_decoders.h"

#define MAX_RUN ((size_t)65536)
#define CONTEXT                                                                                    \
    ((size_t)64) /* bytes around an escape that are read with it; as much parts two runs */
#define LEAST_WEAK 3

/* What one escape stands for: a code point, or one byte of UTF-8. */
typedef struct escape {
    size_t len;
    uint32_t value;
    bool is_byte;
} escape;

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits of `base` from text[at], `most` at most: how many there are. */
static size_t digits(stile_slice text, size_t at, unsigned base, size_t most, uint32_t *value)
{
    size_t n = 0;

    for (*value = 0; n < most && at + n < text.len; n++) {
        int d = hex_value(text.ptr[at + n]);
        if (d < 0 || (unsigned)d >= base)
            break;
        *value = *value * base + (uint32_t)d;
    }
    return n;
}

/* "\u0069", "\u{69}", "\U00000069", "\x69", "\151". */
static escape backslash(stile_slice text, size_t at)
{
    char kind = at + 1 < text.len ? text.ptr[at + 1] : 0;
    size_t want = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0, n;
    escape e = {0, 0, false};

    if (want && at + 2 < text.len && text.ptr[at + 2] == '{') {
        n = digits(text, at + 3, 16, 6, &e.value);
        if (n && at + 3 + n < text.len && text.ptr[at + 3 + n] == '}')
            e.len = n + 4;
    } else if (want) {
        e.len = digits(text, at + 2, 16, want, &e.value) == want ? want + 2 : 0;
    } else if (kind >= '0' && kind <= '3') {
        e.len = digits(text, at + 1, 8, 3, &e.value) == 3 ? 4 : 0;
    }
    return e;
}

/* JSON writes what lies beyond 16 bits as two. */
static escape surrogates(stile_slice text, size_t at)
{
    escape high = backslash(text, at), low;

    if (high.len != 6 || high.value < 0xd800 || high.value >= 0xdc00 || at + 6 >= text.len ||
        text.ptr[at + 6] != '\\')
        return high;
    low = backslash(text, at + 6);
    if (low.len == 6 && low.value >= 0xdc00 && low.value < 0xe000)
        return (escape){12, 0x10000 + ((high.value - 0xd800) << 10) + (low.value - 0xdc00), false};
    return high;
}

static escape entity(stile_slice text, size_t at)
{
    static const struct {
        const char *name;
        uint32_t value;
    } named[] = {{"nbsp;", ' '},    {"ensp;", ' '},    {"emsp;", ' '},
                 {"thinsp;", ' '},  {"Tab;", ' '},     {"amp;", '&'},
                 {"lt;", '<'},      {"gt;", '>'},      {"quot;", '"'},
                 {"apos;", '\''},   {"NewLine;", ' '}, {"shy;", 0xad},
                 {"zwnj;", 0x200c}, {"zwj;", 0x200d},  {"ZeroWidthSpace;", 0x200b}};
    stile_slice rest = stile_slice_cut(text, at + 1, text.len);
    escape e = {0, 0, false};

    if (rest.len && rest.ptr[0] == '#') {
        bool sixteen = rest.len > 1 && (rest.ptr[1] == 'x' || rest.ptr[1] == 'X');
        size_t first = at + (sixteen ? 3 : 2),
               n = digits(text, first, sixteen ? 16 : 10, 8, &e.value);
        if (n)
            e.len = first + n - at + (first + n < text.len && text.ptr[first + n] == ';');
        return e;
    }
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (stile_slice_starts(rest, stile_str(named[i].name)))
            return (escape){1 + strlen(named[i].name), named[i].value, false};
    return e;
}

/* The escape at text[at]; of no length when there is none. */
static escape escape_at(stile_slice text, size_t at)
{
    escape e = {0, 0, true};

    switch (text.ptr[at]) {
    case '\\':
        return surrogates(text, at);
    case '&':
        return entity(text, at);
    case '%':
        e.len = digits(text, at + 1, 16, 2, &e.value) == 2 ? 3 : 0;
        return e;
    default:
        return e;
    }
}

/* What one escape proves: a letter, or something unseen inside a word, that the text is disguised; a space
 * or a letter beyond ASCII, only in numbers. */
static void weigh(const escape *e, size_t *strong, size_t *weak)
{
    if (e->value < 0x80 ? isalnum((int)e->value) != 0 : !e->is_byte && stile_is_invisible(e->value))
        ++*strong;
    else if (!e->is_byte && (e->value == ' ' || e->value == 0xa0 ||
                             (e->value >= 0x80 && u_isalpha((UChar32)e->value))))
        ++*weak;
}

static void add_value(stile_view_builder *b, size_t at, const escape *e)
{
    stile_buf utf8;
    char byte = (char)e->value;

    if (e->is_byte) {
        stile_view_add_as(b, at, e->len, &byte, 1);
        return;
    }
    if (e->value == 0 || e->value > 0x10ffff || (e->value >= 0xd800 && e->value < 0xe000))
        return;
    stile_buf_init(&utf8, 8);
    stile_buf_add_utf8(&utf8, e->value);
    if (utf8.failed)
        b->failed = true;
    stile_view_add_as(b, at, e->len, utf8.ptr, utf8.len);
    stile_buf_release(&utf8);
}

/* text[start, end) with its escapes undone. */
static void add_undone(stile_view_builder *b, stile_slice text, size_t start, size_t end)
{
    for (size_t i = start, plain = start; i < end;) {
        escape e = escape_at(text, i);
        size_t next = i + (e.len ? e.len : 1);
        if (e.len || next >= end)
            stile_view_add_exact(b, plain, text.ptr + plain, (e.len ? i : next) - plain);
        if (e.len) {
            add_value(b, i, &e);
            plain = next;
        }
        i = next;
    }
}

size_t stile_decode_escapes(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, last = at, strong = 0, weak = 0, start, end;

    if (!escape_at(text, at).len)
        return 0;
    while (i < text.len && i - last < CONTEXT && i - at < MAX_RUN) {
        escape e = escape_at(text, i);
        i += e.len ? e.len : 1;
        if (e.len) {
            weigh(&e, &strong, &weak);
            last = i;
        }
    }
    if (strong || weak >= LEAST_WEAK) {
        start = stile_utf8_floor(text, at > CONTEXT ? at - CONTEXT : 0);
        end = stile_utf8_floor(text, text.len - last > CONTEXT ? last + CONTEXT : text.len);
        add_undone(b, text, start, end > last ? end : last);
    }
    return last - at;
}
