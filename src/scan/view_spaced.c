/* SPDX-License-Identifier: Apache-2.0 */
/* Letters spaced out: "i g n o r e", "i.g.n.o.r.e", one on each line. Within one run the narrowest gap
 * parts letters, and any other gap, wider or of another character, parts words. */
#include <ctype.h>
#include <unicode/uchar.h>

#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/view_build.h"

#define LEAST_SPACED 5 /* letters in a row, each alone */
#define WIDEST_GAP 8   /* characters */

/* What parts two letters: how many characters that are seen, and the first of them. */
typedef struct gap {
    size_t width;
    unsigned char first;
} gap;

/* The ASCII letter that the character at text[at] is or looks like, in lower case; 0: none. */
static char letter_at(stile_slice text, size_t at, size_t *next)
{
    uint32_t cp;

    *next = at;
    cp = stile_utf8_next(text, next);
    if (cp < 0x80)
        return (char)(isalpha((int)cp) ? tolower((int)cp) : 0);
    if ((cp >= 0xff21 && cp <= 0xff3a) || (cp >= 0xff41 && cp <= 0xff5a)) /* full width */
        return (char)('a' + (cp - 0xff21) % 32);
    if (cp >= 0x1d400 && cp < 0x1d6a4) /* mathematical alphabets */
        return (char)('a' + (cp - 0x1d400) % 26);
    return stile_look_alike(cp);
}

/* What the character stands for in a gap: itself, a blank for any white space on the line, 0 for what is
 * not seen; -1: it parts nothing. */
static int part_of_gap(uint32_t cp)
{
    if (cp == '\n' || cp == '\r')
        return '\n';
    if (cp < 0x80)
        return cp == '\t' ? ' ' : cp && strchr(" .-_*|/,~+=:;'", (int)cp) ? (int)cp : -1;
    if (stile_is_invisible(cp) || cp == 0x200c || cp == 0x200d)
        return 0;
    if (u_isUWhiteSpace((UChar32)cp))
        return ' ';
    return cp == 0xb7 || cp == 0x2022 || cp == 0x2013 || cp == 0x2014 ? '-' : -1;
}

/* The gap at text[at..); gives its end. Of no width: there is none. */
static size_t read_gap(stile_slice text, size_t at, gap *out)
{
    size_t unseen = 0;

    *out = (gap){0, 0};
    while (at < text.len && out->width < WIDEST_GAP && unseen < WIDEST_GAP) {
        size_t next = at;
        int part = part_of_gap(stile_utf8_next(text, &next));
        if (part < 0)
            break;
        if (part > 0 && out->width++ == 0)
            out->first = (unsigned char)part;
        unseen += part == 0;
        at = next;
    }
    return at;
}

/* A run under way: the gap that parts its letters is the most frequent of the narrowest. */
typedef struct spaced_run {
    size_t start, end, letters;
    size_t narrowest;
    size_t counts[128]; /* gaps of that width, by first character */
} spaced_run;

static void count_gap(spaced_run *run, const gap *g)
{
    if (g->width < run->narrowest) {
        run->narrowest = g->width;
        memset(run->counts, 0, sizeof run->counts);
    }
    if (g->width == run->narrowest)
        run->counts[g->first & 127]++;
}

static unsigned char usual(const spaced_run *run)
{
    unsigned char best = 0;

    for (unsigned char c = 1; c < 128; c++)
        if (run->counts[c] > run->counts[best])
            best = c;
    return best;
}

/* The run of lone letters from text[at]; false when it is too short. */
static bool read_run(stile_slice text, size_t at, spaced_run *run)
{
    size_t next;
    gap g = {0, 0}, before = {0, 0};

    *run = (spaced_run){.start = at, .end = at, .narrowest = SIZE_MAX};
    while (at < text.len && letter_at(text, at, &next)) {
        size_t behind = read_gap(text, next, &g), ignored;
        if (g.width == 0 && behind < text.len &&
            (isalnum((unsigned char)text.ptr[behind]) || letter_at(text, behind, &ignored)))
            break; /* the first letter of a word */
        if (run->letters++ > 0)
            count_gap(run, &before);
        run->end = next;
        if (g.width == 0)
            break;
        before = g;
        at = behind;
    }
    return run->letters >= LEAST_SPACED;
}

static void add_run(stile_view_builder *b, stile_slice text, const spaced_run *run)
{
    unsigned char first = usual(run);

    for (size_t at = run->start, next, behind; at < run->end; at = behind) {
        char letter = letter_at(text, at, &next);
        gap g;
        if (next - at == 1)
            stile_view_add_exact(b, at, &letter, 1);
        else
            stile_view_add_as(b, at, next - at, &letter, 1);
        behind = read_gap(text, next, &g);
        if (behind < run->end && (g.width != run->narrowest || g.first != first))
            stile_view_add_as(b, next, behind - next, " ", 1);
    }
}

static bool is_alnum(char c)
{
    return stile_ascii_is_letter(c) || stile_ascii_is_digit(c);
}

/* Whether a run may start at text[at]: a letter with no ASCII letter or digit beside it. */
static bool may_start(stile_slice text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    char before = at > 0 ? text.ptr[at - 1] : ' ',
         after = at + 1 < text.len ? text.ptr[at + 1] : ' ';

    if (c < 0x80 ? !stile_ascii_is_letter((char)c) : c < 0xc3)
        return false;
    if (is_alnum(before) || (c >= 0x80 && (unsigned char)before >= 0x80))
        return false;
    return c >= 0x80 || !is_alnum(after);
}

/* The next run from text[at]. A run too short is no longer than a few letters, so that reading it again
 * from its second costs little. */
static bool next_run(stile_slice text, size_t at, spaced_run *run)
{
    for (; at + 2 * LEAST_SPACED - 1 <= text.len; at++)
        if (may_start(text, at) && read_run(text, at, run))
            return true;
    return false;
}

stile_status stile_view_join_spaced(const stile_scan_view *raw, stile_arena *arena,
                                    stile_view_list *list, stile_error *err)
{
    stile_slice text = raw->text;
    size_t at = 0;
    spaced_run run;
    stile_view_builder b;
    stile_scan_view view, normalized;
    stile_status st;

    if (!next_run(text, 0, &run))
        return STILE_OK;
    stile_view_builder_init(&b, arena, NULL, text.len + 16);
    do {
        stile_view_add_exact(&b, at, text.ptr + at, run.start - at);
        add_run(&b, text, &run);
        at = run.end;
    } while (next_run(text, at, &run));
    stile_view_add_exact(&b, at, text.ptr + at, text.len - at);
    if ((st = stile_view_finish(&b, STILE_VIEW_NORMALIZED, "spaced", &view, err)) ||
        (st = stile_view_normalize(&view, arena, &normalized, err)))
        return st;
    stile_view_list_add(list, &normalized);
    return STILE_OK;
}
