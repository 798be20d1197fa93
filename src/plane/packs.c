/* SPDX-License-Identifier: Apache-2.0 */
/* Reading packs, and making policies of them. */
#include "plane/packs.h"

#include <stdio.h>

#include "classifiers/rules.h"
#include "plane/packs_internal.h"

#define KEY_CAP 128

stile_status stile_pack_name_check(stile_slice name, stile_error *err)
{
    bool ok = name.len > 0 && name.len <= STILE_MAX_PACK_NAME && name.ptr[0] != '-';

    for (size_t i = 0; ok && i < name.len; i++) {
        char c = name.ptr[i];
        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (ok)
        return STILE_OK;
    return stile_fail(err, STILE_INVALID,
                      "pack: a name is 1 to %d lower-case letters, digits or '-', and does not "
                      "begin with '-'",
                      STILE_MAX_PACK_NAME);
}

void stile_pack_etag(const stile_pack *pack, char out[STILE_ETAG_LEN])
{
    (void)snprintf(out, STILE_ETAG_LEN, "\"%u.%u\"", pack->version, pack->revision);
}

stile_status stile_plane_packs(stile_plane *plane, stile_slice name, stile_pack_each each,
                               void *ctx, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    stile_buf prefix;
    bool more = true;
    stile_status st;

    stile_buf_init(&prefix, KEY_CAP);
    stile_dbkey_pack(STILE_PACK_KEY_RECORD, name, 0, &prefix);
    if (!(st = stile_buf_ok(&prefix, err)))
        st = stile_cursor_open(plane->store, NULL, STILE_TABLE_PACKS, stile_buf_slice(&prefix),
                               none, &cursor, err);
    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_pack pack;
        if (!(st = stile_pack_decode(value, &pack, err)))
            st = each(ctx, &pack, err);
    }
    stile_cursor_close(cursor);
    stile_buf_release(&prefix);
    return st;
}

stile_status stile_pack_copy(const stile_pack *pack, stile_arena *arena, stile_pack *out,
                             stile_error *err)
{
    stile_pack copy = *pack;
    stile_status st;

    if ((st = stile_arena_copy(arena, pack->name, &copy.name, err)) ||
        (st = stile_arena_copy(arena, pack->author, &copy.author, err)) ||
        (st = stile_arena_copy(arena, pack->approver, &copy.approver, err)) ||
        (st = stile_arena_copy(arena, pack->note, &copy.note, err)))
        return st;
    *out = copy;
    return STILE_OK;
}

typedef struct newest {
    stile_arena *arena;
    stile_pack *out;
    bool found;
} newest;

static stile_status keep_newest(void *ctx, const stile_pack *pack, stile_error *err)
{
    newest *n = ctx;

    n->found = true;
    return stile_pack_copy(pack, n->arena, n->out, err); /* versions ascend: the last one stays */
}

static stile_status no_such_pack(stile_error *err)
{
    return stile_fail(err, STILE_NOT_FOUND, "no such pack or version; see: stile rules list");
}

stile_status stile_plane_pack(stile_plane *plane, stile_slice name, uint32_t version,
                              stile_arena *arena, stile_pack *out, stile_error *err)
{
    newest n = {.arena = arena, .out = out};
    stile_slice record;
    stile_buf key;
    stile_status st = stile_pack_name_check(name, err);

    if (st)
        return st;
    if (version == 0) {
        st = stile_plane_packs(plane, name, keep_newest, &n, err);
        return st || n.found ? st : no_such_pack(err);
    }
    stile_buf_init(&key, KEY_CAP);
    stile_dbkey_pack(STILE_PACK_KEY_RECORD, name, version, &key);
    if (!(st = stile_buf_ok(&key, err)))
        st = stile_store_get(plane->store, NULL, STILE_TABLE_PACKS, stile_buf_slice(&key), arena,
                             &record, err);
    stile_buf_release(&key);
    if (st == STILE_NOT_FOUND)
        return no_such_pack(err);
    return st ? st : stile_pack_decode(record, out, err);
}

stile_status stile_plane_pack_text(stile_plane *plane, const stile_pack *pack, stile_arena *arena,
                                   stile_slice *out, stile_error *err)
{
    stile_sha256 digest;
    stile_buf key;
    stile_slice text = {0};
    stile_status st;

    stile_buf_init(&key, KEY_CAP);
    stile_dbkey_pack(STILE_PACK_KEY_TEXT, pack->name, pack->version, &key);
    if (!(st = stile_buf_ok(&key, err)))
        st = stile_store_get(plane->store, NULL, STILE_TABLE_PACKS, stile_buf_slice(&key), arena,
                             &text, err);
    stile_buf_release(&key);
    if (!st && !(st = stile_sha256_of(text, &digest, err)) &&
        memcmp(digest.bytes, pack->text_sha256.bytes, sizeof digest.bytes) != 0)
        st = stile_fail(err, STILE_CORRUPT, "store: a pack's text is not what was uploaded");
    if (!st)
        *out = text;
    return st;
}

