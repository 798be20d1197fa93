/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/shadow.h"

#include <inttypes.h>

#include "plane/internal.h"
#include "scan/scan.h"

#define FIGURES_V 1
#define DISPOSITIONS 3
#define PAIR_BYTES 8
#define RECORD_CAP 4096
#define MAX_CALLER_COLLECTIONS STILE_MAX_COLLECTIONS

uint64_t stile_shadow_seen(const stile_shadow_figures *f)
{
    uint64_t seen = 0;
    for (size_t from = 0; from < DISPOSITIONS; from++)
        for (size_t to = 0; to < DISPOSITIONS; to++)
            seen += f->moves[from][to];
    return seen;
}

uint64_t stile_shadow_risen(const stile_shadow_figures *f)
{
    return f->moves[STILE_DISPOSITION_SANITIZED][STILE_DISPOSITION_WITHHELD] +
           f->moves[STILE_DISPOSITION_ALLOW][STILE_DISPOSITION_WITHHELD];
}

/* The first bytes of the pair's digest; then collection and label, big-endian. */
static stile_status key_of(const stile_shadow_pair *pair, stile_dbkey *out, stile_error *err)
{
    const stile_slice parts[] = {
        stile_str("stile.shadow"),
        stile_slice_of(pair->enforced.bytes, STILE_SHA256_LEN),
        stile_slice_of(pair->shadow.bytes, STILE_SHA256_LEN),
    };
    stile_sha256 digest;
    stile_status st = stile_sha256_parts(parts, 3, &digest, err);

    if (st)
        return st;
    memcpy(out->bytes, digest.bytes, PAIR_BYTES);
    out->len = PAIR_BYTES;
    return STILE_OK;
}

static void add_number(stile_dbkey *key, uint32_t number)
{
    stile_dbkey part = stile_dbkey_u32(number);
    memcpy(key->bytes + key->len, part.bytes, part.len);
    key->len += part.len;
}

static void encode(const stile_shadow_figures *f, stile_buf *out)
{
    stile_buf_add_byte(out, FIGURES_V);
    for (size_t from = 0; from < DISPOSITIONS; from++)
        for (size_t to = 0; to < DISPOSITIONS; to++)
            stile_buf_add_varint(out, f->moves[from][to]);
    stile_buf_add_varint(out, f->sample_count);
    for (size_t i = 0; i < f->sample_count; i++) {
        const stile_shadow_sample *s = &f->samples[i];
        stile_buf_add(out, s->doc.bytes, sizeof s->doc.bytes);
        stile_buf_add_varint(out, s->ordinal);
        stile_buf_add_byte(out, s->enforced);
        stile_buf_add_byte(out, s->shadow);
    }
}

static bool decode_sample(stile_reader *r, stile_shadow_sample *out)
{
    stile_slice doc;
    uint64_t ordinal;

    if (!stile_reader_bytes(r, sizeof out->doc.bytes, &doc) || !stile_reader_varint(r, &ordinal) ||
        ordinal > UINT32_MAX || !stile_reader_u8(r, &out->enforced) ||
        !stile_reader_u8(r, &out->shadow) || out->enforced >= DISPOSITIONS ||
        out->shadow >= DISPOSITIONS)
        return false;
    memcpy(out->doc.bytes, doc.ptr, doc.len);
    out->ordinal = (uint32_t)ordinal;
    return true;
}

static stile_status decode(stile_slice key, stile_slice record, stile_shadow_figures *out,
                           stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_shadow_figures f = {0};
    uint64_t count = 0;
    uint8_t v;
    bool ok =
        key.len == PAIR_BYTES + 8 &&
        stile_dbkey_read_u32(stile_slice_cut(key, PAIR_BYTES, PAIR_BYTES + 4), &f.collection) &&
        stile_dbkey_read_u32(stile_slice_cut(key, PAIR_BYTES + 4, key.len), &f.label) &&
        stile_reader_u8(&r, &v) && v == FIGURES_V;

    for (size_t i = 0; ok && i < (size_t)DISPOSITIONS * DISPOSITIONS; i++)
        ok = stile_reader_varint(&r, &f.moves[i / DISPOSITIONS][i % DISPOSITIONS]);
    ok = ok && stile_reader_varint(&r, &count) && count <= STILE_SHADOW_SAMPLES;
    for (uint64_t i = 0; ok && i < count; i++)
        ok = decode_sample(&r, &f.samples[i]);
    if (!ok || !stile_reader_done(&r))
        return stile_fail(err, STILE_CORRUPT, "store: damaged shadow record");
    f.sample_count = (size_t)count;
    *out = f;
    return STILE_OK;
}

static void add_sample(stile_shadow_figures *f, const stile_shadow_sample *chunk)
{
    for (size_t i = 0; i < f->sample_count; i++)
        if (f->samples[i].ordinal == chunk->ordinal &&
            stile_docref_cmp(&f->samples[i].doc, &chunk->doc) == 0)
            return;
    if (f->sample_count < STILE_SHADOW_SAMPLES)
        f->samples[f->sample_count++] = *chunk;
}

static stile_status write_figures(stile_plane *plane, const stile_dbkey *key,
                                  const stile_shadow_figures *f, stile_error *err)
{
    stile_batch *batch = NULL;
    stile_buf record;
    stile_status st = stile_batch_create(&batch, err);

    stile_buf_init(&record, RECORD_CAP);
    if (!st) {
        encode(f, &record);
        if (!(st = stile_buf_ok(&record, err))) {
            stile_batch_put(batch, plane->store, STILE_TABLE_SHADOWS, stile_dbkey_slice(key),
                            stile_buf_slice(&record));
            st = stile_store_write(plane->store, batch, false, err);
        }
    }
    stile_buf_release(&record);
    stile_batch_destroy(batch);
    return st;
}

