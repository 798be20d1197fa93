/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to stored documents that bring no new content: deleting and relabelling. */
#include "base/json.h"
#include "base/memory.h"
#include "ingest/ingest.h"
#include "plane/record.h"

/* The stored record and label of `doc`, as of now. */
static stile_status read_label(stile_plane *plane, const stile_docref *doc, stile_arena *arena,
                               const stile_label **out, stile_error *err)
{
    stile_dbkey key = stile_dbkey_document(doc);
    stile_document document;
    stile_slice record;
    stile_status st = stile_store_get(stile_plane_store(plane), NULL, STILE_TABLE_DOCUMENTS,
                                      stile_dbkey_slice(&key), arena, &record, err);

    if (st == STILE_NOT_FOUND)
        return stile_fail(err, STILE_NOT_FOUND, "no such document");
    if (st || (st = stile_document_decode(record, &document, err)))
        return st;
    *out = stile_labels_get(stile_plane_labels(plane), document.label);
    return STILE_OK;
}

static stile_status delete_one(stile_plane *plane, const stile_caller *caller,
                               const stile_collection *collection, stile_slice id,
                               stile_docref *doc, stile_arena *arena, stile_error *err)
{
    stile_write write = {.kind = STILE_WRITE_DELETE};
    const stile_label *label = NULL;
    stile_status st;

    if ((st = stile_caller_need(caller, STILE_SCOPE_INGEST, err)) ||
        (st = stile_caller_may_write(caller, plane, collection, NULL, err)) ||
        (st = stile_docref_of(collection->name, id, &write.doc, err)) ||
        (st = read_label(plane, &write.doc, arena, &label, err)))
        return st;
    /* An owner who names a clearance acts as its holder: what that holder cannot see is not
     * there for them. */
    if (caller->clearance && !stile_clearance_dominates(caller->clearance, label))
        return stile_fail(err, STILE_NOT_FOUND, "no such document");
    if ((st = stile_plane_commit(plane, &write, 1, err)))
        return st;
    *doc = write.doc;
    return write.existed ? STILE_OK : stile_fail(err, STILE_NOT_FOUND, "no such document");
}

stile_status stile_document_delete(stile_plane *plane, const stile_caller *caller,
                                   const stile_collection *collection, stile_slice id,
                                   stile_error *err)
{
    char ref[2 * sizeof(stile_docref) + 1];
    stile_docref doc;
    stile_arena arena;
    stile_receipt receipt;
    json_t *body;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = delete_one(plane, caller, collection, id, &doc, &arena, err);
    stile_arena_release(&arena);
    if (st)
        return stile_record_refusal(plane, caller, "delete", st, err);
    stile_hex(doc.bytes, sizeof doc.bytes, ref);
    if ((body = stile_record_begin(caller)))
        (void)json_object_set_new(body, "document", json_string(ref));
    return stile_record_append(plane, "delete", body, &receipt, err);
}

typedef struct relabelling {
    stile_plane *plane;
    const stile_caller *caller;
    const stile_collection *collection;
    stile_label *label;
    stile_arena arena;
    stile_write *writes;
    size_t count, size;
} relabelling;

/* Lowering: somebody could read under the new label who could not under the old. It is not, when
 * the join of both is the new one. */
static stile_status check_lowering(const relabelling *r, const stile_label *old, stile_error *err)
{
    const stile_label *both[] = {old, r->label};
    stile_label *join = NULL;
    stile_status st;

    if (stile_caller_has(r->caller, STILE_SCOPE_LABEL_LOWER))
        return STILE_OK;
    st = stile_label_join(stile_plane_levels(r->plane), both, 2, &join, err);
    if (!st && !stile_slice_eq(stile_label_text(join), stile_label_text(r->label)))
        st = stile_caller_need(r->caller, STILE_SCOPE_LABEL_LOWER, err);
    stile_label_destroy(join);
    return st;
}

