/* SPDX-License-Identifier: Apache-2.0 */
/* Packs: what a viewer sees of them. */
#include "api/diff.h"
#include "api/reply.h"
#include "api/rules.h"
#include "plane/pack_model.h"
#include "plane/record.h"
#include "plane/shadow.h"
#include "query/released.h"

#define MAX_LISTED 10000

static stile_status enter(const stile_api *api, const stile_api_call *call, stile_arena *arena,
                          stile_caller *caller, stile_error *err)
{
    stile_arena_init(arena, 0);
    return stile_api_rules_enter(api, call, "rules", STILE_SCOPE_COUNT, arena, caller, err);
}

static json_t *hash_json(const stile_sha256 *hash)
{
    char hex[STILE_SHA256_HEX];
    stile_hex(hash->bytes, STILE_SHA256_LEN, hex);
    return json_string(hex);
}

static stile_status add_active(void *ctx, const stile_pack *pack, stile_error *err)
{
    (void)err;
    if (pack->state == STILE_PACK_ACTIVE)
        (void)json_array_append_new(ctx, stile_api_pack_json(pack));
    return STILE_OK;
}

static json_t *status_json(stile_plane *plane, json_t *active)
{
    stile_policy *policy = stile_plane_policy(plane);
    stile_shadow shadow = stile_plane_shadow(plane);
    stile_trial trial = stile_plane_trial(plane);
    json_t *json = json_pack(
        "{s:o,s:I,s:O,s:o,s:o,s:I}", "scan", hash_json(stile_policy_hash(policy)), "rules",
        (json_int_t)stile_policy_rule_count(policy), "active", active, "shadow",
        shadow.policy
            ? json_pack("{s:s,s:I,s:o}", "pack", shadow.pack, "version", (json_int_t)shadow.version,
                        "scan", hash_json(stile_policy_hash(shadow.policy)))
            : json_null(),
        "trial",
        trial.before
            ? json_pack("{s:s,s:I}", "pack", trial.pack, "version", (json_int_t)trial.version)
            : json_null(),
        "spikes", (json_int_t)stile_plane_spikes(plane));

    stile_policy_unref(policy);
    stile_policy_unref(shadow.policy);
    stile_policy_unref(trial.before);
    return json;
}

stile_status stile_api_rules_status(const stile_api *api, const stile_api_call *call,
                                    stile_buf *out, stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    json_t *active = json_array();
    stile_slice none = {0};
    stile_status st = enter(api, call, &arena, &caller, err);

    if (!st && !(st = stile_plane_packs(api->plane, none, add_active, active, err)))
        st = stile_api_reply(status_json(api->plane, active), out, err);
    json_decref(active);
    stile_arena_release(&arena);
    return st;
}

typedef struct listing {
    json_t *list;
    bool newest; /* one of each name */
    size_t count;
} listing;

static stile_status add_to_list(void *ctx, const stile_pack *pack, stile_error *err)
{
    listing *l = ctx;
    size_t last = json_array_size(l->list);
    const json_t *before = last ? json_array_get(l->list, last - 1) : NULL;

    (void)err;
    if (l->newest && before &&
        stile_slice_eq(stile_str(json_string_value(json_object_get(before, "pack"))), pack->name))
        (void)json_array_set_new(l->list, last - 1, stile_api_pack_json(pack));
    else if (last < MAX_LISTED)
        (void)json_array_append_new(l->list, stile_api_pack_json(pack));
    return STILE_OK;
}

static stile_status list(const stile_api *api, const stile_api_call *call, stile_slice name,
                         stile_buf *out, stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    listing l = {.list = json_array(), .newest = name.len == 0};
    stile_pack newest;
    stile_status st = enter(api, call, &arena, &caller, err);

    if (!st && name.len && !(st = stile_plane_pack(api->plane, name, 0, &arena, &newest, err)) &&
        call->etag)
        stile_pack_etag(&newest, call->etag);
    if (!st && !(st = stile_plane_packs(api->plane, name, add_to_list, &l, err)))
        st = stile_api_reply(json_pack("{s:O}", name.len ? "versions" : "packs", l.list), out, err);
    json_decref(l.list);
    stile_arena_release(&arena);
    return st;
}

stile_status stile_api_packs_list(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                  stile_error *err)
{
    return list(api, call, (stile_slice){0}, out, err);
}

stile_status stile_api_pack_versions(const stile_api *api, const stile_api_call *call,
                                     stile_buf *out, stile_error *err)
{
    return list(api, call, call->parameter[0], out, err);
}

