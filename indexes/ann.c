/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/ann.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"

#define MAGIC "STILEANN"
#define VERSION 1

typedef struct ann_header {
    char magic[8];
    uint32_t version, dim;
    unsigned char embedder[STILE_SHA256_LEN];
    unsigned char generation[STILE_SHA256_LEN];
    uint32_t collection, label;
    uint64_t epoch;
    uint32_t rows, zero;
    uint64_t graph_len;
    uint64_t id_sum, graph_sum;
    uint64_t header_sum; /* of all bytes before it */
} ann_header;
_Static_assert(sizeof(ann_header) == 136, "the header has padding");

stile_ann *stile_ann_ref(stile_ann *ann)
{
    atomic_fetch_add(&ann->refs, 1);
    return ann;
}

void stile_ann_unref(stile_ann *ann)
{
    if (!ann || atomic_fetch_sub(&ann->refs, 1) != 1)
        return;
    stile_graph_destroy(ann->graph);
    stile_buf_release(&ann->id_bytes);
    stile_map_close(&ann->map);
    stile_free(ann);
}

static const stile_row *row_of(const stile_ann_row *r)
{
    return r->segment->rows + r->row;
}

static int by_identity(const void *a, const void *b)
{
    const stile_row *x = row_of(a), *y = row_of(b);
    int c = stile_docref_cmp(&x->doc, &y->doc);
    return c ? c : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static void decode_row(const stile_ann_row *r, uint32_t dim, float *out)
{
    const int8_t *code = r->segment->codes + (size_t)r->row * dim;
    float scale = r->segment->scales[r->row];

    for (uint32_t i = 0; i < dim; i++)
        out[i] = (float)code[i] * scale;
}

/* The covered ids in ann->id_bytes, and the vectors in the same order. */
static stile_status gather(const stile_ann_source *source, stile_ann *ann, float *vectors,
                           stile_error *err)
{
    qsort(source->rows, source->count, sizeof *source->rows, by_identity);
    stile_buf_init(&ann->id_bytes, SIZE_MAX / 4);
    for (uint32_t i = 0; i < source->count; i++) {
        const stile_row *row = row_of(&source->rows[i]);
        stile_ann_id id = {row->doc, row->ordinal};
        stile_buf_add(&ann->id_bytes, &id, sizeof id);
        decode_row(&source->rows[i], source->kind.dim, vectors + (size_t)i * source->kind.dim);
    }
    ann->ids = (const stile_ann_id *)(void *)ann->id_bytes.ptr;
    return stile_buf_ok(&ann->id_bytes, err);
}

static stile_status digest(const stile_ann_source *source, stile_ann *ann, const float *vectors,
                           stile_error *err)
{
    const stile_slice parts[] = {
        stile_str(STILE_GRAPH_DESCRIPTION),
        stile_slice_of(source->kind.embedder.bytes, STILE_SHA256_LEN),
        stile_buf_slice(&ann->id_bytes),
        stile_slice_of(vectors, (size_t)source->count * source->kind.dim * sizeof *vectors),
    };

    return stile_sha256_parts(parts, sizeof parts / sizeof *parts, &ann->generation, err);
}

stile_status stile_ann_build(const stile_ann_source *source, stile_ann **out, stile_error *err)
{
    stile_ann *ann = stile_alloc(sizeof *ann);
    float *vectors = stile_alloc_array(source->count, source->kind.dim * sizeof *vectors);
    stile_status st = STILE_OK;

    if (!ann || !vectors) {
        stile_free(ann);
        stile_free(vectors);
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    }
    atomic_init(&ann->refs, 1);
    ann->collection = source->collection;
    ann->label = source->label;
    ann->epoch = source->epoch;
    ann->rows = source->count;
    if (!(st = gather(source, ann, vectors, err)) && !(st = digest(source, ann, vectors, err)))
        st = stile_graph_build(vectors, source->count, source->kind.dim, &ann->graph, err);
    stile_free(vectors);
    if (st) {
        stile_ann_unref(ann);
        return st;
    }
    *out = ann;
    return STILE_OK;
}

static uint64_t header_sum(const ann_header *h)
{
    return stile_hash64(stile_slice_of(h, offsetof(ann_header, header_sum)));
}

stile_status stile_ann_write(stile_ann *ann, const stile_segment_kind *kind, uint64_t file,
                             const char *path, stile_error *err)
{
    ann_header h = {.version = VERSION,
                    .dim = kind->dim,
                    .collection = ann->collection,
                    .label = ann->label,
                    .epoch = ann->epoch,
                    .rows = ann->rows};
    stile_slice pieces[3];
    stile_buf graph;
    stile_status st;

    stile_buf_init(&graph, SIZE_MAX / 4);
    if ((st = stile_graph_encode(ann->graph, &graph, err)))
        goto out;
    memcpy(h.magic, MAGIC, sizeof h.magic);
    memcpy(h.embedder, kind->embedder.bytes, sizeof h.embedder);
    memcpy(h.generation, ann->generation.bytes, sizeof h.generation);
    pieces[0] = stile_slice_of(&h, sizeof h);
    pieces[1] = stile_slice_of(ann->ids, ann->rows * sizeof *ann->ids);
    pieces[2] = stile_buf_slice(&graph);
    h.graph_len = pieces[2].len;
    h.id_sum = stile_hash64(pieces[1]);
    h.graph_sum = stile_hash64(pieces[2]);
    h.header_sum = header_sum(&h);
    if ((st = stile_file_replace_pieces(path, pieces, 3, 0600, err)))
        goto out;
    ann->file = file;
    ann->file_len = pieces[0].len + pieces[1].len + pieces[2].len;
    ann->file_sum = h.header_sum;
out:
    stile_buf_release(&graph);
    return st;
}

static stile_status check_header(const ann_header *h, size_t len, const stile_segment_kind *kind,
                                 stile_error *err)
{
    size_t rest = len - sizeof *h;

    if (memcmp(h->magic, MAGIC, sizeof h->magic) != 0 || h->version != VERSION ||
        h->header_sum != header_sum(h) || h->zero != 0)
        return stile_fail(err, STILE_CORRUPT, "graph: the header is damaged");
    if (h->dim != kind->dim || memcmp(h->embedder, kind->embedder.bytes, STILE_SHA256_LEN) != 0)
        return stile_fail(err, STILE_CORRUPT, "graph: of another embedder");
    if (h->rows == 0 || h->rows > rest / sizeof(stile_ann_id) ||
        h->graph_len != rest - h->rows * sizeof(stile_ann_id))
        return stile_fail(err, STILE_CORRUPT, "graph: %zu bytes do not fit the header", len);
    return STILE_OK;
}

static bool ids_ascend(const stile_ann_id *ids, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        int c = stile_docref_cmp(&ids[i - 1].doc, &ids[i].doc);
        if (c > 0 || (c == 0 && ids[i - 1].ordinal >= ids[i].ordinal))
            return false;
    }
    return true;
}

