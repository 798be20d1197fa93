/* SPDX-License-Identifier: Apache-2.0 */
#include "query/rescan.h"

#include "base/log.h"
#include "base/memory.h"
#include "plane/record.h"
#include "query/released.h"

#define STEP_DOCUMENTS 64 /* between two stored steps */
#define LAP_DOCUMENTS                                                                              \
    4096 /* between two views: a snapshot that is held long keeps old data alive */
#define MAX_STEP_LABELS STEP_DOCUMENTS
#define RECORD_CAP 1024

/* What a step found under one label. */
typedef struct label_tally {
    uint32_t label;
    stile_job_tally tally;
} label_tally;

typedef struct rescan {
    stile_plane *plane;
    atomic_bool *stop;
    stile_rescan_each each;
    void *ctx;
    stile_view *view;
    stile_policy *policy;
    stile_worker *worker;
    stile_job job;
    label_tally found[MAX_STEP_LABELS]; /* of the step under way */
    size_t found_count, documents;
    size_t lap; /* documents since the view was taken */
} rescan;

/* --- jobs in the store -------------------------------------------------------------------- */

stile_status stile_rescan_last(stile_plane *plane, stile_job *out, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_slice key, value, prefix = stile_str("j"), none = {0};
    bool more = true, any = false;
    stile_status st = stile_cursor_open(stile_plane_store(plane), NULL, STILE_TABLE_JOBS, prefix,
                                        none, &cursor, err);

    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more)
        if (!(st = stile_job_decode(key, value, out, err)))
            any = true;
    stile_cursor_close(cursor);
    return st || any ? st : stile_fail(err, STILE_NOT_FOUND, "nothing was rescanned yet");
}

stile_status stile_rescan_tallies(stile_plane *plane, const stile_job *job,
                                  const stile_clearance *clearance, stile_rescan_tally_each each,
                                  void *ctx, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_dbkey prefix = stile_dbkey_job_tallies(job->id);
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st;

    if (!clearance)
        return STILE_OK; /* reads nothing */
    st = stile_cursor_open(stile_plane_store(plane), NULL, STILE_TABLE_JOBS,
                           stile_dbkey_slice(&prefix), none, &cursor, err);
    while (!st && !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        const stile_label *label;
        stile_job_tally tally;
        uint32_t id;
        if ((st = stile_job_tally_decode(key, value, &id, &tally, err)))
            break;
        label = stile_labels_get(stile_plane_labels(plane), id);
        if (stile_clearance_dominates(clearance, label))
            st = each(ctx, label, &tally, err);
    }
    stile_cursor_close(cursor);
    return st;
}

static void put(rescan *r, stile_batch *batch, const stile_dbkey *key, stile_buf *record)
{
    if (!stile_buf_ok(record, NULL))
        stile_batch_put(batch, stile_plane_store(r->plane), STILE_TABLE_JOBS,
                        stile_dbkey_slice(key), stile_buf_slice(record));
    stile_buf_reset(record);
}

static stile_status add_tally(rescan *r, stile_batch *batch, const label_tally *f,
                              stile_buf *record, stile_error *err)
{
    stile_dbkey key = stile_dbkey_job_tally(r->job.id, f->label);
    stile_job_tally sum = f->tally, before;
    stile_arena arena;
    stile_slice stored;
    uint32_t label;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_store_get(stile_plane_store(r->plane), NULL, STILE_TABLE_JOBS,
                         stile_dbkey_slice(&key), &arena, &stored, err);
    if (!st &&
        !(st = stile_job_tally_decode(stile_dbkey_slice(&key), stored, &label, &before, err))) {
        sum.documents += before.documents;
        sum.chunks += before.chunks;
        sum.flagged += before.flagged;
        sum.withheld += before.withheld;
    }
    stile_arena_release(&arena);
    if (st && st != STILE_NOT_FOUND)
        return st;
    stile_job_tally_encode(&sum, record);
    put(r, batch, &key, record);
    return STILE_OK;
}

/* The step and how far it came, in one batch: after a crash both are there or neither. Unsynced:
 * what is lost is done again. */
