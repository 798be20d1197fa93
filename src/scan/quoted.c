/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quoted.h"

#include <string.h>

#define REACH 1000 /* bytes that a quotation may have on each side */

static bool starts(stile_slice text, size_t at, const char *with)
{
    size_t len = strlen(with);

    return text.len - at >= len && memcmp(text.ptr + at, with, len) == 0;
}

static size_t line_start(stile_slice text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(stile_slice text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n')
        at++;
    return at;
}

static size_t skip_blanks(stile_slice text, size_t at)
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
        at++;
    return at;
}

/* Every line that [start, end) touches begins with '>'. */
static bool in_quoted_lines(stile_slice text, size_t start, size_t end)
{
    for (size_t at = line_start(text, start); at < end || at == line_start(text, start);
         at = line_end(text, at) + 1) {
        size_t first = skip_blanks(text, at);
        if (first >= text.len || text.ptr[first] != '>')
            return false;
        if (line_end(text, at) >= end)
            return true;
    }
    return true;
}

static bool is_fence(stile_slice text, size_t at)
{
    at = skip_blanks(text, at);
    return starts(text, at, "```") || starts(text, at, "~~~");
}

/* An odd number of fences before it. */
static bool in_fence(stile_slice text, size_t start)
{
    bool open = false;

    for (size_t at = 0; at < start; at = line_end(text, at) + 1)
        if (is_fence(text, at) && line_end(text, at) < start)
            open = !open;
    return open;
}

/* The paragraph around [start, end), cut at REACH. */
static stile_slice paragraph_of(stile_slice text, size_t start, size_t end, size_t *before)
{
    size_t low = start, high = end;

    while (low > 0 && start - low < REACH &&
           !(low >= 2 && text.ptr[low - 1] == '\n' && text.ptr[low - 2] == '\n'))
        low--;
    while (high < text.len && high - end < REACH && !starts(text, high, "\n\n"))
        high++;
    *before = start - low;
    return stile_slice_cut(text, low, high);
}

/* An `open` before [start, end) that no `close` has ended, and a `close` behind: *from is where the first
 * ends, *to where the second begins. */
static bool between(stile_slice p, size_t start, size_t end, const char *open, const char *close,
                    size_t *from, size_t *to)
{
    bool opened = false;

    for (size_t at = 0; at < start; at++)
        if (opened ? starts(p, at, close) : starts(p, at, open)) {
            opened = !opened;
            *from = at + strlen(open);
        }
    for (*to = end; opened && *to < p.len; ++*to)
        if (starts(p, *to, close))
            return true;
    return false;
}

bool stile_quoted_between(stile_slice text, uint32_t start, uint32_t end, uint32_t *from,
                          uint32_t *to)
{
    /* None whose closing mark opens another language's: what stands between two quotations is not quoted. */
    static const char *const marks[][2] = {
        {"\"", "\""},
        {"`", "`"},
        {"\xe2\x80\x9c", "\xe2\x80\x9d"}, /* English */
        {"\xe2\x80\x9e", "\xe2\x80\x9c"}, /* German */
        {"\xe2\x80\x9e", "\xe2\x80\x9d"}, /* Polish */
        {"\xc2\xab", "\xc2\xbb"},         /* French */
        {"\xe2\x80\xb9", "\xe2\x80\xba"},
        {"\xe3\x80\x8c", "\xe3\x80\x8d"}, /* Japanese */
        {"\xe3\x80\x8e", "\xe3\x80\x8f"},
    };
    size_t before, low, high, least = SIZE_MAX;
    stile_slice p;

    if (start >= end || end > text.len)
        return false;
    p = paragraph_of(text, start, end, &before);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (between(p, before, before + (end - start), marks[i][0], marks[i][1], &low, &high) &&
            high - low < least) {
            least = high - low;
            *from = (uint32_t)(start - before + low);
            *to = (uint32_t)(start - before + high);
        }
    return least != SIZE_MAX;
}

void stile_quoted_part(stile_slice text, uint32_t *start, uint32_t *end)
{
    enum { PROBES = 4 }; /* half of the span holds one of them */
    uint32_t low = *start, high = *end, from, to;

    if (low >= high || stile_quoted_between(text, low, high, &from, &to))
        return;
    for (uint32_t i = 0; i <= PROBES; i++) {
        uint32_t at = low + (uint32_t)((uint64_t)(high - low - 1) * i / PROBES);
        if (!stile_quoted_between(text, at, at + 1, &from, &to))
            continue;
        from = from > low ? from : low;
        to = to < high ? to : high;
        if (to > from && to - from >= (high - low + 1) / 2) {
            *start = from;
            *end = to;
            return;
        }
    }
}

static bool is_json(stile_slice text)
{
    size_t at = 0;

    while (at < text.len && strchr(" \t\r\n", text.ptr[at]) && text.ptr[at])
        at++;
    return at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '[');
}

bool stile_is_quoted(stile_slice text, uint32_t start, uint32_t end)
{
    uint32_t from, to;

    if (start >= end || end > text.len || is_json(text))
        return false;
    return in_quoted_lines(text, start, end) || in_fence(text, start) ||
           stile_quoted_between(text, start, end, &from, &to);
}
