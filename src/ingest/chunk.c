/* SPDX-License-Identifier: Apache-2.0 */
/* Chunking in one pass: blocks are cut into segments (sentences; lines of code), segments are
 * gathered until a chunk is full.
 *
 * A word is a run of characters between white space; in scripts written without spaces each
 * character is a word of its own. A rule of our own, not ICU's, on purpose: chunks name
 * citations, and must not move when a Unicode version does. */
#include "ingest/chunk.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "ingest/parse_build.h"
#include "stile/limits.h"

#define TARGET_WORDS 200
#define MAX_WORDS 320
#define SMALL_WORDS 30  /* a chunk below this joins a neighbour */
#define MAX_HEADING 512 /* bytes of a heading path */
#define HEADING_LEVELS 6

typedef struct segment {
    uint32_t start, end, words;
} segment;

typedef struct chunker {
    const stile_parsed *parsed;
    stile_slice original;
    stile_arena *arena;
    uint32_t target, most;
    stile_buf chunks;    /* of stile_chunk */
    uint32_t last_words; /* of the last finished chunk */
    segment now;         /* the chunk being gathered; words 0: none */
    bool now_apart;      /* it opens a top-level section: never joins the one before */
    stile_slice headings[HEADING_LEVELS];
    stile_slice path; /* of the headings in force */
    stile_slice now_path;
    size_t piece;           /* orig_of's place in the pieces */
    uint32_t line, line_at; /* the line of original byte line_at */
} chunker;

static bool unspaced(uint32_t cp)
{
    return (cp >= 0x0e00 && cp < 0x0f00) || (cp >= 0x1000 && cp < 0x10a0) ||
           (cp >= 0x1780 && cp < 0x1800) || (cp >= 0x2e80 && cp < 0xa000) ||
           (cp >= 0xf900 && cp < 0xfb00) || (cp >= 0x20000 && cp < 0x40000);
}

/* The end of the word at `at`, not past `end` nor STILE_MAX_CHUNK / 4 bytes away. */
static uint32_t word_end(stile_slice text, uint32_t at, uint32_t end)
{
    uint32_t start = at;

    while (at < end && !stile_is_white(text.ptr[at]) && at - start < STILE_MAX_CHUNK / 4) {
        size_t next = at + 1u;
        if ((unsigned char)text.ptr[at] >= 0x80) {
            next = at;
            if (unspaced(stile_utf8_next(text, &next)))
                return at > start ? at : (uint32_t)next;
        }
        at = (uint32_t)next;
    }
    return at;
}

/* Whether the word that ends at `end` ends a sentence. */
static bool ends_sentence(stile_slice text, uint32_t start, uint32_t end)
{
    static const char *const wide[] = {"\xe3\x80\x82", "\xef\xbc\x81", "\xef\xbc\x9f"}; /* 。！？ */

    while (end > start && strchr("\"')]", text.ptr[end - 1]))
        end--;
    if (end > start && strchr(".!?", text.ptr[end - 1]))
        return true;
    for (size_t i = 0; end - start >= 3 && i < 3; i++)
        if (memcmp(text.ptr + end - 3, wide[i], 3) == 0)
            return true;
    return false;
}

/* The piece that holds text offset `at`; offsets only grow, but for the start of the chunk
 * being finished, so the walk is short. */
static const stile_piece *piece_of(chunker *c, uint32_t at)
{
    const stile_piece *pieces = c->parsed->pieces;

    while (c->piece > 0 && pieces[c->piece].text_start > at)
        c->piece--;
    while (c->piece + 1 < c->parsed->piece_count && pieces[c->piece + 1].text_start <= at)
        c->piece++;
    return &pieces[c->piece];
}

/* Move an end forward out of a DECODED piece, which is never split. */
static uint32_t snap(chunker *c, uint32_t end)
{
    const stile_piece *p = piece_of(c, end - 1);
    return p->kind == STILE_PIECE_DECODED ? p->text_start + p->text_len : end;
}

