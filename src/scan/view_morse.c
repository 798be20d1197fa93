/* SPDX-License-Identifier: Apache-2.0 */
/* Morse: a blank behind each letter; a slash, a bar, a line or more blanks behind each word. */
#include "base/utf8.h"
#include "scan/view_codes.h"

#define LONGEST 6 /* marks of one letter */
#define LEAST_MARKS 24
#define MOST_PARTING 7 /* bytes between two words */

/* Letters by their marks: a one, then a bit for each, dashes set. */
static const char letters[1 << (LONGEST + 1)] = {
    [2] = 'e',   [3] = 't',   [4] = 'i',  [5] = 'a',  [6] = 'n',  [7] = 'm',   [8] = 's',
    [9] = 'u',   [10] = 'r',  [11] = 'w', [12] = 'd', [13] = 'k', [14] = 'g',  [15] = 'o',
    [16] = 'h',  [17] = 'v',  [18] = 'f', [20] = 'l', [22] = 'p', [23] = 'j',  [24] = 'b',
    [25] = 'x',  [26] = 'c',  [27] = 'y', [28] = 'z', [29] = 'q', [32] = '5',  [33] = '4',
    [35] = '3',  [39] = '2',  [47] = '1', [48] = '6', [56] = '7', [60] = '8',  [62] = '9',
    [63] = '0',  [76] = '?',  [82] = '"', [85] = '.', [90] = '@', [94] = '\'', [97] = '-',
    [107] = '!', [115] = ',', [50] = '/', [49] = '=', [42] = '+', [54] = '(',  [109] = ')',
    [120] = ':', [106] = ';', [77] = '_', [40] = '&'};

/* A dot 0, a dash 1 at text[at]; its end. -1: neither. */
static int mark_at(stile_slice text, size_t at, size_t *next)
{
    uint32_t cp;

    *next = at;
    if (at == text.len)
        return -1;
    cp = stile_utf8_next(text, next);
    switch (cp) {
    case '.':
    case 0xb7:
    case 0x2022:
        return 0;
    case '-':
    case '_':
    case 0x2212:
    case 0x2013:
    case 0x2014:
        return 1;
    default:
        return -1;
    }
}

/* The letter at text[at]; its end, or 0. */
static size_t letter_at(stile_slice text, size_t at, char *out, size_t *marks)
{
    unsigned code = 1;
    size_t n = 0, next;

    for (int mark; (mark = mark_at(text, at, &next)) >= 0; at = next)
        if (++n > LONGEST)
            return 0;
        else
            code = code << 1 | (unsigned)mark;
    *marks = n;
    *out = letters[code];
    return n && *out ? at : 0;
}

/* What parts a letter that ends at text[at] from the next: its end, or 0. */
static size_t parting_at(stile_slice text, size_t at, bool *word)
{
    size_t i = at;

    *word = false;
    for (; i < text.len && i - at < MOST_PARTING; i++) {
        char c = text.ptr[i];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '/' && c != '|')
            break;
        *word |= c != ' ' || i > at;
    }
    return i > at ? i : 0;
}

size_t stile_morse_next(stile_slice text, size_t at)
{
    for (size_t next; at < text.len; at++) {
        char c = text.ptr[at], before = at ? text.ptr[at - 1] : ' ';
        if ((c == '.' || c == '-' || c == '_' || (unsigned char)c >= 0xc2) &&
            !stile_ascii_is_letter(before) && !stile_ascii_is_digit(before) &&
            mark_at(text, at, &next) >= 0)
            return at;
    }
    return text.len;
}

/* The end of the run at text[at], or of what is no letter there. */
static size_t run_end(stile_slice text, size_t at, size_t *marks)
{
    size_t i = at, end = at, stop, n, next;
    char letter;
    bool word;

    for (*marks = 0; (stop = letter_at(text, i, &letter, &n)) != 0; i = next) {
        *marks += n;
        end = stop;
        if (!(next = parting_at(text, stop, &word)))
            break;
    }
    if (end == at) /* a row of dots or dashes, or marks of no letter */
        while (mark_at(text, end, &next) >= 0)
            end = next;
    return end;
}

size_t stile_morse_run(stile_slice text, size_t at, stile_view_builder *b)
{
    size_t marks, end = run_end(text, at, &marks);

    if (marks < LEAST_MARKS)
        return end - at;
    for (size_t i = at; i < end;) {
        char letter = ' ';
        size_t n, stop = letter_at(text, i, &letter, &n), next;
        bool word = false;
        stile_view_add_as(b, i, stop - i, &letter, 1);
        next = stop < end ? parting_at(text, stop, &word) : end;
        if (word)
            stile_view_add_as(b, stop, next - stop, " ", 1);
        i = next;
    }
    return end - at;
}
