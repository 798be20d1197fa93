/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sentences.h"

#include <ctype.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "scan/quoted.h"

/* A sentence without an end is cut so far from the finding. */
#define REACH 600

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/* A string of a record begins or ends at `at`: behind `: "` or `, "`, before `",` `"}` or `"]`. So what
 * a stranger wrote into one field does not take the whole record with it. */
static bool is_field_edge(stile_slice text, size_t at)
{
    const char *p = text.ptr;

    if (at >= 3 && is_quote(p[at - 1]) && p[at - 2] == ' ' &&
        (p[at - 3] == ':' || p[at - 3] == ','))
        return true;
    if (at >= 3 && is_quote(p[at - 1]) && is_quote(p[at - 3]) &&
        (p[at - 2] == ':' || p[at - 2] == ','))
        return true;
    return at + 1 < text.len && is_quote(p[at]) &&
           (p[at + 1] == ',' || p[at + 1] == '}' || p[at + 1] == ']');
}

/* A line so short was not broken to fit a page: it ends where its writer meant it to. */
#define SHORT_LINE 45

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "name: ", "- name:", "[12:30] ", "3.", "| cell": how lines of records, logs and chats begin. */
static bool begins_record(stile_slice text, size_t at)
{
    size_t name = at;

    if (at < text.len && (is_digit(text.ptr[at]) || strchr("[|{(", text.ptr[at])))
        return text.ptr[at] != '\0';
    while (name < text.len && name - at < 32 &&
           ((unsigned char)text.ptr[name] >= 0x80 || isalnum((unsigned char)text.ptr[name]) ||
            (text.ptr[name] && strchr(" _.-/\"", text.ptr[name]))))
        name++;
    return name > at && name + 1 < text.len && text.ptr[name] == ':' &&
           (text.ptr[name + 1] == ' ' || text.ptr[name + 1] == '\n');
}

/* Whether the line that ends in the break before `at` was meant to end there. */
static bool line_ends(stile_slice text, size_t at)
{
    size_t len = 0;

    while (len < SHORT_LINE && at - 1 > len && text.ptr[at - 2 - len] != '\n')
        len++;
    return len < SHORT_LINE || begins_record(text, at);
}

/* Whether a sentence ends just before `at`: behind . ! ? and white space, at a blank line, at a list
 * mark, at the end of a line of a record, where markup begins or ends, or at the edge of a field. */
static bool ends_before(stile_slice text, size_t at)
{
    const char *p = text.ptr;
    char last = p[at - 1];

    if (last == '\n' && (at == 1 || p[at - 2] == '\n'))
        return true;
    if (last == '\n' && at < text.len &&
        (p[at] == '-' || p[at] == '*' || p[at] == '#' || p[at] == '>' || p[at] == '\n'))
        return true;
    if (last == '\n' && line_ends(text, at))
        return true;
    if (last == '>' || (at < text.len && p[at] == '<') || is_field_edge(text, at))
        return true;
    if ((last == ' ' || last == '\n' || last == '\t') && at >= 2 &&
        (p[at - 2] == '.' || p[at - 2] == '!' || p[at - 2] == '?'))
        return true;
    return at >= 3 && memcmp(p + at - 3, "\xe3\x80\x82", 3) == 0; /* ideographic full stop */
}

static stile_cut sentence_around(stile_slice text, const stile_finding *f)
{
    size_t start = f->start, end = f->end > f->start ? f->end : f->start;
    size_t low = start > REACH ? start - REACH : 0;
    size_t high = text.len - end > REACH ? end + REACH : text.len;
    uint32_t from, to;

    while (start > low && !ends_before(text, start))
        start--;
    while (end < high && !(end > f->start && end > 0 && ends_before(text, end)))
        end++;
    /* What somebody reports, in quotation marks, goes without what they say of it. */
    if (stile_quoted_between(text, f->start, f->end, &from, &to)) {
        start = start < from ? from : start;
        end = end > to ? to : end;
    }
    return (stile_cut){(uint32_t)stile_utf8_floor(text, start),
                       (uint32_t)stile_utf8_floor(text, end), f->family};
}

