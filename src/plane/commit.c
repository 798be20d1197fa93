/* SPDX-License-Identifier: Apache-2.0 */
/* The committer: one at a time, each commit one synced batch in the store, one step in the
 * index, one new view.
 *
 * Should the index step fail after the store has the batch, the write is durable but not yet
 * visible: the caller is told, and the next commit first replays what the index lacks. */
#include <inttypes.h>

#include "base/log.h"
#include "base/memory.h"
#include "plane/internal.h"

#define RECORD_CAP ((size_t)1 << 30)

typedef struct commit {
    stile_plane *plane;
    stile_arena arena; /* records read, index rows */
    stile_batch *batch;
    stile_buf record; /* the value being encoded */
    uint64_t now;
    stile_index_document *rows; /* what the index gets */
    size_t row_count;
    stile_docref *touched, *removed;
    size_t touched_count, removed_count;
} commit;

/* The stored record of `doc`; *found false when there is none. */
static stile_status read_document(commit *c, const stile_docref *doc, stile_document *out,
                                  bool *found, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(doc);
    stile_slice value;
    stile_status st = stile_store_get(c->plane->store, NULL, STILE_TABLE_DOCUMENTS,
                                      stile_dbkey_slice(&key), &c->arena, &value, err);

    *found = st == STILE_OK;
    if (st == STILE_NOT_FOUND)
        return STILE_OK;
    return st ? st : stile_document_decode(value, out, err);
}

static stile_status put_record(commit *c, stile_table table, stile_slice key, stile_error *err)
{
    stile_status st = stile_buf_ok(&c->record, err);
    if (!st)
        stile_batch_put(c->batch, c->plane->store, table, key, stile_buf_slice(&c->record));
    stile_buf_reset(&c->record);
    return st;
}

static stile_status put_document(commit *c, const stile_docref *doc, const stile_document *document,
                                 stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(doc);
    stile_document_encode(document, &c->record);
    return put_record(c, STILE_TABLE_DOCUMENTS, stile_dbkey_slice(&key), err);
}

static stile_status put_name(commit *c, const stile_document *document, const stile_docref *doc,
                             bool present, stile_error *err)
{
    stile_buf key;
    stile_status st;

    stile_buf_init(&key, STILE_MAX_DOCUMENT_ID + 16);
    stile_dbkey_name(document->collection, document->id, &key);
    if (!(st = stile_buf_ok(&key, err))) {
        if (present)
            stile_batch_put(c->batch, c->plane->store, STILE_TABLE_NAMES, stile_buf_slice(&key),
                            stile_slice_of(doc->bytes, sizeof doc->bytes));
        else
            stile_batch_delete(c->batch, c->plane->store, STILE_TABLE_NAMES, stile_buf_slice(&key));
    }
    stile_buf_release(&key);
    return st;
}

/* The terms of one row, decoded or given, for the index. */
static stile_status add_rows(commit *c, const stile_write *w, const stile_document *document,
                             stile_error *err)
{
    stile_index_document row = {.doc = w->doc,
                                .collection = document->collection,
                                .label = document->label,
                                .metadata = document->metadata};

    if (w->kind == STILE_WRITE_PUT) {
        row.chunks = w->chunk_count;
        row.codes = w->codes;
        row.scales = w->scales;
        row.terms = w->terms;
    } else {
        stile_dbkey key = stile_dbkey_document(&w->doc);
        stile_slice value;
        stile_status st = stile_store_get(c->plane->store, NULL, STILE_TABLE_ROWS,
                                          stile_dbkey_slice(&key), &c->arena, &value, err);
        if (st || (st = stile_plane_decode_rows(c->plane, value, &c->arena, &row, err)))
            return st;
    }
    c->rows[c->row_count++] = row;
    return STILE_OK;
}

static stile_status put_rows(commit *c, const stile_write *w, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(&w->doc);
    stile_rows_record rows = {.chunks = w->chunk_count,
                              .dim = (uint32_t)stile_embedder_dim(c->plane->embedder),
                              .embedder = *stile_embedder_hash(c->plane->embedder),
                              .codes = w->codes,
                              .scales = w->scales};
    stile_buf terms;
    stile_status st = STILE_OK;
    size_t *ends = stile_arena_array(&c->arena, w->chunk_count, sizeof *ends);

    rows.terms = stile_arena_array(&c->arena, w->chunk_count, sizeof *rows.terms);
    if (!ends || !rows.terms)
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    stile_buf_init(&terms, RECORD_CAP);
    for (uint32_t i = 0; i < w->chunk_count; i++) {
        stile_terms_encode(&w->terms[i], &terms);
        ends[i] = terms.len;
    }
    if (!(st = stile_buf_ok(&terms, err))) {
        for (uint32_t i = 0; i < w->chunk_count; i++)
            rows.terms[i] = stile_slice_cut(stile_buf_slice(&terms), i ? ends[i - 1] : 0, ends[i]);
        if (!(st = stile_rows_encode(&rows, &c->record, err)))
            st = put_record(c, STILE_TABLE_ROWS, stile_dbkey_slice(&key), err);
    }
    stile_buf_release(&terms);
    return st;
}

