/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in embedder: a text's vector is the weighted sum of its tokens' vectors, at unit
 * length, and a title has its part in it. All sums are of integers, so a text has one vector, to the bit, whatever the compiler,
 * the processor and the texts beside it: docs/formats/model.md says how.
 *
 * Lower-casing and decomposition come from ICU, whose version is not part of the hash: Unicode
 * never changes them for a character once it is assigned. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "embed/internal.h"
#include "embed/model_file.h"
#include "embed/wordpiece.h"

/* 32767 * 127 * 512 < 2^31: so many rows fit into 32-bit sums before they must be emptied. */
#define ROWS_A_SUM 512
#define SUM_LIMIT (INT64_C(1) << 24)

/* A title is a fifth of a piece's vector however long the piece is (docs/retrieval-quality.md). */
#define TITLE_PARTS 1
#define TEXT_PARTS 4

typedef struct static_embedder {
    stile_embedder common;
    stile_model_file file;
    stile_wordpiece *vocabulary;
    float *centroids; /* [file.centroids][file.dim] */
} static_embedder;

/* The sums of one text, on the stack of the thread that embeds it. */
typedef struct sums {
    const stile_model_file *file;
    int32_t part[STILE_MODEL_MAX_DIM]; /* of the last `rows` rows */
    int64_t whole[STILE_MODEL_MAX_DIM];
    size_t rows;
} sums;

static void empty_part(sums *s)
{
    for (size_t d = 0; d < s->file->dim; d++) {
        s->whole[d] += s->part[d];
        s->part[d] = 0;
    }
    s->rows = 0;
}

static void add_row(sums *s, uint32_t id)
{
    const stile_model_file *f = s->file;
    const int8_t *restrict row = f->rows + (size_t)id * f->dim;
    int32_t *restrict part = s->part;
    int16_t scale = (int16_t)(f->scales[2 * (size_t)id] | f->scales[2 * (size_t)id + 1] << 8);
    size_t dim = f->dim;

    if (scale == 0)
        return;
    for (size_t d = 0; d < dim; d++)
        part[d] += scale * (int16_t)row[d];
    if (++s->rows == ROWS_A_SUM)
        empty_part(s);
}

static void add_word(void *ctx, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_row(ctx, ids[i]);
}

static void add_text(sums *s, const static_embedder *e, stile_slice text)
{
    s->file = &e->file;
    s->rows = 0;
    memset(s->part, 0, e->file.dim * sizeof *s->part);
    memset(s->whole, 0, e->file.dim * sizeof *s->whole);
    stile_wordpiece_encode(e->vocabulary, text, add_word, s);
    empty_part(s);
}

/* Halving until every number is below 2^24 makes the sum of squares an exact integer (dim <= 1024: below
 * 2^58); the square root is IEEE's. 0 when all numbers are. */
static double length_of(int64_t *v, size_t dim)
{
    int64_t most = 0, squares = 0;

    for (size_t d = 0; d < dim; d++) {
        int64_t size = v[d] < 0 ? -v[d] : v[d];
        most = size > most ? size : most;
    }
    for (; most >= SUM_LIMIT; most /= 2)
        for (size_t d = 0; d < dim; d++)
            v[d] /= 2;
    for (size_t d = 0; d < dim; d++)
        squares += v[d] * v[d];
    return sqrt((double)squares);
}

static void to_unit(int64_t *v, size_t dim, float *out)
{
    double length = length_of(v, dim);

    for (size_t d = 0; d < dim; d++)
        out[d] = length > 0 ? (float)((double)v[d] / length) : 0.0f;
}

/* To a length of 2^20; false when there is no direction. */
static bool to_length(int64_t *v, size_t dim)
{
    double length = length_of(v, dim);

    for (size_t d = 0; d < dim && length > 0; d++)
        v[d] = (int64_t)((double)v[d] / length * 1048576.0);
    return length > 0;
}

