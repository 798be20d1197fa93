/* SPDX-License-Identifier: Apache-2.0 */
/* Growing text, pieces and blocks together. */
#include "ingest/parse_build.h"

/* Text is at most the original plus separators and decoded references; nothing a parser writes
 * for one original byte is longer than this. */
#define MAX_GROWTH 4

void stile_parse_build_init(stile_parse_build *b, stile_slice original)
{
    *b = (stile_parse_build){.original = original};
    stile_buf_init(&b->text, original.len * MAX_GROWTH + 64);
    stile_buf_init(&b->pieces, (original.len + 1) * 2 * sizeof(stile_piece));
    stile_buf_init(&b->blocks, (original.len + 1) * sizeof(stile_block));
}

void stile_parse_build_release(stile_parse_build *b)
{
    stile_buf_release(&b->text);
    stile_buf_release(&b->pieces);
    stile_buf_release(&b->blocks);
}

/* Append one piece; a COPY that goes on where the last one ended makes that one longer. */
static void add_piece(stile_parse_build *b, stile_piece_kind kind, size_t start, size_t orig_len,
                      stile_slice text)
{
    stile_piece piece = {(uint32_t)b->text.len, (uint32_t)text.len, (uint32_t)start,
                         (uint32_t)orig_len, (uint8_t)kind};
    stile_piece last;

    stile_buf_add_slice(&b->text, text);
    b->at = start + orig_len;
    if (kind == STILE_PIECE_COPY && b->pieces.len) {
        char *slot = b->pieces.ptr + b->pieces.len - sizeof last;
        memcpy(&last, slot, sizeof last);
        if (last.kind == STILE_PIECE_COPY && last.orig_start + last.orig_len == start) {
            last.text_len += piece.text_len;
            last.orig_len += piece.orig_len;
            memcpy(slot, &last, sizeof last);
            return;
        }
    }
    stile_buf_add(&b->pieces, &piece, sizeof piece);
}

static void close_block(stile_parse_build *b)
{
    if (b->open) {
        b->block.end = (uint32_t)b->text.len;
        stile_buf_add(&b->blocks, &b->block, sizeof b->block);
    }
    b->open = false;
    b->space = false;
}

void stile_parse_build_block(stile_parse_build *b, stile_block_kind kind, unsigned level)
{
    close_block(b);
    b->block = (stile_block){.kind = (uint8_t)kind, .level = (uint8_t)level};
    b->wanted = true;
}

/* Before text: open the wanted block, or give the white space that is owed. */
static void before_text(stile_parse_build *b)
{
    if (b->open) {
        if (b->space)
            add_piece(b, STILE_PIECE_JOIN, b->at, 0, stile_str(" "));
    } else {
        if (b->text.len) /* rows and items stand on lines of their own, all else apart */
            add_piece(b, STILE_PIECE_JOIN, b->at, 0,
                      stile_str(b->block.kind == STILE_BLOCK_TABLE_ROW ||
                                        b->block.kind == STILE_BLOCK_LIST_ITEM
                                    ? "\n"
                                    : "\n\n"));
        b->block.start = (uint32_t)b->text.len;
        b->open = true;
    }
    b->space = false;
}

void stile_parse_build_copy(stile_parse_build *b, size_t start, size_t end)
{
    if (start < b->at)
        start = b->at;
    if (start >= end)
        return;
    before_text(b);
    add_piece(b, STILE_PIECE_COPY, start, end - start, stile_slice_cut(b->original, start, end));
}

void stile_parse_build_flow(stile_parse_build *b, size_t start, size_t end)
{
    const char *p = b->original.ptr;

    if (start < b->at)
        start = b->at;
    while (start < end) {
        size_t from = start, word;
        while (start < end && stile_is_white(p[start]))
            start++;
        word = start;
        while (start < end && !stile_is_white(p[start]))
            start++;
        if (word > from && b->open && !b->space && word - from == 1 && p[from] == ' ' &&
            start > word) {
            word = from; /* one plain space: part of the copy */
        } else if (word > from) {
            b->space = b->open;
        }
        if (start > word)
            stile_parse_build_copy(b, word, start);
    }
}

void stile_parse_build_decoded(stile_parse_build *b, size_t start, size_t end, stile_slice text)
{
    if (start < b->at)
        start = b->at;
    if (start >= end || text.len == 0)
        return;
    before_text(b);
    add_piece(b, STILE_PIECE_DECODED, start, end - start, text);
}

void stile_parse_build_join(stile_parse_build *b, const char *white)
{
    if (!b->open)
        return;
    b->space = false;
    add_piece(b, STILE_PIECE_JOIN, b->at, 0, stile_str(white));
}

stile_status stile_parse_build_ok(const stile_parse_build *b, stile_error *err)
{
    stile_status st;

    if ((st = stile_buf_ok(&b->text, err)) || (st = stile_buf_ok(&b->pieces, err)))
        return st;
    return stile_buf_ok(&b->blocks, err);
}

static bool readable(stile_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!stile_is_white(text.ptr[i]))
            return true;
    return false;
}

stile_status stile_parse_build_finish(stile_parse_build *b, stile_arena *arena, stile_parsed *out,
                                      stile_error *err)
{
    stile_slice text, pieces, blocks;
    stile_status st;

    close_block(b);
    if ((st = stile_parse_build_ok(b, err)))
        return st;
    if (!readable(stile_buf_slice(&b->text)))
        return stile_fail(err, STILE_INVALID, "nothing readable in the document");
    if ((st = stile_arena_copy(arena, stile_buf_slice(&b->text), &text, err)) ||
        (st = stile_arena_copy(arena, stile_buf_slice(&b->pieces), &pieces, err)) ||
        (st = stile_arena_copy(arena, stile_buf_slice(&b->blocks), &blocks, err)))
        return st;
    *out = (stile_parsed){
        .text = text,
        /* The arena aligns for any type. */
        .pieces = (stile_piece *)(uintptr_t)pieces.ptr,
        .piece_count = pieces.len / sizeof(stile_piece),
        .blocks = (stile_block *)(uintptr_t)blocks.ptr,
        .block_count = blocks.len / sizeof(stile_block),
    };
    return STILE_OK;
}