static stile_status put_chunks(commit *c, const stile_write *w, uint32_t old_chunks,
                               stile_error *err)
{
    stile_status st = STILE_OK;

    for (uint32_t i = 0; !st && i < w->chunk_count; i++) {
        stile_dbkey key = stile_dbkey_chunk(&w->doc, i);
        stile_chunk_record_encode(&w->chunks[i], &c->record);
        st = put_record(c, STILE_TABLE_CHUNKS, stile_dbkey_slice(&key), err);
    }
    for (uint32_t i = w->chunk_count; !st && i < old_chunks; i++) {
        stile_dbkey key = stile_dbkey_chunk(&w->doc, i);
        stile_batch_delete(c->batch, c->plane->store, STILE_TABLE_CHUNKS, stile_dbkey_slice(&key));
    }
    return st;
}

static stile_status apply_put(commit *c, stile_write *w, uint64_t seq, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(&w->doc);
    stile_document old = {0};
    stile_status st = read_document(c, &w->doc, &old, &w->existed, err);

    if (st || (st = stile_labels_add(c->plane->labels, w->label, &w->document.label, NULL, err)))
        return st;
    w->document.seq = w->document.content_seq = seq;
    w->document.chunks = w->chunk_count;
    w->document.created_ms = w->existed ? old.created_ms : c->now;
    w->document.updated_ms = c->now;
    if ((st = put_document(c, &w->doc, &w->document, err)) ||
        (st = put_name(c, &w->document, &w->doc, true, err)) ||
        (st = put_chunks(c, w, w->existed ? old.chunks : 0, err)) || (st = put_rows(c, w, err)))
        return st;
    stile_batch_put(c->batch, c->plane->store, STILE_TABLE_ORIGINALS, stile_dbkey_slice(&key),
                    w->original);
    for (size_t i = 0; i < w->verdict_count; i++)
        stile_batch_put(c->batch, c->plane->store, STILE_TABLE_VERDICTS,
                        stile_slice_of(w->verdicts[i].key.bytes, STILE_SHA256_LEN),
                        w->verdicts[i].record);
    return add_rows(c, w, &w->document, err);
}

static stile_status apply_delete(commit *c, stile_write *w, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(&w->doc);
    stile_document old = {0};
    stile_status st = read_document(c, &w->doc, &old, &w->existed, err);

    if (st || !w->existed)
        return st;
    stile_batch_delete(c->batch, c->plane->store, STILE_TABLE_DOCUMENTS, stile_dbkey_slice(&key));
    stile_batch_delete(c->batch, c->plane->store, STILE_TABLE_ORIGINALS, stile_dbkey_slice(&key));
    stile_batch_delete(c->batch, c->plane->store, STILE_TABLE_ROWS, stile_dbkey_slice(&key));
    for (uint32_t i = 0; i < old.chunks; i++) {
        stile_dbkey chunk = stile_dbkey_chunk(&w->doc, i);
        stile_batch_delete(c->batch, c->plane->store, STILE_TABLE_CHUNKS,
                           stile_dbkey_slice(&chunk));
    }
    c->removed[c->removed_count++] = w->doc;
    return put_name(c, &old, &w->doc, false, err);
}

static stile_status apply_relabel(commit *c, stile_write *w, uint64_t seq, stile_error *err)
{
    stile_document document = {0};
    stile_status st = read_document(c, &w->doc, &document, &w->existed, err);

    if (st || !w->existed ||
        (st = stile_labels_add(c->plane->labels, w->label, &document.label, NULL, err)))
        return st;
    document.seq = seq;
    document.updated_ms = c->now;
    if ((st = put_document(c, &w->doc, &document, err)))
        return st;
    return add_rows(c, w, &document, err);
}

/* Records of labels that the dictionary has and the store has not: those of this commit, and of
 * an earlier one that failed after naming them. */
static stile_status put_labels(commit *c, stile_error *err)
{
    (void)err;
    for (uint32_t id = c->plane->labels_stored; id < stile_labels_count(c->plane->labels); id++) {
        stile_dbkey key = stile_dbkey_u32(id);
        stile_batch_put(c->batch, c->plane->store, STILE_TABLE_LABELS, stile_dbkey_slice(&key),
                        stile_label_text(stile_labels_get(c->plane->labels, id)));
    }
    return STILE_OK;
}

