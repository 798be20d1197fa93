/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_style.h"

#include <ctype.h>

#define MAX_NAME 24
#define MAX_VALUE 48 /* a value that hides is shorter */
#define OUT_OF_SIGHT (-500 * 1000L)

/* One declaration, lower case and without white space; longer ones are cut. */
typedef struct declaration {
    char name[MAX_NAME], value[MAX_VALUE];
} declaration;

static void flatten(stile_slice s, char *out, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < s.len && len + 1 < size; i++)
        if (!isspace((unsigned char)s.ptr[i]))
            out[len++] = (char)tolower((unsigned char)s.ptr[i]);
    out[len] = '\0';
}

/* The declaration at style[at..); gives where the next one begins. */
static size_t read_declaration(stile_slice style, size_t at, declaration *out)
{
    size_t colon = at, end, important;

    while (colon < style.len && style.ptr[colon] != ':' && style.ptr[colon] != ';')
        colon++;
    for (end = colon; end < style.len && style.ptr[end] != ';'; end++)
        ;
    for (important = colon; important < end && style.ptr[important] != '!'; important++)
        ;
    flatten(stile_slice_cut(style, at, colon), out->name, sizeof out->name);
    flatten(stile_slice_cut(style, colon < important ? colon + 1 : colon, important), out->value,
            sizeof out->value);
    return end + 1;
}

/* The number that `s` begins with, in thousandths; false when there is none. */
static bool number(const char *s, long *thousandths)
{
    bool negative = *s == '-', digits = false;
    long value = 0, unit = 100;

    s += *s == '-' || *s == '+';
    for (; isdigit((unsigned char)*s); s++, digits = true)
        value = value < 1000000 ? value * 10 + (*s - '0') : value;
    value *= 1000;
    if (*s == '.')
        for (s++; isdigit((unsigned char)*s); s++, unit /= 10, digits = true)
            value += unit * (*s - '0');
    *thousandths = negative ? -value : value;
    return digits;
}

static bool is_size(const char *name)
{
    static const char *const names[] = {"font-size", "opacity",   "height",     "max-height",
                                        "width",     "max-width", "line-height"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_place(const char *name)
{
    static const char *const names[] = {"left",   "top",         "right",      "bottom",
                                        "margin", "margin-left", "margin-top", "text-indent"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Whether the words alone hide, whatever the numbers. */
static bool keyword_hides(const declaration *d)
{
    static const char *const marks[][2] = {
        {"display", "none"},          {"visibility", "hidden"},  {"visibility", "collapse"},
        {"color", "transparent"},     {"color", "rgba(0,0,0,0"}, {"clip", "rect(0"},
        {"clip", "rect(1px"},         {"clip-path", "inset(50"}, {"clip-path", "inset(100"},
        {"clip-path", "circle(0"},    {"mso-hide", "all"},       {"transform", "scale(0)"},
        {"content-visibility", "hid"}};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strcmp(d->name, marks[i][0]) == 0 &&
            strncmp(d->value, marks[i][1], strlen(marks[i][1])) == 0)
            return true;
    return false;
}

static bool number_hides(const declaration *d)
{
    long thousandths;

    if (!number(d->value, &thousandths))
        return false;
    if (is_place(d->name))
        return thousandths <= OUT_OF_SIGHT;
    if (!is_size(d->name))
        return false;
    if (strcmp(d->name, "opacity") == 0)
        return thousandths <= 50;
    /* One pixel or point is nothing to read; one em is everything. */
    return thousandths == 0 || (strcmp(d->name, "font-size") == 0 && thousandths <= 1000 &&
                                (strstr(d->value, "px") || strstr(d->value, "pt")));
}

static bool is_white(const char *colour)
{
    static const char *const names[] = {"white", "#fff",      "#ffffff",
                                        "#ffff", "#ffffffff", "rgb(255,255,255)"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(colour, names[i]) == 0)
            return true;
    return false;
}

bool stile_style_hides(stile_slice style)
{
    declaration d;
    char colour[MAX_VALUE] = "", background[MAX_VALUE] = "";

    for (size_t at = 0; at < style.len;) {
        at = read_declaration(style, at, &d);
        if (keyword_hides(&d) || number_hides(&d))
            return true;
        if (strcmp(d.name, "color") == 0)
            memcpy(colour, d.value, sizeof colour);
        if (strcmp(d.name, "background") == 0 || strcmp(d.name, "background-color") == 0)
            memcpy(background, d.value, sizeof background);
    }
    if (!*colour)
        return false;
    if (is_white(colour)) /* on a page that says nothing else, white is on white */
        return !*background || is_white(background);
    return strcmp(colour, background) == 0;
}
