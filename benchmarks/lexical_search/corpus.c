/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

#define SENTENCES 4
#define SHORTEST 40 /* bytes of a sentence */

static void die(const char *why)
{
    fprintf(stderr, "bench_lexical_search: %s\n", why);
    exit(1);
}

/* SplitMix64 */
size_t corpus_below(corpus *c, size_t bound)
{
    uint64_t z = (c->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (size_t)((z ^ z >> 31) >> 11) % bound;
}

static void add_texts(corpus *c, const stile_buf *file, const char *path)
{
    stile_error err = {0};

    for (size_t at = 0; at < file->len;) {
        const char *end = memchr(file->ptr + at, '\n', file->len - at);
        size_t len = end ? (size_t)(end - file->ptr) - at : file->len - at;
        json_t *line = NULL;
        if (len && !stile_json_parse(stile_slice_of(file->ptr + at, len), path, &line, &err)) {
            const json_t *text = json_object_get(line, "text");
            stile_buf_add(&c->text, json_string_value(text), json_string_length(text));
            stile_buf_add_str(&c->text, ". ");
        }
        json_decref(line);
        at += len + 1;
    }
}

/* Pieces of more than `shortest` bytes, each ending before `end`. */
static void cut(corpus *c, const char *end, size_t shortest)
{
    size_t n = strlen(end);

    c->starts = calloc(c->text.len / (shortest + 1) + 2, sizeof *c->starts);
    if (!c->starts)
        die("out of memory");
    for (size_t i = 0, start = 0; i + n <= c->text.len; i++)
        if (memcmp(c->text.ptr + i, end, n) == 0 && i - start > shortest) {
            c->starts[c->pieces++] = start;
            start = i + n;
            c->starts[c->pieces] = start;
        }
    if (c->pieces < 100)
        die("too little text");
}

void corpus_read(corpus *c, char **paths, int count)
{
    bool lines = strstr(paths[0], ".txt") != NULL;

    *c = (corpus){.to_chunk = lines ? 1 : SENTENCES};
    stile_buf_init(&c->text, (size_t)1 << 31);
    for (int i = 0; i < count; i++) {
        stile_error err = {0};
        stile_buf file;
        stile_buf_init(&file, (size_t)1 << 30);
        if (stile_file_read(paths[i], &file, &err))
            die(err.text);
        if (lines)
            stile_buf_add_slice(&c->text, stile_buf_slice(&file));
        else
            add_texts(c, &file, paths[i]);
        stile_buf_release(&file);
    }
    cut(c, lines ? "\n" : ". ", SHORTEST);
}

void corpus_release(corpus *c)
{
    stile_buf_release(&c->text);
    free(c->starts);
}

static void add_piece(const corpus *c, size_t piece, stile_buf *out)
{
    stile_buf_add(out, c->text.ptr + c->starts[piece], c->starts[piece + 1] - c->starts[piece]);
}

static void sample(corpus *c, stile_buf *out)
{
    stile_buf_reset(out);
    for (size_t i = 0; i < c->to_chunk; i++)
        add_piece(c, corpus_below(c, c->pieces), out);
}

bool corpus_chunk(corpus *c, stile_buf *out)
{
    if (c->to_chunk > 1) {
        sample(c, out);
        return true;
    }
    stile_buf_reset(out);
    if (c->next == c->pieces)
        return false;
    add_piece(c, c->next++, out);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const corpus_word *)a)->text, ((const corpus_word *)b)->text);
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Sort words and put equal ones together; how many are left. */
static size_t gather(corpus_word *words, size_t count)
{
    size_t kept = 0;

    qsort(words, count, sizeof *words, by_text);
    for (size_t i = 0; i < count; i++)
        if (kept && strcmp(words[kept - 1].text, words[i].text) == 0)
            words[kept - 1].held += words[i].held;
        else
            words[kept++] = words[i];
    return kept;
}

/* The words of a chunk, each once, sorted; at most `room`. */
static size_t words_of(const stile_buf *chunk, corpus_word *words, size_t room)
{
    size_t count = 0;

    for (size_t i = 0; i < chunk->len && count < room;) {
        size_t n = 0;
        corpus_word *word = &words[count];
        *word = (corpus_word){.held = 1};
        while (i < chunk->len && !is_letter(chunk->ptr[i]))
            i++;
        for (; i < chunk->len && is_letter(chunk->ptr[i]); i++)
            if (n + 1 < CORPUS_WORD)
                word->text[n++] = (char)(chunk->ptr[i] | 32);
        count += n >= 4;
    }
    count = gather(words, count);
    for (size_t i = 0; i < count; i++)
        words[i].held = 1;
    return count;
}

size_t corpus_words(corpus *c, corpus_word **out)
{
    size_t count = 0, room = 1 << 20;
    corpus_word *words = calloc(room, sizeof *words);
    stile_buf chunk;

    if (!words)
        die("out of memory");
    stile_buf_init(&chunk, 1 << 20);
    for (int s = 0; s < CORPUS_SAMPLE; s++) {
        sample(c, &chunk);
        count += words_of(&chunk, words + count, room - count);
    }
    stile_buf_release(&chunk);
    *out = words;
    return gather(words, count);
}
