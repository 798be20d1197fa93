/* SPDX-License-Identifier: Apache-2.0 */
/* Replay: the index from the truth. From change 0 it walks the documents; from a later one, the
 * documents that the change log names. Either way each document's present state is put once, so
 * replaying twice changes nothing. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "plane/internal.h"

#define STEP_DOCUMENTS 1024
#define STEP_BYTES ((size_t)64 << 20)

typedef struct step {
    stile_plane *plane;
    stile_arena arena;
    stile_index_document rows[STEP_DOCUMENTS];
    stile_docref removed[STEP_DOCUMENTS];
    size_t row_count, removed_count;
    uint64_t replayed;
} step;

stile_status stile_plane_decode_rows(const stile_plane *plane, stile_slice record,
                                     stile_arena *arena, stile_index_document *row,
                                     stile_error *err)
{
    stile_rows_record rows;
    stile_terms *terms;
    stile_status st = stile_rows_decode(record, arena, &rows, err);

    if (st)
        return st;
    if (rows.dim != stile_embedder_dim(plane->embedder) ||
        memcmp(rows.embedder.bytes, stile_embedder_hash(plane->embedder)->bytes,
               STILE_SHA256_LEN) != 0)
        return stile_fail(err, STILE_CORRUPT, "store: rows of another embedder");
    if (!(terms = stile_arena_array(arena, rows.chunks, sizeof *terms)))
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    for (uint32_t i = 0; i < rows.chunks; i++)
        if ((st = stile_terms_decode(rows.terms[i], arena, &terms[i], err)))
            return st;
    row->chunks = rows.chunks;
    row->codes = rows.codes;
    row->scales = rows.scales;
    row->terms = terms;
    return STILE_OK;
}

/* Give the index what is gathered, as of change `seq`. */
static stile_status flush(step *s, uint64_t seq, stile_error *err)
{
    stile_status st = stile_index_apply(s->plane->index, s->rows, s->row_count, s->removed,
                                        s->removed_count, seq, err);

    s->replayed += s->row_count + s->removed_count;
    s->row_count = s->removed_count = 0;
    stile_arena_release(&s->arena);
    return st;
}

static stile_status add_document(step *s, const stile_docref *doc, uint64_t seq, stile_error *err)
{
    stile_plane *plane = s->plane;
    stile_dbkey key = stile_dbkey_document(doc);
    stile_index_document row = {.doc = *doc};
    stile_document document;
    stile_slice value;
    stile_status st;

    if (s->row_count == STEP_DOCUMENTS || s->removed_count == STEP_DOCUMENTS ||
        s->arena.used > STEP_BYTES)
        if ((st = flush(s, seq, err)))
            return st;
    st = stile_store_get(plane->store, NULL, STILE_TABLE_DOCUMENTS, stile_dbkey_slice(&key),
                         &s->arena, &value, err);
    if (st == STILE_NOT_FOUND) {
        s->removed[s->removed_count++] = *doc;
        return STILE_OK;
    }
    if (st || (st = stile_document_decode(value, &document, err)) ||
        (st = stile_store_get(plane->store, NULL, STILE_TABLE_ROWS, stile_dbkey_slice(&key),
                              &s->arena, &value, err)) ||
        (st = stile_plane_decode_rows(plane, value, &s->arena, &row, err)))
        return st;
    row.collection = document.collection;
    row.label = document.label;
    row.metadata = document.metadata;
    s->rows[s->row_count++] = row;
    return STILE_OK;
}

static stile_status walk_documents(step *s, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st =
        stile_cursor_open(s->plane->store, NULL, STILE_TABLE_DOCUMENTS, none, none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_docref doc;
        if (key.len != sizeof doc.bytes) {
            st = stile_fail(err, STILE_CORRUPT, "store: a document key of %zu bytes", key.len);
            break;
        }
        memcpy(doc.bytes, key.ptr, sizeof doc.bytes);
        /* Until the walk is over the index must not claim to cover anything. */
        st = add_document(s, &doc, 0, err);
    }
    stile_cursor_close(cursor);
    return st;
}

static int by_docref(const void *a, const void *b)
{
    return stile_docref_cmp(a, b);
}

/* The documents that changes (from, plane->seq] name, each once. */
static stile_status changed_documents(stile_plane *plane, uint64_t from, stile_arena *arena,
                                      stile_buf *refs, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    stile_dbkey first = stile_dbkey_u64(from + 1);
    bool more = true;
    uint64_t seq;
    stile_status st = stile_cursor_open(plane->store, NULL, STILE_TABLE_CHANGES, none,
                                        stile_dbkey_slice(&first), &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_change change;
        if (!stile_dbkey_read_u64(key, &seq))
            st = stile_fail(err, STILE_CORRUPT, "store: a change key of %zu bytes", key.len);
        else if (!(st = stile_change_decode(value, arena, &change, err)))
            stile_buf_add(refs, change.documents, change.count * sizeof *change.documents);
    }
    stile_cursor_close(cursor);
    return st ? st : stile_buf_ok(refs, err);
}

static stile_status walk_changes(step *s, uint64_t from, stile_error *err)
{
    stile_arena arena;
    stile_buf refs;
    stile_status st;

    stile_arena_init(&arena, 0);
    stile_buf_init(&refs, SIZE_MAX / 2);
    st = changed_documents(s->plane, from, &arena, &refs, err);
    if (!st && refs.len) {
        stile_docref *docs = (stile_docref *)(void *)refs.ptr;
        size_t count = refs.len / sizeof *docs;
        qsort(docs, count, sizeof *docs, by_docref);
        for (size_t i = 0; !st && i < count; i++)
            if (i == 0 || stile_docref_cmp(&docs[i - 1], &docs[i]) != 0)
                st = add_document(s, &docs[i], from, err);
    }
    stile_buf_release(&refs);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_plane_replay(stile_plane *plane, uint64_t from, stile_error *err)
{
    stile_status st;
    step *s;

    if (from == plane->seq)
        return STILE_OK;
    if (!(s = stile_alloc(sizeof *s)))
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    s->plane = plane;
    stile_arena_init(&s->arena, 0);
    st = from == 0 ? walk_documents(s, err) : walk_changes(s, from, err);
    if (!st)
        st = flush(s, plane->seq, err);
    if (!st)
        stile_log(STILE_LOG_INFO, "index.replay",
                  "%" PRIu64 " documents after change %" PRIu64 " up to %" PRIu64, s->replayed,
                  from, plane->seq);
    stile_arena_release(&s->arena);
    stile_free(s);
    return st;
}
