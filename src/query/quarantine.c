/* SPDX-License-Identifier: Apache-2.0 */
#include "query/quarantine.h"

stile_status stile_quarantine_init(stile_quarantine *q, stile_plane *plane,
                                   const stile_caller *caller, stile_error *err)
{
    *q = (stile_quarantine){.plane = plane, .caller = caller};
    if (!caller->clearance)
        return stile_fail(err, STILE_FORBIDDEN,
                          "no clearance: say who asks, for example --clearance internal");
    q->view = stile_plane_view(plane);
    q->standing = stile_plane_standing(plane);
    return stile_worker_acquire(plane, q->standing.policy, &q->worker, err);
}

void stile_quarantine_release(stile_quarantine *q)
{
    stile_worker_release(q->plane, q->worker);
    stile_standing_release(&q->standing);
    stile_view_unref(q->view);
    *q = (stile_quarantine){0};
}

static stile_status find_review(stile_quarantine *q, stile_arena *arena, stile_quarantined *c,
                                stile_error *err)
{
    uint32_t collection = c->fetched.document.collection;
    stile_status st = stile_plane_review(q->plane, collection, STILE_REVIEW_CHUNK, &c->pins.chunk,
                                         arena, &c->review, err);

    if (st == STILE_NOT_FOUND && c->pins.text_only)
        st = stile_plane_review(q->plane, collection, STILE_REVIEW_COLLECTION, &c->pins.collection,
                                arena, &c->review, err);
    c->reviewed = !st;
    return st == STILE_NOT_FOUND ? STILE_OK : st;
}

/* `*in` tells whether the chunk is in quarantine; `c->fetched` is filled. */
static stile_status judge(stile_quarantine *q, stile_arena *arena, stile_quarantined *c, bool *in,
                          stile_error *err)
{
    stile_scanned scanned;
    stile_status st =
        stile_rescan_chunk(q->plane, q->view, q->worker, &c->fetched, arena, &scanned, err);

    if (st)
        return st;
    c->verdict = scanned.verdict;
    *in = c->verdict.flagged || c->verdict.disposition == STILE_DISPOSITION_WITHHELD;
    if (!*in)
        return STILE_OK;
    if ((st = stile_rule_chunk(q->plane, arena, &scanned, &q->standing, err)) ||
        (st = stile_pins_of(stile_label_text(c->fetched.label), &c->fetched.chunk, &c->verdict,
                            &c->pins, err)))
        return st;
    c->ruling = scanned.ruling;
    return find_review(q, arena, c, err);
}

/* The caller may use the chunk's collection; else the chunk is not there for them. */
static stile_status check_collection(stile_quarantine *q, uint32_t id, stile_arena *arena,
                                     stile_error *err)
{
    stile_collection collection, found;
    stile_status st = stile_plane_collection_of(q->plane, id, arena, &collection, err);

    if (!st)
        st = stile_caller_collection(q->caller, q->plane, collection.name, arena, &found, err);
    return st == STILE_NOT_FOUND ? stile_fail(err, STILE_NOT_FOUND, "no such document") : st;
}

stile_status stile_quarantine_look(stile_quarantine *q, const stile_docref *doc, uint32_t ordinal,
                                   stile_arena *arena, stile_quarantined *out, stile_error *err)
{
    stile_quarantined c = {0};
    bool in = false;
    stile_status st = stile_fetch_chunk(q->plane, q->view, q->caller->clearance, doc, ordinal,
                                        arena, &c.fetched, err);

    if (st || (st = check_collection(q, c.fetched.document.collection, arena, err)) ||
        (st = judge(q, arena, &c, &in, err)))
        return st;
    if (!in)
        return stile_fail(err, STILE_CONFLICT, "this chunk is not in quarantine");
    *out = c;
    return STILE_OK;
}

typedef struct walk {
    stile_quarantine *q;
    stile_quarantine_each each;
    void *ctx;
    size_t looked, given;
    bool full;
    uint32_t stopped_at; /* when full: the ordinal that comes next */
} walk;

/* The chunks of one document, from `ordinal`. */
static stile_status walk_document(walk *w, const stile_docref *doc, uint32_t ordinal,
                                  stile_error *err)
{
    stile_quarantine *q = w->q;
    stile_document document;
    const stile_label *label;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_fetch_document(q->plane, q->view, q->caller->clearance, doc, &arena, &document,
                              &label, err);
    for (uint32_t i = ordinal; !st && i < document.chunks; i++) {
        stile_quarantined c = {0};
        bool in = false, taken = false;
        stile_arena own;
        if (w->looked == STILE_QUARANTINE_LOOKED || w->given == STILE_QUARANTINE_PAGE) {
            w->full = true;
            w->stopped_at = i;
            break;
        }
        stile_arena_init(&own, 0);
        if (!(st = stile_fetch_chunk(q->plane, q->view, q->caller->clearance, doc, i, &own,
                                     &c.fetched, err)) &&
            !(st = judge(q, &own, &c, &in, err)) && in)
            st = w->each(w->ctx, &c, &taken, err);
        w->looked++;
        w->given += taken;
        stile_arena_release(&own);
    }
    stile_arena_release(&arena);
    return st == STILE_NOT_FOUND ? STILE_OK : st;
}

stile_status stile_quarantine_walk(stile_quarantine *q, const stile_collection *collection,
                                   const stile_quarantine_place *from, stile_quarantine_each each,
                                   void *ctx, stile_arena *arena, stile_quarantine_place *next,
                                   stile_error *err)
{
    walk w = {.q = q, .each = each, .ctx = ctx};
    stile_cursor *cursor = NULL;
    stile_dbkey prefix = stile_dbkey_u32(collection->id);
    stile_slice key, value;
    stile_buf first;
    bool more = true;
    stile_status st;

    *next = (stile_quarantine_place){0};
    stile_buf_init(&first, (size_t)2 * STILE_MAX_DOCUMENT_ID);
    stile_dbkey_name(collection->id, from->document, &first);
    if (!(st = stile_buf_ok(&first, err)))
        st = stile_cursor_open(stile_plane_store(q->plane), stile_view_snapshot(q->view),
                               STILE_TABLE_NAMES, stile_dbkey_slice(&prefix),
                               stile_buf_slice(&first), &cursor, err);
    while (!st && !w.full && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_slice id = stile_slice_cut(key, prefix.len, key.len);
        bool resumed = from->document.len && stile_slice_eq(id, from->document);
        stile_docref doc;
        if (value.len != sizeof doc.bytes) {
            st = stile_fail(err, STILE_CORRUPT, "store: damaged name record");
            break;
        }
        memcpy(doc.bytes, value.ptr, sizeof doc.bytes);
        st = walk_document(&w, &doc, resumed ? from->ordinal : 0, err);
        if (!st && w.full) {
            st = stile_arena_copy(arena, id, &next->document, err);
            next->ordinal = w.stopped_at;
        }
    }
    stile_cursor_close(cursor);
    stile_buf_release(&first);
    return st;
}
