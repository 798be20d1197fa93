/* SPDX-License-Identifier: Apache-2.0 */
/* The normalized reading of a text. ASCII goes byte by byte through a table; anything else goes
 * segment by segment (a character and the marks on it) through ICU's NFKC_Casefold, so that each
 * piece keeps its way back. */
#include <ctype.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/lanes.h"
#include "scan/view_build.h"

#define PLAIN_ROOM ((size_t)1024)
#define MAX_SEGMENT 32 /* code points of one segment; more marks than that start another */

char stile_look_alike(uint32_t cp)
{
    static const struct {
        uint16_t cp;
        char ascii;
    } table[] = {
        {0x3b1, 'a'}, {0x3b5, 'e'}, {0x3b7, 'n'}, {0x3b9, 'i'}, {0x3ba, 'k'}, {0x3bd, 'v'},
        {0x3bf, 'o'}, {0x3c1, 'p'}, {0x3c4, 't'}, {0x3c5, 'u'}, {0x3c7, 'x'}, {0x3c9, 'w'},
        {0x430, 'a'}, {0x432, 'b'}, {0x435, 'e'}, {0x43a, 'k'}, {0x43c, 'm'}, {0x43d, 'h'},
        {0x43e, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'},
        {0x455, 's'}, {0x456, 'i'}, {0x458, 'j'}, {0x45b, 'h'}, {0x49b, 'k'}, {0x4bb, 'h'},
        {0x4cf, 'l'}, {0x501, 'd'}, {0x51b, 'q'}, {0x51d, 'w'}, {0x570, 'h'}, {0x578, 'n'},
        {0x57d, 'u'}, {0x585, 'o'}, {0x131, 'i'}, {0x251, 'a'}, {0x261, 'g'}, {0x269, 'i'},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].cp == cp)
            return table[i].ascii;
    return 0;
}

/* Letters in boxes, on discs, as flags, and small capitals: ASCII letters in any word, which NFKC leaves as
 * they are. 0: none. */
static char fancy_letter(uint32_t cp)
{
    static const struct {
        uint16_t cp;
        char ascii;
    } small[] = {
        {0x262, 'g'},  {0x26a, 'i'},  {0x274, 'n'},  {0x280, 'r'},  {0x28f, 'y'},  {0x299, 'b'},
        {0x29c, 'h'},  {0x29f, 'l'},  {0x1d00, 'a'}, {0x1d04, 'c'}, {0x1d05, 'd'}, {0x1d07, 'e'},
        {0x1d0a, 'j'}, {0x1d0b, 'k'}, {0x1d0d, 'm'}, {0x1d0f, 'o'}, {0x1d18, 'p'}, {0x1d1b, 't'},
        {0x1d1c, 'u'}, {0x1d20, 'v'}, {0x1d21, 'w'}, {0x1d22, 'z'}, {0xa730, 'f'}, {0xa731, 's'},
    };

    if (cp >= 0x1f150 && cp < 0x1f18a) /* negative circled, from 1f170 squared */
        return cp < 0x1f16a || cp >= 0x1f170 ? (char)('a' + (cp - 0x1f150) % 32) : 0;
    if (cp >= 0x1f1e6 && cp <= 0x1f1ff)
        return (char)('a' + (cp - 0x1f1e6));
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (small[i].cp == cp)
            return small[i].ascii;
    return 0;
}

/* Characters that show nothing and take a letter's room. */
static bool is_blank(uint32_t cp)
{
    return cp == 0x2800 || cp == 0x3164 || cp == 0xffa0;
}

static bool is_word(uint32_t cp)
{
    return cp < 0x80 ? isalnum((int)cp) != 0 : u_isalpha((UChar32)cp) != 0;
}

