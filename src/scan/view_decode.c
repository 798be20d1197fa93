/* SPDX-License-Identifier: Apache-2.0 */
/* What a text hides in an encoding, when what comes out is prose: a blob stays a blob. Each decoder
 * is a function that, at a byte of the text, tells how much it took and appends what it gives. */
#include <ctype.h>

#include "base/utf8.h"
#include "scan/view_build.h"

#define MAX_DECODED 64          /* views */
#define MAX_RUN ((size_t)65536) /* bytes of one encoded run */
#define DEPTH 2

typedef struct decoder {
    const char *how;
    /* Bytes of text[at..) taken, 0: nothing here. Appends to the builder. */
    size_t (*run)(stile_slice text, size_t at, stile_view_builder *b);
} decoder;

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

static void add_code_point(stile_view_builder *b, size_t at, size_t len, uint32_t cp)
{
    char utf8[4];
    stile_buf one;

    if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return;
    stile_buf_init(&one, 8);
    stile_buf_add_utf8(&one, cp);
    if (one.len && one.len <= sizeof utf8) {
        memcpy(utf8, one.ptr, one.len);
        stile_view_add_as(b, at, len, utf8, one.len);
    }
    stile_buf_release(&one);
}

/* Digits of `bits` each, packed; line breaks between are passed over. */
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
        else if (digits == 0 || (text.ptr[i] != '\n' && text.ptr[i] != '\r'))
            return 0;
    }
    if (digits < least)
        return 0;
    for (i = at; i < text.len && i - at < MAX_RUN; i++) {
        int v = value(text.ptr[i]);
        if (v < 0) {
            if ((text.ptr[i] == '\n' || text.ptr[i] == '\r') && i + 1 < text.len &&
                (value(text.ptr[i + 1]) >= 0 || text.ptr[i + 1] == '\n'))
                continue;
            break;
        }
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

/* "6967...", "69 67 ...", "0x69, 0x67", "\x69\x67". */
static size_t hex(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, bytes = 0;

    if (at > 0 && isalnum((unsigned char)text.ptr[at - 1]))
        return 0;
    while (i + 1 < text.len && i - at < MAX_RUN) {
        size_t from = i;
        char byte;
        if ((text.ptr[i] == '0' || text.ptr[i] == '\\') &&
            (text.ptr[i + 1] == 'x' || text.ptr[i + 1] == 'X'))
            i += 2;
        if (i + 1 >= text.len || hex_value(text.ptr[i]) < 0 || hex_value(text.ptr[i + 1]) < 0) {
            i = from;
            break;
        }
        byte = (char)(hex_value(text.ptr[i]) << 4 | hex_value(text.ptr[i + 1]));
        i += 2;
        stile_view_add_as(b, from, i - from, &byte, 1);
        bytes++;
        while (
            i < text.len && i - from < 6 &&
            (text.ptr[i] == ' ' || text.ptr[i] == ',' || text.ptr[i] == ':' || text.ptr[i] == '\n'))
            i++;
    }
    return bytes >= 8 ? i - at : 0;
}

/* The word around an escape is read with its escapes undone. */
static size_t percent(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, escapes = 0;

    if (at > 0 && !isspace((unsigned char)text.ptr[at - 1]) && text.ptr[at - 1] != '"' &&
        text.ptr[at - 1] != '=' && text.ptr[at - 1] != '?')
        return 0;
    for (; i < text.len && i - at < MAX_RUN && !isspace((unsigned char)text.ptr[i]) &&
           text.ptr[i] != '"';) {
        if (text.ptr[i] == '%' && i + 2 < text.len && hex_value(text.ptr[i + 1]) >= 0 &&
            hex_value(text.ptr[i + 2]) >= 0) {
            char byte = (char)(hex_value(text.ptr[i + 1]) << 4 | hex_value(text.ptr[i + 2]));
            stile_view_add_as(b, i, 3, &byte, 1);
            escapes++;
            i += 3;
        } else {
            char c = text.ptr[i] == '+' ? ' ' : text.ptr[i];
            stile_view_add_as(b, i, 1, &c, 1);
            i++;
        }
    }
    return escapes >= 3 ? i - at : 0;
}

/* One escape at text[at]: its length and code point; 0 when there is none. */
static size_t one_escape(stile_slice text, size_t at, uint32_t *cp)
{
    size_t i = at;
    uint32_t v = 0;

    if (text.ptr[i] == '\\' && i + 3 < text.len &&
        (text.ptr[i + 1] == 'u' || text.ptr[i + 1] == 'x' || text.ptr[i + 1] == 'U')) {
        size_t want = text.ptr[i + 1] == 'x' ? 2 : text.ptr[i + 1] == 'u' ? 4 : 8, n = 0;
        bool braces = text.ptr[i + 2] == '{';
        for (i += braces ? 3 : 2;
             i < text.len && n < (braces ? 6 : want) && hex_value(text.ptr[i]) >= 0; i++, n++)
            v = v << 4 | (uint32_t)hex_value(text.ptr[i]);
        if (braces && i < text.len && text.ptr[i] == '}')
            i++;
        else if (n < want)
            return 0;
        *cp = v;
        return i - at;
    }
    if (text.ptr[i] == '&' && i + 3 < text.len && text.ptr[i + 1] == '#') {
        bool sixteen = text.ptr[i + 2] == 'x' || text.ptr[i + 2] == 'X';
        size_t first = i += sixteen ? 3 : 2;
        for (; i < text.len && i - first < 8; i++) {
            int d = hex_value(text.ptr[i]);
            if (d < 0 || (!sixteen && d > 9))
                break;
            v = v * (sixteen ? 16 : 10) + (uint32_t)d;
        }
        if (i == first)
            return 0;
        if (i < text.len && text.ptr[i] == ';')
            i++;
        *cp = v;
        return i - at;
    }
    return 0;
}

/* From one escape to the last that follows closely, with the plain text between. */
static size_t escapes(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t i = at, last = at, count = 0;
    uint32_t cp = 0;

    if (!one_escape(text, at, &cp))
        return 0;
    while (i < text.len && i - last < 24 && i - at < MAX_RUN) {
        size_t len = one_escape(text, i, &cp);
        if (len) {
            add_code_point(b, i, len, cp);
            count++;
            i += len;
            last = i;
        } else {
            stile_view_add_as(b, i, 1, text.ptr + i, 1);
            i++;
        }
    }
    return count >= 4 ? i - at : 0;
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

static size_t trigger_at(stile_slice text, const char *const *words, size_t count)
{
    for (size_t w = 0; w < count; w++) {
        size_t len = strlen(words[w]);
        for (size_t i = 0; text.len >= len && i + len <= text.len; i++)
            if (text.ptr[i] == words[w][0] && memcmp(text.ptr + i, words[w], len) == 0)
                return i;
    }
    return SIZE_MAX;
}

/* Mostly letters and spaces, in words. */
static bool is_prose(stile_slice s)
{
    size_t letters = 0, spaces = 0, chars = 0;

    if (s.len < 8 || stile_utf8_valid(s) != s.len)
        return false;
    for (size_t i = 0; i < s.len; chars++) {
        uint32_t cp = stile_utf8_next(s, &i);
        if (cp == ' ' || cp == '\n')
            spaces++;
        else if (cp >= 0x80 || isalpha((int)cp))
            letters++;
        else if (cp < ' ' && cp != '\t' && cp != '\r')
            return false;
    }
    return spaces > 0 && (letters + spaces) * 10 >= chars * 7;
}

typedef struct decoding {
    stile_arena *arena;
    stile_view_list *list;
    size_t made;
    stile_error *err;
} decoding;

static stile_status keep(decoding *d, stile_view_builder *b, const char *how,
                         stile_scan_view *plain)
{
    stile_scan_view normalized;
    stile_status st = stile_view_finish(b, STILE_VIEW_DECODED, how, plain, d->err);

    if (st || (st = stile_view_normalize(plain, d->arena, &normalized, d->err)))
        return st;
    stile_view_list_add(d->list, &normalized);
    d->made++;
    return STILE_OK;
}

static bool may_begin(unsigned char c, unsigned char before)
{
    return c >= 0x80 || c == '%' || c == '\\' || c == '&' || (isalnum(c) && !isalnum(before)) ||
           c == '+' || c == '/';
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth);

static stile_status try_decoder(decoding *d, const stile_scan_view *view, const decoder *decoder_,
                                size_t at, int depth, size_t *taken)
{
    const stile_scan_view *base = view->kind == STILE_VIEW_RAW ? NULL : view;
    stile_view_builder b;
    stile_scan_view plain;
    stile_status st;

    stile_view_builder_init(&b, d->arena, base, MAX_RUN * 2);
    *taken = decoder_->run(view->text, at, &b);
    if (*taken == 0 || !is_prose(stile_buf_slice(&b.text))) {
        /* What does not read may still hide something that does. */
        bool nested = *taken && depth + 1 < DEPTH && b.text.len >= 16 &&
                      stile_utf8_valid(stile_buf_slice(&b.text)) == b.text.len;
        if (!nested) {
            stile_view_builder_release(&b);
            *taken = 0;
            return STILE_OK;
        }
        if ((st = stile_view_finish(&b, STILE_VIEW_DECODED, decoder_->how, &plain, d->err)))
            return st;
        return decode_level(d, &plain, depth + 1);
    }
    if ((st = keep(d, &b, decoder_->how, &plain)) || depth + 1 >= DEPTH)
        return st;
    return decode_level(d, &plain, depth + 1);
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth)
{
    static const decoder decoders[] = {
        {"tags", tags}, {"selectors", selectors}, {"escapes", escapes}, {"percent", percent},
        {"hex", hex},   {"base32", base32},       {"base64", base64},
    };
    stile_slice text = view->text;
    unsigned char before = ' ';
    size_t at = 0;

    while (at < text.len) {
        size_t taken = 0;
        unsigned char c = (unsigned char)text.ptr[at];
        if (d->made >= MAX_DECODED) {
            d->list->limited = "decoded-views";
            return STILE_OK;
        }
        for (size_t i = 0; may_begin(c, before) && !taken && i < sizeof decoders / sizeof *decoders;
             i++) {
            stile_status st;
            if ((c < 0x80) == (i < 2))
                continue; /* the first two begin with bytes that are not ASCII, the rest with ASCII */
            if ((st = try_decoder(d, view, &decoders[i], at, depth, &taken)))
                return st;
        }
        before = c;
        at += taken ? taken : 1;
    }
    return STILE_OK;
}

static stile_status rotated(decoding *d, const stile_scan_view *normalized)
{
    static const char *const triggers[] = {"vtaber", "vafgehpgvba", "qvfertneq", "cerivbhf",
                                           "flfgrz cebzcg"};
    stile_slice text = normalized->text;
    stile_view_builder b;
    stile_scan_view plain;

    if (trigger_at(text, triggers, sizeof triggers / sizeof *triggers) == SIZE_MAX)
        return STILE_OK;
    stile_view_builder_init(&b, d->arena, normalized, text.len + 16);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 'a' && c <= 'z')
            c = (char)('a' + (c - 'a' + 13) % 26);
        stile_view_add_exact(&b, i, &c, 1);
    }
    return keep(d, &b, "rot13", &plain);
}

static stile_status reversed(decoding *d, const stile_scan_view *normalized)
{
    static const char *const triggers[] = {"erongi", "noitcurtsni", "draregsid", "suoiverp",
                                           "tpmorp metsys"};
    stile_slice text = normalized->text;
    stile_view_builder b;
    stile_scan_view plain;

    if (trigger_at(text, triggers, sizeof triggers / sizeof *triggers) == SIZE_MAX)
        return STILE_OK;
    stile_view_builder_init(&b, d->arena, normalized, text.len + 16);
    for (size_t end = text.len; end > 0;) {
        size_t start = end - 1;
        while (start > 0 && ((unsigned char)text.ptr[start] & 0xc0) == 0x80)
            start--;
        stile_view_add_as(&b, start, end - start, text.ptr + start, end - start);
        end = start;
    }
    return keep(d, &b, "reversed", &plain);
}

stile_status stile_view_decode(const stile_scan_view *raw, const stile_scan_view *normalized,
                               stile_arena *arena, stile_view_list *list, stile_error *err)
{
    decoding d = {.arena = arena, .list = list, .err = err};
    stile_status st = decode_level(&d, raw, 0);

    if (st || (st = rotated(&d, normalized)))
        return st;
    return reversed(&d, normalized);
}
