/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/manifest.h"

#define MAGIC "STILEMAN"
#define VERSION 1
#define SUM_LEN 8

static void encode_file(stile_buf *out, uint64_t file, uint64_t len, uint64_t sum)
{
    stile_buf_add_u64(out, file);
    stile_buf_add_u64(out, len);
    stile_buf_add_u64(out, sum);
}

/* The number of dead rows, then each as its distance from the one before. */
static stile_status encode_dead(stile_buf *out, const stile_view_segment *s, stile_error *err)
{
    const uint32_t *dead;
    uint32_t count, next = 0;
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_tombstones_range(s->dead, 0, s->segment->row_count, &arena, &dead, &count, err);
    if (!st)
        stile_buf_add_varint(out, count);
    for (uint32_t i = 0; !st && i < count; i++) {
        stile_buf_add_varint(out, dead[i] - next);
        next = dead[i] + 1;
    }
    stile_arena_release(&arena);
    return st;
}

stile_status stile_manifest_encode(const stile_index_view *view, uint64_t cells_sum,
                                   uint64_t next_file, stile_buf *out, stile_error *err)
{
    stile_status st = STILE_OK;

    stile_buf_add(out, MAGIC, 8);
    stile_buf_add_u32(out, VERSION);
    stile_buf_add_u32(out, STILE_ANALYZER_VERSION);
    stile_buf_add_u32(out, view->settings.kind.dim);
    stile_buf_add(out, view->settings.kind.embedder.bytes, STILE_SHA256_LEN);
    stile_buf_add_u64(out, cells_sum);
    stile_buf_add_u64(out, view->seq);
    stile_buf_add_u64(out, view->epoch);
    stile_buf_add_u64(out, next_file);
    stile_buf_add_u32(out, (uint32_t)view->segment_count);
    stile_buf_add_u32(out, (uint32_t)view->ann_count);
    for (size_t i = 0; !st && i < view->segment_count; i++) {
        const stile_segment *s = view->segments[i].segment;
        encode_file(out, s->file, s->file_len, s->file_sum);
        st = encode_dead(out, &view->segments[i], err);
    }
    for (size_t i = 0; i < view->ann_count; i++)
        encode_file(out, view->anns[i]->file, view->anns[i]->file_len, view->anns[i]->file_sum);
    if (!st && !(st = stile_buf_ok(out, err))) {
        stile_buf_add_u64(out, stile_hash64(stile_buf_slice(out)));
        st = stile_buf_ok(out, err);
    }
    return st;
}

static bool read_u64(const unsigned char *at, uint64_t *out)
{
    stile_reader r = {at, at + sizeof *out};
    return stile_reader_u64(&r, out);
}

static bool decode_head(stile_reader *r, stile_manifest *m)
{
    stile_slice magic, embedder;
    uint32_t version, analyzer;

    if (!stile_reader_bytes(r, 8, &magic) || !stile_slice_eq(magic, stile_str(MAGIC)) ||
        !stile_reader_u32(r, &version) || version != VERSION || !stile_reader_u32(r, &analyzer) ||
        analyzer != STILE_ANALYZER_VERSION || !stile_reader_u32(r, &m->dim) ||
        !stile_reader_bytes(r, STILE_SHA256_LEN, &embedder) ||
        !stile_reader_u64(r, &m->cells_sum) || !stile_reader_u64(r, &m->seq) ||
        !stile_reader_u64(r, &m->epoch) || !stile_reader_u64(r, &m->next_file) ||
        !stile_reader_u32(r, &m->segment_count) || !stile_reader_u32(r, &m->ann_count))
        return false;
    memcpy(m->embedder.bytes, embedder.ptr, STILE_SHA256_LEN);
    return m->segment_count <= STILE_MANIFEST_FILES_MAX && m->ann_count <= STILE_MANIFEST_FILES_MAX;
}

static bool decode_file(stile_reader *r, stile_manifest_file *f, uint64_t next_file)
{
    return stile_reader_u64(r, &f->file) && f->file > 0 && f->file < next_file &&
           stile_reader_u64(r, &f->len) && stile_reader_u64(r, &f->sum);
}

static stile_status decode_dead(stile_reader *r, stile_arena *arena, stile_manifest_file *f,
                                stile_error *err)
{
    uint64_t count, delta, next = 0;
    uint32_t *dead;

    if (!stile_reader_varint(r, &count) || count > (size_t)(r->end - r->ptr))
        return stile_fail(err, STILE_CORRUPT, "manifest: damaged");
    if (!(dead = stile_arena_array(arena, (size_t)count, sizeof *dead)))
        return stile_fail(err, STILE_NO_MEMORY, "manifest: out of memory");
    for (uint64_t i = 0; i < count; i++) {
        if (!stile_reader_varint(r, &delta) || delta > UINT32_MAX || next + delta > UINT32_MAX)
            return stile_fail(err, STILE_CORRUPT, "manifest: damaged");
        dead[i] = (uint32_t)(next + delta);
        next += delta + 1;
    }
    f->dead = dead;
    f->dead_count = (uint32_t)count;
    return STILE_OK;
}

static stile_status decode_files(stile_reader *r, stile_arena *arena, stile_manifest *m,
                                 stile_error *err)
{
    stile_status st = STILE_OK;

    m->segments = stile_arena_array(arena, m->segment_count, sizeof *m->segments);
    m->anns = stile_arena_array(arena, m->ann_count, sizeof *m->anns);
    if (!m->segments || !m->anns)
        return stile_fail(err, STILE_NO_MEMORY, "manifest: out of memory");
    for (uint32_t i = 0; !st && i < m->segment_count; i++)
        st = decode_file(r, &m->segments[i], m->next_file)
                 ? decode_dead(r, arena, &m->segments[i], err)
                 : stile_fail(err, STILE_CORRUPT, "manifest: damaged");
    for (uint32_t i = 0; !st && i < m->ann_count; i++)
        if (!decode_file(r, &m->anns[i], m->next_file))
            st = stile_fail(err, STILE_CORRUPT, "manifest: damaged");
    if (!st && !stile_reader_done(r))
        st = stile_fail(err, STILE_CORRUPT, "manifest: bytes after its end");
    return st;
}

stile_status stile_manifest_decode(stile_slice bytes, stile_arena *arena, stile_manifest *out,
                                   stile_error *err)
{
    stile_manifest m = {0};
    stile_reader r;
    uint64_t sum;
    stile_status st;

    if (bytes.len < SUM_LEN ||
        !read_u64((const unsigned char *)bytes.ptr + bytes.len - SUM_LEN, &sum))
        return stile_fail(err, STILE_CORRUPT, "manifest: %zu bytes", bytes.len);
    bytes.len -= SUM_LEN;
    if (stile_hash64(bytes) != sum)
        return stile_fail(err, STILE_CORRUPT, "manifest: damaged");
    r = stile_reader_of(bytes);
    if (!decode_head(&r, &m))
        return stile_fail(err, STILE_CORRUPT, "manifest: not one of this version");
    if ((st = decode_files(&r, arena, &m, err)))
        return st;
    *out = m;
    return STILE_OK;
}