static stile_status store_step(rescan *r, stile_error *err)
{
    stile_dbkey key = stile_dbkey_job(r->job.id);
    stile_batch *batch = NULL;
    stile_buf record;
    stile_status st = stile_batch_create(&batch, err);

    stile_buf_init(&record, RECORD_CAP);
    for (size_t i = 0; !st && i < r->found_count; i++)
        st = add_tally(r, batch, &r->found[i], &record, err);
    if (!st) {
        r->job.changed_ms = stile_now_ms();
        stile_job_encode(&r->job, &record);
        put(r, batch, &key, &record);
        st = stile_store_write(stile_plane_store(r->plane), batch, false, err);
    }
    stile_buf_release(&record);
    stile_batch_destroy(batch);
    r->found_count = r->documents = 0;
    if (!st && r->each)
        r->each(r->ctx, &r->job);
    return st;
}

/* --- the walk ----------------------------------------------------------------------------- */

static stile_job_tally *tally_of(rescan *r, uint32_t label)
{
    for (size_t i = 0; i < r->found_count; i++)
        if (r->found[i].label == label)
            return &r->found[i].tally;
    r->found[r->found_count] = (label_tally){.label = label};
    return &r->found[r->found_count++].tally; /* a step has as many documents as room */
}

/* A document that was cut short by `stop` counts for nothing, and is done again. A chunk that cannot
 * be scanned is refused to whoever asks for it; it does not hold up the rest. */
static stile_status rescan_document(rescan *r, const stile_docref *doc, stile_slice record,
                                    stile_error *err)
{
    stile_document document;
    stile_job_tally found = {.documents = 1}, *tally;
    stile_status st = stile_document_decode(record, &document, err);

    for (uint32_t i = 0; !st && i < document.chunks && !atomic_load(r->stop); i++) {
        stile_verdict verdict = {0};
        stile_arena arena;
        stile_arena_init(&arena, 0);
        st = stile_rescan_stored(r->plane, r->view, r->worker, doc, &document, i, &arena, &verdict,
                                 err);
        if (st == STILE_CORRUPT) {
            stile_log(STILE_LOG_ERROR, "rules.rescan", "a chunk is passed over: %s",
                      err ? err->text : "damaged");
            st = STILE_OK;
        } else if (!st) {
            found.chunks++;
            found.flagged += verdict.flagged;
            found.withheld += verdict.disposition == STILE_DISPOSITION_WITHHELD;
        }
        stile_arena_release(&arena);
    }
    if (st || atomic_load(r->stop))
        return st;
    tally = tally_of(r, document.label);
    tally->documents += found.documents;
    tally->chunks += found.chunks;
    tally->flagged += found.flagged;
    tally->withheld += found.withheld;
    return STILE_OK;
}

static bool policy_changed(const rescan *r)
{
    stile_policy *now = stile_plane_policy(r->plane);
    bool changed = now != r->policy;

    stile_policy_unref(now);
    return changed;
}

static void slow_down(const rescan *r)
{
    uint32_t rate = stile_plane_config(r->plane)->scan.rescan_rate;

    if (rate && r->each == NULL) /* someone waits for a run that is watched */
        (void)nanosleep(&(struct timespec){.tv_nsec = 999999999L / (long)rate}, NULL);
}

static stile_status walk(rescan *r, stile_error *err)
{
    stile_cursor *cursor = NULL;
    stile_dbkey from = stile_dbkey_document(&r->job.last);
    stile_slice key, value, none = {0};
    bool more = true;
    stile_status st = stile_cursor_open(
        stile_plane_store(r->plane), stile_view_snapshot(r->view), STILE_TABLE_DOCUMENTS, none,
        r->job.begun ? stile_dbkey_slice(&from) : none, &cursor, err);

    while (!st && !atomic_load(r->stop) && r->lap < LAP_DOCUMENTS && !policy_changed(r) &&
           !(st = stile_cursor_next(cursor, &more, &key, &value, err)) && more) {
        stile_docref doc;
        if (key.len != sizeof doc.bytes) {
            st = stile_fail(err, STILE_CORRUPT, "store: a document key of %zu bytes", key.len);
            break;
        }
        memcpy(doc.bytes, key.ptr, sizeof doc.bytes);
        if (r->job.begun && stile_docref_cmp(&doc, &r->job.last) == 0)
            continue;
        if ((st = rescan_document(r, &doc, value, err)) || atomic_load(r->stop))
            break;
        r->lap++;
        r->job.begun = true;
        r->job.last = doc;
        if (++r->documents == STEP_DOCUMENTS)
            st = store_step(r, err);
        slow_down(r);
    }
    stile_cursor_close(cursor);
    if (!st && !more)
        r->job.state = STILE_JOB_DONE;
    return st;
}