static stile_status put_change(commit *c, stile_change_kind kind, uint64_t seq, stile_error *err)
{
    stile_change change = {kind, c->touched, c->touched_count};
    stile_dbkey key = stile_dbkey_u64(seq);
    stile_status st = stile_change_encode(&change, &c->record, err);

    if (st || (st = put_record(c, STILE_TABLE_CHANGES, stile_dbkey_slice(&key), err)))
        return st;
    stile_buf_add_u64(&c->record, seq);
    if ((st = put_record(c, STILE_TABLE_META, stile_str(STILE_META_SEQ), err)))
        return st;
    stile_batch_put(
        c->batch, c->plane->store, STILE_TABLE_META, stile_str(STILE_META_EMBEDDER),
        stile_slice_of(stile_embedder_hash(c->plane->embedder)->bytes, STILE_SHA256_LEN));
    return put_labels(c, err);
}

static stile_status gather(commit *c, stile_write *writes, size_t count, uint64_t seq,
                           stile_error *err)
{
    stile_status st = STILE_OK;

    c->rows = stile_arena_array(&c->arena, count, sizeof *c->rows);
    c->touched = stile_arena_array(&c->arena, count, sizeof *c->touched);
    c->removed = stile_arena_array(&c->arena, count, sizeof *c->removed);
    if (!c->rows || !c->touched || !c->removed)
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    for (size_t i = 0; !st && i < count; i++) {
        stile_write *w = &writes[i];
        w->existed = false;
        switch (w->kind) {
        case STILE_WRITE_PUT:
            st = apply_put(c, w, seq, err);
            break;
        case STILE_WRITE_DELETE:
            st = apply_delete(c, w, err);
            break;
        case STILE_WRITE_RELABEL:
            st = apply_relabel(c, w, seq, err);
            break;
        }
        if (w->kind == STILE_WRITE_PUT || w->existed)
            c->touched[c->touched_count++] = w->doc;
    }
    return st;
}

/* The index first catches up with what an earlier failure left behind. */
static stile_status apply_to_index(commit *c, uint64_t seq, stile_error *err)
{
    stile_plane *plane = c->plane;
    stile_index_view *view = stile_index_acquire(plane->index);
    uint64_t covered = stile_index_view_seq(view);
    stile_status st;

    stile_index_view_unref(view);
    if (covered + 1 < seq)
        st = stile_plane_replay(plane, covered, err);
    else
        st = stile_index_apply(plane->index, c->rows, c->row_count, c->removed, c->removed_count,
                               seq, err);
    if (!st)
        st = stile_plane_publish(plane, err);
    if (st) {
        stile_log(STILE_LOG_ERROR, "commit.index", "change %" PRIu64 " is stored, not indexed",
                  seq);
        return stile_fail_in(err, st, "stored durably, but not yet searchable");
    }
    (void)pthread_cond_signal(&plane->merger.wake);
    return STILE_OK;
}

static stile_status commit_locked(commit *c, stile_write *writes, size_t count, stile_error *err)
{
    static const stile_change_kind kinds[] = {STILE_CHANGE_PUT, STILE_CHANGE_DELETE,
                                              STILE_CHANGE_RELABEL};
    stile_plane *plane = c->plane;
    uint64_t seq = plane->seq + 1;
    stile_status st;

    if ((st = stile_batch_create(&c->batch, err)) || (st = gather(c, writes, count, seq, err)))
        return st;
    if (c->touched_count == 0)
        return STILE_OK;
    if ((st = put_change(c, kinds[writes[0].kind], seq, err)) ||
        (st = stile_store_write(plane->store, c->batch, true, err)))
        return st;
    plane->seq = seq;
    plane->labels_stored = stile_labels_count(plane->labels);
    return apply_to_index(c, seq, err);
}

stile_status stile_plane_commit(stile_plane *plane, stile_write *writes, size_t count,
                                stile_error *err)
{
    commit c = {.plane = plane, .now = stile_now_ms()};
    stile_status st;

    if (count == 0)
        return STILE_OK;
    stile_arena_init(&c.arena, 0);
    stile_buf_init(&c.record, RECORD_CAP);
    (void)pthread_mutex_lock(&plane->commit_lock);
    st = commit_locked(&c, writes, count, err);
    (void)pthread_mutex_unlock(&plane->commit_lock);
    stile_batch_destroy(c.batch);
    stile_buf_release(&c.record);
    stile_arena_release(&c.arena);
    return st;
}

stile_status stile_plane_cache_verdict(stile_plane *plane, const stile_sha256 *key,
                                       stile_slice record, stile_error *err)
{
    stile_batch *batch = NULL;
    stile_status st = stile_batch_create(&batch, err);

    if (st)
        return st;
    stile_batch_put(batch, plane->store, STILE_TABLE_VERDICTS,
                    stile_slice_of(key->bytes, sizeof key->bytes), record);
    st = stile_store_write(plane->store, batch, false, err);
    stile_batch_destroy(batch);
    return st;
}
