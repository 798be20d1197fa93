/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of documents: prepared by a few threads, committed in order by one. */
#include "ingest/ingest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "ingest/job.h"
#include "plane/record.h"

#define MAX_THREADS 8

static const char *const outcome_names[] = {"failed", "created", "replaced", "relabelled",
                                            "unchanged"};

const char *stile_ingest_outcome_name(stile_ingest_outcome outcome)
{
    return (unsigned)outcome < 5 ? outcome_names[outcome] : "failed";
}

typedef struct group {
    stile_ingest_job *jobs;
    size_t count;
    atomic_size_t next;
} group;

static void *prepare_jobs(void *ctx)
{
    group *g = ctx;
    size_t i;

    while ((i = atomic_fetch_add(&g->next, 1)) < g->count) {
        stile_ingest_job *job = &g->jobs[i];
        job->result->error.status = stile_ingest_prepare(job, &job->result->error);
    }
    return NULL;
}

static void prepare_group(group *g)
{
    pthread_t threads[MAX_THREADS];
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t want = cpus > 1 ? (size_t)cpus : 1, started = 0;

    if (want > MAX_THREADS)
        want = MAX_THREADS;
    if (want > g->count)
        want = g->count;
    while (started + 1 < want && pthread_create(&threads[started], NULL, prepare_jobs, g) == 0)
        started++;
    (void)prepare_jobs(g);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
}

static bool same_document(const stile_write *writes, size_t count, const stile_docref *doc)
{
    for (size_t i = 0; i < count; i++)
        if (stile_docref_cmp(&writes[i].doc, doc) == 0)
            return true;
    return false;
}

static stile_ingest_outcome outcome_of(const stile_write *write)
{
    if (write->kind == STILE_WRITE_RELABEL)
        return STILE_INGEST_RELABELLED;
    return write->existed ? STILE_INGEST_REPLACED : STILE_INGEST_CREATED;
}

/* Commit what is gathered; `jobs[i]` gave `writes[i]`. */
static stile_status commit_some(stile_plane *plane, stile_write *writes, stile_ingest_job **jobs,
                                size_t *count, stile_error *err)
{
    stile_status st = stile_plane_commit(plane, writes, *count, err);

    for (size_t i = 0; !st && i < *count; i++)
        jobs[i]->result->outcome = outcome_of(&writes[i]);
    *count = 0;
    return st;
}

/* In order; an id that comes twice ends one commit and begins the next. */
static stile_status commit_group(stile_plane *plane, group *g, stile_error *err)
{
    stile_write writes[STILE_INGEST_GROUP];
    stile_ingest_job *jobs[STILE_INGEST_GROUP];
    size_t count = 0;

    for (size_t i = 0; i < g->count; i++) {
        stile_ingest_job *job = &g->jobs[i];
        stile_status st;
        if (job->result->error.status)
            continue;
        if (job->unchanged) {
            job->result->outcome = STILE_INGEST_UNCHANGED;
            continue;
        }
        if (same_document(writes, count, &job->write.doc) &&
            (st = commit_some(plane, writes, jobs, &count, err)))
            return st;
        writes[count] = job->write;
        jobs[count++] = job;
    }
    return commit_some(plane, writes, jobs, &count, err);
}

static json_t *describe(const stile_ingest_job *job)
{
    char ref[2 * sizeof job->write.doc.bytes + 1];
    char sha[STILE_SHA256_HEX];
    const stile_ingest_result *r = job->result;

    stile_hex(job->write.doc.bytes, sizeof job->write.doc.bytes, ref);
    stile_hex(job->write.document.original_sha256.bytes, STILE_SHA256_LEN, sha);
    if (r->outcome == STILE_INGEST_FAILED)
        return json_pack("{s:s,s:s}", "outcome", "failed", "status",
                         stile_status_name(r->error.status));
    return json_pack("{s:s,s:s,s:s,s:s,s:i,s:i,s:i}", "document", ref, "outcome",
                     stile_ingest_outcome_name(r->outcome), "label",
                     stile_label_text(job->label).ptr, "sha256",
                     r->outcome == STILE_INGEST_UNCHANGED ? "" : sha, "chunks", (int)r->chunks,
                     "flagged", (int)r->flagged, "withheld", (int)r->withheld);
}

static stile_status record_group(stile_plane *plane, const stile_caller *caller,
                                 const stile_collection *collection, const group *g,
                                 stile_error *err)
{
    json_t *body = stile_record_begin(caller), *list = json_array();
    stile_receipt receipt;

    for (size_t i = 0; list && i < g->count; i++)
        (void)json_array_append_new(list, describe(&g->jobs[i]));
    if (body) {
        (void)json_object_set_new(body, "collection", stile_json_string(collection->name));
        (void)json_object_set_new(body, "documents", list);
    } else {
        json_decref(list);
    }
    return stile_record_append(plane, "ingest", body, &receipt, err);
}

stile_status stile_ingest(stile_plane *plane, const stile_caller *caller,
                          const stile_collection *collection, const stile_ingest_item *items,
                          size_t count, stile_ingest_result *results, stile_error *err)
{
    group g = {.count = count};
    stile_policy *policy;
    stile_status st;

    if (count > STILE_INGEST_GROUP)
        return stile_fail(err, STILE_TOO_LARGE, "ingest: more than %d items", STILE_INGEST_GROUP);
    if ((st = stile_caller_need(caller, STILE_SCOPE_INGEST, err)) ||
        (st = stile_caller_may_write(caller, plane, collection, NULL, err)))
        return st;
    if (!(g.jobs = stile_alloc_array(count, sizeof *g.jobs)))
        return stile_fail(err, STILE_NO_MEMORY, "ingest: out of memory");
    policy = stile_plane_policy(plane);
    atomic_init(&g.next, 0);
    for (size_t i = 0; i < count; i++) {
        results[i] = (stile_ingest_result){0};
        g.jobs[i] = (stile_ingest_job){.plane = plane,
                                       .caller = caller,
                                       .collection = collection,
                                       .item = &items[i],
                                       .policy = policy,
                                       .result = &results[i]};
        stile_arena_init(&g.jobs[i].arena, 0);
    }
    prepare_group(&g);
    st = commit_group(plane, &g, err);
    if (!st)
        st = record_group(plane, caller, collection, &g, err);
    for (size_t i = 0; i < count; i++)
        stile_ingest_job_release(&g.jobs[i]);
    stile_policy_unref(policy);
    stile_free(g.jobs);
    return st;
}