static uint32_t line_of(chunker *c, uint32_t at)
{
    while (c->line_at < at) {
        const char *p = c->original.ptr + c->line_at;
        const char *nl = memchr(p, '\n', at - c->line_at);
        if (!nl) {
            c->line_at = at;
            break;
        }
        c->line_at += (uint32_t)(nl - p) + 1;
        c->line++;
    }
    return c->line;
}

static void place_in_original(chunker *c, stile_chunk *chunk, bool only_end)
{
    const stile_piece *p;

    if (!only_end) {
        p = piece_of(c, chunk->text_start);
        chunk->orig_start = p->orig_start;
        if (p->kind == STILE_PIECE_COPY)
            chunk->orig_start += chunk->text_start - p->text_start;
        chunk->line_start = line_of(c, chunk->orig_start);
    }
    p = piece_of(c, chunk->text_end - 1);
    chunk->orig_end = p->orig_start + p->orig_len;
    if (p->kind == STILE_PIECE_COPY)
        chunk->orig_end = p->orig_start + (chunk->text_end - p->text_start);
    chunk->line_end = line_of(c, chunk->orig_end - 1);
}

/* Finish the chunk being gathered; a small one is joined to the one before where both fit. */
static stile_status finish_chunk(chunker *c, stile_error *err)
{
    segment now = c->now;
    stile_chunk chunk = {.text_start = now.start, .text_end = now.end, .heading = c->now_path};
    stile_chunk last;
    bool apart = c->now_apart;

    if (!now.words)
        return STILE_OK;
    c->now.words = 0;
    c->now_apart = false; /* what follows a cut inside a section may join it again */
    if (c->chunks.len && !apart && now.words < SMALL_WORDS &&
        c->last_words + now.words <= c->most) {
        char *slot = c->chunks.ptr + c->chunks.len - sizeof last;
        memcpy(&last, slot, sizeof last);
        if (now.end - last.text_start <= STILE_MAX_CHUNK) {
            last.text_end = now.end;
            place_in_original(c, &last, true);
            memcpy(slot, &last, sizeof last);
            c->last_words += now.words;
            return STILE_OK;
        }
    }
    if (c->chunks.len / sizeof chunk == STILE_MAX_CHUNKS)
        return stile_fail(err, STILE_TOO_LARGE, "more than %d chunks", STILE_MAX_CHUNKS);
    place_in_original(c, &chunk, false);
    c->last_words = now.words;
    stile_buf_add(&c->chunks, &chunk, sizeof chunk);
    return stile_buf_ok(&c->chunks, err);
}

static stile_status add_segment(chunker *c, segment s, stile_error *err)
{
    uint32_t words = c->now.words + s.words;
    bool too_long = c->now.words && s.end - c->now.start > STILE_MAX_CHUNK;
    stile_status st = STILE_OK;

    if (too_long || words > c->most || (words > c->target && c->now.words >= SMALL_WORDS))
        st = finish_chunk(c, err);
    if (!c->now.words) {
        c->now = s;
        c->now_path = c->path;
        return st;
    }
    c->now.end = s.end;
    c->now.words = words;
    return st;
}

/* The segment at `at`: up to a sentence's end (a line's, in code), or as much as fits. */
static segment next_segment(chunker *c, uint32_t at, uint32_t end, bool code)
{
    stile_slice text = c->parsed->text;
    uint32_t most = c->most > 2 * SMALL_WORDS ? c->most - SMALL_WORDS : c->most;
    segment s = {at, at, 0};

    while (at < end && stile_is_white(text.ptr[at]))
        at++; /* a DECODED piece may begin with white space */
    while (at < end && s.words < most) {
        uint32_t stop = word_end(text, at, end);
        if (s.words && stop - s.start > STILE_MAX_CHUNK / 2)
            break;
        stop = snap(c, stop);
        s.words++;
        s.end = stop;
        if (!code && ends_sentence(text, at, stop))
            break;
        for (at = stop; at < end && stile_is_white(text.ptr[at]); at++)
            if (code && text.ptr[at] == '\n')
                end = at;
    }
    return s;
}

