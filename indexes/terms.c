/* SPDX-License-Identifier: Apache-2.0 */
/* Forward lists: the words of a chunk counted by term, and their record (docs/formats/terms.md).
 *
 * Counting uses an open-addressed table that the analyzer keeps between calls. */
#include "indexes/terms.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "indexes/words.h"

#define RECORD_VERSION 1
#define TERM_BYTES_LEAST 10 /* a hash and two one-byte counts */

typedef struct slot {
    stile_term term;
    bool used;
} slot;

struct stile_analyzer {
    stile_words *words;
    slot *slots; /* `size` of them, a power of two, at most half used */
    size_t size, used;
    bool in_title; /* the field being counted */
    uint32_t title_len, body_len;
};

stile_status stile_analyzer_create(const char *language, stile_analyzer **out, stile_error *err)
{
    stile_analyzer *analyzer = stile_alloc(sizeof *analyzer);
    stile_status st;

    if (!analyzer)
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    if ((st = stile_words_create(language, &analyzer->words, err))) {
        stile_analyzer_destroy(analyzer);
        return st;
    }
    *out = analyzer;
    return STILE_OK;
}

void stile_analyzer_destroy(stile_analyzer *analyzer)
{
    if (!analyzer)
        return;
    stile_words_destroy(analyzer->words);
    stile_free(analyzer->slots);
    stile_free(analyzer);
}

static slot *find_slot(slot *slots, size_t size, uint64_t hash)
{
    size_t at = (size_t)hash & (size - 1);

    while (slots[at].used && slots[at].term.hash != hash)
        at = (at + 1) & (size - 1);
    return &slots[at];
}

static bool grow(stile_analyzer *analyzer)
{
    size_t size = analyzer->size ? analyzer->size * 2 : 512;
    slot *slots = stile_alloc_array(size, sizeof *slots);

    if (!slots)
        return false;
    for (size_t i = 0; i < analyzer->size; i++)
        if (analyzer->slots[i].used)
            *find_slot(slots, size, analyzer->slots[i].term.hash) = analyzer->slots[i];
    stile_free(analyzer->slots);
    analyzer->slots = slots;
    analyzer->size = size;
    return true;
}

static stile_status count_word(void *ctx, stile_slice stem, stile_error *err)
{
    stile_analyzer *analyzer = ctx;
    uint64_t hash = stile_hash64(stem);
    uint16_t *tf;
    slot *s;

    if (analyzer->used * 2 >= analyzer->size && !grow(analyzer))
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    s = find_slot(analyzer->slots, analyzer->size, hash);
    if (!s->used) {
        *s = (slot){.term = {.hash = hash}, .used = true};
        analyzer->used++;
    }
    tf = analyzer->in_title ? &s->term.title_tf : &s->term.body_tf;
    if (*tf < UINT16_MAX)
        (*tf)++;
    if (analyzer->in_title)
        analyzer->title_len++;
    else
        analyzer->body_len++;
    return STILE_OK;
}

