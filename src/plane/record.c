/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/record.h"

json_t *stile_record_begin(const stile_caller *caller)
{
    if (!caller)
        return json_pack("{s:n}", "principal");
    return json_pack(
        "{s:s,s:s,s:s,s:n}", "principal", caller->name, "key", caller->key_id, "clearance",
        caller->clearance ? stile_clearance_text(caller->clearance).ptr : "", "delegation");
}

stile_status stile_record_append(stile_plane *plane, const char *event, json_t *body,
                                 stile_receipt *receipt, stile_error *err)
{
    stile_buf text;
    stile_status st;

    if (!body)
        return stile_fail(err, STILE_NO_MEMORY, "audit: out of memory");
    stile_buf_init(&text, STILE_MAX_AUDIT_RECORD);
    st = stile_json_write(body, &text, err);
    if (!st)
        st = stile_audit_append(stile_plane_audit(plane), event, stile_buf_slice(&text), receipt,
                                err);
    stile_buf_release(&text);
    json_decref(body);
    return st;
}

stile_status stile_record_refusal(stile_plane *plane, const stile_caller *caller,
                                  const char *action, stile_status status, stile_error *err)
{
    json_t *body = stile_record_begin(caller);
    stile_receipt receipt;
    stile_error why = {0};
    stile_status st;

    if (body) {
        (void)json_object_set_new(body, "action", json_string(action));
        (void)json_object_set_new(body, "status", json_string(stile_status_name(status)));
    }
    st = stile_record_append(plane, "refuse", body, &receipt, &why);
    if (!st)
        return status;
    if (err)
        *err = why;
    return st;
}
