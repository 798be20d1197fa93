/* SPDX-License-Identifier: Apache-2.0 */
#include "query/watch.h"

#include "base/log.h"
#include "plane/packs.h"
#include "plane/shadow.h"

/* One comparison under way. */
typedef struct watch {
    stile_plane *plane;
    const stile_view *view;
    const stile_released *released;
    size_t count;
    stile_arena *arena;
} watch;

/* What another policy would do with a chunk. Its verdict is cached like any. */
static stile_status other_disposition(const watch *w, stile_worker *worker,
                                      const stile_released *released, stile_disposition *out,
                                      stile_error *err)
{
    stile_scanned scanned;
    stile_status st =
        stile_rescan_chunk(w->plane, w->view, worker, released->from, w->arena, &scanned, err);

    if (!st)
        *out = scanned.verdict.disposition;
    return st;
}

static stile_status count_shadow(const watch *w, const stile_shadow *shadow, stile_error *err)
{
    stile_worker *worker = NULL;
    stile_shadow_pair pair = {.shadow = *stile_policy_hash(shadow->policy)};
    stile_status st = stile_worker_acquire(w->plane, shadow->policy, &worker, err);

    for (size_t i = 0; !st && i < w->count; i++) {
        const stile_released *r = &w->released[i];
        stile_shadow_sample chunk = {.doc = r->from->doc,
                                     .ordinal = r->from->ordinal,
                                     .enforced = (uint8_t)r->verdict.disposition};
        stile_disposition would = STILE_DISPOSITION_WITHHELD;
        pair.enforced = r->verdict.scan_version;
        if ((st = other_disposition(w, worker, r, &would, err)))
            break;
        chunk.shadow = (uint8_t)would;
        st = stile_shadow_note(w->plane, &pair, r->from->document.collection,
                               r->from->document.label, &chunk, err);
    }
    stile_worker_release(w->plane, worker);
    return st;
}

/* Only documents that were there before the promotion: otherwise whoever may write documents could
 * bring in hostile ones, ask for them, and so have the pack that catches them rolled back. */
static stile_status count_trial(const watch *w, const stile_trial *trial, uint32_t *seen,
                                uint32_t *risen, stile_error *err)
{
    stile_worker *worker = NULL;
    stile_status st = stile_worker_acquire(w->plane, trial->before, &worker, err);

    for (size_t i = 0; !st && i < w->count; i++) {
        const stile_released *r = &w->released[i];
        stile_disposition before = STILE_DISPOSITION_WITHHELD;
        if (r->from->document.content_seq > trial->seq)
            continue;
        st = other_disposition(w, worker, r, &before, err);
        *seen += 1;
        *risen += r->verdict.disposition == STILE_DISPOSITION_WITHHELD &&
                  before != STILE_DISPOSITION_WITHHELD;
    }
    stile_worker_release(w->plane, worker);
    return st;
}

static void roll_back(const watch *w, const stile_trial *trial)
{
    stile_pack_step step = {.name = stile_str(trial->pack), .version = trial->version};
    stile_error err = {0};
    stile_pack pack;

    stile_log(STILE_LOG_ERROR, "rules.spike",
              "%s version %u withholds %u of %u chunks that were released before; rolling it back",
              trial->pack, trial->version, trial->risen, trial->seen);
    if (stile_plane_pack_rollback(w->plane, &step, w->arena, &pack, &err))
        stile_log(STILE_LOG_ERROR, "rules.spike", "not rolled back: %s", err.text);
}

static void judge_trial(const watch *w, const stile_trial *trial)
{
    stile_trial now;
    uint32_t seen = 0, risen = 0;
    stile_error err = {0};

    if (count_trial(w, trial, &seen, &risen, &err)) {
        stile_log(STILE_LOG_WARN, "rules.trial", "%s", err.text);
        return;
    }
    if (seen && stile_plane_trial_add(w->plane, trial, seen, risen, &now) == STILE_TRIAL_SPIKE)
        roll_back(w, &now);
}

void stile_watch_released(stile_plane *plane, const stile_view *view,
                          const stile_released *released, size_t count, stile_arena *arena)
{
    watch w = {plane, view, released, count, arena};
    stile_shadow shadow = stile_plane_shadow(plane);
    stile_trial trial = stile_plane_trial(plane);
    stile_error err = {0};

    if (shadow.policy && count_shadow(&w, &shadow, &err))
        stile_log(STILE_LOG_WARN, "rules.shadow", "%s", err.text);
    if (trial.before)
        judge_trial(&w, &trial);
    stile_policy_unref(shadow.policy);
    stile_policy_unref(trial.before);
}
