/* SPDX-License-Identifier: Apache-2.0 */
/* Packs: the steps that change them. */
#include "api/rules.h"

#include "api/reply.h"
#include "base/base64.h"
#include "plane/record.h"

json_t *stile_api_pack_json(const stile_pack *pack)
{
    char etag[STILE_ETAG_LEN], sha[STILE_SHA256_HEX];

    stile_pack_etag(pack, etag);
    stile_hex(pack->text_sha256.bytes, STILE_SHA256_LEN, sha);
    return json_pack(
        "{s:o,s:I,s:s,s:s,s:o,s:o,s:o,s:s,s:I,s:o,s:o,s:o}", "pack", stile_json_string(pack->name),
        "version", (json_int_t)pack->version, "state", stile_pack_state_name(pack->state), "etag",
        etag, "author", stile_json_string(pack->author), "approver",
        pack->approver.len ? stile_json_string(pack->approver) : json_null(), "note",
        stile_json_string(pack->note), "sha256", sha, "bytes", (json_int_t)pack->text_len,
        "previous", pack->previous ? json_integer(pack->previous) : json_null(), "created",
        stile_api_time(pack->created_ms), "changed", stile_api_time(pack->changed_ms));
}

static bool is_viewer(const stile_caller *caller)
{
    static const stile_scope any[] = {STILE_SCOPE_FINDINGS, STILE_SCOPE_RULES_WRITE,
                                      STILE_SCOPE_RULES_APPROVE, STILE_SCOPE_RULES_PROMOTE};
    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        if (stile_caller_has(caller, any[i]))
            return true;
    return false;
}

stile_status stile_api_rules_enter(const stile_api *api, const stile_api_call *call,
                                   const char *action, stile_scope scope, stile_arena *arena,
                                   stile_caller *caller, stile_error *err)
{
    stile_api narrow = *api;
    stile_slice clearance = stile_api_query(call, "clearance");
    stile_status st;

    if (clearance.len)
        narrow.credentials.clearance = clearance;
    if (scope != STILE_SCOPE_COUNT)
        return stile_api_enter(&narrow, action, scope, arena, caller, err);
    if ((st = stile_authenticate(api->plane, &narrow.credentials, arena, caller, err)))
        return stile_record_refusal(api->plane, NULL, action, st, err);
    if (is_viewer(caller))
        return STILE_OK;
    st = stile_fail(err, STILE_FORBIDDEN, "this needs the scope findings, or one for rules");
    return stile_record_refusal(api->plane, caller, action, st, err);
}

stile_status stile_api_version_of(stile_slice text, uint32_t *out, stile_error *err)
{
    uint32_t version = 0;
    bool ok = text.len > 0 && text.len <= 6;

    for (size_t i = 0; ok && i < text.len; i++) {
        ok = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        version = version * 10 + (uint32_t)(unsigned char)(text.ptr[i] - '0');
    }
    if (!ok || version == 0 || version > STILE_MAX_PACK_VERSIONS)
        return stile_fail(err, STILE_INVALID, "version: expected a whole number from 1 to %d",
                          STILE_MAX_PACK_VERSIONS);
    *out = version;
    return STILE_OK;
}

/* A step under way: who asks, of which version. */
typedef struct entry {
    stile_arena arena; /* released by `leave` */
    stile_caller caller;
    stile_pack_step step;
    stile_pack pack;
} entry;

/* `action` is the audit's name of it. Leave also after a failure. */
static stile_status enter(const stile_api *api, const stile_api_call *call, const char *action,
                          stile_scope scope, entry *e, stile_error *err)
{
    stile_status st;

    stile_arena_init(&e->arena, 0);
    st = stile_api_rules_enter(api, call, action, scope, &e->arena, &e->caller, err);
    e->step = (stile_pack_step){
        .caller = &e->caller, .name = call->parameter[0], .if_match = call->if_match};
    if (!st && call->parameter[1].len)
        st = stile_api_version_of(call->parameter[1], &e->step.version, err);
    return st;
}

/* The refusal of a step is on record too: who tried to approve their own pack is of interest. */
static stile_status leave(const stile_api *api, const stile_api_call *call, const char *action,
                          entry *e, bool entered, stile_status st, stile_buf *out, stile_error *err)
{
    if (!st) {
        if (call->etag)
            stile_pack_etag(&e->pack, call->etag);
        st = stile_api_reply(stile_api_pack_json(&e->pack), out, err);
    } else if (entered) {
        st = stile_record_refusal(api->plane, &e->caller, action, st, err);
    }
    stile_arena_release(&e->arena);
    return st;
}

static stile_status only(const stile_api_call *call, const char *const *known, stile_error *err)
{
    return stile_json_only(call->json, "", known, err);
}

