/* SPDX-License-Identifier: Apache-2.0 */
/* Channels with no honest use: who writes prose in them means to hide it. One stray character is
 * not a channel, only something to be neutralized. */
#include <ctype.h>
#include <unicode/uchar.h>

#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/view_build.h"
#include "scan/view_channel.h"

typedef struct finder {
    stile_channel_list *list;
    stile_parted parted;
    size_t bidi_until; /* looked at for reversed letters, so that overrides in it need not */
} finder;

void stile_channel_add(stile_channel_list *list, stile_channel channel)
{
    if (list->count < STILE_MAX_CHANNELS)
        list->found[list->count++] = channel;
}

static void add(finder *f, const char *what, size_t start, size_t end)
{
    stile_channel_add(f->list, (stile_channel){what, (uint32_t)start, (uint32_t)end,
                                               (float)STILE_CHANNEL_WEIGHT, false});
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

/* Characters of one class that stand close together, whatever stands between them: a bit, or a byte,
 * behind each visible letter carries as much as a run of them. */
typedef struct cluster {
    const char *what;
    bool (*is)(uint32_t);
    size_t least, reach;          /* how many make a channel; bytes from one to the next */
    size_t start, end, odd;       /* so far; odd: those without an honest use */
    size_t unbroken, longest;     /* odd ones with nothing between */
    uint32_t first;               /* the first odd one */
    bool varied;                  /* not all of the odd ones are the same */
    bool one_symbol_says_nothing; /* scattered copies of one character only break lines or words */
} cluster;

enum { TAGS, SELECTORS, ZERO_WIDTH, CLUSTERS };

static void close_cluster(finder *f, cluster *c)
{
    bool says = c->varied || c->longest >= c->least || !c->one_symbol_says_nothing;

    if (c->odd >= c->least && says)
        add(f, c->what, c->start, c->end);
    c->odd = c->unbroken = c->longest = 0;
    c->varied = false;
}

/* The odd character of this class at text[at..next). */
static void extend_cluster(finder *f, cluster *c, size_t at, size_t next, uint32_t cp)
{
    if (c->odd && at - c->end > c->reach)
        close_cluster(f, c);
    if (c->odd == 0) {
        c->start = at;
        c->first = cp;
    }
    c->unbroken = c->odd && c->end == at ? c->unbroken + 1 : 1;
    c->longest = c->unbroken > c->longest ? c->unbroken : c->longest;
    c->varied |= cp != c->first;
    c->end = next;
    c->odd++;
}

static void see_invisible(finder *f, cluster clusters[CLUSTERS], stile_slice text, size_t at,
                          size_t next, uint32_t cp)
{
    for (int i = 0; i < CLUSTERS; i++)
        if (clusters[i].is(cp) && !stile_invisible_is_honest(text, at, next, cp))
            extend_cluster(f, &clusters[i], at, next, cp);
    if (cp >= 0xa0)
        stile_parted_see(&f->parted, f->list, text, at, next, cp);
}

/* An override that ends before `at`: reported when Latin letters follow before what ends it. */
static void see_override(finder *f, stile_slice text, size_t start, size_t at)
{
    size_t letters = 0, i = at;

    if (at < f->bidi_until)
        return;
    while (i < text.len && i - at < 512) {
        size_t next = i;
        uint32_t cp = stile_utf8_next(text, &next);
        if (cp == 0x202c || cp == 0x2069 || cp == '\n')
            break;
        letters += cp < 0x80 && isalpha((int)cp);
        i = next;
    }
    f->bidi_until = i;
    if (letters >= 4)
        add(f, "bidi", start, i);
}

/* What begins at text[at], which is no plain ASCII; gives where to go on. */
static size_t see(finder *f, cluster clusters[CLUSTERS], stile_slice text, size_t at)
{
    size_t next = at, escape = stile_escape_sequence(text, at);
    uint32_t cp;

    if (escape > 0) {
        if (escape > 1 && stile_terminal_hides(text, at, escape))
            add(f, "ansi", at, at + escape);
        return at + escape;
    }
    cp = stile_utf8_next(text, &next);
    if (cp == 0x202d || cp == 0x202e)
        see_override(f, text, at, next);
    else if (stile_is_invisible(cp) || is_zero_width(cp))
        see_invisible(f, clusters, text, at, next, cp);
    return next;
}

void stile_view_channels(stile_slice text, const stile_view_survey *survey,
                         stile_channel_list *list)
{
    finder f = {.list = list};
    cluster clusters[CLUSTERS] = {
        [TAGS] = {"tag-characters", is_tag, .least = 4, .reach = 64},
        [SELECTORS] = {"variation-selectors", is_selector, .least = 4, .reach = 64},
        [ZERO_WIDTH] = {"zero-width", is_zero_width, .least = 8, .reach = 16,
                        .one_symbol_says_nothing = true},
    };

    if (survey->ascii && !survey->control)
        return;
    if (survey->control || stile_slice_holds(text, "\xc2\x9b"))
        stile_view_colours(text, f.list);
    for (size_t at = 0; at < text.len;) {
        unsigned char c = (unsigned char)text.ptr[at];
        at = c < 0x80 && c != 0x1b ? at + 1 : see(&f, clusters, text, at);
    }
    for (int i = 0; i < CLUSTERS; i++)
        close_cluster(&f, &clusters[i]);
    stile_parted_close(&f.parted, f.list);
}
