/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a data directory. Parts open in order of dependence, and close in the
 * opposite order; a half-open plane closes as well as a whole one. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "judge/endpoint.h"
#include "plane/internal.h"

#define PERMIT_CACHE 256

uint64_t stile_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static stile_status path_in(const char *folder, const char *name, char out[PATH_MAX],
                            stile_error *err)
{
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return stile_fail(err, STILE_INVALID, "%s: path too long", folder);
    return STILE_OK;
}

/* META values are little-endian integers, or raw digests. */
static stile_status put_meta_u64(stile_batch *batch, stile_store *store, const char *name,
                                 uint64_t value, stile_error *err)
{
    stile_buf bytes;
    stile_status st;

    stile_buf_init(&bytes, 64);
    stile_buf_add_u64(&bytes, value);
    if (!(st = stile_buf_ok(&bytes, err)))
        stile_batch_put(batch, store, STILE_TABLE_META, stile_str(name), stile_buf_slice(&bytes));
    stile_buf_release(&bytes);
    return st;
}

static stile_status get_meta_u64(stile_plane *plane, const char *name, uint64_t *out,
                                 stile_error *err)
{
    stile_slice value;
    stile_reader r;
    stile_status st = stile_store_get(plane->store, NULL, STILE_TABLE_META, stile_str(name),
                                      &plane->arena, &value, err);

    if (st)
        return st;
    r = stile_reader_of(value);
    if (!stile_reader_u64(&r, out) || !stile_reader_done(&r))
        return stile_fail(err, STILE_CORRUPT, "store: damaged meta record %s", name);
    return STILE_OK;
}

stile_status stile_plane_init(const char *folder, stile_error *err)
{
    stile_status st;
    char path[PATH_MAX];
    stile_store *store = NULL;
    stile_batch *batch = NULL;
    stile_audit *audit = NULL;

    if ((st = path_in(folder, "store", path, err)))
        return st;
    if (stile_path_exists(path))
        return stile_fail(err, STILE_CONFLICT, "%s: is already a data directory", folder);
    if ((st = stile_dir_create(folder, err)) || (st = stile_store_open(path, true, &store, err)) ||
        (st = stile_batch_create(&batch, err)) ||
        (st = put_meta_u64(batch, store, STILE_META_SCHEMA, STILE_SCHEMA_VERSION, err)) ||
        (st = put_meta_u64(batch, store, STILE_META_SEQ, 0, err)) ||
        (st = put_meta_u64(batch, store, STILE_META_COLLECTIONS, 0, err)) ||
        (st = stile_store_write(store, batch, true, err)) ||
        (st = path_in(folder, "audit", path, err)) || (st = stile_audit_open(path, &audit, err)) ||
        (st = path_in(folder, "stile.yaml", path, err)))
        goto out;
    if (!stile_path_exists(path))
        st = stile_file_replace(path, stile_str(stile_config_template()), 0600, err);
    if (!st)
        st = stile_dir_sync(folder, err);
out:
    stile_audit_close(audit);
    stile_batch_destroy(batch);
    stile_store_close(store);
    return st;
}

static stile_status check_schema(stile_plane *plane, stile_error *err)
{
    uint64_t schema = 0;
    stile_status st = get_meta_u64(plane, STILE_META_SCHEMA, &schema, err);

    if (st == STILE_NOT_FOUND)
        return stile_fail(err, STILE_CORRUPT,
                          "%s: a store without a schema record; was `stile init` cut short? remove "
                          "the directory and run it again",
                          plane->folder);
    if (st)
        return st;
    if (schema > STILE_SCHEMA_VERSION)
        return stile_fail(err, STILE_UNSUPPORTED,
                          "%s: schema %llu is newer than the %d that this stile reads; upgrade "
                          "stile",
                          plane->folder, (unsigned long long)schema, STILE_SCHEMA_VERSION);
    return STILE_OK;
}

static stile_status load_labels(stile_plane *plane, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st =
        stile_cursor_open(plane->store, NULL, STILE_TABLE_LABELS, none, none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_label *label = NULL;
        uint32_t want, id;
        bool added = false;
        if ((st = stile_label_parse(plane->levels, value, &label, err))) {
            (void)stile_fail_in(err, st, "%s: a stored label does not fit the configured levels",
                                plane->folder);
            break;
        }
        st = stile_labels_add(plane->labels, label, &id, &added, err);
        stile_label_destroy(label);
        if (!st && (!stile_dbkey_read_u32(key, &want) || !added || want != id))
            st = stile_fail(err, STILE_CORRUPT, "store: label ids are not in order");
    }
    stile_cursor_close(cursor);
    plane->labels_stored = stile_labels_count(plane->labels);
    return st;
}

