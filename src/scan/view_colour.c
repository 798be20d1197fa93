/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of a terminal: text in the colour of its background is there for who reads the bytes alone. Black on a
 * background that nobody set is not seen on most terminals; it must be prose to count, for one word may be
 * a habit of some program. */
#include "base/utf8.h"
#include "scan/invisible.h"
#include "scan/view_channel.h"

#define MAX_PARAMETERS 16
#define NEAR 48          /* sum of the differences of red, green and blue */
#define LEAST_LETTERS 4  /* in the colour of their background */
#define LEAST_IN_BLACK 3 /* words */

typedef struct colour {
    bool set;
    int red, green, blue;
} colour;

/* What the sequences so far have set. */
typedef struct pen {
    int plain; /* foreground 0 to 7 as it was given, which bold makes bright; -1: another */
    bool bold, inverse;
    colour front, back;
} pen;

/* What is being written unseen: from the first sequence that made it so. */
typedef struct unseen {
    bool on;
    size_t start, letters, words;
    bool in_word;
} unseen;

static colour of_palette(unsigned n)
{
    static const unsigned char basic[16][3] = {
        {0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},  {0, 0, 238}, {205, 0, 205},
        {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},    {0, 255, 0}, {255, 255, 0},
        {92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255}};
    static const unsigned char steps[6] = {0, 95, 135, 175, 215, 255};

    if (n < 16)
        return (colour){true, basic[n][0], basic[n][1], basic[n][2]};
    if (n < 232)
        return (colour){true, steps[(n - 16) / 36], steps[(n - 16) / 6 % 6], steps[(n - 16) % 6]};
    n = 8 + 10 * ((n - 232) & 31);
    return (colour){true, (int)n, (int)n, (int)n};
}

static int apart(int a, int b)
{
    return a > b ? a - b : b - a;
}

static bool is_near(const colour *a, const colour *b)
{
    return apart(a->red, b->red) + apart(a->green, b->green) + apart(a->blue, b->blue) <= NEAR;
}

static bool is_unseen(const pen *p)
{
    static const colour black = {true, 0, 0, 0};
    colour front = p->plain >= 0 && p->bold ? of_palette((unsigned)p->plain + 8) : p->front;

    if (!front.set)
        return false;
    return p->back.set ? is_near(&front, &p->back) : !p->inverse && is_near(&front, &black);
}

/* The colour behind a 38 or 48 at p[0..): how many parameters it took. `colons`: a place for the colour space
 * stands before the three. */
static size_t read_colour(const unsigned *p, size_t count, bool colons, colour *out)
{
    size_t skip = colons && count >= 5 ? 1 : 0;

    if (count >= 2 && p[0] == 5) {
        *out = of_palette(p[1] & 255);
        return 2;
    }
    if (count < 4 + skip || p[0] != 2)
        return count;
    p += 1 + skip;
    *out = (colour){true, (int)(p[0] & 255), (int)(p[1] & 255), (int)(p[2] & 255)};
    return 4 + skip;
}

static void set_front(pen *p, colour c, int plain)
{
    p->front = c;
    p->plain = plain;
}

static void set_one(pen *p, unsigned n)
{
    if (n == 0)
        *p = (pen){.plain = -1};
    else if (n == 1 || n == 22)
        p->bold = n == 1;
    else if (n == 7 || n == 27)
        p->inverse = n == 7;
    else if (n >= 30 && n <= 37)
        set_front(p, of_palette(n - 30), (int)n - 30);
    else if (n >= 90 && n <= 97)
        set_front(p, of_palette(n - 82), -1);
    else if (n == 39)
        set_front(p, (colour){.set = false}, -1);
    else if (n >= 40 && n <= 47)
        p->back = of_palette(n - 40);
    else if (n >= 100 && n <= 107)
        p->back = of_palette(n - 92);
    else if (n == 49)
        p->back = (colour){.set = false};
}

/* The numbers of a colour sequence. */
static size_t read_numbers(stile_slice sequence, unsigned *out, bool *colons)
{
    size_t count = 0, i = 2; /* ESC [ and CSI are two bytes each */
    unsigned value = 0;

    *colons = false;
    for (; i < sequence.len && count < MAX_PARAMETERS; i++) {
        char c = sequence.ptr[i];
        if (stile_ascii_is_digit(c)) {
            value = value < 1000 ? value * 10 + (unsigned)(c - '0') : value;
            continue;
        }
        *colons |= c == ':';
        out[count++] = value;
        value = 0;
    }
    return count;
}

static void set(pen *p, stile_slice sequence)
{
    unsigned numbers[MAX_PARAMETERS];
    bool colons;
    size_t count = read_numbers(sequence, numbers, &colons);

    for (size_t i = 0; i < count; i++) {
        colour c = {.set = false};
        if (numbers[i] != 38 && numbers[i] != 48) {
            set_one(p, numbers[i]);
            continue;
        }
        if (numbers[i] == 38) {
            i += read_colour(numbers + i + 1, count - i - 1, colons, &c);
            set_front(p, c, -1);
        } else {
            i += read_colour(numbers + i + 1, count - i - 1, colons, &c);
            p->back = c;
        }
    }
}

static void count_letters(unseen *u, stile_slice text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        bool letter = stile_ascii_is_letter(text.ptr[i]) || (unsigned char)text.ptr[i] >= 0x80;
        u->letters += letter;
        u->words += letter && !u->in_word;
        u->in_word = letter || (u->in_word && stile_ascii_is_digit(text.ptr[i]));
    }
}

/* What was written unseen ends at `at`. */
static void close_unseen(unseen *u, const pen *p, stile_channel_list *list, size_t at)
{
    if (p->back.set ? u->letters >= LEAST_LETTERS : u->words >= LEAST_IN_BLACK)
        stile_channel_add(list, (stile_channel){"ansi-colour", (uint32_t)u->start, (uint32_t)at,
                                                (float)STILE_CHANNEL_WEIGHT, true});
    *u = (unseen){.on = false};
}

/* The next escape sequence at or behind `at`; the text's length: there is none. */
static size_t next_escape(stile_slice text, size_t at)
{
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c == 0x1b ||
            (c == 0xc2 && at + 1 < text.len && (unsigned char)text.ptr[at + 1] == 0x9b))
            return at;
    }
    return text.len;
}

void stile_view_colours(stile_slice text, stile_channel_list *list)
{
    pen p = {.plain = -1};
    unseen u = {.on = false};
    size_t done = 0;

    for (size_t at = next_escape(text, 0); at < text.len; at = next_escape(text, done)) {
        size_t len = stile_escape_sequence(text, at);
        pen before = p;
        if (u.on)
            count_letters(&u, text, done, at);
        if (len > 2 && text.ptr[at + len - 1] == 'm' && text.ptr[at + 1] != ']')
            set(&p, stile_slice_cut(text, at, at + len));
        if (u.on && !is_unseen(&p))
            close_unseen(&u, &before, list, at);
        if (!u.on && is_unseen(&p))
            u = (unseen){.on = true, .start = at};
        done = at + (len ? len : 1);
    }
    if (u.on) {
        count_letters(&u, text, done, text.len);
        close_unseen(&u, &p, list, text.len);
    }
}
