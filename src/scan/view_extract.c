/* SPDX-License-Identifier: Apache-2.0 */
/* What markup carries that a reader does not see: comments, hidden elements, attributes, titles. A
 * bounded, tolerant walk over the bytes, which works on any format, broken markup included. */
#include <ctype.h>

#include "scan/view_build.h"

#define MAX_EXTRACT ((size_t)65536) /* bytes of one */
#define MAX_TAG ((size_t)8192)

typedef struct extraction {
    stile_slice text;
    stile_arena *arena;
    stile_view_list *list;
    stile_error *err;
} extraction;

static bool at_word(stile_slice s, size_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= s.len || tolower((unsigned char)s.ptr[at]) != *word)
            return false;
    return true;
}

/* Where `word` next is, caseless, within [from, to); `to` when it is not. */
static size_t find(stile_slice s, size_t from, size_t to, const char *word)
{
    for (; from < to; from++)
        if (tolower((unsigned char)s.ptr[from]) == *word && at_word(s, from, word))
            return from;
    return to;
}

static size_t bound(const extraction *x, size_t at, size_t most)
{
    return x->text.len - at > most ? at + most : x->text.len;
}

/* text[start, end) as a view of its own, tags left out. */
static stile_status add(extraction *x, const char *how, size_t start, size_t end)
{
    stile_view_builder b;
    stile_scan_view view, normalized;
    bool in_tag = false;
    stile_status st;

    if (end - start < 8)
        return STILE_OK;
    stile_view_builder_init(&b, x->arena, NULL, end - start + 16);
    for (size_t i = start, from = start; i <= end; i++) {
        bool boundary =
            i == end || (!in_tag && x->text.ptr[i] == '<') || (in_tag && x->text.ptr[i] == '>');
        if (!boundary)
            continue;
        if (!in_tag && i > from)
            stile_view_add_exact(&b, from, x->text.ptr + from, i - from);
        else if (in_tag)
            stile_view_add_as(&b, from, i - from, " ", 1);
        if (i < end)
            in_tag = !in_tag;
        from = i + 1;
    }
    if ((st = stile_view_finish(&b, STILE_VIEW_EXTRACTED, how, &view, x->err)) ||
        (st = stile_view_normalize(&view, x->arena, &normalized, x->err)))
        return st;
    stile_view_list_add(x->list, &normalized);
    return STILE_OK;
}

static stile_status html_comment(extraction *x, size_t at, size_t *next)
{
    size_t start = at + 4, most = bound(x, start, MAX_EXTRACT),
           end = find(x->text, start, most, "-->");

    *next = end < most ? end + 3 : end;
    return add(x, "html-comment", start, end);
}

/* The value of an attribute at text[at] (behind its '='): its bounds; false when there is none. */
static bool attribute_value(stile_slice s, size_t at, size_t to, size_t *start, size_t *end)
{
    char quote;

    while (at < to && isspace((unsigned char)s.ptr[at]))
        at++;
    if (at >= to || s.ptr[at] != '=')
        return false;
    for (at++; at < to && isspace((unsigned char)s.ptr[at]); at++)
        ;
    if (at >= to)
        return false;
    quote = s.ptr[at] == '"' || s.ptr[at] == '\'' ? s.ptr[at] : 0;
    *start = quote ? at + 1 : at;
    for (*end = *start;
         *end < to && (quote ? s.ptr[*end] != quote : !isspace((unsigned char)s.ptr[*end]));)
        ++*end;
    return true;
}

static bool style_hides(stile_slice s, size_t start, size_t end)
{
    static const char *const marks[] = {
        "display:none", "visibility:hidden", "font-size:0", "opacity:0",           "color:white",
        "color:#fff",   "color:transparent", "left:-9",     "text-indent:-9",      "top:-9",
        "clip:rect(0",  "height:0",          "width:0",     "clip-path:inset(100", "font-size:1px",
        "mso-hide:all"};
    char flat[512];
    size_t len = 0;

    for (size_t i = start; i < end && len + 1 < sizeof flat; i++)
        if (!isspace((unsigned char)s.ptr[i]))
            flat[len++] = (char)tolower((unsigned char)s.ptr[i]);
    flat[len] = '\0';
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strstr(flat, marks[i]))
            return true;
    return false;
}

/* From the end of an opening tag to its closing one. */
static stile_status element(extraction *x, const char *how, size_t name, size_t name_end,
                            size_t from)
{
    char close[32];
    size_t len = name_end - name < 24 ? name_end - name : 24, most = bound(x, from, MAX_EXTRACT);

    close[0] = '<';
    close[1] = '/';
    for (size_t i = 0; i < len; i++)
        close[2 + i] = (char)tolower((unsigned char)x->text.ptr[name + i]);
    close[2 + len] = '\0';
    return add(x, how, from, find(x->text, from, most, close));
}