static void embed_one(const static_embedder *e, const stile_embed_text *whole, float *out)
{
    size_t dim = e->file.dim;
    sums text, title;

    add_text(&text, e, whole->text);
    if (whole->title.len)
        add_text(&title, e, whole->title);
    if (!whole->title.len || !to_length(title.whole, dim))
        to_unit(text.whole, dim, out);
    else if (!to_length(text.whole, dim))
        to_unit(title.whole, dim, out);
    else {
        for (size_t d = 0; d < dim; d++)
            text.whole[d] = TEXT_PARTS * text.whole[d] + TITLE_PARTS * title.whole[d];
        to_unit(text.whole, dim, out);
    }
}

static stile_status embed(stile_embedder *embedder, stile_embed_role role,
                          const stile_embed_text *texts, size_t count, float *out, stile_error *err)
{
    const static_embedder *e = (static_embedder *)embedder;

    (void)role, (void)err; /* one model for both; nothing here can fail */
    for (size_t i = 0; i < count; i++)
        embed_one(e, &texts[i], out + i * e->file.dim);
    return STILE_OK;
}

static stile_status decode_centroids(static_embedder *e, stile_error *err)
{
    size_t dim = e->file.dim, count = e->file.centroids;
    int64_t v[STILE_MODEL_MAX_DIM];

    if (count == 0)
        return STILE_OK;
    if (!(e->centroids = stile_alloc_array(count * dim, sizeof *e->centroids)))
        return stile_fail(err, STILE_NO_MEMORY, "model: out of memory");
    for (size_t i = 0; i < count; i++) {
        for (size_t d = 0; d < dim; d++)
            v[d] = e->file.centres[i * dim + d];
        to_unit(v, dim, e->centroids + i * dim);
    }
    return STILE_OK;
}

static void destroy(stile_embedder *embedder)
{
    static_embedder *e = (static_embedder *)embedder;

    stile_free(e->centroids);
    stile_wordpiece_destroy(e->vocabulary);
    stile_model_file_close(&e->file);
    stile_free(e);
}

static stile_status load(static_embedder *e, const char *path, stile_error *err)
{
    /* The first part stands for the tokenizer and the pooling: a change to either changes it. */
    stile_slice parts[2] = {stile_str("stile.embed.static.2"), {0}};
    stile_status st = stile_model_file_open(path, &e->file, err);

    if (st)
        return st;
    parts[1] = stile_slice_of(e->file.map.ptr, e->file.map.len);
    if ((st = stile_wordpiece_create(e->file.words, e->file.tokens, &e->vocabulary, err)) ||
        (st = decode_centroids(e, err)) ||
        (st = stile_sha256_parts(parts, 2, &e->common.hash, err)))
        return stile_fail_in(err, st, "%s", path);
    return STILE_OK;
}

static stile_status create(const stile_embedder_options *options, stile_embedder **out,
                           stile_error *err)
{
    char shipped[4096];
    const char *path = options->model_path;
    static_embedder *e = NULL;
    stile_status st;

    if (!path) {
        if ((st = stile_model_path(shipped, sizeof shipped, err)))
            return st;
        path = shipped;
    }
    if (!(e = stile_alloc(sizeof *e)))
        return stile_fail(err, STILE_NO_MEMORY, "model: out of memory");
    if ((st = load(e, path, err))) {
        destroy(&e->common);
        return st;
    }
    e->common.kind = &stile_embedder_static;
    e->common.dim = e->file.dim;
    e->common.centroids = e->centroids;
    e->common.centroid_count = e->file.centroids;
    (void)snprintf(e->common.name, sizeof e->common.name, "static, %u dimensions, %u tokens",
                   e->file.dim, e->file.tokens);
    *out = &e->common;
    return STILE_OK;
}

const stile_embedder_kind stile_embedder_static = {
    .name = "static", .weight = 0.2, .create = create, .destroy = destroy, .embed = embed};
