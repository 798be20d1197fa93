/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sentences.h"

#include "base/memory.h"
#include "base/utf8.h"

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

/* Whether a sentence ends just before `at`: behind . ! ? and white space, at a blank line, at a list
 * mark, where markup begins or ends, or at the edge of a field. */
static bool ends_before(stile_slice text, size_t at)
{
    const char *p = text.ptr;
    char last = p[at - 1];

    if (last == '\n' && (at == 1 || p[at - 2] == '\n'))
        return true;
    if (last == '\n' && at < text.len &&
        (p[at] == '-' || p[at] == '*' || p[at] == '#' || p[at] == '>' || p[at] == '\n'))
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

    while (start > low && !ends_before(text, start))
        start--;
    while (end < high && !(end > f->start && end > 0 && ends_before(text, end)))
        end++;
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