static stile_status read_version(const stile_api *api, stile_slice name, stile_slice version,
                                 stile_arena *arena, stile_pack *pack, stile_slice *text,
                                 stile_error *err)
{
    uint32_t number = 0;
    stile_status st = stile_api_version_of(version, &number, err);

    if (st || (st = stile_plane_pack(api->plane, name, number, arena, pack, err)))
        return st;
    return stile_plane_pack_text(api->plane, pack, arena, text, err);
}

/* A classifier is not given out; what it is, to those who are cleared for what it was made of. */
static stile_status add_model(const stile_api *api, const stile_caller *caller, stile_slice bytes,
                              json_t *json, stile_error *err)
{
    stile_label *label = NULL;
    stile_linear *model = NULL;
    stile_linear_fields f;
    stile_status st = stile_pack_model_label(api->plane, bytes, &label, err);

    if (!st && label && !stile_clearance_dominates(caller->clearance, label)) {
        (void)json_object_set_new(json, "model", json_null());
    } else if (!st && !(st = stile_linear_copy(bytes, "model", &model, err))) {
        f = stile_linear_fields_of(model);
        (void)json_object_set_new(
            json, "model",
            json_pack("{s:I,s:I,s:I,s:f,s:f,s:f,s:o}", "bits", (json_int_t)f.bits, "window",
                      (json_int_t)f.window, "stride", (json_int_t)f.stride, "low", f.low * f.scale,
                      "threshold", f.threshold * f.scale, "sure", f.sure * f.scale, "label",
                      label ? stile_json_string(stile_label_text(label)) : json_null()));
    }
    stile_linear_destroy(model);
    stile_label_destroy(label);
    return st;
}

stile_status stile_api_pack_get(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    stile_pack pack;
    stile_slice text;
    stile_status st = enter(api, call, &arena, &caller, err);

    if (!st && !(st = read_version(api, call->parameter[0], call->parameter[1], &arena, &pack,
                                   &text, err))) {
        json_t *json = stile_api_pack_json(&pack);
        if (stile_pack_is_model(pack.name))
            st = add_model(api, &caller, text, json, err);
        else
            (void)json_object_set_new(json, "text", stile_json_string(text));
        if (call->etag)
            stile_pack_etag(&pack, call->etag);
        if (st)
            json_decref(json);
        else
            st = stile_api_reply(json, out, err);
    }
    stile_arena_release(&arena);
    return st;
}

stile_status stile_api_pack_diff(const stile_api *api, const stile_api_call *call, stile_buf *out,
                                 stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    stile_pack from, to;
    stile_slice before, after;
    json_t *lines = NULL;
    stile_status st = enter(api, call, &arena, &caller, err);

    if (!st && stile_pack_is_model(call->parameter[0]))
        st = stile_fail(err, STILE_INVALID, "a classifier has no lines to compare");
    if (!st &&
        !(st = read_version(api, call->parameter[0], stile_api_query(call, "from"), &arena, &from,
                            &before, err)) &&
        !(st = read_version(api, call->parameter[0], stile_api_query(call, "to"), &arena, &to,
                            &after, err)) &&
        !(st = stile_diff_lines(before, after, &arena, &lines, err)))
        st = stile_api_reply(json_pack("{s:I,s:I,s:O}", "from", (json_int_t)from.version, "to",
                                       (json_int_t)to.version, "lines", lines),
                             out, err);
    json_decref(lines);
    stile_arena_release(&arena);
    return st;
}

/* --- figures of the shadow ---------------------------------------------------------------- */

typedef struct tally {
    const stile_api *api;
    const stile_caller *caller;
    stile_view *view;
    stile_arena *arena;
    json_t *list;
    uint64_t seen, risen, changed;
} tally;

/* A reference, if the document is still there and still within the clearance: its label may have
 * risen since it was counted. */
static json_t *sample_json(const tally *f, const stile_shadow_sample *sample)
{
    char id[STILE_CHUNK_ID_LEN + 1];
    const stile_label *label;
    stile_document document;

    if (stile_fetch_document(f->api->plane, f->view, f->caller->clearance, &sample->doc, f->arena,
                             &document, &label, NULL))
        return NULL;
    stile_chunk_id_format(&sample->doc, sample->ordinal, id);
    return json_pack("{s:o,s:s,s:o,s:s,s:s}", "document_id", stile_json_string(document.id),
                     "chunk_id", id, "label", stile_json_string(stile_label_text(label)),
                     "enforced", stile_disposition_name((stile_disposition)sample->enforced),
                     "shadow", stile_disposition_name((stile_disposition)sample->shadow));
}

