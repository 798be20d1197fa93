/* SPDX-License-Identifier: Apache-2.0 */
/* Channels with no honest use: who writes prose in them means to hide it. One stray character is
 * not a channel, only something to be neutralized. */
#include <ctype.h>
#include <unicode/uchar.h>

#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/view_build.h"

#define MAX_CHANNELS 32
#define LEAST_TAGS 4
#define LEAST_SELECTORS 4
#define LEAST_ZERO_WIDTH 8

typedef struct finder {
    stile_channel found[MAX_CHANNELS];
    size_t count;
} finder;

static void add(finder *f, const char *what, size_t start, size_t end)
{
    if (f->count < MAX_CHANNELS)
        f->found[f->count++] = (stile_channel){what, (uint32_t)start, (uint32_t)end};
}

static bool is_tag(uint32_t cp)
{
    return cp >= 0xe0000 && cp <= 0xe007f;
}

static bool is_selector(uint32_t cp)
{
    return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

static bool is_zero_width(uint32_t cp)
{
    return (cp >= 0x200b && cp <= 0x200d) || cp == 0x2060 || cp == 0xfeff || cp == 0x180e ||
           (cp >= 0x2061 && cp <= 0x2064);
}

/* The run of characters of one class from `at`: its end, and how many stand there without an honest
 * use. */
static size_t run(stile_slice text, size_t at, bool (*is)(uint32_t), size_t *odd)
{
    *odd = 0;
    while (at < text.len) {
        size_t next = at;
        uint32_t cp = stile_utf8_next(text, &next);
        if (!is(cp))
            break;
        *odd += !stile_invisible_is_honest(text, at, next, cp);
        at = next;
    }
    return at;
}

/* Latin letters between an override and what ends it. */
static bool reverses_latin(stile_slice text, size_t at, size_t *end)
{
    size_t letters = 0, i = at;

    while (i < text.len && i - at < 512) {
        size_t next = i;
        uint32_t cp = stile_utf8_next(text, &next);
        if (cp == 0x202c || cp == 0x2069 || cp == '\n')
            break;
        letters += cp < 0x80 && isalpha((int)cp);
        i = next;
    }
    *end = i;
    return letters >= 4;
}

/* Escape sequences that conceal, erase, move, or carry a hidden string. */
static bool conceals(stile_slice text, size_t at, size_t len)
{
    char last = text.ptr[at + len - 1];

    if (len >= 2 && text.ptr[at + 1] == ']')
        return true;
    if (last == 'm')
        return (len == 4 && text.ptr[at + 2] == '8') ||
               (len > 4 && memcmp(text.ptr + at + len - 3, ";8m", 3) == 0);
    return strchr("ABCDEFGHJKSTfhlsu", last) != NULL;
}

stile_status stile_view_channels(stile_slice text, stile_arena *arena, stile_channel **out,
                                 size_t *count, stile_error *err)
{
    finder f = {.count = 0};

    for (size_t at = 0; at < text.len;) {
        unsigned char c = (unsigned char)text.ptr[at];
        size_t next = at, end, odd = 0, escape;
        uint32_t cp;
        if (c < 0x80 && c != 0x1b) {
            at++;
            continue;
        }
        if ((escape = stile_escape_sequence(text, at)) > 0) {
            if (escape > 1 && conceals(text, at, escape))
                add(&f, "ansi", at, at + escape);
            at += escape;
            continue;
        }
        cp = stile_utf8_next(text, &next);
        end = next;
        if (is_tag(cp)) {
            end = run(text, at, is_tag, &odd);
            if (odd >= LEAST_TAGS)
                add(&f, "tag-characters", at, end);
        } else if (is_selector(cp)) {
            end = run(text, at, is_selector, &odd);
            if (odd >= LEAST_SELECTORS)
                add(&f, "variation-selectors", at, end);
        } else if (is_zero_width(cp)) {
            end = run(text, at, is_zero_width, &odd);
            if (odd >= LEAST_ZERO_WIDTH)
                add(&f, "zero-width", at, end);
        } else if ((cp == 0x202d || cp == 0x202e) && reverses_latin(text, next, &end)) {
            add(&f, "bidi", at, end);
        }
        at = end;
    }
    *count = f.count;
    *out = stile_arena_array(arena, f.count, sizeof **out);
    if (!*out)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    if (f.count)
        memcpy(*out, f.found, f.count * sizeof **out);
    return STILE_OK;
}