static stile_status update_path(chunker *c, const stile_block *block, stile_error *err)
{
    unsigned level = block->level >= 1 && block->level <= HEADING_LEVELS ? block->level : 1;
    stile_buf path;
    stile_status st;

    c->headings[level - 1] = stile_slice_cut(c->parsed->text, block->start, block->end);
    for (unsigned i = level; i < HEADING_LEVELS; i++)
        c->headings[i] = (stile_slice){0};
    stile_buf_init(&path, MAX_HEADING + 4);
    for (unsigned i = 0; i < level; i++) {
        stile_slice h = c->headings[i];
        size_t room = path.len + 3 < MAX_HEADING ? MAX_HEADING - path.len - 3 : 0;
        if (!h.len || !room)
            continue;
        if (path.len)
            stile_buf_add_str(&path, " > ");
        stile_buf_add(&path, h.ptr, stile_utf8_floor(h, h.len < room ? h.len : room));
    }
    for (size_t i = 0; i < path.len; i++)
        if (stile_is_white(path.ptr[i]))
            path.ptr[i] = ' '; /* a path is one line */
    if (!(st = stile_buf_ok(&path, err)))
        st = stile_arena_copy(c->arena, stile_buf_slice(&path), &c->path, err);
    stile_buf_release(&path);
    return st;
}

/* A heading opens a section: a chunk ends before it when it is big enough to stand alone. */
static stile_status open_section(chunker *c, const stile_block *block, stile_error *err)
{
    bool top = block->level <= 1;
    stile_status st = STILE_OK;

    if (top || c->now.words >= SMALL_WORDS)
        st = finish_chunk(c, err);
    if (!c->now.words)
        c->now_apart = top;
    return st ? st : update_path(c, block, err);
}

static stile_status add_block(chunker *c, const stile_block *block, stile_error *err)
{
    stile_slice text = c->parsed->text;
    uint32_t at = block->start;
    stile_status st = STILE_OK;

    if (block->kind == STILE_BLOCK_HEADING)
        st = open_section(c, block, err);
    while (!st) {
        while (at < block->end && stile_is_white(text.ptr[at]))
            at++;
        if (at >= block->end)
            break;
        if (piece_of(c, at)->kind == STILE_PIECE_DECODED)
            at = piece_of(c, at)->text_start; /* never split: its white space comes along */
        segment s = next_segment(c, at, block->end, block->kind == STILE_BLOCK_CODE);
        at = s.end;
        st = add_segment(c, s, err);
    }
    return st;
}

stile_status stile_chunk_document(const stile_parsed *parsed, stile_slice original,
                                  const stile_chunk_options *options, stile_arena *arena,
                                  stile_chunk **out, size_t *count, stile_error *err)
{
    chunker c = {.parsed = parsed, .original = original, .arena = arena, .line = 1};
    stile_slice chunks;
    stile_status st = STILE_OK;

    c.target = options && options->target_words ? options->target_words : TARGET_WORDS;
    c.most = options && options->max_words ? options->max_words : MAX_WORDS;
    if (c.most < c.target)
        c.most = c.target;
    stile_buf_init(&c.chunks, (size_t)STILE_MAX_CHUNKS * sizeof(stile_chunk));
    for (size_t i = 0; !st && i < parsed->block_count; i++)
        st = add_block(&c, &parsed->blocks[i], err);
    if (!st && !(st = finish_chunk(&c, err)) &&
        !(st = stile_arena_copy(arena, stile_buf_slice(&c.chunks), &chunks, err))) {
        *out = (stile_chunk *)(uintptr_t)chunks.ptr; /* the arena aligns for any type */
        *count = chunks.len / sizeof(stile_chunk);
    }
    stile_buf_release(&c.chunks);
    return st;
}
