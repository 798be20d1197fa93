/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/pack_model.h"

#include "plane/frozen.h"
#include "plane/packs_internal.h"

stile_status stile_pack_model_label(const stile_plane *plane, stile_slice bytes, stile_label **out,
                                    stile_error *err)
{
    stile_linear *model = NULL;
    stile_label *label = NULL;
    stile_error why = {0};
    stile_slice text;
    stile_status st = stile_linear_copy(bytes, "model", &model, &why);

    if (st == STILE_CORRUPT || st == STILE_UNSUPPORTED) /* not stile's data, but what was sent */
        st = STILE_INVALID;
    if (st)
        return stile_fail(err, st, "%s", why.text);
    text = stile_linear_fields_of(model).label;
    if (text.len && (st = stile_label_parse(plane->levels, text, &label, err)))
        st = stile_fail_in(err, st, "model");
    stile_linear_destroy(model);
    if (!st)
        *out = label;
    return st;
}

stile_status stile_pack_model_admit(const stile_plane *plane, stile_slice bytes,
                                    const stile_caller *caller, stile_error *err)
{
    stile_label *label = NULL;
    stile_status st = stile_pack_model_label(plane, bytes, &label, err);

    if (!st && label && !stile_clearance_dominates(caller->clearance, label))
        st = stile_fail(err, STILE_FORBIDDEN,
                        "the model was made of texts above your clearance, and carries their "
                        "label");
    stile_label_destroy(label);
    return st;
}

stile_status stile_pack_admit(stile_plane *plane, const stile_pack *pack,
                              const stile_caller *caller, stile_error *err)
{
    stile_arena arena;
    stile_slice bytes = {0};
    stile_status st;

    if (!stile_pack_is_model(pack->name))
        return STILE_OK;
    stile_arena_init(&arena, 0);
    if (!(st = stile_plane_pack_text(plane, pack, &arena, &bytes, err)))
        st = stile_pack_model_admit(plane, bytes, caller, err);
    stile_arena_release(&arena);
    return st;
}

static void fail_for(stile_pack_report *report, const char *what)
{
    if (!*what)
        return;
    report->failed++;
    if (report->each)
        report->each(report->ctx, STILE_MODEL_PACK, 0, "frozen-set", what);
}

stile_status stile_pack_model_test(stile_plane *plane, const stile_pack *pack,
                                   stile_pack_report *report, stile_error *err)
{
    char missed[STILE_FROZEN_MESSAGE], mistaken[STILE_FROZEN_MESSAGE];
    stile_policy *enforced = stile_plane_policy(plane), *candidate = NULL;
    stile_frozen_figures figures;
    stile_slice none = {0};
    stile_status st;

    report->tried = report->failed = 0;
    if (!(st = stile_packs_policy(plane, pack, none, &candidate, err)) &&
        !(st = stile_frozen_compare(plane->config.scan.frozen, enforced, candidate, &figures,
                                    err))) {
        report->tried = figures.injections + figures.benign;
        if (stile_frozen_loses(&figures, missed, mistaken)) {
            fail_for(report, missed);
            fail_for(report, mistaken);
        }
    }
    stile_policy_unref(candidate);
    stile_policy_unref(enforced);
    return st;
}

stile_status stile_pack_model_judge(const stile_plane *plane, stile_policy *enforced,
                                    stile_policy *candidate, stile_error *err)
{
    char missed[STILE_FROZEN_MESSAGE], mistaken[STILE_FROZEN_MESSAGE];
    stile_frozen_figures figures;
    stile_status st =
        stile_frozen_compare(plane->config.scan.frozen, enforced, candidate, &figures, err);

    if (!st && stile_frozen_loses(&figures, missed, mistaken))
        st = stile_fail(err, STILE_CONFLICT, "the model loses: %s%s%s", missed,
                        *missed && *mistaken ? "; " : "", mistaken);
    return st;
}
