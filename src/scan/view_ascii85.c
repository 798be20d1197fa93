/* SPDX-License-Identifier: Apache-2.0 */
/* Four bytes in five digits of 85: ascii85, with or without its "<~" and "~>", and the alphabet of RFC 1924. */
#include "base/utf8.h"
#include "scan/view_codes.h"

#define GROUP 5
#define LEAST_LINE 20 /* digits of a line that goes on in the next */
#define LEAST_TEXT 8  /* bytes from the first groups that must look like text */
#define SHIFTS 3      /* a quote or a bracket in front, which may be digits too */

static int ascii85_value(char c)
{
    return c >= '!' && c <= 'u' ? c - '!' : -1;
}

/* RFC 1924's digits by byte; -1: none. */
static const signed char base85_values[128] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 63, 64, 65, 66, -1, 67, 68, 69, 70,
    -1, 71, -1, -1, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  -1, 72, 73, 74, 75, 76, 77, 10,
    11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
    33, 34, 35, -1, -1, -1, 78, 79, 80, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
    49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 81, 82, 83, 84, -1};

static int base85_value(char c)
{
    return (unsigned char)c < 128 ? base85_values[(unsigned char)c] : -1;
}

static bool is_seen(char c)
{
    return c > ' ' && c < 0x7f;
}

/* Looks backwards from where a row that begins at `at` would be long enough: most bytes of most texts are
 * never looked at. */
size_t stile_row_next(stile_slice text, size_t at)
{
    while (at < text.len && text.len - at >= STILE_LEAST_ROW) {
        size_t back = at + STILE_LEAST_ROW;
        while (back > at && is_seen(text.ptr[back - 1]))
            back--;
        if (back == at)
            return at;
        at = back;
    }
    return text.len;
}

/* Reads on from text[*at]: the next digit's value, over line breaks behind long lines; -1: the run ends. */
static int next_digit(stile_slice text, size_t *at, size_t *line, int (*value_of)(char))
{
    size_t i = *at;

    if (*line >= LEAST_LINE)
        while (i < text.len && (text.ptr[i] == '\n' || text.ptr[i] == '\r'))
            i++;
    if (i == text.len || value_of(text.ptr[i]) < 0)
        return -1;
    *line = i == *at ? *line + 1 : 1;
    *at = i + 1;
    return value_of(text.ptr[i]);
}

/* The bytes of one group of digits, its end in *at: how many, 0 where the run ends. */
static size_t read_group(stile_slice text, size_t *at, size_t *line, int (*value_of)(char),
                         char bytes[4])
{
    uint64_t value = 0;
    size_t digits = 0;

    for (int v; digits < GROUP && (v = next_digit(text, at, line, value_of)) >= 0; digits++)
        value = value * 85 + (uint64_t)v;
    for (size_t i = digits; i < GROUP; i++)
        value = value * 85 + 84;
    if (digits < 2 || value > UINT32_MAX)
        return 0;
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (char)(value >> (24 - 8 * i) & 0xff);
    return digits - 1;
}

static bool is_textual(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t')
            return false;
    return true;
}

/* Whether the first groups from text[at] on look like text. */
static bool begins_text(stile_slice text, size_t at, int (*value_of)(char))
{
    size_t line = 0, made = 0, count;
    char bytes[4];

    while (made < LEAST_TEXT && (count = read_group(text, &at, &line, value_of, bytes)) > 0) {
        if (!is_textual(bytes, count))
            return false;
        made += count;
    }
    return made >= LEAST_TEXT;
}

/* The run from text[at] on; its end. */
static size_t read_from(stile_slice text, size_t at, int (*value_of)(char), stile_view_builder *b)
{
    size_t line = 0, from = at, count;
    char bytes[4];

    while ((count = read_group(text, &at, &line, value_of, bytes)) > 0) {
        stile_view_add_as(b, from, at - from, bytes, count);
        from = at;
    }
    return from;
}

/* The end of the row that holds text[at]. */
static size_t row_end(stile_slice text, size_t at)
{
    while (at < text.len && is_seen(text.ptr[at]))
        at++;
    return at;
}

static size_t row_run(stile_slice text, size_t at, int (*value_of)(char), stile_view_builder *b)
{
    for (size_t shift = 0; shift < SHIFTS; shift++)
        if (begins_text(text, at + shift, value_of))
            return read_from(text, at + shift, value_of, b) - at;
    return row_end(text, at) - at;
}

size_t stile_ascii85_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return row_run(text, at, ascii85_value, b);
}

size_t stile_base85_run(stile_slice text, size_t at, stile_view_builder *b)
{
    return row_run(text, at, base85_value, b);
}
