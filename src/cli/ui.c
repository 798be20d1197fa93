/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ui.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/utf8.h"

#define ESCAPE_MAX 16 /* one character, escaped, with a NUL */

static bool colours_forbidden; /* set while arguments are parsed, before any thread starts */

void stile_colours_off(void)
{
    colours_forbidden = true;
}

static bool coloured(FILE *stream)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

    return !colours_forbidden && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0 &&
           isatty(fileno(stream));
}

void stile_print(FILE *stream, stile_style style, const char *fmt, ...)
{
    static const char *const codes[] = {"", "1", "2", "31", "32", "33", "34"};
    bool colour = style != STILE_PLAIN && coloured(stream);
    va_list args;

    if (colour)
        fprintf(stream, "\x1b[%sm", codes[style]);
    va_start(args, fmt);
    (void)vfprintf(stream, fmt, args);
    va_end(args);
    if (colour)
        fputs("\x1b[0m", stream);
}

/* Unassigned and private characters may do anything in a terminal's font or parser. */
static bool is_safe(uint32_t c)
{
    switch (u_charType((UChar32)c)) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
    case U_UNASSIGNED:
        return false;
    default:
        return !u_hasBinaryProperty((UChar32)c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
    }
}

/* The character at `*at` as it may be shown, and its length; moves past it. */
static size_t escape_next(stile_slice text, size_t *at, bool lines, char out[ESCAPE_MAX])
{
    size_t from = *at, len;
    uint32_t c = stile_utf8_next(text, at);
    const char *bytes = text.ptr + from;

    len = *at - from;
    if (c == 0xfffd && len == 1) /* not UTF-8 */
        return (size_t)snprintf(out, ESCAPE_MAX, "\\x%02x", (unsigned char)*bytes);
    if (is_safe(c) || (lines && (c == '\n' || c == '\t'))) {
        memcpy(out, bytes, len);
        return len;
    }
    return (size_t)snprintf(out, ESCAPE_MAX, c < 0x80 ? "\\x%02x" : "\\u{%x}", c);
}

void stile_print_stored(FILE *stream, stile_slice text, bool lines)
{
    char shown[ESCAPE_MAX];

    for (size_t at = 0; at < text.len;) {
        size_t len = escape_next(text, &at, lines, shown);
        (void)fwrite(shown, 1, len, stream);
    }
}

/* Columns that a shown character takes. */
static size_t width_of(stile_slice shown)
{
    size_t width = 0;

    for (size_t at = 0; at < shown.len;) {
        UChar32 c = (UChar32)stile_utf8_next(shown, &at);
        int east = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
        int8_t type = u_charType(c);
        if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK)
            continue;
        width += east == U_EA_WIDE || east == U_EA_FULLWIDTH ? 2 : 1;
    }
    return width;
}

static size_t cell_width(const char *cell)
{
    stile_slice text = stile_str(cell);
    char shown[ESCAPE_MAX];
    size_t width = 0;

    for (size_t at = 0; at < text.len;) {
        size_t len = escape_next(text, &at, false, shown);
        width += width_of(stile_slice_of(shown, len));
    }
    return width;
}

static void print_row(FILE *stream, const char *const *row, const size_t *widths, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        const char *cell = row[c] ? row[c] : "-";
        stile_print_stored(stream, stile_str(cell), false);
        if (c + 1 < columns) /* no spaces at the end of a line */
            fprintf(stream, "%*s", (int)(widths[c] - cell_width(cell) + 2), "");
    }
    fputc('\n', stream);
}

void stile_print_table(FILE *stream, const char *const *headings, size_t columns,
                       const char *const *cells, size_t rows)
{
    size_t *widths = stile_alloc_array(columns, sizeof *widths);

    if (!widths) {
        fputs("stile: out of memory\n", stderr);
        return;
    }
    for (size_t c = 0; c < columns; c++)
        widths[c] = cell_width(headings[c]);
    for (size_t i = 0; i < rows * columns; i++) {
        size_t width = cell_width(cells[i] ? cells[i] : "-");
        if (width > widths[i % columns])
            widths[i % columns] = width;
    }
    print_row(stream, headings, widths, columns);
    for (size_t r = 0; r < rows; r++)
        print_row(stream, cells + r * columns, widths, columns);
    stile_free(widths);
}

void stile_human_size(uint64_t bytes, char *out)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double n = (double)bytes;
    size_t unit = 0;

    /* 1023.95 and more would be shown as "1024.0". */
    for (; n >= (unit ? 1023.95 : 1024) && unit + 1 < sizeof units / sizeof *units; unit++)
        n /= 1024;
    (void)snprintf(out, STILE_HUMAN_LEN, unit ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

void stile_human_duration(double seconds, char *out)
{
    uint64_t whole;

    if (!(seconds >= 0 && seconds < 1e9)) {
        (void)snprintf(out, STILE_HUMAN_LEN, "-");
        return;
    }
    whole = (uint64_t)(seconds + 0.5);
    if (seconds < 9.995)
        (void)snprintf(out, STILE_HUMAN_LEN, "%.2f s", seconds);
    else if (whole < 60)
        (void)snprintf(out, STILE_HUMAN_LEN, "%u s", (unsigned)whole);
    else if (whole < 3600)
        (void)snprintf(out, STILE_HUMAN_LEN, "%u min %u s", (unsigned)(whole / 60),
                       (unsigned)(whole % 60));
    else
        (void)snprintf(out, STILE_HUMAN_LEN, "%u h %u min", (unsigned)(whole / 3600),
                       (unsigned)(whole % 3600 / 60));
}

const char *stile_reply_text(const json_t *reply, const char *member, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(reply, member));
    return text ? text : otherwise;
}

int stile_print_json(const json_t *json)
{
    if (!json ||
        json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10) | JSON_ENCODE_ANY) != 0 ||
        fputc('\n', stdout) == EOF || fflush(stdout) != 0) {
        fputs("stile: the result cannot be written\n", stderr);
        return 1;
    }
    return 0;
}

int stile_report(const stile_error *err)
{
    stile_print(stderr, STILE_RED, "stile:");
    fputc(' ', stderr);
    /* Error texts name paths and fields from outside. */
    stile_print_stored(stderr, stile_str(err->text[0] ? err->text : stile_status_text(err->status)),
                       false);
    fputc('\n', stderr);
    return stile_status_exit_code(err->status);
}
