/* SPDX-License-Identifier: Apache-2.0 */
#include "store/job_record.h"

#define JOB_V 1
#define TALLY_V 1
#define STATES 3

const char *stile_job_state_name(stile_job_state state)
{
    static const char *const names[STATES] = {"running", "done", "superseded"};
    return (unsigned)state < STATES ? names[state] : "unknown";
}

void stile_job_encode(const stile_job *job, stile_buf *out)
{
    stile_buf_add_byte(out, JOB_V);
    stile_buf_add_byte(out, (unsigned char)job->state);
    stile_buf_add(out, job->scan_version.bytes, sizeof job->scan_version.bytes);
    stile_buf_add_byte(out, job->begun);
    stile_buf_add(out, job->last.bytes, sizeof job->last.bytes);
    stile_buf_add_varint(out, job->started_ms);
    stile_buf_add_varint(out, job->changed_ms);
}

static stile_status damaged(stile_error *err)
{
    return stile_fail(err, STILE_CORRUPT, "store: damaged job record");
}

stile_status stile_job_decode(stile_slice key, stile_slice record, stile_job *out, stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_job job = {0};
    stile_slice version, last;
    uint8_t v, state, begun;

    if (key.len != 9 || !stile_dbkey_read_u64(stile_slice_cut(key, 1, 9), &job.id) ||
        !stile_reader_u8(&r, &v) || v != JOB_V || !stile_reader_u8(&r, &state) || state >= STATES ||
        !stile_reader_bytes(&r, sizeof job.scan_version.bytes, &version) ||
        !stile_reader_u8(&r, &begun) || begun > 1 ||
        !stile_reader_bytes(&r, sizeof job.last.bytes, &last) ||
        !stile_reader_varint(&r, &job.started_ms) || !stile_reader_varint(&r, &job.changed_ms) ||
        !stile_reader_done(&r))
        return damaged(err);
    job.state = (stile_job_state)state;
    job.begun = begun == 1;
    memcpy(job.scan_version.bytes, version.ptr, version.len);
    memcpy(job.last.bytes, last.ptr, last.len);
    *out = job;
    return STILE_OK;
}

void stile_job_tally_encode(const stile_job_tally *t, stile_buf *out)
{
    stile_buf_add_byte(out, TALLY_V);
    stile_buf_add_varint(out, t->documents);
    stile_buf_add_varint(out, t->chunks);
    stile_buf_add_varint(out, t->flagged);
    stile_buf_add_varint(out, t->withheld);
}

stile_status stile_job_tally_decode(stile_slice key, stile_slice record, uint32_t *label,
                                    stile_job_tally *out, stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_job_tally t = {0};
    uint8_t v;

    if (key.len != 13 || !stile_dbkey_read_u32(stile_slice_cut(key, 9, 13), label) ||
        !stile_reader_u8(&r, &v) || v != TALLY_V || !stile_reader_varint(&r, &t.documents) ||
        !stile_reader_varint(&r, &t.chunks) || !stile_reader_varint(&r, &t.flagged) ||
        !stile_reader_varint(&r, &t.withheld) || !stile_reader_done(&r))
        return damaged(err);
    *out = t;
    return STILE_OK;
}

static stile_dbkey begin(char kind, uint64_t id)
{
    stile_dbkey number = stile_dbkey_u64(id), key = {.len = 9};

    key.bytes[0] = kind;
    memcpy(key.bytes + 1, number.bytes, 8);
    return key;
}

stile_dbkey stile_dbkey_job(uint64_t id)
{
    return begin('j', id);
}

stile_dbkey stile_dbkey_job_tallies(uint64_t id)
{
    return begin('t', id);
}

stile_dbkey stile_dbkey_job_tally(uint64_t id, uint32_t label)
{
    stile_dbkey key = begin('t', id), number = stile_dbkey_u32(label);

    memcpy(key.bytes + key.len, number.bytes, 4);
    key.len += 4;
    return key;
}