stile_status stile_shadow_note(stile_plane *plane, const stile_shadow_pair *pair,
                               uint32_t collection, uint32_t label,
                               const stile_shadow_sample *chunk, stile_error *err)
{
    stile_shadow_figures f = {0};
    stile_arena arena;
    stile_dbkey key;
    stile_slice record;
    stile_status st = key_of(pair, &key, err);

    if (st)
        return st;
    add_number(&key, collection);
    add_number(&key, label);
    stile_arena_init(&arena, 0);
    (void)pthread_mutex_lock(&plane->shadow_lock); /* read, add, write: one at a time */
    st = stile_store_get(plane->store, NULL, STILE_TABLE_SHADOWS, stile_dbkey_slice(&key), &arena,
                         &record, err);
    if (st == STILE_NOT_FOUND)
        st = STILE_OK;
    else if (!st)
        st = decode(stile_dbkey_slice(&key), record, &f, err);
    if (!st) {
        f.moves[chunk->enforced][chunk->shadow]++;
        if (chunk->enforced != chunk->shadow)
            add_sample(&f, chunk);
        st = write_figures(plane, &key, &f, err);
    }
    (void)pthread_mutex_unlock(&plane->shadow_lock);
    stile_arena_release(&arena);
    return st;
}

/* The ids of the collections that a key is confined to. */
typedef struct reach {
    uint32_t ids[MAX_CALLER_COLLECTIONS];
    size_t count;
    bool all;
} reach;

static stile_status find_reach(stile_plane *plane, const stile_caller *caller, reach *out,
                               stile_error *err)
{
    stile_arena arena;
    stile_status st = STILE_OK;

    out->count = 0;
    out->all = caller->collection_count == 0;
    stile_arena_init(&arena, 0);
    for (size_t i = 0; !st && i < caller->collection_count && i < MAX_CALLER_COLLECTIONS; i++) {
        stile_collection c;
        st = stile_plane_collection_find(plane, caller->collections[i], &arena, &c, err);
        if (!st)
            out->ids[out->count++] = c.id;
        else if (st == STILE_NOT_FOUND)
            st = STILE_OK;
    }
    stile_arena_release(&arena);
    return st;
}

static bool reaches(const reach *r, uint32_t collection)
{
    for (size_t i = 0; !r->all && i < r->count; i++)
        if (r->ids[i] == collection)
            return true;
    return r->all;
}

stile_status stile_shadow_read(stile_plane *plane, const stile_shadow_pair *pair,
                               const stile_caller *caller, stile_shadow_each each, void *ctx,
                               stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    stile_dbkey prefix;
    reach r;
    bool more = true;
    stile_status st;

    if (!caller->clearance)
        return STILE_OK; /* reads nothing */
    if ((st = find_reach(plane, caller, &r, err)) || (st = key_of(pair, &prefix, err)) ||
        (st = stile_cursor_open(plane->store, NULL, STILE_TABLE_SHADOWS, stile_dbkey_slice(&prefix),
                                none, &cursor, err)))
        return st;
    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_shadow_figures f;
        if (!(st = decode(key, value, &f, err)) && reaches(&r, f.collection) &&
            stile_clearance_dominates(caller->clearance, stile_labels_get(plane->labels, f.label)))
            st = each(ctx, &f, err);
    }
    stile_cursor_close(cursor);
    return st;
}

/* Sums over collections; figures come in the order of collections. */
typedef struct judging {
    uint64_t least, seen, risen;    /* of all */
    uint64_t here_seen, here_risen; /* of the collection under way */
    double rise;                    /* what is allowed */
    uint32_t here;
    bool any, too_much;
} judging;

static bool is_too_much(const judging *j, uint64_t risen, uint64_t seen)
{
    return seen >= j->least && (double)risen > j->rise * (double)seen;
}

static stile_status add_figures(void *ctx, const stile_shadow_figures *f, stile_error *err)
{
    judging *j = ctx;

    (void)err;
    if (!j->any || f->collection != j->here) {
        j->any = true;
        j->here = f->collection;
        j->here_seen = j->here_risen = 0;
    }
    j->seen += stile_shadow_seen(f);
    j->risen += stile_shadow_risen(f);
    j->here_seen += stile_shadow_seen(f);
    j->here_risen += stile_shadow_risen(f);
    j->too_much |= is_too_much(j, j->here_risen, j->here_seen);
    return STILE_OK;
}

stile_status stile_shadow_judge(stile_plane *plane, const stile_shadow_pair *pair,
                                const stile_caller *caller, stile_error *err)
{
    judging j = {.least = plane->config.scan.shadow_least,
                 .rise = plane->config.scan.withheld_rise};
    stile_status st = stile_shadow_read(plane, pair, caller, add_figures, &j, err);

    if (st)
        return st;
    if (j.seen < j.least)
        return stile_fail(err, STILE_CONFLICT,
                          "shadow: %" PRIu64 " chunks of live traffic that you are cleared for "
                          "were compared, %" PRIu64 " are needed (scan.shadow_least)",
                          j.seen, j.least);
    if (j.too_much || is_too_much(&j, j.risen, j.seen))
        return stile_fail(err, STILE_CONFLICT,
                          "shadow: %" PRIu64 " of %" PRIu64 " chunks would newly be withheld, more "
                          "than scan.withheld_rise (%g) allows in all or in one collection",
                          j.risen, j.seen, j.rise);
    return STILE_OK;
}
