/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"

#include <time.h>

#include "plane/record.h"

stile_status stile_api_enter(const stile_api *api, const char *action, stile_scope scope,
                             stile_arena *arena, stile_caller *caller, stile_error *err)
{
    stile_status st = stile_authenticate(api->plane, &api->credentials, arena, caller, err);

    if (st)
        return stile_record_refusal(api->plane, NULL, action, st, err);
    if ((st = stile_caller_need(caller, scope, err)))
        return stile_record_refusal(api->plane, caller, action, st, err);
    return STILE_OK;
}

stile_status stile_api_reply(json_t *json, stile_buf *out, stile_error *err)
{
    stile_status st =
        json ? stile_json_write(json, out, err) : stile_fail(err, STILE_NO_MEMORY, "out of memory");
    json_decref(json);
    return st;
}

stile_status stile_api_record(const stile_api *api, const stile_caller *caller, const char *event,
                              json_t *details, stile_error *err)
{
    json_t *body = stile_record_begin(caller);
    stile_receipt receipt;

    if (!body || !details || json_object_update(body, details) != 0) {
        json_decref(body);
        body = NULL;
    }
    json_decref(details);
    return stile_record_append(api->plane, event, body, &receipt, err);
}

json_t *stile_api_time(uint64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    char text[32];

    if (ms == 0 || !gmtime_r(&seconds, &utc))
        return json_null();
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}
