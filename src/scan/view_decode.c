/* SPDX-License-Identifier: Apache-2.0 */
/* What a text hides in an encoding, when what comes out is prose: a blob stays a blob. */
#include <ctype.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "scan/view_decoders.h"
#include "scan/view_triggers.h"

#define LEAST_STRETCH 8
#define DEPTH 2

/* Printable text from `at`, as far as it goes: what is not text parts one stretch from the next, so that
 * no control character thrown in makes prose pass for a blob. */
static size_t stretch_end(stile_slice s, size_t at)
{
    while (at < s.len) {
        size_t next = at;
        uint32_t cp = stile_utf8_next(s, &next);
        if ((cp == 0xfffd && next == at + 1) || cp == 0x7f ||
            (cp < ' ' && cp != '\t' && cp != '\n' && cp != '\r'))
            break;
        at = next;
    }
    return at;
}

/* Mostly letters and spaces, in words. */
static bool is_prose(stile_slice s)
{
    size_t letters = 0, spaces = 0, chars = 0;

    for (size_t i = 0; i < s.len; chars++) {
        uint32_t cp = stile_utf8_next(s, &i);
        spaces += cp == ' ' || cp == '\n';
        letters += cp >= 0x80 || isalpha((int)cp);
    }
    return spaces > 0 && (letters + spaces) * 10 >= chars * 7;
}

/* Prose found, one view for each encoding: a bound on the number of views would hide what comes behind
 * it. */
typedef struct decoding {
    stile_arena *arena;
    stile_view_list *list;
    stile_view_builder found[STILE_DECODERS];
    size_t made; /* stretches found */
    stile_error *err;
} decoding;

/* The finished view, normalized, into the list. */
static stile_status keep(decoding *d, stile_view_builder *b, const char *how)
{
    stile_scan_view plain, normalized;
    stile_status st = stile_view_finish(b, STILE_VIEW_DECODED, how, &plain, d->err);

    if (st || (st = stile_view_normalize(&plain, d->arena, &normalized, d->err)))
        return st;
    stile_view_list_add(d->list, &normalized);
    return STILE_OK;
}

enum { WITHIN_WORD = 1, BEGINS = 2 };

/* Where a run may begin: at a letter or digit behind none, at the signs of some encodings, at what is not
 * ASCII. */
static bool may_begin(unsigned char c, unsigned char before)
{
    static const unsigned char kinds[128] = {
        ['%'] = BEGINS,      ['\\'] = BEGINS,     ['&'] = BEGINS,      ['+'] = BEGINS,
        ['/'] = BEGINS,      ['0'] = WITHIN_WORD, ['1'] = WITHIN_WORD, ['2'] = WITHIN_WORD,
        ['3'] = WITHIN_WORD, ['4'] = WITHIN_WORD, ['5'] = WITHIN_WORD, ['6'] = WITHIN_WORD,
        ['7'] = WITHIN_WORD, ['8'] = WITHIN_WORD, ['9'] = WITHIN_WORD, ['A'] = WITHIN_WORD,
        ['B'] = WITHIN_WORD, ['C'] = WITHIN_WORD, ['D'] = WITHIN_WORD, ['E'] = WITHIN_WORD,
        ['F'] = WITHIN_WORD, ['G'] = WITHIN_WORD, ['H'] = WITHIN_WORD, ['I'] = WITHIN_WORD,
        ['J'] = WITHIN_WORD, ['K'] = WITHIN_WORD, ['L'] = WITHIN_WORD, ['M'] = WITHIN_WORD,
        ['N'] = WITHIN_WORD, ['O'] = WITHIN_WORD, ['P'] = WITHIN_WORD, ['Q'] = WITHIN_WORD,
        ['R'] = WITHIN_WORD, ['S'] = WITHIN_WORD, ['T'] = WITHIN_WORD, ['U'] = WITHIN_WORD,
        ['V'] = WITHIN_WORD, ['W'] = WITHIN_WORD, ['X'] = WITHIN_WORD, ['Y'] = WITHIN_WORD,
        ['Z'] = WITHIN_WORD, ['a'] = WITHIN_WORD, ['b'] = WITHIN_WORD, ['c'] = WITHIN_WORD,
        ['d'] = WITHIN_WORD, ['e'] = WITHIN_WORD, ['f'] = WITHIN_WORD, ['g'] = WITHIN_WORD,
        ['h'] = WITHIN_WORD, ['i'] = WITHIN_WORD, ['j'] = WITHIN_WORD, ['k'] = WITHIN_WORD,
        ['l'] = WITHIN_WORD, ['m'] = WITHIN_WORD, ['n'] = WITHIN_WORD, ['o'] = WITHIN_WORD,
        ['p'] = WITHIN_WORD, ['q'] = WITHIN_WORD, ['r'] = WITHIN_WORD, ['s'] = WITHIN_WORD,
        ['t'] = WITHIN_WORD, ['u'] = WITHIN_WORD, ['v'] = WITHIN_WORD, ['w'] = WITHIN_WORD,
        ['x'] = WITHIN_WORD, ['y'] = WITHIN_WORD, ['z'] = WITHIN_WORD,
    };
    unsigned kind = c < 0x80 ? kinds[c] : BEGINS, last = before < 0x80 ? kinds[before] : 0;

    return (kind & ~(last & WITHIN_WORD)) != 0;
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth);

