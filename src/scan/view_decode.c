/* SPDX-License-Identifier: Apache-2.0 */
/* What a text hides in an encoding, when what comes out is prose: a blob stays a blob. */
#include <string.h>

#include "base/utf8.h"
#include "scan/view_backwards.h"
#include "scan/view_decoders.h"
#include "scan/view_orders.h"
#include "scan/view_packed.h"
#include "scan/view_stretch.h"
#include "scan/view_triggers.h"

#define DEPTH 2
#define HONEST SIZE_MAX /* prose is honestly written so */

/* Prose found, one view for each encoding: a bound on the number of views would hide what comes behind
 * it. */
typedef struct decoding {
    stile_arena *arena;
    stile_view_list *list;
    stile_view_builder found[STILE_DECODERS];
    size_t made; /* stretches found */
    stile_error *err;
} decoding;

/* The finished view, normalized, into the list. `written`: as in stile_view_add_orders. */
static stile_status keep(decoding *d, stile_view_builder *b, const char *how, size_t written)
{
    stile_scan_view plain, normalized;
    stile_status st = stile_view_finish(b, STILE_VIEW_DECODED, how, &plain, d->err);

    if (st || (st = stile_view_normalize(&plain, d->arena, &normalized, d->err)))
        return st;
    if (written != HONEST)
        stile_view_add_orders(&plain, written, d->list);
    stile_view_list_add(d->list, &normalized);
    return STILE_OK;
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth);

/* What has been decoded as often as is looked into and is encoded still is not read on: a visible finding,
 * whatever it says. An address in an address in an address is not meant, so that of percent escapes only prose
 * counts, of digits any text. */
static void note_depth(decoding *d, stile_slice text, size_t i)
{
    if (stile_stretch_is_prose(text) ||
        (stile_decoders[i].digits && text.len >= 2 * STILE_LEAST_STRETCH))
        d->list->limited = "depth";
}

/* A stretch of what decoder `i` gave: found when it is prose, and looked into once more, for what does not
 * read may still hide something that does. */
static stile_status take_stretch(decoding *d, stile_arena *scratch, const stile_scan_view *whole,
                                 size_t start, size_t end, size_t i, int depth)
{
    stile_slice text = stile_slice_cut(whole->text, start, end);
    stile_view_builder b;
    stile_scan_view plain;
    stile_status st;

    if (depth == DEPTH) {
        note_depth(d, text, i);
        return STILE_OK;
    }
    if (stile_stretch_is_prose(text)) {
        stile_view_gather(&d->found[i], whole, start, text.ptr, text.len);
        d->made++;
    }
    stile_view_builder_init(&b, scratch, whole, text.len + 16);
    stile_view_add_exact(&b, start, text.ptr, text.len);
    if ((st = stile_view_finish(&b, STILE_VIEW_DECODED, whole->how, &plain, d->err)))
        return st;
    return decode_level(d, &plain, depth + 1);
}

/* Without its NULs: every other byte of English in UTF-16 is one. */
static stile_status drop_nuls(decoding *d, stile_arena *scratch, const stile_scan_view *whole,
                              stile_scan_view *out)
{
    stile_slice text = whole->text;
    stile_view_builder b;

    if (!text.len || !memchr(text.ptr, 0, text.len)) {
        *out = *whole;
        return STILE_OK;
    }
    stile_view_builder_init(&b, scratch, whole, text.len + 16);
    for (size_t start = 0, end; start < text.len; start = end + 1) {
        for (end = start; end < text.len && text.ptr[end];)
            end++;
        if (end > start)
            stile_view_add_exact(&b, start, text.ptr + start, end - start);
    }
    return stile_view_finish(&b, STILE_VIEW_DECODED, whole->how, out, d->err);
}

