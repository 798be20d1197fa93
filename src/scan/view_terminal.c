/* SPDX-License-Identifier: Apache-2.0 */
/* Escape sequences behind which a terminal shows less than the text says. Programs erase and overwrite too:
 * bars of progress, lines of status. What they take away is a word or two, or counts on. */
#include <ctype.h>

#include "scan/invisible.h"
#include "scan/view_channel.h"

#define LOOKED 256       /* bytes before and behind */
#define MOST_PROGRESS 10 /* words of a line of progress */

/* Whether the parameters of a colour sequence switch on "conceal" (8); the 8 of "38;5;8" is a colour. */
static bool sets_conceal(const char *p, const char *end)
{
    unsigned value = 0, skip = 0;
    bool colour = false; /* the parameter before was 38 or 48 */

    for (; p <= end; p++) {
        if (p < end && isdigit((unsigned char)*p)) {
            value = value < 1000 ? value * 10 + (unsigned)(*p - '0') : value;
            continue;
        }
        if (colour)
            skip = value == 5 ? 1 : value == 2 ? 3 : 0;
        else if (skip)
            skip--;
        else if (value == 8)
            return true;
        colour = !colour && !skip && (value == 38 || value == 48);
        value = 0;
    }
    return false;
}

typedef struct line {
    size_t words;    /* of two letters and more, or of letters beyond ASCII */
    bool progresses; /* a digit or dots in it */
} line;

static line look_at(stile_slice text, size_t from, size_t to)
{
    line l = {0};
    size_t letters = 0;

    for (size_t i = from; i < to;) {
        size_t escape = stile_escape_sequence(text, i);
        unsigned char c = (unsigned char)text.ptr[i];
        if (escape) {
            i += escape;
            letters = 0;
            continue;
        }
        letters = isalpha(c) || c >= 0x80 ? letters + 1 : 0;
        l.words += letters == 2;
        l.progresses |= isdigit(c) || (c == '.' && i + 1 < to && text.ptr[i + 1] == '.');
        i++;
    }
    return l;
}

/* A sentence's worth, and not how programs count. */
static bool says_something(stile_slice text, size_t from, size_t to)
{
    line l = look_at(text, from, to);

    return l.words >= 4 && !(l.progresses && l.words <= MOST_PROGRESS);
}

/* Where the line begins that the cursor stands in, or the one before when it goes up: behind a line's end or a
 * return to its start. */
static size_t shown_from(stile_slice text, size_t at, bool up)
{
    size_t least = at > LOOKED ? at - LOOKED : 0, from = at;

    while (from > least && text.ptr[from - 1] == '\r')
        from--;
    while (from > least && text.ptr[from - 1] != '\r' && text.ptr[from - 1] != '\n')
        from--;
    if (up && from > least)
        return shown_from(text, from - 1, false);
    return from;
}

static size_t shown_to(stile_slice text, size_t at)
{
    size_t most = text.len - at > LOOKED ? at + LOOKED : text.len;

    while (at < most && text.ptr[at] != '\n' && text.ptr[at] != '\r' && text.ptr[at] != 0x1b)
        at++;
    return at;
}

bool stile_terminal_hides(stile_slice text, size_t at, size_t len)
{
    const char *from = text.ptr + at, last = from[len - 1];

    if (len >= 2 &&
        from[1] == ']') /* a string for the terminal alone: a title, the target of a link */
        return true;
    if (last == 'm')
        return len > 3 && sets_conceal(from + 2, from + len - 1);
    if (last == 'J') /* all that was shown */
        return says_something(text, at > LOOKED ? at - LOOKED : 0, at);
    if (strchr("EGKSTu", last))
        return says_something(text, shown_from(text, at, false), at);
    if (strchr("AF", last))
        return says_something(text, shown_from(text, at, true), at);
    if (strchr("BCDHfs",
               last)) /* away: what was there is written over, or what comes is not seen */
        return says_something(text, shown_from(text, at, false), at) ||
               says_something(text, at + len, shown_to(text, at + len));
    /* the screen that is thrown away afterwards */
    return last == 'h' && len > 4 &&
           (memcmp(from + len - 3, "49", 2) == 0 || memcmp(from + len - 3, "47", 2) == 0);
}