static stile_status attributes(extraction *x, size_t from, size_t to, bool *hides)
{
    static const char *const names[] = {"alt",         "title",   "aria-label", "aria-description",
                                        "placeholder", "content", "summary",    "data-content",
                                        "label"};
    stile_status st = STILE_OK;

    for (size_t i = from; !st && i < to; i++) {
        size_t start, end;
        if (!isspace((unsigned char)x->text.ptr[i]))
            continue;
        i++;
        if (at_word(x->text, i, "hidden") &&
            (i + 6 >= to ||
             !(isalnum((unsigned char)x->text.ptr[i + 6]) || x->text.ptr[i + 6] == '-')))
            *hides = true;
        if (at_word(x->text, i, "style") && attribute_value(x->text, i + 5, to, &start, &end))
            *hides |= style_hides(x->text, start, end);
        for (size_t n = 0; !st && n < sizeof names / sizeof *names; n++)
            if (at_word(x->text, i, names[n]) &&
                attribute_value(x->text, i + strlen(names[n]), to, &start, &end))
                st = add(x, "attribute", start, end);
        i--;
    }
    return st;
}

static stile_status html_tag(extraction *x, size_t at, size_t *next)
{
    size_t name = at + 1, name_end = name, most = bound(x, at, MAX_TAG), end;
    char quote = 0;
    bool hides = false;
    stile_status st;

    while (name_end < most && isalnum((unsigned char)x->text.ptr[name_end]))
        name_end++;
    for (end = name_end; end < most && (quote || x->text.ptr[end] != '>'); end++) {
        char c = x->text.ptr[end];
        if (quote ? c == quote : (c == '"' || c == '\'') && x->text.ptr[end - 1] == '=')
            quote = quote ? 0 : c;
    }
    *next = name_end;
    if (end == most)
        return STILE_OK;
    *next = end + 1;
    if ((st = attributes(x, name_end, end, &hides)))
        return st;
    if (hides)
        return element(x, "hidden-element", name, name_end, end + 1);
    if (at_word(x->text, name, "template") || at_word(x->text, name, "noscript"))
        return element(x, "inert-element", name, name_end, end + 1);
    return STILE_OK;
}

/* "](url "title")" and "![alt](": what a rendered page shows only on demand. */
static stile_status link_title(extraction *x, size_t at, size_t *next)
{
    size_t most = bound(x, at, MAX_TAG), i = at + 2;

    *next = at + 2;
    while (i < most && x->text.ptr[i] != '"' && x->text.ptr[i] != ')' && x->text.ptr[i] != '\n')
        i++;
    if (i < most && x->text.ptr[i] == '"') {
        size_t end = i + 1;
        while (end < most && x->text.ptr[end] != '"')
            end++;
        *next = end;
        return add(x, "link-title", i + 1, end);
    }
    return STILE_OK;
}

static stile_status image_alt(extraction *x, size_t at, size_t *next)
{
    size_t most = bound(x, at, MAX_TAG), end = at + 2;

    while (end < most && x->text.ptr[end] != ']')
        end++;
    *next = at + 2;
    return end < most ? add(x, "image-alt", at + 2, end) : STILE_OK;
}

/* "[x]: # (text)", "[//]: <> (text)", "[ref]: url "title"" at the start of a line. */
static stile_status definition(extraction *x, size_t at, size_t *next)
{
    size_t most = bound(x, at, MAX_EXTRACT), end = at, colon;

    *next = at + 1;
    while (end < most && x->text.ptr[end] != '\n')
        end++;
    for (colon = at + 1; colon + 1 < end && x->text.ptr[colon] != ']'; colon++)
        ;
    if (colon + 1 >= end || x->text.ptr[colon] != ']' || x->text.ptr[colon + 1] != ':')
        return STILE_OK;
    *next = end;
    return add(x, "definition", colon + 2, end);
}

stile_status stile_view_extract(const stile_scan_view *raw, stile_arena *arena,
                                stile_view_list *list, stile_error *err)
{
    extraction x = {.text = raw->text, .arena = arena, .list = list, .err = err};
    stile_slice s = raw->text;
    stile_status st = STILE_OK;

    for (size_t at = 0; !st && at + 1 < s.len;) {
        size_t next = at + 1;
        bool line_start = at == 0 || s.ptr[at - 1] == '\n';
        switch (s.ptr[at]) {
        case '<':
            if (at_word(s, at, "<!--"))
                st = html_comment(&x, at, &next);
            else if (isalpha((unsigned char)s.ptr[at + 1]))
                st = html_tag(&x, at, &next);
            break;
        case ']':
            if (s.ptr[at + 1] == '(')
                st = link_title(&x, at, &next);
            break;
        case '!':
            if (s.ptr[at + 1] == '[')
                st = image_alt(&x, at, &next);
            break;
        case '[':
            if (line_start)
                st = definition(&x, at, &next);
            break;
        default:
            break;
        }
        at = next;
    }
    return st;
}