static stile_status add_document(relabelling *r, const stile_docref *doc, stile_error *err)
{
    const stile_label *old = NULL;
    stile_status st = read_label(r->plane, doc, &r->arena, &old, err);

    if (st == STILE_NOT_FOUND)
        return STILE_OK;
    if (st || (st = check_lowering(r, old, err)))
        return st;
    if (r->count == r->size) {
        size_t size = r->size ? 2 * r->size : 64;
        stile_write *grown = stile_realloc_array(r->writes, size, sizeof *grown);
        if (!grown)
            return stile_fail(err, STILE_NO_MEMORY, "label: out of memory");
        r->writes = grown;
        r->size = size;
    }
    r->writes[r->count++] =
        (stile_write){.kind = STILE_WRITE_RELABEL, .doc = *doc, .label = r->label};
    return STILE_OK;
}

static stile_status add_prefix(relabelling *r, stile_slice prefix, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice name, value, none = {0};
    stile_docref doc;
    stile_buf key;
    bool more = true;
    stile_status st;

    stile_buf_init(&key, STILE_MAX_DOCUMENT_ID + 16);
    stile_dbkey_name(r->collection->id, prefix, &key);
    if (!(st = stile_buf_ok(&key, err)))
        st = stile_cursor_open(stile_plane_store(r->plane), NULL, STILE_TABLE_NAMES,
                               stile_buf_slice(&key), none, &cursor, err);
    while (!st && !(st = stile_cursor_next(cursor, &more, &name, &value, err)) && more) {
        if (value.len != sizeof doc.bytes)
            st = stile_fail(err, STILE_CORRUPT, "store: damaged name record");
        else {
            memcpy(doc.bytes, value.ptr, sizeof doc.bytes);
            st = add_document(r, &doc, err);
        }
    }
    stile_cursor_close(cursor);
    stile_buf_release(&key);
    return st;
}

static bool named_before(const stile_relabel *relabel, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (stile_slice_eq(relabel->ids[j], relabel->ids[i]))
            return true;
    return false;
}

static stile_status relabel_all(relabelling *r, const stile_relabel *relabel, stile_error *err)
{
    stile_status st;

    if ((st = stile_caller_need(r->caller, STILE_SCOPE_LABEL, err)) ||
        (st = stile_label_parse(stile_plane_levels(r->plane), relabel->label, &r->label, err)) ||
        (st = stile_caller_may_write(r->caller, r->plane, r->collection, r->label, err)))
        return st;
    if (!relabel->ids)
        st = add_prefix(r, relabel->prefix, err);
    for (size_t i = 0; !st && relabel->ids && i < relabel->id_count; i++) {
        stile_docref doc;
        if (named_before(relabel, i))
            continue;
        if (!(st = stile_docref_of(r->collection->name, relabel->ids[i], &doc, err)))
            st = add_document(r, &doc, err);
    }
    return st ? st : stile_plane_commit(r->plane, r->writes, r->count, err);
}

stile_status stile_label_set(stile_plane *plane, const stile_caller *caller,
                             const stile_collection *collection, const stile_relabel *relabel,
                             size_t *changed, stile_error *err)
{
    relabelling r = {.plane = plane, .caller = caller, .collection = collection};
    stile_receipt receipt;
    json_t *body;
    stile_status st;

    stile_arena_init(&r.arena, 0);
    st = relabel_all(&r, relabel, err);
    if (st) {
        st = stile_record_refusal(plane, caller, "label", st, err);
    } else {
        if ((body = stile_record_begin(caller))) {
            (void)json_object_set_new(body, "collection", stile_json_string(collection->name));
            (void)json_object_set_new(body, "label", stile_json_string(stile_label_text(r.label)));
            (void)json_object_set_new(body, "documents", json_integer((json_int_t)r.count));
        }
        st = stile_record_append(plane, "label", body, &receipt, err);
        if (!st)
            *changed = r.count;
    }
    stile_label_destroy(r.label);
    stile_free(r.writes);
    stile_arena_release(&r.arena);
    return st;
}