static json_t *moves_json(const stile_shadow_figures *figures)
{
    json_t *moves = json_array();

    for (int from = 0; from < 3; from++)
        for (int to = 0; to < 3; to++)
            if (from != to && figures->moves[from][to])
                (void)json_array_append_new(
                    moves, json_pack("{s:s,s:s,s:I}", "enforced",
                                     stile_disposition_name((stile_disposition)from), "shadow",
                                     stile_disposition_name((stile_disposition)to), "chunks",
                                     (json_int_t)figures->moves[from][to]));
    return moves;
}

typedef struct naming {
    uint32_t id;
    json_t *name;
} naming;

static stile_status name_if(void *ctx, const stile_collection *collection, stile_error *err)
{
    naming *n = ctx;

    (void)err;
    if (collection->id == n->id && !n->name)
        n->name = stile_json_string(collection->name);
    return STILE_OK;
}

static stile_status add_figures(void *ctx, const stile_shadow_figures *found, stile_error *err)
{
    tally *f = ctx;
    const stile_label *label = stile_labels_get(stile_plane_labels(f->api->plane), found->label);
    naming n = {.id = found->collection};
    json_t *samples = json_array();
    stile_status st = stile_plane_collections(f->api->plane, name_if, &n, err);

    f->seen += stile_shadow_seen(found);
    f->risen += stile_shadow_risen(found);
    for (int d = 0; d < 3; d++)
        f->changed -= found->moves[d][d];
    f->changed += stile_shadow_seen(found);
    for (size_t i = 0; !st && i < found->sample_count; i++) {
        json_t *sample = sample_json(f, &found->samples[i]);
        if (sample)
            (void)json_array_append_new(samples, sample);
    }
    (void)json_array_append_new(
        f->list, json_pack("{s:o,s:o,s:I,s:I,s:o,s:o}", "collection", n.name ? n.name : json_null(),
                           "label", stile_json_string(stile_label_text(label)), "seen",
                           (json_int_t)stile_shadow_seen(found), "newly_withheld",
                           (json_int_t)stile_shadow_risen(found), "changes", moves_json(found),
                           "samples", samples));
    return st;
}

static stile_status collect(tally *f, const stile_pack *pack, stile_error *err)
{
    stile_shadow shadow = stile_plane_shadow(f->api->plane);
    stile_policy *enforced = stile_plane_policy(f->api->plane);
    stile_status st;

    if (!shadow.policy || shadow.version != pack->version ||
        !stile_slice_eq(stile_str(shadow.pack), pack->name)) {
        st = stile_fail(err, STILE_CONFLICT, "this version is not in shadow");
    } else {
        stile_shadow_pair pair = {.enforced = *stile_policy_hash(enforced),
                                  .shadow = *stile_policy_hash(shadow.policy)};
        st = stile_shadow_read(f->api->plane, &pair, f->caller, add_figures, f, err);
    }
    stile_policy_unref(enforced);
    stile_policy_unref(shadow.policy);
    return st;
}

stile_status stile_api_pack_figures(const stile_api *api, const stile_api_call *call,
                                    stile_buf *out, stile_error *err)
{
    stile_caller caller;
    stile_arena arena;
    stile_pack pack;
    uint32_t version = 0;
    tally f = {.api = api, .caller = &caller, .arena = &arena, .list = json_array()};
    stile_status st = enter(api, call, &arena, &caller, err);

    f.view = stile_plane_view(api->plane);
    if (!st && !(st = stile_api_version_of(call->parameter[1], &version, err)) &&
        !(st = stile_plane_pack(api->plane, call->parameter[0], version, &arena, &pack, err)) &&
        !(st = collect(&f, &pack, err)))
        st = stile_api_record(api, &caller, "rules.figures",
                              json_pack("{s:o,s:I}", "pack", stile_json_string(pack.name),
                                        "version", (json_int_t)pack.version),
                              err);
    if (!st)
        st = stile_api_reply(json_pack("{s:o,s:I,s:I,s:I,s:I,s:O}", "pack",
                                       stile_json_string(pack.name), "version",
                                       (json_int_t)pack.version, "seen", (json_int_t)f.seen,
                                       "changed", (json_int_t)f.changed, "newly_withheld",
                                       (json_int_t)f.risen, "by_label", f.list),
                             out, err);
    stile_view_unref(f.view);
    json_decref(f.list);
    stile_arena_release(&arena);
    return st;
}
