/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/view_build.h"

#include "base/memory.h"

void stile_view_builder_init(stile_view_builder *b, stile_arena *arena, const stile_scan_view *base,
                             size_t cap)
{
    *b = (stile_view_builder){.arena = arena, .base = base};
    stile_buf_init(&b->text, cap);
}

void stile_view_expect(stile_view_builder *b, size_t len)
{
    if (stile_buf_extend(&b->text, len))
        stile_buf_reset(&b->text);
}

void stile_view_builder_release(stile_view_builder *b)
{
    stile_buf_release(&b->text);
    stile_free(b->pieces);
    b->pieces = NULL;
}

static void add_piece(stile_view_builder *b, stile_view_piece piece)
{
    stile_view_piece *last = b->count ? &b->pieces[b->count - 1] : NULL;

    if (last && last->exact && piece.exact && last->at + last->len == piece.at &&
        last->start + last->len == piece.start) {
        last->len += piece.len;
        return;
    }
    if (b->count == b->size) {
        size_t size = b->size ? 2 * b->size : 16;
        stile_view_piece *grown = stile_realloc_array(b->pieces, size, sizeof *grown);
        if (!grown) {
            b->failed = true;
            return;
        }
        b->pieces = grown;
        b->size = size;
    }
    b->pieces[b->count++] = piece;
}

/* The piece of `view` that holds its byte `at`. */
static size_t piece_at(const stile_scan_view *view, uint32_t at)
{
    size_t low = 0, high = view->piece_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (view->pieces[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void stile_scan_view_origin(const stile_scan_view *view, uint32_t start, uint32_t end,
                            uint32_t *origin_start, uint32_t *origin_end)
{
    uint32_t low = UINT32_MAX, high = 0;

    if (end <= start)
        end = start + 1;
    for (size_t i = view->piece_count ? piece_at(view, start) : 0; i < view->piece_count; i++) {
        const stile_view_piece *p = &view->pieces[i];
        uint32_t s = p->start, e = p->start + p->len;
        if (p->at >= end)
            break;
        if (p->exact) {
            if (start > p->at)
                s = p->start + (start - p->at);
            if (end < p->at + p->len)
                e = p->start + (end - p->at);
        }
        low = s < low ? s : low;
        high = e > high ? e : high;
    }
    *origin_start = low == UINT32_MAX ? 0 : low;
    *origin_end = high > *origin_start ? high : *origin_start;
}

void stile_view_add_exact(stile_view_builder *b, size_t start, const char *bytes, size_t len)
{
    size_t done = 0;

    if (len == 0)
        return;
    if (!b->base) {
        add_piece(b,
                  (stile_view_piece){(uint32_t)b->text.len, (uint32_t)start, (uint32_t)len, true});
        stile_buf_add(&b->text, bytes, len);
        return;
    }
    /* Through the base, piece by piece. */
    while (done < len) {
        const stile_view_piece *p = &b->base->pieces[piece_at(b->base, (uint32_t)(start + done))];
        size_t next = p + 1 < b->base->pieces + b->base->piece_count ? p[1].at : b->base->text.len;
        size_t n = next - (start + done) < len - done ? next - (start + done) : len - done;
        if (p->exact)
            add_piece(b, (stile_view_piece){(uint32_t)b->text.len,
                                            p->start + (uint32_t)(start + done - p->at),
                                            (uint32_t)n, true});
        else
            add_piece(b, (stile_view_piece){(uint32_t)b->text.len, p->start, p->len, false});
        stile_buf_add(&b->text, bytes + done, n);
        done += n;
    }
}

void stile_view_add_as(stile_view_builder *b, size_t start, size_t from, const char *bytes,
                       size_t len)
{
    uint32_t s = (uint32_t)start, e = (uint32_t)(start + from);

    if (len == 0)
        return;
    if (b->base)
        stile_scan_view_origin(b->base, s, e, &s, &e);
    add_piece(b, (stile_view_piece){(uint32_t)b->text.len, s, e - s, false});
    stile_buf_add(&b->text, bytes, len);
}

void stile_view_gather(stile_view_builder *b, const stile_scan_view *from, size_t start,
                       const char *bytes, size_t len)
{
    static const char between[] = " ------ ";

    b->base = from;
    if (b->text.len)
        stile_view_add_as(b, start, 1, between, sizeof between - 1);
    stile_view_add_exact(b, start, bytes, len);
    b->base = NULL;
}

stile_status stile_view_finish(stile_view_builder *b, stile_view_kind kind, const char *how,
                               stile_scan_view *out, stile_error *err)
{
    stile_view_piece *pieces = stile_arena_array(b->arena, b->count, sizeof *pieces);
    stile_status st = stile_buf_ok(&b->text, err);

    if (!st && (b->failed || !pieces))
        st = stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    if (!st) {
        if (b->count)
            memcpy(pieces, b->pieces, b->count * sizeof *pieces);
        *out =
            (stile_scan_view){.kind = kind, .how = how, .pieces = pieces, .piece_count = b->count};
        st = stile_arena_copy(b->arena, stile_buf_slice(&b->text), &out->text, err);
    }
    stile_view_builder_release(b);
    return st;
}

void stile_view_list_add(stile_view_list *list, const stile_scan_view *view)
{
    if (view->text.len == 0)
        return;
    if (list->count == STILE_MAX_VIEWS) {
        list->limited = "views";
        return;
    }
    list->views[list->count++] = *view;
}
