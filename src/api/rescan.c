/* SPDX-License-Identifier: Apache-2.0 */
/* The rescan's progress. How far it is tells nothing of what is stored; what it found is told only
 * under the labels that the caller is cleared for. */
#include "query/rescan.h"
#include "api/reply.h"
#include "api/rules.h"

static stile_status add_tally(void *ctx, const stile_label *label, const stile_job_tally *tally,
                              stile_error *err)
{
    json_t *one =
        json_pack("{s:o,s:I,s:I,s:I,s:I}", "label", stile_json_string(stile_label_text(label)),
                  "documents", (json_int_t)tally->documents, "chunks", (json_int_t)tally->chunks,
                  "flagged", (json_int_t)tally->flagged, "withheld", (json_int_t)tally->withheld);

    return json_array_append_new(ctx, one) == 0 ? STILE_OK
                                                : stile_fail(err, STILE_NO_MEMORY, "out of memory");
}

static json_t *job_json(const stile_job *job, json_t *by_label)
{
    char scan[STILE_SHA256_HEX];

    stile_hex(job->scan_version.bytes, STILE_SHA256_LEN, scan);
    return json_pack("{s:I,s:s,s:s,s:f,s:o,s:o,s:O}", "job", (json_int_t)job->id, "state",
                     stile_job_state_name(job->state), "scan", scan, "position",
                     stile_rescan_position(job), "started", stile_api_time(job->started_ms),
                     "changed", stile_api_time(job->changed_ms), "by_label", by_label);
}

stile_status stile_api_rescan(const stile_api *api, const stile_api_call *call, stile_buf *out,
                              stile_error *err)
{
    json_t *by_label = json_array();
    stile_caller caller;
    stile_arena arena;
    stile_job job;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_api_rules_enter(api, call, "rules.rescan", STILE_SCOPE_COUNT, &arena, &caller, err);
    if (!st && !(st = stile_rescan_last(api->plane, &job, err)) &&
        !(st =
              stile_rescan_tallies(api->plane, &job, caller.clearance, add_tally, by_label, err)) &&
        !(st = stile_api_record(api, &caller, "rules.rescan",
                                json_pack("{s:I}", "job", (json_int_t)job.id), err)))
        st = stile_api_reply(job_json(&job, by_label), out, err);
    json_decref(by_label);
    stile_arena_release(&arena);
    return st;
}