/* ASCII letters of words that mix them with look-alikes; run over a normalized view. */
static stile_status fold_look_alikes(const stile_scan_view *view, stile_arena *arena,
                                     stile_scan_view *out, stile_error *err)
{
    stile_view_builder b;
    stile_slice text = view->text;

    stile_view_builder_init(&b, arena, view, text.len + 16);
    for (size_t at = 0; at < text.len;) {
        size_t end = at, i;
        bool ascii = false, alike = false;
        while (end < text.len) {
            size_t next = end;
            uint32_t cp = stile_utf8_next(text, &next);
            if (!is_word(cp))
                break;
            ascii |= cp < 0x80 && isalpha((int)cp);
            alike |= stile_look_alike(cp) != 0;
            end = next;
        }
        for (i = at; i < end;) {
            size_t next = i;
            char plain = stile_look_alike(stile_utf8_next(text, &next));
            if (ascii && alike && plain)
                stile_view_add_as(&b, i, next - i, &plain, 1);
            else
                stile_view_add_exact(&b, i, text.ptr + i, next - i);
            i = next;
        }
        if (end == at) {
            size_t next = at;
            (void)stile_utf8_next(text, &next);
            stile_view_add_exact(&b, at, text.ptr + at, next - at);
            end = next;
        }
        at = end;
    }
    return stile_view_finish(&b, view->kind, view->how, out, err);
}

typedef struct normalizer {
    const UNormalizer2 *nfkc;
    stile_slice text;
    stile_view_builder b;
    bool space;     /* the last thing written was a space */
    bool has_alike; /* a look-alike letter was written */
} normalizer;

static void add_space(normalizer *n, size_t at, size_t len)
{
    if (!n->space && n->b.text.len)
        stile_view_add_as(&n->b, at, len, " ", 1);
    n->space = true;
}

/* Whether the ASCII character at `at` has marks on it, which compose with it. */
static bool is_marked(stile_slice text, size_t at)
{
    size_t next = at + 1;

    return next < text.len && (unsigned char)text.ptr[next] >= 0xcc &&
           u_getCombiningClass((UChar32)stile_utf8_next(text, &next)) != 0;
}

/* The length of a terminal's styling sequence that starts here, which would part the letters around
 * it; 0: none. One without a number is text to whoever is no terminal, and is kept. */
static size_t styling_length(stile_slice text, size_t at)
{
    size_t len;

    if (text.ptr[at] != 0x1b || text.len - at < 4 || text.ptr[at + 1] != '[' ||
        !isdigit((unsigned char)text.ptr[at + 2]))
        return 0;
    len = stile_escape_sequence(text, at);
    return text.ptr[at + len - 1] == 'm' ? len : 0;
}

/* What an ASCII character is read as: itself, a letter in lower case, white space a space; 0: nothing, or it
 * is not ASCII. */
static const char plain_ascii[256] = {
    ['\t'] = ' ',  ['\n'] = ' ', ['\v'] = ' ', ['\f'] = ' ', ['\r'] = ' ', [' '] = ' ',
    ['!'] = '!',   ['"'] = '"',  ['#'] = '#',  ['$'] = '$',  ['%'] = '%',  ['&'] = '&',
    ['\''] = '\'', ['('] = '(',  [')'] = ')',  ['*'] = '*',  ['+'] = '+',  [','] = ',',
    ['-'] = '-',   ['.'] = '.',  ['/'] = '/',  ['0'] = '0',  ['1'] = '1',  ['2'] = '2',
    ['3'] = '3',   ['4'] = '4',  ['5'] = '5',  ['6'] = '6',  ['7'] = '7',  ['8'] = '8',
    ['9'] = '9',   [':'] = ':',  [';'] = ';',  ['<'] = '<',  ['='] = '=',  ['>'] = '>',
    ['?'] = '?',   ['@'] = '@',  ['A'] = 'a',  ['B'] = 'b',  ['C'] = 'c',  ['D'] = 'd',
    ['E'] = 'e',   ['F'] = 'f',  ['G'] = 'g',  ['H'] = 'h',  ['I'] = 'i',  ['J'] = 'j',
    ['K'] = 'k',   ['L'] = 'l',  ['M'] = 'm',  ['N'] = 'n',  ['O'] = 'o',  ['P'] = 'p',
    ['Q'] = 'q',   ['R'] = 'r',  ['S'] = 's',  ['T'] = 't',  ['U'] = 'u',  ['V'] = 'v',
    ['W'] = 'w',   ['X'] = 'x',  ['Y'] = 'y',  ['Z'] = 'z',  ['['] = '[',  ['\\'] = '\\',
    [']'] = ']',   ['^'] = '^',  ['_'] = '_',  ['`'] = '`',  ['a'] = 'a',  ['b'] = 'b',
    ['c'] = 'c',   ['d'] = 'd',  ['e'] = 'e',  ['f'] = 'f',  ['g'] = 'g',  ['h'] = 'h',
    ['i'] = 'i',   ['j'] = 'j',  ['k'] = 'k',  ['l'] = 'l',  ['m'] = 'm',  ['n'] = 'n',
    ['o'] = 'o',   ['p'] = 'p',  ['q'] = 'q',  ['r'] = 'r',  ['s'] = 's',  ['t'] = 't',
    ['u'] = 'u',   ['v'] = 'v',  ['w'] = 'w',  ['x'] = 'x',  ['y'] = 'y',  ['z'] = 'z',
    ['{'] = '{',   ['|'] = '|',  ['}'] = '}',  ['~'] = '~',
};

