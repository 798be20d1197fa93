/* SPDX-License-Identifier: Apache-2.0 */
#include "store/records.h"

#include <string.h>

/* Every record opens with its own version byte, so that one kind can change alone. */
/* A collection of version 1 has no say about flagged chunks. */
enum { COLLECTION_V = 2, DOCUMENT_V = 1, CHUNK_V = 1, ROWS_V = 1, CHANGE_V = 1 };

static bool get_version(stile_reader *r, uint8_t want)
{
    uint8_t v;
    return stile_reader_u8(r, &v) && v == want;
}

static bool get_u32(stile_reader *r, uint32_t *out)
{
    uint64_t v;
    if (!stile_reader_varint(r, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool get_digest(stile_reader *r, stile_sha256 *out)
{
    stile_slice s;
    if (!stile_reader_bytes(r, sizeof out->bytes, &s))
        return false;
    memcpy(out->bytes, s.ptr, sizeof out->bytes);
    return true;
}

static bool get_enum(stile_reader *r, uint8_t bound, uint8_t *out)
{
    return stile_reader_u8(r, out) && *out < bound;
}

static stile_status corrupt(stile_error *err, const char *what)
{
    return stile_fail(err, STILE_CORRUPT, "store: damaged %s record", what);
}

void stile_collection_encode(const stile_collection *c, stile_buf *out)
{
    stile_buf_add_byte(out, COLLECTION_V);
    stile_buf_add_varint(out, c->id);
    stile_buf_add_block(out, c->name);
    stile_buf_add_block(out, c->ceiling);
    stile_buf_add_byte(out, (unsigned char)c->trust);
    stile_buf_add_byte(out, (unsigned char)c->flagged);
    stile_buf_add_varint(out, c->created_ms);
}

stile_status stile_collection_decode(stile_slice record, stile_collection *out, stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_collection c = {0};
    uint8_t v, trust, flagged = STILE_FLAGGED_SANITIZE;

    if (!stile_reader_u8(&r, &v) || v < 1 || v > COLLECTION_V || !get_u32(&r, &c.id) ||
        !stile_reader_block(&r, &c.name) || !stile_reader_block(&r, &c.ceiling) ||
        !get_enum(&r, 3, &trust) || (v > 1 && !get_enum(&r, 2, &flagged)) ||
        !stile_reader_varint(&r, &c.created_ms) || !stile_reader_done(&r))
        return corrupt(err, "collection");
    c.trust = (stile_trust)trust;
    c.flagged = (stile_flagged)flagged;
    *out = c;
    return STILE_OK;
}

void stile_document_encode(const stile_document *d, stile_buf *out)
{
    stile_buf_add_byte(out, DOCUMENT_V);
    stile_buf_add_varint(out, d->collection);
    stile_buf_add_varint(out, d->label);
    stile_buf_add_block(out, d->id);
    stile_buf_add_block(out, d->title);
    stile_buf_add_block(out, d->url);
    stile_buf_add_block(out, d->metadata);
    stile_buf_add_byte(out, (unsigned char)d->format);
    stile_buf_add_byte(out, (unsigned char)d->trust);
    stile_buf_add_varint(out, d->chunks);
    stile_buf_add_varint(out, d->original_len);
    stile_buf_add_varint(out, d->seq);
    stile_buf_add_varint(out, d->content_seq);
    stile_buf_add_varint(out, d->created_ms);
    stile_buf_add_varint(out, d->updated_ms);
    stile_buf_add(out, d->original_sha256.bytes, sizeof d->original_sha256.bytes);
    stile_buf_add(out, d->fingerprint.bytes, sizeof d->fingerprint.bytes);
}

stile_status stile_document_decode(stile_slice record, stile_document *out, stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_document d = {0};
    uint8_t format, trust;

    if (!get_version(&r, DOCUMENT_V) || !get_u32(&r, &d.collection) || !get_u32(&r, &d.label) ||
        !stile_reader_block(&r, &d.id) || !stile_reader_block(&r, &d.title) ||
        !stile_reader_block(&r, &d.url) || !stile_reader_block(&r, &d.metadata) ||
        !get_enum(&r, 4, &format) || !get_enum(&r, 3, &trust) || !get_u32(&r, &d.chunks) ||
        !stile_reader_varint(&r, &d.original_len) || !stile_reader_varint(&r, &d.seq) ||
        !stile_reader_varint(&r, &d.content_seq) || !stile_reader_varint(&r, &d.created_ms) ||
        !stile_reader_varint(&r, &d.updated_ms) || !get_digest(&r, &d.original_sha256) ||
        !get_digest(&r, &d.fingerprint) || !stile_reader_done(&r))
        return corrupt(err, "document");
    d.format = (stile_format)format;
    d.trust = (stile_trust)trust;
    *out = d;
    return STILE_OK;
}

void stile_chunk_record_encode(const stile_chunk_record *c, stile_buf *out)
{
    stile_buf_add_byte(out, CHUNK_V);
    stile_buf_add_varint(out, c->orig_start);
    stile_buf_add_varint(out, c->orig_end - c->orig_start);
    stile_buf_add_varint(out, c->line_start);
    stile_buf_add_varint(out, c->line_end - c->line_start);
    stile_buf_add_block(out, c->heading);
    stile_buf_add_block(out, c->pieces);
    stile_buf_add_block(out, c->text);
    stile_buf_add(out, c->scan_input.bytes, sizeof c->scan_input.bytes);
}

stile_status stile_chunk_record_decode(stile_slice record, stile_chunk_record *out,
                                       stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_chunk_record c = {0};
    uint32_t len, lines;

    if (!get_version(&r, CHUNK_V) || !get_u32(&r, &c.orig_start) || !get_u32(&r, &len) ||
        len > UINT32_MAX - c.orig_start || !get_u32(&r, &c.line_start) || !get_u32(&r, &lines) ||
        lines > UINT32_MAX - c.line_start || !stile_reader_block(&r, &c.heading) ||
        !stile_reader_block(&r, &c.pieces) || !stile_reader_block(&r, &c.text) ||
        !get_digest(&r, &c.scan_input) || !stile_reader_done(&r))
        return corrupt(err, "chunk");
    c.orig_end = c.orig_start + len;
    c.line_end = c.line_start + lines;
    *out = c;
    return STILE_OK;
}

stile_status stile_rows_encode(const stile_rows_record *rows, stile_buf *out, stile_error *err)
{
    stile_buf_add_byte(out, ROWS_V);
    stile_buf_add_u32(out, rows->chunks);
    stile_buf_add_u32(out, rows->dim);
    stile_buf_add(out, rows->embedder.bytes, sizeof rows->embedder.bytes);
    for (uint32_t i = 0; rows->dim && i < rows->chunks; i++) {
        uint32_t bits;
        memcpy(&bits, &rows->scales[i], sizeof bits);
        stile_buf_add_u32(out, bits);
    }
    if (rows->dim)
        stile_buf_add(out, rows->codes, (size_t)rows->chunks * rows->dim);
    for (uint32_t i = 0; i < rows->chunks; i++)
        stile_buf_add_block(out, rows->terms[i]);
    return stile_buf_ok(out, err);
}

stile_status stile_rows_decode(stile_slice record, stile_arena *arena, stile_rows_record *out,
                               stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_rows_record rows = {0};
    stile_slice codes = {0};
    float *scales;

    if (!get_version(&r, ROWS_V) || !stile_reader_u32(&r, &rows.chunks) ||
        !stile_reader_u32(&r, &rows.dim) || rows.chunks > STILE_MAX_CHUNKS ||
        rows.dim > STILE_MAX_DIM || !get_digest(&r, &rows.embedder))
        return corrupt(err, "rows");
    rows.terms = stile_arena_array(arena, rows.chunks, sizeof *rows.terms);
    scales = stile_arena_array(arena, rows.chunks, sizeof *scales);
    if (!rows.terms || !scales)
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    for (uint32_t i = 0; rows.dim && i < rows.chunks; i++) {
        uint32_t bits;
        if (!stile_reader_u32(&r, &bits))
            return corrupt(err, "rows");
        memcpy(&scales[i], &bits, sizeof bits);
    }
    if (!stile_reader_bytes(&r, (size_t)rows.chunks * rows.dim, &codes))
        return corrupt(err, "rows");
    for (uint32_t i = 0; i < rows.chunks; i++)
        if (!stile_reader_block(&r, &rows.terms[i]))
            return corrupt(err, "rows");
    if (!stile_reader_done(&r))
        return corrupt(err, "rows");
    rows.codes = rows.dim ? (const int8_t *)codes.ptr : NULL;
    rows.scales = rows.dim ? scales : NULL;
    *out = rows;
    return STILE_OK;
}

stile_status stile_change_encode(const stile_change *change, stile_buf *out, stile_error *err)
{
    stile_buf_add_byte(out, CHANGE_V);
    stile_buf_add_byte(out, (unsigned char)change->kind);
    stile_buf_add_varint(out, change->count);
    for (size_t i = 0; i < change->count; i++)
        stile_buf_add(out, change->documents[i].bytes, sizeof change->documents[i].bytes);
    return stile_buf_ok(out, err);
}

stile_status stile_change_decode(stile_slice record, stile_arena *arena, stile_change *out,
                                 stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_docref *documents;
    stile_slice bytes;
    uint64_t count;
    uint8_t kind;

    if (!get_version(&r, CHANGE_V) || !stile_reader_u8(&r, &kind) || kind < STILE_CHANGE_PUT ||
        kind > STILE_CHANGE_RELABEL || !stile_reader_varint(&r, &count) ||
        count != (uint64_t)(r.end - r.ptr) / sizeof *documents ||
        !stile_reader_bytes(&r, (size_t)count * sizeof *documents, &bytes) ||
        !stile_reader_done(&r))
        return corrupt(err, "change");
    if (!(documents = stile_arena_array(arena, (size_t)count, sizeof *documents)))
        return stile_fail(err, STILE_NO_MEMORY, "store: out of memory");
    if (count)
        memcpy(documents, bytes.ptr, bytes.len);
    *out = (stile_change){(stile_change_kind)kind, documents, (size_t)count};
    return STILE_OK;
}

static void put_big(char *out, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (char)(v >> (8 * (bytes - 1 - i)));
}

static bool read_big(stile_slice key, size_t bytes, uint64_t *out)
{
    uint64_t v = 0;
    if (key.len != bytes)
        return false;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)key.ptr[i];
    *out = v;
    return true;
}

stile_dbkey stile_dbkey_u32(uint32_t v)
{
    stile_dbkey key = {.len = 4};
    put_big(key.bytes, v, 4);
    return key;
}

stile_dbkey stile_dbkey_u64(uint64_t v)
{
    stile_dbkey key = {.len = 8};
    put_big(key.bytes, v, 8);
    return key;
}

stile_dbkey stile_dbkey_document(const stile_docref *doc)
{
    stile_dbkey key = {.len = sizeof doc->bytes};
    memcpy(key.bytes, doc->bytes, sizeof doc->bytes);
    return key;
}

stile_dbkey stile_dbkey_chunk(const stile_docref *doc, uint32_t ordinal)
{
    stile_dbkey key = stile_dbkey_document(doc);
    put_big(key.bytes + key.len, ordinal, 4);
    key.len += 4;
    return key;
}

bool stile_dbkey_read_u32(stile_slice key, uint32_t *out)
{
    uint64_t v;
    if (!read_big(key, 4, &v))
        return false;
    *out = (uint32_t)v;
    return true;
}

bool stile_dbkey_read_u64(stile_slice key, uint64_t *out)
{
    return read_big(key, 8, out);
}

void stile_dbkey_name(uint32_t collection, stile_slice id, stile_buf *out)
{
    stile_dbkey key = stile_dbkey_u32(collection);
    stile_buf_add(out, key.bytes, key.len);
    stile_buf_add_slice(out, id);
}
