/* SPDX-License-Identifier: Apache-2.0 */
#include "query/released.h"

#include "base/log.h"

static stile_status not_there(stile_error *err)
{
    return stile_fail(err, STILE_NOT_FOUND, "no such document");
}

stile_status stile_fetch_document(stile_plane *plane, const stile_view *view,
                                  const stile_clearance *clearance, const stile_docref *doc,
                                  stile_arena *arena, stile_document *out,
                                  const stile_label **label, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(doc);
    stile_document document;
    stile_slice record;
    stile_status st =
        stile_store_get(stile_plane_store(plane), stile_view_snapshot(view), STILE_TABLE_DOCUMENTS,
                        stile_dbkey_slice(&key), arena, &record, err);

    if (st == STILE_NOT_FOUND)
        return not_there(err);
    if (st || (st = stile_document_decode(record, &document, err)))
        return st;
    *label = stile_labels_get(stile_plane_labels(plane), document.label);
    if (!stile_clearance_dominates(clearance, *label))
        return not_there(err);
    *out = document;
    return STILE_OK;
}

static stile_status fetch_record(stile_plane *plane, const stile_view *view,
                                 const stile_docref *doc, uint32_t ordinal, stile_arena *arena,
                                 stile_chunk_record *out, stile_error *err)
{
    stile_dbkey key = stile_dbkey_chunk(doc, ordinal);
    stile_slice record;
    stile_status st =
        stile_store_get(stile_plane_store(plane), stile_view_snapshot(view), STILE_TABLE_CHUNKS,
                        stile_dbkey_slice(&key), arena, &record, err);

    return st ? st : stile_chunk_record_decode(record, out, err);
}

stile_status stile_fetch_chunk(stile_plane *plane, const stile_view *view,
                               const stile_clearance *clearance, const stile_docref *doc,
                               uint32_t ordinal, stile_arena *arena, stile_fetched *out,
                               stile_error *err)
{
    stile_fetched fetched = {.doc = *doc, .ordinal = ordinal};
    stile_status st = stile_fetch_document(plane, view, clearance, doc, arena, &fetched.document,
                                           &fetched.label, err);

    if (st)
        return st;
    if (ordinal >= fetched.document.chunks)
        return not_there(err);
    if ((st = fetch_record(plane, view, doc, ordinal, arena, &fetched.chunk, err)))
        return st;
    *out = fetched;
    return STILE_OK;
}

/* Everything the scan reads of a stored chunk: its neighbours and, for markup, the original. */
static stile_status place_of(stile_plane *plane, const stile_view *view,
                             const stile_fetched *fetched, stile_arena *arena,
                             stile_chunk_place *out, stile_error *err)
{
    const stile_document *document = &fetched->document;
    stile_chunk_place place = {.document = document,
                               .text = fetched->chunk.text,
                               .heading = fetched->chunk.heading,
                               .orig_end = fetched->chunk.orig_end,
                               .last = fetched->ordinal + 1 == document->chunks};
    stile_chunk_record near;
    stile_dbkey key = stile_dbkey_document(&fetched->doc);
    stile_status st;

    if (fetched->ordinal > 0) {
        if ((st =
                 fetch_record(plane, view, &fetched->doc, fetched->ordinal - 1, arena, &near, err)))
            return st;
        place.before = near.text;
        place.previous_end = near.orig_end;
    }
    if (!place.last) {
        if ((st =
                 fetch_record(plane, view, &fetched->doc, fetched->ordinal + 1, arena, &near, err)))
            return st;
        place.after = near.text;
    }
    if (document->format != STILE_FORMAT_TEXT &&
        (st = stile_store_get(stile_plane_store(plane), stile_view_snapshot(view),
                              STILE_TABLE_ORIGINALS, stile_dbkey_slice(&key), arena,
                              &place.original, err)))
        return st;
    *out = place;
    return STILE_OK;
}

static stile_status scan_anew(stile_plane *plane, const stile_view *view, stile_worker *worker,
                              const stile_fetched *fetched, const stile_sha256 *key,
                              stile_arena *arena, stile_verdict *out, stile_error *err)
{
    stile_chunk_place place;
    stile_scan_input input;
    stile_sha256 digest;
    stile_buf record;
    stile_status st = place_of(plane, view, fetched, arena, &place, err);

    if (st)
        return st;
    stile_chunk_scan_input(&place, &input);
    if ((st = stile_scan_input_digest(&input, &digest, err)))
        return st;
    if (memcmp(digest.bytes, fetched->chunk.scan_input.bytes, sizeof digest.bytes) != 0)
        return stile_fail(err, STILE_CORRUPT,
                          "store: a chunk is not what was scanned when it was ingested");
    if ((st = stile_scan(worker->scanner, &input, arena, out, err)))
        return st;
    stile_buf_init(&record, (size_t)16 << 20);
    stile_verdict_encode(out, &record);
    if (!(st = stile_buf_ok(&record, err)) &&
        stile_plane_cache_verdict(plane, key, stile_buf_slice(&record), err))
        /* The verdict stands without its cache. */
        stile_log(STILE_LOG_WARN, "query.cache", "%s", err ? err->text : "a verdict is not cached");
    stile_buf_release(&record);
    return st;
}

stile_status stile_rescan_chunk(stile_plane *plane, const stile_view *view, stile_worker *worker,
                                const stile_fetched *fetched, stile_arena *arena,
                                stile_scanned *out, stile_error *err)
{
    stile_scanned scanned = {.fetched = fetched};
    stile_sha256 key;
    stile_slice record;
    stile_status st =
        stile_chunk_verdict_key(stile_label_text(fetched->label), &fetched->chunk.scan_input,
                                stile_policy_hash(worker->policy), &key, err);

    if (st)
        return st;
    st = stile_store_get(stile_plane_store(plane), NULL, STILE_TABLE_VERDICTS,
                         stile_slice_of(key.bytes, sizeof key.bytes), arena, &record, err);
    if (!st)
        st = stile_verdict_decode(record, arena, &scanned.verdict, err);
    else if (st == STILE_NOT_FOUND)
        st = scan_anew(plane, view, worker, fetched, &key, arena, &scanned.verdict, err);
    if (!st)
        *out = scanned;
    return st;
}

stile_status stile_rescan_stored(stile_plane *plane, const stile_view *view, stile_worker *worker,
                                 const stile_docref *doc, const stile_document *document,
                                 uint32_t ordinal, stile_arena *arena, stile_verdict *out,
                                 stile_error *err)
{
    stile_fetched stored = {.doc = *doc,
                            .ordinal = ordinal,
                            .document = *document,
                            .label = stile_labels_get(stile_plane_labels(plane), document->label)};
    stile_scanned scanned;
    stile_status st = fetch_record(plane, view, doc, ordinal, arena, &stored.chunk, err);

    if (!st && !(st = stile_rescan_chunk(plane, view, worker, &stored, arena, &scanned, err)))
        *out = scanned.verdict;
    return st;
}
