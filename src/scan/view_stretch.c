/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_stretch.h"

#include <ctype.h>

#include "base/utf8.h"

size_t stile_stretch_end(stile_slice s, size_t at)
{
    while (at < s.len) {
        unsigned char c = (unsigned char)s.ptr[at];
        size_t next = at;
        if (c >= 0x80) {
            if (stile_utf8_next(s, &next) == 0xfffd && next == at + 1)
                break;
            at = next;
            continue;
        }
        if (c == 0x7f || (c < ' ' && c != '\t' && c != '\n' && c != '\r'))
            break;
        at++;
    }
    return at;
}

/* What a byte does to a stretch, and to a character under way that lacks so many continuations. Bytes of no
 * text are like dice: a branch for each costs more than all else. */
enum { PLAIN, LEADS_1, LEADS_2, LEADS_3, CONTINUES, ENDS, SKIPPED, KINDS };

typedef struct stretch_step {
    bool keeps;    /* the stretch goes on */
    bool adds;     /* the byte is of one */
    uint8_t lacks; /* continuations from here on */
} stretch_step;

static const stretch_step steps[4][KINDS] = {
    {{1, 1, 0}, {1, 1, 1}, {1, 1, 2}, {1, 1, 3}, {0, 0, 0}, {0, 0, 0}, {1, 0, 0}},
    {{0, 1, 0}, {0, 1, 1}, {0, 1, 2}, {0, 1, 3}, {1, 1, 0}, {0, 0, 0}, {1, 0, 1}},
    {{0, 1, 0}, {0, 1, 1}, {0, 1, 2}, {0, 1, 3}, {1, 1, 1}, {0, 0, 0}, {1, 0, 2}},
    {{0, 1, 0}, {0, 1, 1}, {0, 1, 2}, {0, 1, 3}, {1, 1, 2}, {0, 0, 0}, {1, 0, 3}},
};

/* By the highest five bits, but for the few bytes that end a stretch among their like. */
static int kind_of(unsigned char c)
{
    static const unsigned char kinds[32] = {
        ENDS,      ENDS,      ENDS,      ENDS,      PLAIN,     PLAIN,     PLAIN,     PLAIN,
        PLAIN,     PLAIN,     PLAIN,     PLAIN,     PLAIN,     PLAIN,     PLAIN,     PLAIN,
        CONTINUES, CONTINUES, CONTINUES, CONTINUES, CONTINUES, CONTINUES, CONTINUES, CONTINUES,
        LEADS_1,   LEADS_1,   LEADS_1,   LEADS_1,   LEADS_2,   LEADS_2,   LEADS_3,   ENDS,
    };
    if (c == 0)
        return SKIPPED;
    return c == '\t' || c == '\n' || c == '\r' ? PLAIN : kinds[c >> 3];
}

bool stile_may_have_stretch(stile_slice s)
{
    unsigned run = 0, longest = 0;
    uint8_t lacks = 0;

    for (size_t i = 0; i < s.len; i++) {
        const stretch_step *step = &steps[lacks][kind_of((unsigned char)s.ptr[i])];
        run = run * step->keeps + step->adds;
        longest = run > longest ? run : longest;
        lacks = step->lacks;
    }
    return longest >= STILE_LEAST_STRETCH;
}

bool stile_stretch_is_prose(stile_slice s)
{
    size_t letters = 0, spaces = 0, chars = 0;

    for (size_t i = 0; i < s.len; chars++) {
        uint32_t cp = stile_utf8_next(s, &i);
        spaces += cp == ' ' || cp == '\n';
        letters += cp >= 0x80 || isalpha((int)cp);
    }
    return spaces > 0 && (letters + spaces) * 10 >= chars * 7;
}