static stile_status open_reranker(stile_plane *plane, stile_error *err)
{
    const stile_config *c = &plane->config;
    const stile_reranker_options options = {
        .kind = c->reranker.kind,
        .url = c->reranker.url,
        .model = c->reranker.model,
        .key_file = c->reranker.key_file,
        .candidates = c->reranker.candidates,
        .timeout_ms = c->reranker.timeout_ms,
    };

    if (!c->reranker.kind || strcmp(c->reranker.kind, "none") == 0)
        return STILE_OK;
    return stile_reranker_create(&options, &plane->reranker, err);
}

static stile_status open_judge(stile_plane *plane, stile_error *err)
{
    const stile_config *c = &plane->config;
    const stile_judge_options options = {
        .kind = c->judge.kind,
        .url = c->judge.url,
        .model = c->judge.model,
        .label = c->judge.label,
        .key_file = c->judge.key_file,
        .threshold = c->judge.threshold,
        .batch = c->judge.batch,
        .timeout_ms = c->judge.timeout_ms,
    };

    if (!c->judge.kind || strcmp(c->judge.kind, "none") == 0)
        return STILE_OK;
    return stile_judge_endpoint_create(&options, &plane->judge, err);
}

static stile_status open_embedder(stile_plane *plane, stile_error *err)
{
    const stile_config *c = &plane->config;
    stile_embedder_options options = {
        .kind = c->embedder.kind,
        .model_path = c->embedder.model_path,
        .url = c->embedder.url,
        .model = c->embedder.model,
        .key_file = c->embedder.key_file,
        .dimensions = c->embedder.dimensions,
        .batch = c->embedder.batch,
        .timeout_ms = c->embedder.timeout_ms,
    };
    stile_slice stored;
    stile_status st = stile_embedder_create(&options, &plane->embedder, err);

    if (st)
        return st;
    st = stile_store_get(plane->store, NULL, STILE_TABLE_META, stile_str(STILE_META_EMBEDDER),
                         &plane->arena, &stored, err);
    if (st == STILE_NOT_FOUND) /* nothing was ever embedded */
        return STILE_OK;
    if (!st && !stile_slice_eq(stored, stile_slice_of(stile_embedder_hash(plane->embedder)->bytes,
                                                      STILE_SHA256_LEN)))
        st = stile_fail(err, STILE_CONFLICT,
                        "%s: its vectors are of another embedder than the configured one (%s); "
                        "configure the old one, or ingest into a new data directory",
                        plane->folder, stile_embedder_name(plane->embedder));
    return st;
}

static stile_status open_index(stile_plane *plane, stile_error *err)
{
    char path[PATH_MAX];
    stile_index_options options = {
        .folder = path,
        .dim = stile_embedder_dim(plane->embedder),
        .embedder = *stile_embedder_hash(plane->embedder),
        .k1 = plane->config.index.k1,
        .b = plane->config.index.b,
        .title_weight = plane->config.index.title_weight,
        .ann_rows = plane->config.index.ann_rows,
        .merge_rows = STILE_COMMIT_MERGE_ROWS,
    };
    uint64_t covered = 0;
    stile_status st = path_in(plane->folder, "index", path, err);

    options.centroids = stile_embedder_centroids(plane->embedder, &options.centroid_count);
    if (st || (st = stile_index_open(&options, &plane->index, &covered, err)))
        return st;
    if (covered > plane->seq) { /* the store was put back to an older state: start over */
        stile_log(STILE_LOG_WARN, "index.ahead", "the index is newer than the store; rebuilding");
        stile_index_destroy(plane->index);
        plane->index = NULL;
        (void)snprintf(path, sizeof path, "%s/index/manifest", plane->folder);
        (void)remove(path);
        if ((st = path_in(plane->folder, "index", path, err)) ||
            (st = stile_index_open(&options, &plane->index, &covered, err)))
            return st;
    }
    return stile_plane_replay(plane, covered, err);
}