/* --- one job ------------------------------------------------------------------------------ */

static stile_status record(rescan *r, const char *event, stile_error *err)
{
    char scan[STILE_SHA256_HEX];
    json_t *body = stile_record_begin(NULL);
    stile_receipt receipt;

    stile_hex(r->job.scan_version.bytes, STILE_SHA256_LEN, scan);
    if (body) {
        (void)json_object_set_new(body, "job", json_integer((json_int_t)r->job.id));
        (void)json_object_set_new(body, "scan", json_string(scan));
    }
    return stile_record_append(r->plane, event, body, &receipt, err);
}

static stile_status begin_job(rescan *r, stile_error *err)
{
    stile_status st;

    r->job = (stile_job){.id = r->job.id + 1,
                         .scan_version = *stile_policy_hash(r->policy),
                         .started_ms = stile_now_ms()};
    st = record(r, "rescan.begin", err);
    return st ? st : store_step(r, err);
}

/* Go on with the last job, or begin another. */
static stile_status choose_job(rescan *r, bool *done, stile_error *err)
{
    const stile_sha256 *version = stile_policy_hash(r->policy);
    stile_status st = stile_rescan_last(r->plane, &r->job, err);
    bool same;

    *done = false;
    if (st == STILE_NOT_FOUND)
        return begin_job(r, err);
    if (st)
        return st;
    same = memcmp(r->job.scan_version.bytes, version->bytes, sizeof version->bytes) == 0;
    if (same && r->job.state != STILE_JOB_SUPERSEDED) {
        *done = r->job.state == STILE_JOB_DONE;
        return STILE_OK;
    }
    if (r->job.state == STILE_JOB_RUNNING) {
        r->job.state = STILE_JOB_SUPERSEDED;
        if ((st = store_step(r, err)))
            return st;
    }
    return begin_job(r, err);
}

/* One lap: as far as one view goes. */
static stile_status run_lap(rescan *r, bool *again, stile_error *err)
{
    bool done = false;
    stile_status st;

    *again = false;
    r->lap = 0;
    r->policy = stile_plane_policy(r->plane);
    r->view = stile_plane_view(r->plane);
    if (!(st = choose_job(r, &done, err)) && !done &&
        !(st = stile_worker_acquire(r->plane, r->policy, &r->worker, err)) &&
        !(st = walk(r, err)) && !(st = store_step(r, err))) {
        *again = r->job.state == STILE_JOB_RUNNING && !atomic_load(r->stop);
        if (r->job.state == STILE_JOB_DONE)
            st = record(r, "rescan.end", err);
    }
    stile_worker_release(r->plane, r->worker);
    stile_view_unref(r->view);
    stile_policy_unref(r->policy);
    r->worker = NULL;
    return st;
}

stile_status stile_rescan_run(stile_plane *plane, atomic_bool *stop, stile_rescan_each each,
                              void *ctx, stile_job *out, stile_error *err)
{
    rescan *r = stile_alloc(sizeof *r);
    bool again = true;
    stile_status st = STILE_OK;

    if (!r)
        return stile_fail(err, STILE_NO_MEMORY, "rescan: out of memory");
    *r = (rescan){.plane = plane, .stop = stop, .each = each, .ctx = ctx};
    while (!st && again)
        st = run_lap(r, &again, err);
    if (!st)
        *out = r->job;
    stile_free(r);
    return st;
}

double stile_rescan_position(const stile_job *job)
{
    uint32_t first = 0;

    if (job->state == STILE_JOB_DONE)
        return 1;
    for (size_t i = 0; job->begun && i < sizeof first; i++)
        first = first << 8 | job->last.bytes[i];
    return (double)first / ((double)UINT32_MAX + 1);
}
