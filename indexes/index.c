/* SPDX-License-Identifier: Apache-2.0 */
/* The index: opening, publishing, acquiring. */
#include "indexes/index.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/log.h"
#include "base/memory.h"
#include "indexes/internal.h"
#include "stile/limits.h"

#define DEFAULT_K1 1.2
#define DEFAULT_B 0.75
#define DEFAULT_TITLE_WEIGHT 1.0
#define DEFAULT_ANN_ROWS 2000000u
#define DEFAULT_SIEVE_ROWS 150000u
#define DEFAULT_SIEVE_KEEP 24u

void stile_index_publish(stile_index *index, stile_index_view *view)
{
    stile_index_view *old;

    (void)pthread_mutex_lock(&index->lock);
    old = index->view;
    index->view = view;
    (void)pthread_mutex_unlock(&index->lock);
    stile_index_view_unref(old);
}

stile_index_view *stile_index_acquire(stile_index *index)
{
    stile_index_view *view;

    /* Under the lock, so that the last unref cannot come between the load and the ref. */
    (void)pthread_mutex_lock(&index->lock);
    view = stile_index_view_ref(index->view);
    (void)pthread_mutex_unlock(&index->lock);
    return view;
}

static stile_status join_path(char out[STILE_INDEX_PATH_MAX], int len, stile_error *err)
{
    if (len < 0 || len >= STILE_INDEX_PATH_MAX)
        return stile_fail(err, STILE_INVALID, "index: the folder's path is too long");
    (void)out;
    return STILE_OK;
}

stile_status stile_index_path(const stile_index *index, uint64_t file, const char *kind,
                              char out[STILE_INDEX_PATH_MAX], stile_error *err)
{
    return join_path(
        out, snprintf(out, STILE_INDEX_PATH_MAX, "%s/%016" PRIx64 ".%s", index->folder, file, kind),
        err);
}

stile_status stile_index_manifest_path(const stile_index *index, char out[STILE_INDEX_PATH_MAX],
                                       stile_error *err)
{
    return join_path(out, snprintf(out, STILE_INDEX_PATH_MAX, "%s/manifest", index->folder), err);
}

static stile_status check_options(const stile_index_options *o, stile_error *err)
{
    if (!o->folder || !*o->folder)
        return stile_fail(err, STILE_INVALID, "index: no folder");
    if (o->dim > STILE_MAX_DIM)
        return stile_fail(err, STILE_INVALID, "index: %zu dimensions, and at most %d are", o->dim,
                          STILE_MAX_DIM);
    if (!(o->k1 >= 0 && o->k1 <= 1000 && o->b >= 0 && o->b <= 1 && o->title_weight >= 0 &&
          o->title_weight <= 1000))
        return stile_fail(err, STILE_INVALID, "index: k1, b or title_weight out of range");
    return STILE_OK;
}

static stile_index_settings settings_of(const stile_index_options *o)
{
    stile_index_settings s = {.kind = {(uint32_t)o->dim, o->embedder}};
    bool unset = o->k1 == 0 && o->b == 0;

    s.k1 = unset ? DEFAULT_K1 : o->k1;
    s.b = unset ? DEFAULT_B : o->b;
    s.title_weight = o->title_weight > 0 ? o->title_weight : DEFAULT_TITLE_WEIGHT;
    s.ann_rows = o->ann_rows ? o->ann_rows : DEFAULT_ANN_ROWS;
    s.merge_rows = o->merge_rows;
    s.sieve_rows = o->sieve_rows ? o->sieve_rows : DEFAULT_SIEVE_ROWS;
    s.sieve_keep = o->sieve_keep ? o->sieve_keep : DEFAULT_SIEVE_KEEP;
    return s;
}

static stile_status prepare(stile_index *index, const stile_index_options *o, stile_error *err)
{
    stile_status st = stile_dir_create(o->folder, err);

    if (st)
        return st;
    if (!(index->folder = stile_strdup(o->folder)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    index->settings = settings_of(o);
    index->next_file = 1;
    if (o->dim == 0 || o->centroid_count == 0)
        return STILE_OK;
    index->cells_sum = stile_hash64(
        stile_slice_of(o->centroids, o->centroid_count * o->dim * sizeof *o->centroids));
    return stile_quantizer_create(o->centroids, o->centroid_count, o->dim, &index->cells, err);
}

/* Load what is saved; begin empty when there is nothing, or nothing to be trusted. */
static stile_status load_or_begin(stile_index *index, stile_error *err)
{
    stile_error why = {0};
    uint64_t next_file = 1;
    stile_status st = stile_index_load(index, &index->view, &next_file, &why);

    if (st == STILE_NO_MEMORY)
        return stile_fail(err, st, "%s", why.text);
    if (st && st != STILE_NOT_FOUND)
        stile_log(STILE_LOG_WARN, "index.open", "starting empty, to be rebuilt: %s", why.text);
    if (st)
        return stile_index_view_copy(NULL, &index->settings, &index->view, err);
    index->next_file = next_file;
    return STILE_OK;
}

stile_status stile_index_open(const stile_index_options *options, stile_index **out, uint64_t *seq,
                              stile_error *err)
{
    stile_index *index;
    stile_status st = check_options(options, err);

    if (st)
        return st;
    if (!(index = stile_alloc(sizeof *index)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    if (pthread_mutex_init(&index->lock, NULL) != 0) {
        stile_free(index);
        return stile_fail(err, STILE_NO_MEMORY, "index: cannot make a lock");
    }
    if ((st = prepare(index, options, err)) || (st = load_or_begin(index, err))) {
        stile_index_destroy(index);
        return st;
    }
    *out = index;
    *seq = index->view->seq;
    return STILE_OK;
}

void stile_index_destroy(stile_index *index)
{
    if (!index)
        return;
    stile_index_view_unref(index->view);
    stile_quantizer_destroy(index->cells);
    (void)pthread_mutex_destroy(&index->lock);
    stile_free(index->folder);
    stile_free(index);
}

/* The least generation above `after` (NULL: the least of all) among those in use; NULL at the
 * end. By digest, since the order of label ids would tell of labels that are not permitted. */
static const stile_sha256 *next_generation(const stile_index_view *view, const stile_permit *permit,
                                           const uint32_t *collections, size_t collection_count,
                                           const stile_sha256 *after)
{
    const stile_sha256 *least = NULL;

    for (size_t i = 0; i < view->ann_count; i++) {
        const stile_ann *ann = view->anns[i];
        bool wanted = false;
        for (size_t c = 0; c < collection_count; c++)
            wanted = wanted || collections[c] == ann->collection;
        if (!wanted || !stile_permit_has(permit, ann->label) ||
            (after && memcmp(ann->generation.bytes, after->bytes, STILE_SHA256_LEN) <= 0) ||
            (least && memcmp(ann->generation.bytes, least->bytes, STILE_SHA256_LEN) >= 0))
            continue;
        least = &ann->generation;
    }
    return least;
}

void stile_index_generation(const stile_index_view *view, const stile_permit *permit,
                            const uint32_t *collections, size_t collection_count, stile_sha256 *out)
{
    const stile_sha256 *at = NULL;
    stile_sha256 sum = {{0}};

    while ((at = next_generation(view, permit, collections, collection_count, at))) {
        const stile_slice parts[] = {stile_slice_of(sum.bytes, sizeof sum.bytes),
                                     stile_slice_of(at->bytes, sizeof at->bytes)};
        if (stile_sha256_parts(parts, 2, &sum, NULL)) {
            memset(sum.bytes, 0xff, sizeof sum.bytes); /* equal to no generation */
            break;
        }
    }
    *out = sum;
}