static stile_status open_parts(stile_plane *plane, stile_error *err)
{
    stile_status st;
    char path[PATH_MAX];
    uint64_t collections = 0;

    if ((st = path_in(plane->folder, "stile.yaml", path, err)) ||
        (st = stile_config_load(path, &plane->arena, &plane->config, err)) ||
        (st = stile_levels_create(plane->config.levels, plane->config.level_count, &plane->levels,
                                  err)) ||
        (st = stile_labels_create(plane->levels, PERMIT_CACHE, &plane->labels, err)) ||
        (st = path_in(plane->folder, "store", path, err)) ||
        (st = stile_store_open(path, false, &plane->store, err)) ||
        (st = check_schema(plane, err)) ||
        (st = get_meta_u64(plane, STILE_META_SEQ, &plane->seq, err)) ||
        (st = get_meta_u64(plane, STILE_META_COLLECTIONS, &collections, err)) ||
        (st = load_labels(plane, err)))
        return st;
    plane->next_collection = (uint32_t)collections;
    if ((st = open_judge(plane, err)) || (st = stile_plane_open_packs(plane, err)) ||
        (st = path_in(plane->folder, "audit", path, err)) ||
        (st = stile_audit_open(path, &plane->audit, err)) || (st = open_embedder(plane, err)) ||
        (st = open_reranker(plane, err)) || (st = open_index(plane, err)) ||
        (st = stile_plane_publish(plane, err)))
        return st;
    return stile_merger_start(plane, err);
}

stile_status stile_plane_open(const char *folder, stile_plane **out, stile_error *err)
{
    stile_status st;
    stile_plane *plane = stile_alloc(sizeof *plane);

    if (!plane)
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    stile_arena_init(&plane->arena, 0);
    (void)pthread_mutex_init(&plane->commit_lock, NULL);
    (void)pthread_mutex_init(&plane->view_lock, NULL);
    stile_plane_gate_init(plane);
    if (!stile_path_is_dir(folder))
        st = stile_fail(err, STILE_NOT_FOUND,
                        "%s: no such data directory; make one with: stile init --data %s", folder,
                        folder);
    else if (!(plane->folder = stile_strdup(folder)))
        st = stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    else
        st = open_parts(plane, err);
    if (st) {
        stile_plane_close(plane);
        return st;
    }
    *out = plane;
    return STILE_OK;
}

stile_status stile_plane_save(stile_plane *plane, stile_error *err)
{
    stile_status st;

    (void)pthread_mutex_lock(&plane->commit_lock);
    st = stile_index_save(plane->index, err);
    if (!st) /* a save may have built a FAISS index, which makes a new generation */
        st = stile_plane_publish(plane, err);
    (void)pthread_mutex_unlock(&plane->commit_lock);
    return st;
}

void stile_plane_close(stile_plane *plane)
{
    stile_error err;

    if (!plane)
        return;
    stile_merger_stop(plane);
    /* What is not saved is replayed at the next opening: slower, never wrong. */
    if (plane->view && stile_index_save(plane->index, &err))
        stile_log(STILE_LOG_WARN, "index.save", "%s", err.text);
    stile_view_unref(plane->view);
    while (plane->workers) {
        stile_worker *worker = plane->workers;
        plane->workers = worker->next;
        stile_scanner_destroy(worker->scanner);
        stile_policy_unref(worker->policy);
        stile_analyzer_destroy(worker->analyzer);
        stile_free(worker);
    }
    stile_index_destroy(plane->index);
    stile_audit_close(plane->audit);
    stile_policy_unref(plane->trial.before);
    stile_policy_unref(plane->shadow.policy);
    stile_policy_unref(plane->policy);
    stile_judge_destroy(plane->judge);
    stile_reranker_destroy(plane->reranker);
    stile_embedder_destroy(plane->embedder);
    stile_store_close(plane->store);
    stile_labels_destroy(plane->labels);
    stile_levels_destroy(plane->levels);
    stile_arena_release(&plane->arena);
    (void)pthread_mutex_destroy(&plane->commit_lock);
    (void)pthread_mutex_destroy(&plane->view_lock);
    stile_plane_gate_release(plane);
    stile_free(plane->folder);
    stile_free(plane);
}

const char *stile_plane_folder(const stile_plane *plane)
{
    return plane->folder;
}

const stile_config *stile_plane_config(const stile_plane *plane)
{
    return &plane->config;
}

stile_store *stile_plane_store(const stile_plane *plane)
{
    return plane->store;
}

const stile_levels *stile_plane_levels(const stile_plane *plane)
{
    return plane->levels;
}

stile_labels *stile_plane_labels(const stile_plane *plane)
{
    return plane->labels;
}

stile_judge *stile_plane_judge(const stile_plane *plane)
{
    return plane->judge;
}

stile_reranker *stile_plane_reranker(const stile_plane *plane)
{
    return plane->reranker;
}

stile_embedder *stile_plane_embedder(const stile_plane *plane)
{
    return plane->embedder;
}

stile_audit *stile_plane_audit(const stile_plane *plane)
{
    return plane->audit;
}
