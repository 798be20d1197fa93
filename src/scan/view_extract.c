/* SPDX-License-Identifier: Apache-2.0 */
/* What markup carries that a reader does not see: comments, hidden elements, attributes, titles. A
 * bounded, tolerant walk over the bytes, which works on any format, broken markup included. */
#include <ctype.h>

#include "scan/lanes.h"
#include "scan/view_build.h"
#include "scan/view_style.h"

#define MAX_EXTRACT ((size_t)65536) /* bytes of one */
#define MAX_TAG ((size_t)8192)
#define MAX_LINK ((size_t)2048) /* address and title, or alternative text */
#define LEAST_EXTRACT 8

/* What was found, one view for each sort: as many views as there are comments could be had for nothing, and
 * a bound on their number would hide what comes behind it. */
enum { COMMENT, HIDDEN, INERT, ATTRIBUTE, LINK_TITLE, IMAGE_ALT, DEFINITION, SORTS };
static const char *const sorts[SORTS] = {"html-comment", "hidden-element", "inert-element",
                                         "attribute",    "link-title",     "image-alt",
                                         "definition"};

typedef struct extraction {
    stile_slice text;
    stile_view_builder found[SORTS]; /* each of stretches that do not overlap */
    size_t hidden_until;             /* a hidden element in another is part of that one */
    /* What has been looked through to no avail is not looked through again, or openings without an end
     * would cost a bound's length each: no tag ends, no link's address ends, no alternative text ends
     * before. */
    size_t no_tag_until, no_link_until, no_alt_until;
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

/* text[start, end), tags left out. */
static void add(extraction *x, int sort, size_t start, size_t end)
{
    stile_view_builder *b = &x->found[sort];
    bool in_tag = false, first = true;

    if (end - start < LEAST_EXTRACT)
        return;
    for (size_t i = start, from = start; i <= end; i++) {
        bool boundary =
            i == end || (!in_tag && x->text.ptr[i] == '<') || (in_tag && x->text.ptr[i] == '>');
        if (!boundary)
            continue;
        if (!in_tag && i > from && first)
            stile_view_gather(b, NULL, from, x->text.ptr + from, i - from);
        else if (!in_tag)
            stile_view_add_exact(b, from, x->text.ptr + from, i - from);
        else if (!first)
            stile_view_add_as(b, from, i - from, " ", 1);
        first = first && (in_tag || i == from);
        if (i < end)
            in_tag = !in_tag;
        from = i + 1;
    }
}

static void html_comment(extraction *x, size_t at, size_t *next)
{
    size_t start = at + 4, most = bound(x, start, MAX_EXTRACT),
           end = find(x->text, start, most, "-->");

    *next = end < most ? end + 3 : end;
    add(x, COMMENT, start, end);
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

/* From the end of an opening tag to its closing one. */
static void element(extraction *x, int sort, size_t name, size_t name_end, size_t from)
{
    char close[32];
    size_t len = name_end - name < 24 ? name_end - name : 24, most = bound(x, from, MAX_EXTRACT);

    if (from < x->hidden_until)
        return;
    close[0] = '<';
    close[1] = '/';
    for (size_t i = 0; i < len; i++)
        close[2 + i] = (char)tolower((unsigned char)x->text.ptr[name + i]);
    close[2 + len] = '\0';
    x->hidden_until = find(x->text, from, most, close);
    add(x, sort, from, x->hidden_until);
}

/* Browsers take an attribute behind any of these. */
static bool parts_attributes(char c)
{
    return isspace((unsigned char)c) || c == '/' || c == '"' || c == '\'';
}

/* Adds the texts among them; whether one of them hides the element. */
static bool attributes(extraction *x, size_t from, size_t to)
{
    static const char *const names[] = {"alt",         "title",   "aria-label", "aria-description",
                                        "placeholder", "content", "summary",    "data-content",
                                        "label"};
    bool hides = false;

    for (size_t i = from; i < to; i++) {
        size_t start, end;
        if (!parts_attributes(x->text.ptr[i]))
            continue;
        i++;
        if (at_word(x->text, i, "hidden") &&
            (i + 6 >= to ||
             !(isalnum((unsigned char)x->text.ptr[i + 6]) || x->text.ptr[i + 6] == '-')))
            hides = true;
        if (at_word(x->text, i, "style") && attribute_value(x->text, i + 5, to, &start, &end))
            hides |= stile_style_hides(stile_slice_cut(x->text, start, end));
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            if (at_word(x->text, i, names[n]) &&
                attribute_value(x->text, i + strlen(names[n]), to, &start, &end))
                add(x, ATTRIBUTE, start, end);
        i--;
    }
    return hides;
}

static void html_tag(extraction *x, size_t at, size_t *next)
{
    size_t name = at + 1, name_end = name, most = bound(x, at, MAX_TAG), end;
    char quote = 0;

    while (name_end < most && isalnum((unsigned char)x->text.ptr[name_end]))
        name_end++;
    *next = name_end;
    if (at < x->no_tag_until)
        return;
    for (end = name_end; end < most && (quote || x->text.ptr[end] != '>'); end++) {
        char c = x->text.ptr[end];
        if (quote ? c == quote : (c == '"' || c == '\'') && x->text.ptr[end - 1] == '=')
            quote = quote ? 0 : c;
    }
    if (end == most) {
        x->no_tag_until = most;
        return;
    }
    *next = end + 1;
    if (attributes(x, name_end, end))
        element(x, HIDDEN, name, name_end, end + 1);
    else if (at_word(x->text, name, "template") || at_word(x->text, name, "noscript"))
        element(x, INERT, name, name_end, end + 1);
}

/* What closes the title that opens at text[i], behind white space; 0: none does. */
static char closes_title(stile_slice s, size_t i)
{
    char c = s.ptr[i];

    if (!isspace((unsigned char)s.ptr[i - 1]))
        return 0;
    return (char)(c == '"' || c == '\'' ? c : c == '(' ? ')' : 0);
}

/* "](url "title")" and "![alt](": what a rendered page shows only on demand. */
static void link_title(extraction *x, size_t at, size_t *next)
{
    size_t most = bound(x, at, MAX_LINK), end, i;
    char close = 0;

    *next = at + 2;
    for (i = *next > x->no_link_until ? *next : x->no_link_until;
         i < most && x->text.ptr[i] != ')' && x->text.ptr[i] != '\n'; i++)
        if ((close = closes_title(x->text, i)) != 0)
            break;
    x->no_link_until = i;
    if (!close)
        return;
    for (end = i + 1; end < most && x->text.ptr[end] != close; end++)
        ;
    *next = end;
    add(x, LINK_TITLE, i + 1, end);
}

static void image_alt(extraction *x, size_t at, size_t *next)
{
    size_t most = bound(x, at, MAX_LINK), end = at + 2 > x->no_alt_until ? at + 2 : x->no_alt_until;

    while (end < most && x->text.ptr[end] != ']')
        end++;
    *next = at + 2;
    x->no_alt_until = end;
    if (end >= most)
        return;
    *next = end;
    add(x, IMAGE_ALT, at + 2, end);
}

/* "[x]: # (text)", "[//]: <> (text)", "[ref]: url "title"" at the start of a line. */
static void definition(extraction *x, size_t at, size_t *next)
{
    size_t most = bound(x, at, MAX_EXTRACT), end = at, colon;

    *next = at + 1;
    while (end < most && x->text.ptr[end] != '\n')
        end++;
    for (colon = at + 1; colon + 1 < end && x->text.ptr[colon] != ']'; colon++)
        ;
    if (colon + 1 >= end || x->text.ptr[colon] != ']' || x->text.ptr[colon + 1] != ':')
        return;
    *next = end;
    add(x, DEFINITION, colon + 2, end);
}

/* What begins at text[at], if anything; gives where to go on. */
static size_t extract_at(extraction *x, size_t at)
{
    stile_slice s = x->text;
    size_t next = at + 1;

    switch (s.ptr[at]) {
    case '<':
        if (at_word(s, at, "<!--"))
            html_comment(x, at, &next);
        else if (isalpha((unsigned char)s.ptr[at + 1]))
            html_tag(x, at, &next);
        break;
    case ']':
        if (s.ptr[at + 1] == '(')
            link_title(x, at, &next);
        break;
    case '!':
        if (s.ptr[at + 1] == '[')
            image_alt(x, at, &next);
        break;
    case '[':
        if (at == 0 || s.ptr[at - 1] == '\n')
            definition(x, at, &next);
        break;
    default:
        break;
    }
    return next;
}

static stile_status finish(stile_view_builder *b, const char *sort, stile_arena *arena,
                           stile_view_list *list, stile_error *err)
{
    stile_scan_view view, normalized;
    stile_status st = stile_view_finish(b, STILE_VIEW_EXTRACTED, sort, &view, err);

    if (st || (st = stile_view_normalize(&view, arena, &normalized, err)))
        return st;
    stile_view_list_add(list, &normalized);
    return STILE_OK;
}

/* The next place at which anything may begin, or the text's length. */
static size_t next_sign(stile_slice s, size_t at)
{
    for (; s.len > at && s.len - at >= STILE_LANES; at += STILE_LANES) {
        stile_lanes v = stile_lanes_load(s.ptr + at);
        uint32_t signs = stile_lanes_bits(
            stile_lanes_or(stile_lanes_or(stile_lanes_equal(v, '<'), stile_lanes_equal(v, '!')),
                           stile_lanes_or(stile_lanes_equal(v, '['), stile_lanes_equal(v, ']'))));
        if (signs)
            return at + (size_t)__builtin_ctz(signs);
    }
    while (at < s.len && s.ptr[at] != '<' && s.ptr[at] != '!' && s.ptr[at] != '[' &&
           s.ptr[at] != ']')
        at++;
    return at < s.len ? at : s.len;
}

stile_status stile_view_extract(const stile_scan_view *raw, stile_arena *arena,
                                stile_view_list *list, stile_error *err)
{
    extraction x = {.text = raw->text};
    stile_status st = STILE_OK;

    if (!list->survey.markup)
        return STILE_OK; /* nothing begins without it */
    for (int sort = 0; sort < SORTS;
         sort++) /* a part may be as long as what parts it from the next */
        stile_view_builder_init(&x.found[sort], arena, NULL, 4 * raw->text.len + 64);
    for (size_t at = next_sign(raw->text, 0); at + 1 < raw->text.len;)
        at = next_sign(raw->text, extract_at(&x, at));
    for (int sort = 0; sort < SORTS; sort++) {
        if (!st && (x.found[sort].text.len || x.found[sort].failed || x.found[sort].text.failed))
            st = finish(&x.found[sort], sorts[sort], arena, list, err);
        else
            stile_view_builder_release(&x.found[sort]);
    }
    return st;
}
