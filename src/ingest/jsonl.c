/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of JSON from anywhere, one line in memory at a time. */
#include "ingest/jsonl.h"

#include <errno.h>
#include <stdio.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "stile/limits.h"

#define PULL_SIZE ((size_t)64 * 1024)

struct stile_jsonl {
    stile_jsonl_pull pull;
    void *ctx;
    FILE *file;        /* owned; NULL when not over a file */
    stile_slice slice; /* borrowed: what is left of it */
    char *room;        /* owned; PULL_SIZE bytes */
    size_t at, filled; /* of room */
    stile_buf line;
    size_t number;
    bool ended;     /* the source has no more */
    json_t *object; /* owned; the last item's */
    stile_arena arena;
};

static stile_status pull_slice(void *ctx, char *into, size_t size, size_t *len, stile_error *err)
{
    stile_slice *left = ctx;

    (void)err;
    *len = left->len < size ? left->len : size;
    if (*len) {
        memcpy(into, left->ptr, *len);
        *left = stile_slice_cut(*left, *len, left->len);
    }
    return STILE_OK;
}

static stile_status pull_file(void *ctx, char *into, size_t size, size_t *len, stile_error *err)
{
    FILE *file = ctx;

    *len = fread(into, 1, size, file);
    if (*len == 0 && ferror(file))
        return stile_fail(err, STILE_IO, "jsonl: cannot read the file");
    return STILE_OK;
}

stile_status stile_jsonl_open_pull(stile_jsonl_pull pull, void *ctx, stile_jsonl **out,
                                   stile_error *err)
{
    stile_jsonl *reader = stile_alloc(sizeof *reader);

    if (reader) {
        reader->pull = pull;
        reader->ctx = ctx;
        stile_buf_init(&reader->line, STILE_MAX_JSONL_LINE);
        reader->room = stile_alloc(PULL_SIZE);
    }
    if (!reader || !reader->room) {
        stile_jsonl_destroy(reader);
        return stile_fail(err, STILE_NO_MEMORY, "jsonl: out of memory");
    }
    *out = reader;
    return STILE_OK;
}

stile_status stile_jsonl_open_slice(stile_slice bytes, stile_jsonl **out, stile_error *err)
{
    stile_status st = stile_jsonl_open_pull(pull_slice, NULL, out, err);

    if (!st) {
        (*out)->slice = bytes;
        (*out)->ctx = &(*out)->slice;
    }
    return st;
}

stile_status stile_jsonl_open_file(const char *path, stile_jsonl **out, stile_error *err)
{
    FILE *file = fopen(path, "rbe");
    stile_status st;

    if (!file)
        return stile_fail_errno(err, errno, "open", path);
    if ((st = stile_jsonl_open_pull(pull_file, file, out, err)))
        (void)fclose(file);
    else
        (*out)->file = file;
    return st;
}

void stile_jsonl_destroy(stile_jsonl *reader)
{
    if (!reader)
        return;
    if (reader->file)
        (void)fclose(reader->file);
    json_decref(reader->object);
    stile_arena_release(&reader->arena);
    stile_buf_release(&reader->line);
    stile_free(reader->room);
    stile_free(reader);
}

size_t stile_jsonl_line(const stile_jsonl *reader)
{
    return reader->number;
}

/* Read one line, without its LF, into reader->line, whose failure tells that it is too long (the
 * rest of such a line is read and dropped). `*whole`: an LF ended it. */
static stile_status read_line(stile_jsonl *reader, bool *whole, stile_error *err)
{
    *whole = false;
    stile_buf_reset(&reader->line);
    while (!*whole) {
        if (reader->at == reader->filled) {
            size_t len = 0;
            stile_status st = reader->pull(reader->ctx, reader->room, PULL_SIZE, &len, err);
            if (st)
                return st;
            if (len == 0) {
                reader->ended = true;
                break;
            }
            reader->at = 0;
            reader->filled = len;
        }
        const char *from = reader->room + reader->at;
        const char *lf = memchr(from, '\n', reader->filled - reader->at);
        size_t len = lf ? (size_t)(lf - from) : reader->filled - reader->at;
        stile_buf_add(&reader->line, from, len);
        reader->at += len + (lf ? 1 : 0);
        *whole = lf != NULL;
    }
    reader->number++;
    return STILE_OK;
}

static bool blank(stile_slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\r')
            return false;
    return true;
}

static stile_status decode_line(stile_jsonl *reader, bool whole, stile_item *out, stile_error *err)
{
    stile_status st = stile_buf_ok(&reader->line, err);

    json_decref(reader->object);
    reader->object = NULL;
    stile_arena_release(&reader->arena);
    if (!st &&
        (st = stile_json_parse(stile_buf_slice(&reader->line), "JSON", &reader->object, err)) &&
        !whole)
        st = stile_fail_in(err, st, "the last line is cut short (no line end)");
    if (!st)
        st = stile_item_decode(reader->object, &reader->arena, out, err);
    return st ? stile_fail_in(err, st, "line %zu", reader->number) : STILE_OK;
}

stile_status stile_jsonl_next(stile_jsonl *reader, stile_item *out, bool *more, stile_error *err)
{
    bool whole;
    stile_status st;

    *more = false;
    while (!reader->ended) {
        if ((st = read_line(reader, &whole, err))) {
            reader->ended = true;
            return st;
        }
        if (!reader->line.failed && blank(stile_buf_slice(&reader->line)))
            continue;
        st = decode_line(reader, whole, out, err);
        *more = st == STILE_OK || st == STILE_INVALID || st == STILE_TOO_LARGE;
        reader->ended = reader->ended || !*more;
        return st;
    }
    return STILE_OK;
}