/* As many of STILE_LANES bytes as are read one by one, in `out`, which has room for all of them. `space`: one
 * more at the start is nothing. */
static size_t read_lanes(const char *bytes, bool space, char *out)
{
    stile_lanes v = stile_lanes_load(bytes), white = stile_lanes_space(v);
    stile_lanes large = stile_lanes_range(v, 'A', 'Z');
    uint32_t plain = stile_lanes_bits(stile_lanes_or(white, stile_lanes_range(v, '!', '~')));
    uint32_t spaces = stile_lanes_bits(white);
    uint32_t stops = (spaces & (spaces << 1 | space)) | (~plain & ((1u << STILE_LANES) - 1));

    v = stile_lanes_or(v, stile_lanes_and(large, stile_lanes_all(0x20)));
    v = stile_lanes_or(stile_lanes_and(v, stile_lanes_not(stile_lanes_range(v, '\t', '\r'))),
                       stile_lanes_and(white, stile_lanes_all(' ')));
    stile_lanes_store(out, v);
    return stops ? (size_t)__builtin_ctz(stops) : STILE_LANES;
}

/* A stretch of ASCII from `at` that is read byte by byte, a run of white space only to its first; gives its
 * end. Nothing is read where the first character stands for nothing or has marks on it. */
static size_t add_plain(normalizer *n, size_t at)
{
    stile_slice text = n->text;
    size_t len = 0, last = text.len - at < PLAIN_ROOM ? text.len - at : PLAIN_ROOM;
    bool space = n->space || n->b.text.len == 0;
    char plain[PLAIN_ROOM];

    for (size_t read = STILE_LANES; read == STILE_LANES && last - len >= STILE_LANES; len += read) {
        read = read_lanes(text.ptr + at + len, space, plain + len);
        space = read ? plain[len + read - 1] == ' ' : space;
    }
    for (; len < last; len++) {
        char p = plain_ascii[(unsigned char)text.ptr[at + len]];
        if (p == 0 || (p == ' ' && space))
            break;
        space = p == ' ';
        plain[len] = p;
    }
    /* marks stand behind what they are on */
    // cppcheck-suppress uninitvar ; what is below len is set
    if (len && plain[len - 1] != ' ' && is_marked(text, at + len - 1))
        len--;
    if (len) {
        stile_view_add_exact(&n->b, at, plain, len);
        n->space = plain[len - 1] == ' ';
    }
    return at + len;
}

/* A run of ASCII from `at`; gives its end. */
static size_t add_ascii(normalizer *n, size_t at)
{
    stile_slice text = n->text;

    while (at < text.len && (unsigned char)text.ptr[at] < 0x80) {
        size_t end = add_plain(n, at), len;
        if (end > at) {
            at = end;
            continue;
        }
        if (stile_ascii_is_space(text.ptr[at]))
            n->space = true; /* there is one already, or nothing before */
        else if (plain_ascii[(unsigned char)text.ptr[at]])
            break; /* the start of a marked letter */
        len = styling_length(text, at);
        at += len ? len : 1; /* other controls are nothing */
    }
    return at;
}

/* Of a Latin letter's segment, what did not compose with it: marks that are piled on letters, or strike
 * them out, so that the word is not found. Gives the length without them. */