/* "text" is YAML; a classifier comes as "model", in base64. */
static stile_status read_text(const stile_api_call *call, stile_buf *model, stile_slice *out,
                              stile_error *err)
{
    static const char *const rules[] = {"text", "note", NULL}, *const classifier[] = {"model",
                                                                                      "note", NULL};
    stile_slice encoded = {0};
    stile_status st;

    if (!stile_pack_is_model(call->parameter[0])) {
        st = only(call, rules, err);
        return st ? st : stile_json_get_string(call->json, "", "text", true, out, err);
    }
    if ((st = only(call, classifier, err)) ||
        (st = stile_json_get_string(call->json, "", "model", true, &encoded, err)))
        return st;
    if ((st = stile_base64_decode(encoded, model, err)))
        return stile_fail_in(err, st, "/model");
    *out = stile_buf_slice(model);
    return STILE_OK;
}

stile_status stile_api_pack_upload(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                   stile_error *err)
{
    stile_slice text = {0}, note = {0};
    stile_buf model;
    entry e = {0};
    stile_status st = enter(api, call, "rules.upload", STILE_SCOPE_RULES_WRITE, &e, err);
    bool entered = !st;

    stile_buf_init(&model, STILE_MAX_MODEL_TEXT + 1);
    if (!st && !(st = read_text(call, &model, &text, err)) &&
        !(st = stile_json_get_string(call->json, "", "note", false, &note, err)))
        st = stile_plane_pack_upload(api->plane, &e.step, text, note, &e.arena, &e.pack, err);
    stile_buf_release(&model);
    return leave(api, call, "rules.upload", &e, entered, st, out, err);
}

static void add_failure(void *ctx, const char *file, int line, const char *rule, const char *what)
{
    (void)json_array_append_new(ctx, json_pack("{s:s,s:i,s:s,s:s}", "file", file, "line", line,
                                               "rule", rule, "what", what));
}

stile_status stile_api_pack_test(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                 stile_error *err)
{
    static const char *const known[] = {NULL};
    json_t *failures = json_array(), *json = NULL;
    stile_pack_report report = {.each = add_failure, .ctx = failures};
    entry e = {0};
    stile_status st = enter(api, call, "rules.test", STILE_SCOPE_RULES_WRITE, &e, err);
    bool entered = !st;

    if (!st && !(st = only(call, known, err)))
        st = stile_plane_pack_test(api->plane, &e.step, &report, &e.arena, &e.pack, err);
    if (st) {
        st = leave(api, call, "rules.test", &e, entered, st, out, err);
    } else {
        if (call->etag)
            stile_pack_etag(&e.pack, call->etag);
        if ((json = stile_api_pack_json(&e.pack))) {
            (void)json_object_set_new(json, "examples", json_integer((json_int_t)report.tried));
            (void)json_object_set_new(json, "failed", json_integer((json_int_t)report.failed));
            (void)json_object_set(json, "failures", failures);
        }
        st = stile_api_reply(json, out, err);
        stile_arena_release(&e.arena);
    }
    json_decref(failures);
    return st;
}

stile_status stile_api_pack_shadow(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                   stile_error *err)
{
    static const char *const known[] = {"on", NULL};
    entry e = {0};
    bool on = true;
    stile_status st = enter(api, call, "rules.shadow", STILE_SCOPE_RULES_WRITE, &e, err);
    bool entered = !st;

    if (!st && !(st = only(call, known, err)) &&
        !(st = stile_json_get_bool(call->json, "", "on", false, &on, err)))
        st = stile_plane_pack_shadow(api->plane, &e.step, on, &e.arena, &e.pack, err);
    return leave(api, call, "rules.shadow", &e, entered, st, out, err);
}

typedef stile_status (*plain_step)(stile_plane *plane, const stile_pack_step *step,
                                   stile_arena *arena, stile_pack *out, stile_error *err);

/* A step without a body of its own. */
static stile_status run_plain(const stile_api *api, const stile_api_call *call, const char *action,
                              stile_scope scope, plain_step step, stile_buf *out, stile_error *err)
{
    static const char *const known[] = {NULL};
    entry e = {0};
    stile_status st = enter(api, call, action, scope, &e, err);
    bool entered = !st;

    if (!st && !(st = only(call, known, err)))
        st = step(api->plane, &e.step, &e.arena, &e.pack, err);
    return leave(api, call, action, &e, entered, st, out, err);
}

stile_status stile_api_pack_approve(const stile_api *api, const stile_api_call *call,
                                    stile_buf *out, stile_error *err)
{
    return run_plain(api, call, "rules.approve", STILE_SCOPE_RULES_APPROVE,
                     stile_plane_pack_approve, out, err);
}

stile_status stile_api_pack_promote(const stile_api *api, const stile_api_call *call,
                                    stile_buf *out, stile_error *err)
{
    return run_plain(api, call, "rules.promote", STILE_SCOPE_RULES_PROMOTE,
                     stile_plane_pack_promote, out, err);
}

stile_status stile_api_pack_rollback(const stile_api *api, const stile_api_call *call,
                                     stile_buf *out, stile_error *err)
{
    return run_plain(api, call, "rules.rollback", STILE_SCOPE_RULES_PROMOTE,
                     stile_plane_pack_rollback, out, err);
}
