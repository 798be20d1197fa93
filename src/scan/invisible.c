/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/invisible.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/utf8.h"

enum { ZWNJ = 0x200c, ZWJ = 0x200d, BLACK_FLAG = 0x1f3f4, CANCEL_TAG = 0xe007f };

static bool is_tag(uint32_t cp)
{
    return cp >= 0xe0000 && cp <= 0xe007f;
}

static bool is_selector(uint32_t cp)
{
    return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

static bool is_override(uint32_t cp)
{
    return cp >= 0x202a && cp <= 0x202e;
}

static bool is_isolate(uint32_t cp)
{
    return (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e || cp == 0x200f || cp == 0x61c;
}

bool stile_is_invisible(uint32_t cp)
{
    if (cp < 0x20)
        return cp != '\t' && cp != '\n' && cp != '\r';
    if (cp < 0x7f)
        return false;
    return (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x34f || cp == 0x61c || cp == 0x115f ||
           cp == 0x1160 || cp == 0x17b4 || cp == 0x17b5 || cp == 0x180e ||
           (cp >= 0x200b && cp <= 0x200f) || is_override(cp) || (cp >= 0x2060 && cp <= 0x206f) ||
           cp == 0x3164 || cp == 0xfeff || cp == 0xffa0 || is_selector(cp) || is_tag(cp) ||
           (cp >= 0x1d173 && cp <= 0x1d17a);
}

/* The character that ends before `at`; 0 at the start. */
static uint32_t before(stile_slice text, size_t at, size_t *start)
{
    size_t begin;

    if (at == 0)
        return 0;
    begin = at - 1;
    while (begin > 0 && ((unsigned char)text.ptr[begin] & 0xc0) == 0x80)
        begin--;
    *start = begin;
    return stile_utf8_next(text, &begin);
}

static uint32_t after(stile_slice text, size_t at)
{
    return at < text.len ? stile_utf8_next(text, &at) : 0;
}

static bool is_emoji(uint32_t cp)
{
    return cp > 0xff && (u_hasBinaryProperty((UChar32)cp, UCHAR_EXTENDED_PICTOGRAPHIC) ||
                         u_hasBinaryProperty((UChar32)cp, UCHAR_EMOJI_MODIFIER) || cp == 0xfe0f);
}

/* Scripts whose letters join, or whose words need a non-joiner. */
static bool joins(uint32_t cp)
{
    int32_t class = u_getIntPropertyValue((UChar32)cp, UCHAR_JOINING_TYPE);
    int32_t category = u_getIntPropertyValue((UChar32)cp, UCHAR_CANONICAL_COMBINING_CLASS);
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)cp, &status);

    if (class == U_JT_DUAL_JOINING || class == U_JT_RIGHT_JOINING || category == 9) /* virama */
        return true;
    switch (script) {
    case USCRIPT_ARABIC:
    case USCRIPT_SYRIAC:
    case USCRIPT_DEVANAGARI:
    case USCRIPT_BENGALI:
    case USCRIPT_GURMUKHI:
    case USCRIPT_GUJARATI:
    case USCRIPT_ORIYA:
    case USCRIPT_TAMIL:
    case USCRIPT_TELUGU:
    case USCRIPT_KANNADA:
    case USCRIPT_MALAYALAM:
    case USCRIPT_SINHALA:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
    case USCRIPT_MONGOLIAN:
        return true;
    default:
        return false;
    }
}

static bool right_to_left_near(stile_slice text, size_t at)
{
    size_t low = at > 64 ? at - 64 : 0, high = at + 64 < text.len ? at + 64 : text.len;

    for (size_t i = stile_utf8_floor(text, low); i < high;) {
        UCharDirection d = u_charDirection((UChar32)stile_utf8_next(text, &i));
        if (d == U_RIGHT_TO_LEFT || d == U_RIGHT_TO_LEFT_ARABIC)
            return true;
    }
    return false;
}

static bool joiner_is_honest(uint32_t left, uint32_t right, uint32_t cp)
{
    if (cp == ZWJ && is_emoji(left) && is_emoji(right))
        return true;
    return joins(left) && (joins(right) || right == 0 || cp == ZWJ);
}

/* A subdivision flag: a black flag, two to six tag letters or digits, a cancel tag. */
static bool tag_is_of_flag(stile_slice text, size_t at)
{
    size_t start = at, length = 0, forward = at;
    uint32_t cp;

    while (is_tag(cp = before(text, start, &start)))
        if (++length > 7)
            return false;
    if (cp != BLACK_FLAG)
        return false;
    while (forward < text.len && is_tag(cp = stile_utf8_next(text, &forward))) {
        if (++length > 8)
            return false;
        if (cp == CANCEL_TAG)
            return length >= 3;
    }
    return false;
}

static bool selector_is_honest(uint32_t left, uint32_t cp)
{
    if (is_selector(left))
        return false;
    if (cp == 0xfe0e || cp == 0xfe0f)
        return u_hasBinaryProperty((UChar32)left, UCHAR_EMOJI) ||
               u_hasBinaryProperty((UChar32)left, UCHAR_EXTENDED_PICTOGRAPHIC);
    /* Mongolian and ideographic variants, and mathematical ones. */
    return u_hasBinaryProperty((UChar32)left, UCHAR_IDEOGRAPHIC) ||
           (cp == 0xfe00 && left >= 0x2200 && left <= 0x2aff) ||
           (cp <= 0xfe02 && left >= 0xaa60 && left <= 0xaa7f) ||
           (cp <= 0xfe00 && left >= 0x1000 && left <= 0x109f);
}

bool stile_invisible_is_honest(stile_slice text, size_t at, size_t next, uint32_t cp)
{
    size_t start = at;
    uint32_t left = before(text, at, &start), right = after(text, next);

    if (is_tag(cp))
        return tag_is_of_flag(text, at);
    if (is_selector(cp))
        return left != 0 && selector_is_honest(left, cp);
    if (cp == ZWJ || cp == ZWNJ)
        return joiner_is_honest(left, right, cp);
    if (cp == 0xfeff)
        return at == 0;
    if (cp == 0xad)
        return u_isalpha((UChar32)left) && u_isalpha((UChar32)right);
    if (cp == 0x200b) /* breaks lines in scripts without spaces */
        return left > 0xe00 && right > 0xe00 && u_isalpha((UChar32)left) &&
               u_isalpha((UChar32)right);
    if (is_isolate(cp))
        return right_to_left_near(text, at);
    return false;
}

size_t stile_escape_sequence(stile_slice text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t i = at;

    if (p[i] == 0xc2 && i + 1 < text.len && p[i + 1] == 0x9b) {
        i += 2; /* CSI as one character */
    } else if (p[i] != 0x1b) {
        return 0;
    } else if (i + 1 < text.len && p[i + 1] == ']') { /* OSC, to BEL or ST; any other ESC ends it */
        for (i += 2; i < text.len && i - at < 4096 && p[i] != 0x07; i++)
            if (p[i] == 0x1b)
                return i + (i + 1 < text.len && p[i + 1] == '\\' ? 2 : 0) - at;
        return i < text.len && p[i] == 0x07 ? i + 1 - at : 1;
    } else if (i + 1 < text.len && p[i + 1] == '[') {
        i += 2;
    } else {
        return 1;
    }
    while (i < text.len && i - at < 64 && p[i] >= 0x20 && p[i] < 0x40)
        i++;
    return i < text.len && p[i] >= 0x40 && p[i] < 0x7f ? i + 1 - at : i - at;
}
