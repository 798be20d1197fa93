/* SPDX-License-Identifier: Apache-2.0 */
/* The record that proves a citation; byte by byte in docs/formats/chunk.md. */
#include "ingest/chunk.h"

/* The first piece that ends after text offset `at`. */
static size_t piece_at(const stile_parsed *parsed, uint32_t at)
{
    size_t low = 0, high = parsed->piece_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (parsed->pieces[mid].text_start + parsed->pieces[mid].text_len <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

stile_status stile_chunk_pieces_encode(const stile_parsed *parsed, const stile_chunk *chunk,
                                       stile_slice original, stile_buf *out, stile_error *err)
{
    uint32_t cursor = chunk->orig_start;

    (void)original;
    for (size_t i = piece_at(parsed, chunk->text_start); i < parsed->piece_count; i++) {
        const stile_piece *p = &parsed->pieces[i];
        uint32_t start = p->text_start, end = p->text_start + p->text_len, orig = p->orig_start;
        if (start >= chunk->text_end)
            break;
        if (start < chunk->text_start) {
            if (p->kind == STILE_PIECE_COPY)
                orig += chunk->text_start - start;
            start = chunk->text_start;
        }
        if (end > chunk->text_end)
            end = chunk->text_end;
        stile_buf_add_varint(out, (uint64_t)(end - start) << 2 | p->kind);
        if (p->kind != STILE_PIECE_JOIN) {
            stile_buf_add_varint(out, orig - cursor);
            cursor = orig + (p->kind == STILE_PIECE_COPY ? end - start : p->orig_len);
        }
        if (p->kind == STILE_PIECE_DECODED)
            stile_buf_add_varint(out, p->orig_len);
        if (p->kind != STILE_PIECE_COPY)
            stile_buf_add_slice(out, stile_slice_cut(parsed->text, start, end));
    }
    return stile_buf_ok(out, err);
}

/* Apply one piece; false when it does not fit. */
static bool apply_piece(stile_reader *r, stile_slice cited, size_t *cursor, stile_buf *text)
{
    uint64_t head, gap = 0, len, covered;
    stile_slice own;

    if (!stile_reader_varint(r, &head))
        return false;
    len = head >> 2;
    if ((head & 3) != STILE_PIECE_JOIN &&
        (!stile_reader_varint(r, &gap) || gap > cited.len - *cursor))
        return false;
    *cursor += (size_t)gap;
    if ((head & 3) == STILE_PIECE_COPY) {
        if (len > cited.len - *cursor)
            return false;
        stile_buf_add(text, cited.ptr + *cursor, (size_t)len);
        *cursor += (size_t)len;
        return true;
    }
    if ((head & 3) == STILE_PIECE_DECODED) {
        if (!stile_reader_varint(r, &covered) || covered > cited.len - *cursor)
            return false;
        *cursor += (size_t)covered;
    } else if ((head & 3) != STILE_PIECE_JOIN) {
        return false;
    }
    if (len > (uint64_t)(r->end - r->ptr) || !stile_reader_bytes(r, (size_t)len, &own))
        return false;
    stile_buf_add_slice(text, own);
    return true;
}

stile_status stile_chunk_pieces_apply(stile_slice record, stile_slice cited, stile_buf *text,
                                      stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    size_t cursor = 0, before = text->len;

    while (!text->failed && !stile_reader_done(&r))
        if (!apply_piece(&r, cited, &cursor, text)) {
            text->len = before;
            return stile_fail(err, STILE_CORRUPT, "chunk: its pieces do not fit the original");
        }
    if (!text->failed && cursor != cited.len) {
        text->len = before;
        return stile_fail(err, STILE_CORRUPT, "chunk: its pieces leave original bytes over");
    }
    return stile_buf_ok(text, err);
}