/* A stretch of what decoder `i` gave: found when it is prose, and looked into once more, for what does not
 * read may still hide something that does. */
static stile_status take_stretch(decoding *d, stile_arena *scratch, const stile_scan_view *whole,
                                 size_t start, size_t end, size_t i, int depth)
{
    stile_slice text = stile_slice_cut(whole->text, start, end);
    stile_view_builder b;
    stile_scan_view plain;
    stile_status st;

    if (is_prose(text)) {
        stile_view_gather(&d->found[i], whole, start, text.ptr, text.len);
        d->made++;
    }
    if (depth + 1 >= DEPTH)
        return STILE_OK;
    stile_view_builder_init(&b, scratch, whole, text.len + 16);
    stile_view_add_exact(&b, start, text.ptr, text.len);
    if ((st = stile_view_finish(&b, STILE_VIEW_DECODED, whole->how, &plain, d->err)))
        return st;
    return decode_level(d, &plain, depth + 1);
}

/* What decoder `i` gave at one place, stretch by stretch. */
static stile_status take(decoding *d, stile_view_builder *b, size_t i, int depth)
{
    stile_scan_view whole;
    stile_status st =
        stile_view_finish(b, STILE_VIEW_DECODED, stile_decoders[i].how, &whole, d->err);

    for (size_t start = 0, end; !st && start < whole.text.len; start = end + 1) {
        end = stretch_end(whole.text, start);
        if (end - start >= LEAST_STRETCH)
            st = take_stretch(d, b->arena, &whole, start, end, i, depth);
    }
    return st;
}

/* Decoder `i` at one place. `*ran`: bytes that it read as its own. */
static stile_status try_decoder(decoding *d, const stile_scan_view *view, size_t i, size_t at,
                                int depth, size_t *ran)
{
    stile_arena
        scratch; /* most of what is decoded is no prose, and kept no longer than it is read */
    stile_view_builder b;
    stile_status st = STILE_OK;

    stile_arena_init(&scratch, 0);
    stile_view_builder_init(&b, &scratch, view->kind == STILE_VIEW_RAW ? NULL : view,
                            2 * view->text.len + 256);
    *ran = stile_decoders[i].run(view->text, at, &b);
    if (b.text.len || b.failed || b.text.failed)
        st = take(d, &b, i, depth);
    else
        stile_view_builder_release(&b);
    stile_arena_release(&scratch);
    return st;
}

/* One text being looked through. */
typedef struct decode_walk {
    const stile_scan_view *view;
    int depth;
    uint32_t in;         /* the decoders that may have a run in it */
    unsigned char *rows; /* stile_decoders_rows; owned */
    /* A run that gave nothing is not read again from its middle: that would be quadratic. */
    size_t resume[STILE_DECODERS];
} decode_walk;

/* At one place, the decoders up to the first that finds something and shares it with no other; *taken:
 * what that one read, or 0. */