/* --- sets of packs, by name --------------------------------------------------------------- */

typedef struct gathering {
    stile_plane *plane;
    stile_arena *arena;
    const stile_pack *instead; /* stands in for whatever is active under its name, or NULL */
    stile_slice without;       /* this name is left out, or empty */
    stile_rules_pack *packs;   /* STILE_MAX_ACTIVE_PACKS + 1 */
    size_t count;
    stile_slice model; /* the classifier, or empty: the shipped one */
    bool placed;
} gathering;

static stile_status take(gathering *g, const stile_pack *pack, stile_error *err)
{
    stile_slice name;
    stile_status st;

    if (stile_pack_is_model(pack->name))
        return stile_plane_pack_text(g->plane, pack, g->arena, &g->model, err);
    if (g->count == STILE_MAX_ACTIVE_PACKS)
        return stile_fail(err, STILE_CONFLICT, "at most %d packs may be active",
                          STILE_MAX_ACTIVE_PACKS);
    if ((st = stile_arena_copy(g->arena, pack->name, &name, err)) ||
        (st = stile_plane_pack_text(g->plane, pack, g->arena, &g->packs[g->count].text, err)))
        return st;
    g->packs[g->count++].name = name.ptr;
    return STILE_OK;
}

/* In the order of names, so that a pack has the same scan version in shadow and in force, and what
 * shadow has scanned need not be scanned again. */
static stile_status place_instead(gathering *g, stile_slice before, stile_error *err)
{
    if (!g->instead || g->placed || (before.len && stile_slice_cmp(g->instead->name, before) > 0))
        return STILE_OK;
    g->placed = true;
    return take(g, g->instead, err);
}

static stile_status gather_active(void *ctx, const stile_pack *pack, stile_error *err)
{
    gathering *g = ctx;
    stile_status st = place_instead(g, pack->name, err);

    if (st || pack->state != STILE_PACK_ACTIVE || stile_slice_eq(pack->name, g->without) ||
        (g->instead && stile_slice_eq(pack->name, g->instead->name)))
        return st;
    return take(g, pack, err);
}

stile_status stile_packs_policy(stile_plane *plane, const stile_pack *instead, stile_slice without,
                                stile_policy **out, stile_error *err)
{
    stile_arena arena;
    gathering g = {.plane = plane, .arena = &arena, .instead = instead, .without = without};
    stile_slice none = {0};
    stile_status st;

    stile_arena_init(&arena, 0);
    g.packs = stile_arena_array(&arena, STILE_MAX_ACTIVE_PACKS, sizeof *g.packs);
    if (!g.packs)
        st = stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    else if (!(st = stile_plane_packs(plane, none, gather_active, &g, err)) &&
             !(st = place_instead(&g, none, err)))
        st = stile_plane_build_policy(plane, g.packs, g.count, g.model, out, err);
    stile_arena_release(&arena);
    return st;
}

typedef struct finding_shadow {
    stile_arena *arena;
    stile_pack pack;
    bool found;
} finding_shadow;

static stile_status find_shadow(void *ctx, const stile_pack *pack, stile_error *err)
{
    finding_shadow *f = ctx;

    if (f->found || pack->state != STILE_PACK_SHADOW)
        return STILE_OK;
    f->found = true;
    return stile_pack_copy(pack, f->arena, &f->pack, err);
}

stile_status stile_packs_shadow(stile_plane *plane, stile_slice without, stile_shadow *out,
                                stile_error *err)
{
    stile_arena arena;
    finding_shadow f = {.arena = &arena};
    stile_slice none = {0};
    stile_status st;

    stile_arena_init(&arena, 0);
    *out = (stile_shadow){0};
    st = stile_plane_packs(plane, none, find_shadow, &f, err);
    if (!st && f.found && !stile_slice_eq(f.pack.name, without))
        if (!(st = stile_packs_policy(plane, &f.pack, none, &out->policy, err))) {
            (void)snprintf(out->pack, sizeof out->pack, "%.*s", STILE_SLICE_ARGS(f.pack.name));
            out->version = f.pack.version;
        }
    stile_arena_release(&arena);
    return st;
}

stile_status stile_plane_open_packs(stile_plane *plane, stile_error *err)
{
    stile_slice none = {0};
    stile_error why = {0};
    stile_status st = stile_packs_policy(plane, NULL, none, &plane->policy, err);

    if (st)
        return stile_fail_in(err, st, "%s: the active packs beside the shipped ones",
                             plane->folder);
    /* A shadow enforces nothing, so one that no longer compiles is no reason to stay shut. */
    if (stile_packs_shadow(plane, none, &plane->shadow, &why))
        stile_log(STILE_LOG_WARN, "rules.shadow", "nothing is in shadow: %s", why.text);
    return STILE_OK;
}