/* Fill `ann` from its mapped file. */
static stile_status read_map(stile_ann *ann, const stile_segment_kind *kind, stile_error *err)
{
    stile_slice bytes = stile_slice_of(ann->map.ptr, ann->map.len), ids, graph;
    ann_header h;
    stile_status st;

    if (bytes.len < sizeof h)
        return stile_fail(err, STILE_CORRUPT, "graph: %zu bytes", bytes.len);
    memcpy(&h, bytes.ptr, sizeof h);
    if ((st = check_header(&h, bytes.len, kind, err)))
        return st;
    ids = stile_slice_cut(bytes, sizeof h, sizeof h + h.rows * sizeof(stile_ann_id));
    graph = stile_slice_cut(bytes, sizeof h + ids.len, bytes.len);
    ann->ids = (const stile_ann_id *)(const void *)ids.ptr;
    if (stile_hash64(ids) != h.id_sum || stile_hash64(graph) != h.graph_sum ||
        !ids_ascend(ann->ids, h.rows))
        return stile_fail(err, STILE_CORRUPT, "graph: damaged");
    ann->collection = h.collection;
    ann->label = h.label;
    ann->epoch = h.epoch;
    ann->rows = h.rows;
    memcpy(ann->generation.bytes, h.generation, sizeof h.generation);
    ann->file_len = bytes.len;
    ann->file_sum = h.header_sum;
    return stile_graph_decode(graph, h.rows, h.dim, &ann->graph, err);
}

stile_status stile_ann_open(const char *path, uint64_t file, const stile_segment_kind *kind,
                            stile_ann **out, stile_error *err)
{
    stile_ann *ann = stile_alloc(sizeof *ann);
    stile_status st;

    if (!ann)
        return stile_fail(err, STILE_NO_MEMORY, "graph: out of memory");
    atomic_init(&ann->refs, 1);
    ann->file = file;
    if ((st = stile_map_open(path, &ann->map, err)) || (st = read_map(ann, kind, err))) {
        stile_ann_unref(ann);
        return stile_fail_in(err, st, "%s", path);
    }
    *out = ann;
    return STILE_OK;
}