static stile_status decode_at(decoding *d, decode_walk *w, size_t at, size_t *taken)
{
    uint32_t may = stile_decoders_at(w->view->text, w->rows, at) & w->in;
    stile_status st = STILE_OK;

    *taken = 0;
    for (size_t i = 0; !st && !*taken && may >> i; i++) {
        size_t before = d->made, ran = 0;
        if (at < w->resume[i] || !(may >> i & 1))
            continue;
        st = try_decoder(d, w->view, i, at, w->depth, &ran);
        w->resume[i] = at + ran;
        if (d->made != before && !stile_decoders[i].shares)
            *taken = ran;
    }
    return st;
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth)
{
    stile_slice text = view->text;
    unsigned char before = ' ';
    decode_walk w = {.view = view, .depth = depth, .in = stile_decoders_in(text)};
    stile_status st = STILE_OK;

    if (!(w.rows = stile_alloc(text.len)))
        return stile_fail(d->err, STILE_NO_MEMORY, "scan: out of memory");
    stile_decoders_rows(text, w.rows);
    for (size_t at = 0; !st && at < text.len;) {
        size_t taken = 0;
        unsigned char c = (unsigned char)text.ptr[at];
        if (may_begin(c, before))
            st = decode_at(d, &w, at, &taken);
        before = c;
        at += taken ? taken : 1;
    }
    stile_free(w.rows);
    return st;
}

static stile_status rotated(decoding *d, const stile_scan_view *normalized)
{
    stile_slice text = normalized->text;
    stile_view_builder b;

    stile_view_builder_init(&b, d->arena, normalized, text.len + 16);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 'a' && c <= 'z')
            c = (char)('a' + (c - 'a' + 13) % 26);
        stile_view_add_exact(&b, i, &c, 1);
    }
    return keep(d, &b, "rot13");
}

/* text[start, end) character by character from its end. */
static void add_reversed(stile_view_builder *b, stile_slice text, size_t start, size_t end)
{
    while (end > start) {
        size_t at = end - 1;
        while (at > start && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
            at--;
        stile_view_add_as(b, at, end - at, text.ptr + at, end - at);
        end = at;
    }
}

/* The words in their order, each reversed. */
static void add_reversed_words(stile_view_builder *b, stile_slice text)
{
    for (size_t at = 0, end; at < text.len; at = end + 1) {
        const char *space = memchr(text.ptr + at, ' ', text.len - at);
        end = space ? (size_t)(space - text.ptr) : text.len;
        add_reversed(b, text, at, end);
        if (space)
            stile_view_add_exact(b, end, " ", 1);
    }
}

static stile_status reversed(decoding *d, const stile_scan_view *normalized)
{
    stile_slice text = normalized->text;
    stile_view_builder b;
    stile_status st;

    stile_view_builder_init(&b, d->arena, normalized, text.len + 16);
    add_reversed(&b, text, 0, text.len);
    if ((st = keep(d, &b, "reversed")))
        return st;
    stile_view_builder_init(&b, d->arena, normalized, text.len + 16);
    add_reversed_words(&b, text);
    return keep(d, &b, "reversed-words");
}

stile_status stile_view_decode(const stile_scan_view *raw, const stile_scan_view *normalized,
                               stile_arena *arena, stile_view_list *list, stile_error *err)
{
    decoding d = {.arena = arena, .list = list, .err = err};
    stile_triggered triggered;
    stile_status st;

    /* No stretch is much longer than the run it came from, at most twice where its context comes with it,
     * nor, being LEAST_STRETCH bytes, much shorter than what parts it from the next; and each run is read
     * once at each depth. */
    for (size_t i = 0; i < STILE_DECODERS; i++)
        stile_view_builder_init(&d.found[i], arena, NULL, 16 * raw->text.len + 256);
    st = decode_level(&d, raw, 0);
    for (size_t i = 0; i < STILE_DECODERS; i++) {
        if (!st && (d.found[i].text.len || d.found[i].failed || d.found[i].text.failed))
            st = keep(&d, &d.found[i], stile_decoders[i].how);
        else
            stile_view_builder_release(&d.found[i]);
    }
    if (st)
        return st;
    triggered = stile_find_triggers(normalized->text);
    if (triggered.rot13 && (st = rotated(&d, normalized)))
        return st;
    return triggered.reversed ? reversed(&d, normalized) : STILE_OK;
}