/* What decoder `i` gave at one place, stretch by stretch. */
static stile_status take(decoding *d, stile_view_builder *b, size_t i, int depth)
{
    stile_scan_view given, whole;
    stile_status st =
        stile_view_finish(b, STILE_VIEW_DECODED, stile_decoders[i].how, &given, d->err);

    if (st || (st = drop_nuls(d, b->arena, &given, &whole)))
        return st;
    for (size_t start = 0, end; !st && start < whole.text.len; start = end + 1) {
        end = stile_stretch_end(whole.text, start);
        if (end - start >= STILE_LEAST_STRETCH)
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

    if ((*ran = stile_decoder_blank(i, view->text, at)) != 0)
        return STILE_OK;
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
    stile_run_map map;
    /* A run that gave nothing is not read again from its middle: that would be quadratic. By track. */
    size_t resume[STILE_DECODERS];
    size_t counted, digits; /* up to where base64's digits were counted, and how many there are */
} decode_walk;

/* Where decoder `i` keeps how far it has read. Those of one kind by where groups of four digits begin, counted
 * from the text's start: a run that goes on behind a pause keeps its track, but is of another shift there. */
static size_t track_of(decode_walk *w, size_t i, size_t at)
{
    const stile_decoder *decoder = &stile_decoders[i];

    if (!decoder->shifted)
        return i;
    w->digits += stile_base64_digits(w->view->text, w->counted, at);
    w->counted = at;
    return i - decoder->shift + (w->digits + decoder->shift) % 4;
}

/* At one place, the decoders up to the first that finds something and shares it with no other; *taken:
 * what that one read, or 0. */
static stile_status decode_at(decoding *d, decode_walk *w, size_t at, size_t *taken)
{
    uint32_t may = stile_decoders_at(&w->map, at);
    stile_status st = STILE_OK;

    *taken = 0;
    for (size_t i = 0; !st && !*taken && may >> i; i++) {
        size_t before = d->made, ran = 0, track;
        if (!(may >> i & 1) || at < w->resume[track = track_of(w, i, at)])
            continue;
        st = try_decoder(d, w->view, i, at, w->depth, &ran);
        w->resume[track] = at + ran;
        if (d->made != before && !stile_decoders[i].shares)
            *taken = ran;
    }
    return st;
}

static bool in_word(char c)
{
    return stile_ascii_is_letter(c) || stile_ascii_is_digit(c);
}

/* The next place behind what was taken from `at` on: a word that begins there, or goes on there behind what
 * began with a sign, is looked at as well. */
static size_t place_behind(const stile_run_map *map, size_t at, size_t taken)
{
    stile_slice text = map->text;
    size_t next = at + taken;

    if (next < text.len && in_word(text.ptr[next]))
        return in_word(text.ptr[at]) ? stile_run_map_next(map, next + 1) : next;
    return stile_run_map_next(map, next);
}

static stile_status decode_level(decoding *d, const stile_scan_view *view, int depth)
{
    decode_walk w;
    stile_status st = STILE_OK;

    if (view->text.len == 0)
        return STILE_OK;
    if (!stile_run_map_make(&w.map, view->text))
        return stile_fail(d->err, STILE_NO_MEMORY, "scan: out of memory");
    w.view = view;
    w.depth = depth;
    memset(w.resume, 0, sizeof w.resume);
    w.counted = w.digits = 0;
    for (size_t at = stile_run_map_next(&w.map, 0); !st && at < view->text.len;) {
        size_t taken;
        st = decode_at(d, &w, at, &taken);
        at = taken ? place_behind(&w.map, at, taken) : stile_run_map_next(&w.map, at + 1);
    }
    stile_run_map_release(&w.map);
    return st;
}

static void add_rotated(stile_view_builder *b, stile_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (stile_ascii_is_letter(c))
            c = (char)('a' + ((c | 32) - 'a' + 13) % 26);
        stile_view_add_exact(b, i, &c, 1);
    }
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

static void add_all_reversed(stile_view_builder *b, stile_slice text)
{
    add_reversed(b, text, 0, text.len);
}

/* A disguise of whole texts: a view of the normalized text, and orders, which are told by how sentences begin, from
 * the raw one, which has its lines. */
static stile_status undisguise(decoding *d, const stile_scan_view *raw,
                               const stile_scan_view *normalized, const char *how,
                               void (*add)(stile_view_builder *b, stile_slice text))
{
    stile_view_builder b;
    stile_scan_view plain;
    stile_arena scratch;
    stile_status st;

    stile_arena_init(&scratch, 0);
    stile_view_builder_init(&b, &scratch, NULL, raw->text.len + 16);
    add(&b, raw->text);
    if (!(st = stile_view_finish(&b, STILE_VIEW_DECODED, how, &plain, d->err)))
        stile_view_add_orders(&plain, 0, d->list);
    stile_arena_release(&scratch);
    if (st)
        return st;
    stile_view_builder_init(&b, d->arena, normalized, normalized->text.len + 16);
    add(&b, normalized->text);
    return keep(d, &b, how, HONEST);
}

/* Orders are not looked for: turned about, an honest text soon begins a sentence with some verb. */
static stile_status backwards(decoding *d, const stile_scan_view *normalized)
{
    stile_view_builder b;

    if (!stile_is_backwards(normalized->text))
        return STILE_OK;
    stile_view_builder_init(&b, d->arena, normalized, normalized->text.len + 16);
    stile_add_backwards(&b, normalized->text);
    return keep(d, &b, "backwards", HONEST);
}

stile_status stile_view_decode(const stile_scan_view *raw, const stile_scan_view *normalized,
                               stile_arena *arena, stile_view_list *list, stile_error *err)
{
    decoding d = {.arena = arena, .list = list, .err = err};
    stile_triggered triggered;
    stile_status st;

    /* No stretch is much longer than the run it came from, at most twice where its context comes with it,
     * nor, being STILE_LEAST_STRETCH bytes, much shorter than what parts it from the next; and each run is read
     * once at each depth. */
    for (size_t i = 0; i < STILE_DECODERS; i++)
        stile_view_builder_init(&d.found[i], arena, NULL, 16 * raw->text.len + 256);
    st = decode_level(&d, raw, 0);
    for (size_t i = 0; i < STILE_DECODERS; i++) {
        if (!st && (d.found[i].text.len || d.found[i].failed || d.found[i].text.failed))
            st = keep(&d, &d.found[i], stile_decoders[i].how,
                      stile_decoders[i].honest ? HONEST : STILE_LEAST_WRITTEN);
        else
            stile_view_builder_release(&d.found[i]);
    }
    if (st)
        return st;
    triggered = stile_find_triggers(normalized->text);
    if (triggered.rot13 && (st = undisguise(&d, raw, normalized, "rot13", add_rotated)))
        return st;
    if (triggered.reversed &&
        ((st = undisguise(&d, raw, normalized, "reversed", add_all_reversed)) ||
         (st = undisguise(&d, raw, normalized, "reversed-words", add_reversed_words))))
        return st;
    return backwards(&d, normalized);
}
