/* SPDX-License-Identifier: Apache-2.0 */
/* What mails and forms do to text: quoted-printable, and words joined by plus signs. Honest prose comes so every
 * day; only letters that needed no escape are a disguise. */
#include "base/utf8.h"
#include "scan/view_codes.h"
#include "scan/view_quoted.h"

#define LEAST_PLUS 3
#define LEAST_ESCAPES 3
#define LEAST_BREAKS 2
#define LEAST_DISGUISED 8 /* letters and digits that were escaped */

static int hex_value(char c)
{
    if (stile_ascii_is_digit(c))
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an escape at text[at] stands for, behind '%' or '='; -1: there is none. */
static int escaped(stile_slice text, size_t at)
{
    int high, low;

    if (text.len - at < 3)
        return -1;
    high = hex_value(text.ptr[at + 1]);
    low = hex_value(text.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool in_word(char c)
{
    return stile_ascii_is_letter(c) || stile_ascii_is_digit(c);
}

static bool in_form(char c)
{
    return in_word(c) || (unsigned char)c >= 0x80 || (c && strchr("+%._*~!'(),:@/$;-", c));
}

size_t stile_form_next(stile_slice text, size_t at)
{
    const char *plus = at < text.len ? memchr(text.ptr + at, '+', text.len - at) : NULL;
    size_t start;

    if (!plus)
        return text.len;
    for (start = (size_t)(plus - text.ptr); start > at && in_form(text.ptr[start - 1]);)
        start--;
    return start;
}

size_t stile_form_run(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t end = at, joints = 0;

    for (; end < text.len && in_form(text.ptr[end]); end++)
        joints += text.ptr[end] == '+' && end > at && end + 1 < text.len &&
                  text.ptr[end - 1] != '+' && text.ptr[end + 1] != '+';
    if (joints < LEAST_PLUS)
        return end > at ? end - at : 1;
    for (size_t i = at; i < end;) {
        int value = text.ptr[i] == '%' ? escaped(text, i) : -1;
        size_t len = value >= 0 ? 3 : 1;
        char c = value >= 0 ? (char)value : text.ptr[i] == '+' ? ' ' : text.ptr[i];
        stile_view_add_as(b, i, len, &c, 1);
        i += len;
    }
    return end - at;
}

/* What an '=' at text[at] begins: bytes taken, 0 when it is an '=' and no more; the byte, or -1 for a break that
 * is none. */
static size_t quoted_at(stile_slice text, size_t at, int *value)
{
    size_t i = at + 1;

    *value = escaped(text, at);
    if (*value >= 0 && at > 0 && text.ptr[at - 1] == '=') /* "==41": a rule, or code */
        return 0;
    if (*value >= 0)
        return *value >= ' ' || *value == '\n' || *value == '\r' || *value == '\t' ? 3 : 0;
    while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\r'))
        i++;
    return i < text.len && text.ptr[i] == '\n' ? i + 1 - at : 0;
}

/* The next '=' at or behind `at`; the text's length: there is none. */
static size_t next_sign(stile_slice text, size_t at)
{
    const char *sign = at < text.len ? memchr(text.ptr + at, '=', text.len - at) : NULL;

    return sign ? (size_t)(sign - text.ptr) : text.len;
}

typedef struct quoted_counts {
    size_t escapes, breaks, disguised;
    bool in_word; /* a break in the midst of one */
} quoted_counts;

static quoted_counts count_quoted(stile_slice text)
{
    quoted_counts n = {0, 0, 0, false};

    for (size_t at = next_sign(text, 0), len; at < text.len; at = next_sign(text, at + len)) {
        int value;
        len = quoted_at(text, at, &value);
        if (len && value < 0) {
            n.breaks++;
            n.in_word |= at > 0 && at + len < text.len && in_word(text.ptr[at - 1]) &&
                         in_word(text.ptr[at + len]);
        }
        n.escapes += len && value >= 0;
        n.disguised += len && value >= 0 && value < 0x80 && in_word((char)value);
        len += len == 0;
    }
    return n;
}

/* Bytes beyond ASCII at text[at]: those of one character of UTF-8, or one of Latin-1. Gives what was read. */
static size_t add_beyond(stile_view_builder *b, stile_slice text, size_t at, int first)
{
    size_t want = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1, have = 0;
    char bytes[4];

    for (size_t i = at; have < want && i < text.len && text.ptr[i] == '='; i += 3) {
        int value = escaped(text, i);
        if (value < 0x80)
            break;
        bytes[have++] = (char)value;
    }
    if (have == want && want > 1 && stile_utf8_valid(stile_slice_of(bytes, have)) == have) {
        stile_view_add_as(b, at, 3 * have, bytes, have);
        return 3 * have;
    }
    bytes[0] = (char)(0xc0 | first >> 6);
    bytes[1] = (char)(0x80 | (first & 0x3f));
    stile_view_add_as(b, at, 3, bytes, 2);
    return 3;
}

static void add_unquoted(stile_view_builder *b, stile_slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t sign = next_sign(text, at), len;
        int value;
        stile_view_add_exact(b, at, text.ptr + at, sign - at);
        if (sign == text.len)
            return;
        if (!(len = quoted_at(text, sign, &value))) {
            stile_view_add_exact(b, sign, "=", 1);
            at = sign + 1;
            continue;
        }
        at = sign + len;
        if (value >= 0x80) {
            at = sign + add_beyond(b, text, sign, value);
        } else if (value >= 0) {
            char byte = (char)value;
            stile_view_add_as(b, sign, len, &byte, 1);
        }
    }
}

stile_status stile_view_quoted(const stile_scan_view *raw, stile_arena *arena, bool *disguised,
                               stile_scan_view *out, stile_error *err)
{
    stile_slice text = raw->text;
    quoted_counts n = count_quoted(text);
    stile_view_builder b;

    *out = (stile_scan_view){.text = {NULL, 0}};
    *disguised = n.disguised >= LEAST_DISGUISED;
    if (n.escapes < LEAST_ESCAPES && n.breaks < LEAST_BREAKS && !n.in_word)
        return STILE_OK;
    stile_view_builder_init(&b, arena, NULL, text.len + 16);
    add_unquoted(&b, text);
    return stile_view_finish(&b, *disguised ? STILE_VIEW_DECODED : STILE_VIEW_NORMALIZED,
                             "quoted-printable", out, err);
}
