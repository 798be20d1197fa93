/* SPDX-License-Identifier: Apache-2.0 */
/* What a text hides in an encoding, when what comes out is prose: a blob stays a blob. */
#include <ctype.h>

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

static bool is_alnum(unsigned char c)
{
    return stile_ascii_is_letter((char)c) || stile_ascii_is_digit((char)c);
}

static bool may_begin(unsigned char c, unsigned char before)
{
    return c >= 0x80 || c == '%' || c == '\\' || c == '&' || c == '+' || c == '/' ||
           (is_alnum(c) && !is_alnum(before));
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

/* At one place, the decoders up to the first that finds something and shares it with no other; *taken:
 * what that one read, or 0. */
static stile_status decode_at(decoding *d, const stile_scan_view *view, size_t at, int depth,
                              size_t resume[STILE_DECODERS], size_t *taken)
{
    uint32_t may = stile_decoders_at(view->text, at);
    stile_status st = STILE_OK;

    *taken = 0;
    for (size_t i = 0; !st && !*taken && may >> i; i++) {
        size_t before = d->made, ran = 0;
        if (at < resume[i] || !(may >> i & 1))
            continue;
        st = try_decoder(d, view, i, at, depth, &ran);
        resume[i] = at + ran;
        if (d->made != before && !stile_decoders[i].shares)
            *taken = ran;
    }
    return st;
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth)
{
    stile_slice text = view->text;
    unsigned char before = ' ';
    /* A run that gave nothing is not read again from its middle: that would be quadratic. */
    size_t at = 0, resume[STILE_DECODERS] = {0};

    for (size_t i = 0; text.len && i < STILE_DECODERS; i++)
        if (stile_decoders[i].needs && !memchr(text.ptr, stile_decoders[i].needs, text.len))
            resume[i] = text.len;
    while (at < text.len) {
        size_t taken = 0;
        unsigned char c = (unsigned char)text.ptr[at];
        stile_status st;
        if (may_begin(c, before) && (st = decode_at(d, view, at, depth, resume, &taken)))
            return st;
        before = c;
        at += taken ? taken : 1;
    }
    return STILE_OK;
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
