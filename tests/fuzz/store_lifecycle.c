/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a record of a pack, a review or a job: refused, or one that reads the same after
 * another turn. */
#include <stdlib.h>

#include "store/job_record.h"
#include "store/pack_record.h"
#include "store/review_record.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void turn_pack(stile_slice bytes)
{
    stile_pack pack, again;
    stile_buf record;

    if (stile_pack_decode(bytes, &pack, NULL))
        return;
    stile_buf_init(&record, (size_t)1 << 22);
    stile_pack_encode(&pack, &record);
    if (stile_pack_decode(stile_buf_slice(&record), &again, NULL) ||
        again.version != pack.version || again.state != pack.state ||
        !stile_slice_eq(again.name, pack.name) || !stile_slice_eq(again.approver, pack.approver))
        abort();
    stile_buf_release(&record);
}

static void turn_review(stile_slice bytes)
{
    stile_review review, again;
    stile_buf record;

    if (stile_review_decode(bytes, &review, NULL))
        return;
    stile_buf_init(&record, (size_t)1 << 22);
    stile_review_encode(&review, &record);
    if (stile_review_decode(stile_buf_slice(&record), &again, NULL) ||
        again.decision != review.decision || again.scope != review.scope ||
        again.until_ms != review.until_ms || !stile_slice_eq(again.reason, review.reason))
        abort();
    stile_buf_release(&record);
}

static void turn_job(stile_slice bytes)
{
    stile_dbkey key = stile_dbkey_job(7);
    stile_job job, again;
    stile_buf record;

    if (stile_job_decode(stile_dbkey_slice(&key), bytes, &job, NULL))
        return;
    stile_buf_init(&record, 4096);
    stile_job_encode(&job, &record);
    if (stile_job_decode(stile_dbkey_slice(&key), stile_buf_slice(&record), &again, NULL) ||
        again.state != job.state || stile_docref_cmp(&again.last, &job.last) != 0)
        abort();
    stile_buf_release(&record);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_slice bytes = stile_slice_of(data, size);

    turn_pack(bytes);
    turn_review(bytes);
    turn_job(bytes);
    return 0;
}
