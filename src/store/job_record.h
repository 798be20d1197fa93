/* SPDX-License-Identifier: Apache-2.0 */
/* Background work in the store, so that it goes on after a restart: the rescan of all chunks after a
 * change of the policy. */
#ifndef STILE_STORE_JOB_RECORD_H
#define STILE_STORE_JOB_RECORD_H

#include "store/records.h"

typedef enum {
    STILE_JOB_RUNNING,
    STILE_JOB_DONE,
    STILE_JOB_SUPERSEDED /* the policy changed before its end; another job took over */
} stile_job_state;
const char *stile_job_state_name(stile_job_state state);

/* One rescan. It walks the documents by docref. */
typedef struct stile_job {
    uint64_t id; /* from 1 */
    stile_job_state state;
    stile_sha256 scan_version;
    bool begun;        /* `last` says something */
    stile_docref last; /* done up to here */
    uint64_t started_ms, changed_ms;
} stile_job;

/* What a job found under one label. Kept apart, since only those cleared for the label see it. */
typedef struct stile_job_tally {
    uint64_t documents, chunks, flagged, withheld;
} stile_job_tally;

void stile_job_encode(const stile_job *job, stile_buf *out);
stile_status stile_job_decode(stile_slice key, stile_slice record, stile_job *out,
                              stile_error *err) STILE_MUST_CHECK;
void stile_job_tally_encode(const stile_job_tally *tally, stile_buf *out);
/* `*label` is in the key. */
stile_status stile_job_tally_decode(stile_slice key, stile_slice record, uint32_t *label,
                                    stile_job_tally *out, stile_error *err) STILE_MUST_CHECK;

/* Keys of the table JOBS: 'j' and the id, or 't', the id and a label, all big-endian. */
stile_dbkey stile_dbkey_job(uint64_t id);
stile_dbkey stile_dbkey_job_tallies(uint64_t id); /* the prefix */
stile_dbkey stile_dbkey_job_tally(uint64_t id, uint32_t label);

#endif