static size_t drop_marks(char *utf8, size_t len)
{
    stile_slice s = {utf8, len};
    size_t at = 0, kept;

    if (len < 2 || stile_utf8_next(s, &at) >= 0x250)
        return len;
    for (kept = at; at < len;) {
        size_t start = at;
        if (u_getCombiningClass((UChar32)stile_utf8_next(s, &at)) != 0)
            continue;
        memmove(utf8 + kept, utf8 + start, at - start);
        kept += at - start;
    }
    return kept;
}

static void add_segment(normalizer *n, size_t start, size_t end)
{
    UChar wide[4 * MAX_SEGMENT], folded[16 * MAX_SEGMENT];
    char utf8[64 * MAX_SEGMENT];
    UErrorCode status = U_ZERO_ERROR;
    int32_t wide_len = 0, folded_len, len = 0;

    u_strFromUTF8(wide, (int32_t)(sizeof wide / sizeof *wide), &wide_len, n->text.ptr + start,
                  (int32_t)(end - start), &status);
    folded_len = unorm2_normalize(n->nfkc, wide, wide_len, folded,
                                  (int32_t)(sizeof folded / sizeof *folded), &status);
    u_strToUTF8(utf8, (int32_t)sizeof utf8, &len, folded, folded_len, &status);
    if (U_FAILURE(status)) { /* cannot be, for valid UTF-8 of this size; keep it as it is */
        stile_view_add_exact(&n->b, start, n->text.ptr + start, end - start);
        n->space = false;
        return;
    }
    len = (int32_t)drop_marks(utf8, (size_t)len);
    if (len == 0)
        return;
    if (len == 1 && utf8[0] == ' ') {
        add_space(n, start, end - start);
        return;
    }
    stile_view_add_as(&n->b, start, end - start, utf8, (size_t)len);
    n->space = false;
    for (size_t i = 0; i < (size_t)len;)
        n->has_alike |=
            stile_look_alike(stile_utf8_next(stile_slice_of(utf8, (size_t)len), &i)) != 0;
}

/* A character that is not plain ASCII and the marks on it; gives the end. */
static size_t add_other(normalizer *n, size_t at)
{
    size_t next = at, end;
    uint32_t cp = stile_utf8_next(n->text, &next);
    char fancy;

    if (is_blank(cp) || u_isUWhiteSpace((UChar32)cp)) {
        add_space(n, at, next - at);
        return next;
    }
    /* A mark is met here only past the most of one segment. */
    if (stile_is_invisible(cp) || cp == 0x200c || cp == 0x200d ||
        (cp >= 0x300 && cp < 0x370 && n->b.text.len))
        return next;
    if ((fancy = fancy_letter(cp)) != 0) {
        stile_view_add_as(&n->b, at, next - at, &fancy, 1);
        n->space = false;
        return next;
    }
    end = next;
    for (int i = 1; end < n->text.len && i < MAX_SEGMENT; i++) {
        size_t mark = end;
        uint32_t m = stile_utf8_next(n->text, &mark);
        if (m < 0x300 || u_getCombiningClass((UChar32)m) == 0)
            break;
        end = mark;
    }
    add_segment(n, at, end);
    return end;
}

stile_status stile_view_normalize(const stile_scan_view *view, stile_arena *arena,
                                  stile_scan_view *out, stile_error *err)
{
    UErrorCode status = U_ZERO_ERROR;
    normalizer n = {.nfkc = unorm2_getNFKCCasefoldInstance(&status), .text = view->text};
    bool raw = view->kind == STILE_VIEW_RAW;
    stile_scan_view made;
    stile_status st;

    if (U_FAILURE(status))
        return stile_fail(err, STILE_INTERNAL, "scan: ICU has no NFKC_Casefold");
    stile_view_builder_init(&n.b, arena, raw ? NULL : view, 18 * view->text.len + 64);
    stile_view_expect(&n.b, view->text.len);
    for (size_t at = 0; at < view->text.len;)
        at = (unsigned char)view->text.ptr[at] < 0x80 && !is_marked(view->text, at)
                 ? add_ascii(&n, at)
                 : add_other(&n, at);
    st = stile_view_finish(&n.b, raw ? STILE_VIEW_NORMALIZED : view->kind, view->how, &made, err);
    if (!st && n.has_alike)
        return fold_look_alikes(&made, arena, out, err);
    if (!st)
        *out = made;
    return st;
}
