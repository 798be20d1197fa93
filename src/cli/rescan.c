/* SPDX-License-Identifier: Apache-2.0 */
/* `stile rules rescan`: run it here and now, or see how far a server's is. */
#include <stdio.h>
#include <stdlib.h>

#include "api/route.h"
#include "cli/packs.h"
#include "cli/ui.h"
#include "query/rescan.h"

static void show_step(void *ctx, const stile_job *job)
{
    stile_progress *progress = ctx;
    uint64_t percent = (uint64_t)(100 * stile_rescan_position(job));

    if (percent > progress->done)
        stile_progress_add(progress, percent - progress->done);
}

static stile_status run_here(stile_plane *plane, stile_error *err)
{
    stile_progress progress;
    atomic_bool stop;
    stile_job job;
    stile_status st;

    atomic_init(&stop, false);
    stile_progress_begin(&progress, "rescanning", "percent", 100);
    st = stile_rescan_run(plane, &stop, show_step, &progress, &job, err);
    stile_progress_end(&progress);
    return st;
}

static void print_job(const json_t *reply)
{
    const json_t *list = json_object_get(reply, "by_label");

    printf("Rescan %lld: %s, %.0f%%\n", json_integer_value(json_object_get(reply, "job")),
           stile_reply_text(reply, "state", "-"),
           100 * json_number_value(json_object_get(reply, "position")));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *t = json_array_get(list, i);
        printf("%s: %lld documents, %lld chunks, %lld flagged, %lld withheld\n",
               stile_reply_text(t, "label", "-"),
               json_integer_value(json_object_get(t, "documents")),
               json_integer_value(json_object_get(t, "chunks")),
               json_integer_value(json_object_get(t, "flagged")),
               json_integer_value(json_object_get(t, "withheld")));
    }
}

int stile_packs_run_rescan(const stile_arguments *arguments)
{
    stile_session session = {0};
    stile_session_call call = {.method = "GET", .path = "/v1/rules/rescan"};
    stile_error err = {0};
    json_t *reply = NULL;
    int code = 0;

    if (stile_session_open(&session, arguments, stile_argument(arguments, "clearance"), &err) ||
        (session.plane && run_here(session.plane, &err)) ||
        stile_session_ask(&session, &call, &reply, &err))
        code = stile_report(&err);
    else if (stile_argument_flag(arguments, "json"))
        code = stile_print_json(reply);
    else
        print_job(reply);
    json_decref(reply);
    stile_session_close(&session);
    return code;
}
