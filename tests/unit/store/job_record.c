/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "store/job_record.h"

Test(job_record, decodes_to_what_was_encoded)
{
    stile_job job = {.id = 70000,
                     .state = STILE_JOB_SUPERSEDED,
                     .scan_version = {{1, 2}},
                     .begun = true,
                     .last = {{9, 8}},
                     .started_ms = 5,
                     .changed_ms = UINT64_MAX};
    stile_job back;
    stile_dbkey key = stile_dbkey_job(job.id);
    stile_buf record;

    stile_buf_init(&record, 1024);
    stile_job_encode(&job, &record);
    cr_assert_eq(stile_job_decode(stile_dbkey_slice(&key), stile_buf_slice(&record), &back, NULL),
                 STILE_OK);
    cr_assert_eq(back.id, 70000);
    cr_assert_eq(back.state, STILE_JOB_SUPERSEDED);
    cr_assert_eq(memcmp(&back.scan_version, &job.scan_version, sizeof job.scan_version), 0);
    cr_assert(back.begun);
    cr_assert_eq(stile_docref_cmp(&back.last, &job.last), 0);
    cr_assert_eq(back.changed_ms, UINT64_MAX);
    for (size_t len = 0; len < record.len; len++)
        cr_assert_eq(
            stile_job_decode(stile_dbkey_slice(&key), stile_slice_of(record.ptr, len), &back, NULL),
            STILE_CORRUPT, "%zu bytes", len);
    record.ptr[1] = 3; /* no such state */
    cr_assert_eq(stile_job_decode(stile_dbkey_slice(&key), stile_buf_slice(&record), &back, NULL),
                 STILE_CORRUPT);
    stile_buf_release(&record);
}

Test(job_record, a_tally_has_its_label_in_the_key)
{
    stile_job_tally tally = {.documents = 1, .chunks = 300, .flagged = 2, .withheld = 70000}, back;
    stile_dbkey key = stile_dbkey_job_tally(3, 99), prefix = stile_dbkey_job_tallies(3);
    uint32_t label = 0;
    stile_buf record;

    stile_buf_init(&record, 1024);
    stile_job_tally_encode(&tally, &record);
    cr_assert(stile_slice_starts(stile_dbkey_slice(&key), stile_dbkey_slice(&prefix)));
    cr_assert_eq(stile_job_tally_decode(stile_dbkey_slice(&key), stile_buf_slice(&record), &label,
                                        &back, NULL),
                 STILE_OK);
    cr_assert_eq(label, 99);
    cr_assert_eq(memcmp(&back, &tally, sizeof back), 0);
    cr_assert_eq(stile_job_tally_decode(stile_dbkey_slice(&prefix), stile_buf_slice(&record),
                                        &label, &back, NULL),
                 STILE_CORRUPT);
    stile_buf_release(&record);
}
