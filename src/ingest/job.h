/* SPDX-License-Identifier: Apache-2.0 */
/* One document on its way through the ingest flow: what each stage leaves for the next. */
#ifndef STILE_INGEST_JOB_H
#define STILE_INGEST_JOB_H

#include "ingest/chunk.h"
#include "ingest/ingest.h"

typedef struct stile_ingest_job {
    stile_plane *plane;
    const stile_caller *caller;
    const stile_collection *collection;
    const stile_ingest_item *item;
    stile_policy *policy;
    stile_ingest_result *result;
    stile_arena arena;

    stile_label *label;  /* label */
    stile_parsed parsed; /* parse */
    stile_chunk *chunks; /* chunk */
    stile_chunk_record *records;
    size_t chunk_count;
    stile_cached_verdict *verdicts; /* scan */
    stile_write write;              /* what is committed */
    bool unchanged;                 /* same content and label as stored: nothing to do */
} stile_ingest_job;

/* The stages before the store, in order; the last leaves job->write whole. A stage may end the
 * flow early by setting `unchanged` (or a relabel write). */
stile_status stile_ingest_prepare(stile_ingest_job *job, stile_error *err) STILE_MUST_CHECK;
void stile_ingest_job_release(stile_ingest_job *job);

#endif