static int by_hash(const void *a, const void *b)
{
    const stile_term *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Move the counted terms out, sorted, and clear the table. NULL when the arena is full. */
static stile_term *drain(stile_analyzer *analyzer, stile_arena *arena)
{
    stile_term *terms = stile_arena_array(arena, analyzer->used, sizeof *terms);
    size_t n = 0;

    for (size_t i = 0; i < analyzer->size; i++) {
        if (!analyzer->slots[i].used)
            continue;
        if (terms)
            terms[n++] = analyzer->slots[i].term;
        analyzer->slots[i].used = false;
    }
    analyzer->used = 0;
    if (terms)
        qsort(terms, n, sizeof *terms, by_hash);
    return terms;
}

stile_status stile_terms_of(stile_analyzer *analyzer, stile_slice title, stile_slice body,
                            stile_arena *arena, stile_terms *out, stile_error *err)
{
    stile_term *terms;
    stile_status st;
    size_t count;

    analyzer->title_len = analyzer->body_len = 0;
    analyzer->in_title = true;
    st = stile_words_each(analyzer->words, title, count_word, analyzer, err);
    analyzer->in_title = false;
    if (!st)
        st = stile_words_each(analyzer->words, body, count_word, analyzer, err);
    count = analyzer->used;
    terms = drain(analyzer, arena);
    if (st)
        return st;
    if (!terms)
        return stile_fail(err, STILE_NO_MEMORY, "analyzer: out of memory");
    *out = (stile_terms){terms, (uint32_t)count, analyzer->title_len, analyzer->body_len};
    return STILE_OK;
}

typedef struct term_walk {
    stile_term_fn each;
    void *ctx;
} term_walk;

static stile_status pass_term(void *ctx, stile_slice stem, stile_error *err)
{
    const term_walk *walk = ctx;
    return walk->each(walk->ctx, stile_hash64(stem), err);
}

stile_status stile_terms_each(stile_analyzer *analyzer, stile_slice text, stile_term_fn each,
                              void *ctx, stile_error *err)
{
    term_walk walk = {each, ctx};
    return stile_words_each(analyzer->words, text, pass_term, &walk, err);
}

void stile_terms_encode(const stile_terms *terms, stile_buf *out)
{
    stile_buf_add_byte(out, RECORD_VERSION);
    stile_buf_add_varint(out, terms->title_len);
    stile_buf_add_varint(out, terms->body_len);
    stile_buf_add_varint(out, terms->count);
    for (uint32_t i = 0; i < terms->count; i++) {
        stile_buf_add_u64(out, terms->terms[i].hash);
        stile_buf_add_varint(out, terms->terms[i].title_tf);
        stile_buf_add_varint(out, terms->terms[i].body_tf);
    }
}

/* The head of a record; false when it is not one. */
static bool read_head(stile_reader *r, stile_terms *out)
{
    uint64_t title_len, body_len, count;
    uint8_t version;

    if (!stile_reader_u8(r, &version) || version != RECORD_VERSION ||
        !stile_reader_varint(r, &title_len) || title_len > UINT32_MAX ||
        !stile_reader_varint(r, &body_len) || body_len > UINT32_MAX ||
        !stile_reader_varint(r, &count) || count > (size_t)(r->end - r->ptr) / TERM_BYTES_LEAST)
        return false;
    *out = (stile_terms){NULL, (uint32_t)count, (uint32_t)title_len, (uint32_t)body_len};
    return true;
}

static bool read_term(stile_reader *r, stile_term *out)
{
    uint64_t title_tf, body_tf;

    if (!stile_reader_u64(r, &out->hash) || !stile_reader_varint(r, &title_tf) ||
        title_tf > UINT16_MAX || !stile_reader_varint(r, &body_tf) || body_tf > UINT16_MAX ||
        title_tf + body_tf == 0)
        return false;
    out->title_tf = (uint16_t)title_tf;
    out->body_tf = (uint16_t)body_tf;
    return true;
}

stile_status stile_terms_decode(stile_slice record, stile_arena *arena, stile_terms *out,
                                stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_terms read;
    stile_term *terms;

    if (!read_head(&r, &read))
        return stile_fail(err, STILE_CORRUPT, "terms: not a forward record");
    if (!(terms = stile_arena_array(arena, read.count, sizeof *terms)))
        return stile_fail(err, STILE_NO_MEMORY, "terms: out of memory");
    for (uint32_t i = 0; i < read.count; i++)
        if (!read_term(&r, &terms[i]) || (i > 0 && terms[i].hash <= terms[i - 1].hash))
            return stile_fail(err, STILE_CORRUPT, "terms: term %u of %u is damaged", i, read.count);
    if (!stile_reader_done(&r))
        return stile_fail(err, STILE_CORRUPT, "terms: bytes after the last term");
    read.terms = terms;
    *out = read;
    return STILE_OK;
}