size_t stile_sentences_cut(stile_slice text, const stile_finding *findings, size_t count,
                           stile_cut *out)
{
    size_t cuts = 0;

    for (size_t i = 0; i < count; i++) {
        stile_cut cut;
        size_t at;
        if (findings[i].field != STILE_FIELD_TEXT || findings[i].action < STILE_ACTION_STRIP ||
            findings[i].end > text.len || findings[i].start >= findings[i].end)
            continue;
        cut = sentence_around(text, &findings[i]);
        /* Findings ascend by start, but a wide sentence may begin before an earlier one's. */
        for (at = cuts; at > 0 && out[at - 1].end >= cut.start; at--) {
            cut.start = out[at - 1].start < cut.start ? out[at - 1].start : cut.start;
            cut.end = out[at - 1].end > cut.end ? out[at - 1].end : cut.end;
        }
        out[at] = cut;
        cuts = at + 1;
    }
    return cuts;
}

#define REMOVED "[\xe2\x80\xa6]" /* an ellipsis in brackets */

static bool ends_in_space(stile_slice text, const stile_cut *cut)
{
    return cut->end > cut->start &&
           (text.ptr[cut->end - 1] == ' ' || text.ptr[cut->end - 1] == '\n');
}

stile_status stile_sentences_strip(stile_slice text, const stile_finding *findings, size_t count,
                                   stile_buf *out, stile_error *err)
{
    stile_cut *cuts = stile_alloc_array(count, sizeof *cuts);
    size_t at = 0, n;

    if (!cuts)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    n = stile_sentences_cut(text, findings, count, cuts);
    for (size_t i = 0; i < n; i++) {
        stile_buf_add_slice(out, stile_slice_cut(text, at, cuts[i].start));
        stile_buf_add_str(out, REMOVED);
        if (ends_in_space(text, &cuts[i]))
            stile_buf_add_byte(out, (unsigned char)text.ptr[cuts[i].end - 1]);
        at = cuts[i].end;
    }
    stile_buf_add_slice(out, stile_slice_cut(text, at, text.len));
    stile_free(cuts);
    return stile_buf_ok(out, err);
}

/* Of a place in what was left: where its own byte, or the cut that its mark stands for, begins, and
 * where that ends. */
static bool origin_of(stile_slice text, const stile_cut *cuts, size_t count, size_t place,
                      stile_cut *out)
{
    size_t left = 0, at = 0; /* the next byte of what is left, and of the text */

    for (size_t i = 0; i <= count; i++) {
        size_t kept = (i < count ? cuts[i].start : text.len) - at, mark;
        if (place < left + kept) {
            size_t own = at + (place - left);
            *out = (stile_cut){(uint32_t)own, (uint32_t)own + 1, NULL};
            return true;
        }
        if (i == count)
            return false;
        mark = sizeof REMOVED - 1 + ends_in_space(text, &cuts[i]);
        if (place < left + kept + mark) {
            *out = cuts[i];
            return true;
        }
        left += kept + mark;
        at = cuts[i].end;
    }
    return false;
}

bool stile_sentences_origin(stile_slice text, const stile_finding *findings, size_t count,
                            uint32_t *start, uint32_t *end)
{
    stile_cut *cuts = stile_alloc_array(count, sizeof *cuts), first, last;
    size_t n;
    bool found;

    if (!cuts)
        return false;
    n = stile_sentences_cut(text, findings, count, cuts);
    found = *start < *end && origin_of(text, cuts, n, *start, &first) &&
            origin_of(text, cuts, n, *end - 1, &last);
    stile_free(cuts);
    if (!found)
        return false;
    *start = first.start;
    *end = last.end;
    return true;
}

static size_t count_words(stile_slice text)
{
    size_t words = 0;
    bool in = false;

    for (size_t i = 0; i < text.len; i++) {
        bool space = text.ptr[i] == ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t';
        words += !space && !in;
        in = !space;
    }
    return words;
}

double stile_sentences_left(stile_slice text, const stile_finding *findings, size_t count)
{
    stile_cut *cuts = stile_alloc_array(count, sizeof *cuts);
    size_t all = count_words(text), gone = 0, n;

    if (!cuts)
        return 0; /* cannot tell: withhold */
    n = stile_sentences_cut(text, findings, count, cuts);
    for (size_t i = 0; i < n; i++)
        gone += count_words(stile_slice_cut(text, cuts[i].start, cuts[i].end));
    stile_free(cuts);
    if (n == 0)
        return 1;
    return all > gone ? (double)(all - gone) / (double)all : 0;
}
