/* SPDX-License-Identifier: Apache-2.0 */
/* The policy in force, and how it changes: built aside, put in force under the gate, never edited.
 *
 * The gate makes I3 exact. Whoever appends the audit record of an answer holds it shared and has
 * checked that what the answer rests on is in force; a change takes it exclusively. So in the audit
 * log's order, each answer rests on what the last change before it put in force. */
#include <limits.h>
#include <stdio.h>

#include "classifiers/rules.h"
#include "plane/internal.h"

void stile_plane_gate_init(stile_plane *plane)
{
    pthread_rwlockattr_t attributes;

    (void)pthread_rwlockattr_init(&attributes);
    /* Readers come without end; a change must not wait for a gap between them. */
    (void)pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    (void)pthread_rwlock_init(&plane->gate, &attributes);
    (void)pthread_rwlockattr_destroy(&attributes);
    (void)pthread_mutex_init(&plane->policy_lock, NULL);
    (void)pthread_mutex_init(&plane->shadow_lock, NULL);
}

void stile_plane_gate_release(stile_plane *plane)
{
    (void)pthread_rwlock_destroy(&plane->gate);
    (void)pthread_mutex_destroy(&plane->policy_lock);
    (void)pthread_mutex_destroy(&plane->shadow_lock);
}

stile_status stile_plane_build_policy(const stile_plane *plane,
                                      const struct stile_rules_pack *packs, size_t count,
                                      stile_slice model, stile_policy **out, stile_error *err)
{
    char cache[PATH_MAX];
    stile_policy_options options = {.rules_folder = plane->config.scan.rules,
                                    .judge = plane->judge,
                                    .model = model,
                                    .packs = packs,
                                    .pack_count = count};

    memcpy(options.threshold, plane->config.scan.threshold, sizeof options.threshold);
    if (!stile_redact_parse(stile_str(plane->config.release.secrets),
                            &options.redact[STILE_SENSITIVE_SECRET]) ||
        !stile_redact_parse(stile_str(plane->config.release.personal),
                            &options.redact[STILE_SENSITIVE_PERSONAL]))
        return stile_fail(err, STILE_INVALID,
                          "%s/stile.yaml: release.secrets and release.personal are off, mark or "
                          "redact",
                          plane->folder);
    if (snprintf(cache, sizeof cache, "%s/cache", plane->folder) < (int)sizeof cache)
        options.cache_folder = cache; /* of the compiled prefilter; without it, a slower start */
    return stile_policy_load(&options, out, err);
}

stile_policy *stile_plane_policy(stile_plane *plane)
{
    stile_policy *policy;

    (void)pthread_mutex_lock(&plane->view_lock);
    policy = stile_policy_ref(plane->policy);
    (void)pthread_mutex_unlock(&plane->view_lock);
    return policy;
}

void stile_plane_set_policy(stile_plane *plane, stile_policy *policy)
{
    stile_policy *old;

    (void)pthread_rwlock_wrlock(&plane->gate);
    old = stile_plane_swap_policy(plane, policy);
    (void)pthread_rwlock_unlock(&plane->gate);
    stile_policy_unref(old); /* may wait for what compiles its prefilter: not under the gate */
}

stile_policy *stile_plane_swap_policy(stile_plane *plane, stile_policy *policy)
{
    stile_policy *old;

    (void)pthread_mutex_lock(&plane->view_lock);
    old = plane->policy;
    plane->policy = stile_policy_ref(policy);
    (void)pthread_mutex_unlock(&plane->view_lock);
    return old;
}

stile_standing stile_plane_standing(stile_plane *plane)
{
    stile_standing standing;

    (void)pthread_mutex_lock(&plane->view_lock);
    standing =
        (stile_standing){.policy = stile_policy_ref(plane->policy), .rulings = plane->rulings};
    (void)pthread_mutex_unlock(&plane->view_lock);
    return standing;
}

void stile_standing_release(stile_standing *standing)
{
    stile_policy_unref(standing->policy);
    *standing = (stile_standing){0};
}

bool stile_plane_hold(stile_plane *plane, const stile_standing *standing)
{
    bool current;

    (void)pthread_rwlock_rdlock(&plane->gate);
    (void)pthread_mutex_lock(&plane->view_lock);
    current = plane->policy == standing->policy && plane->rulings == standing->rulings &&
              (!standing->until_ms || stile_now_ms() < standing->until_ms);
    (void)pthread_mutex_unlock(&plane->view_lock);
    if (!current)
        (void)pthread_rwlock_unlock(&plane->gate);
    return current;
}

void stile_plane_let_go(stile_plane *plane)
{
    (void)pthread_rwlock_unlock(&plane->gate);
}

stile_shadow stile_plane_shadow(stile_plane *plane)
{
    stile_shadow shadow;

    (void)pthread_mutex_lock(&plane->view_lock);
    shadow = plane->shadow;
    if (shadow.policy)
        (void)stile_policy_ref(shadow.policy);
    (void)pthread_mutex_unlock(&plane->view_lock);
    return shadow;
}

void stile_plane_set_shadow(stile_plane *plane, const stile_shadow *shadow)
{
    stile_policy *old;

    (void)pthread_mutex_lock(&plane->view_lock);
    old = plane->shadow.policy;
    plane->shadow = *shadow;
    (void)pthread_mutex_unlock(&plane->view_lock);
    stile_policy_unref(old);
}

stile_trial stile_plane_trial(stile_plane *plane)
{
    stile_trial trial;

    (void)pthread_mutex_lock(&plane->view_lock);
    trial = plane->trial;
    if (trial.before)
        (void)stile_policy_ref(trial.before);
    (void)pthread_mutex_unlock(&plane->view_lock);
    return trial;
}

void stile_plane_set_trial(stile_plane *plane, const stile_trial *trial)
{
    stile_policy *old;

    (void)pthread_mutex_lock(&plane->view_lock);
    old = plane->trial.before;
    plane->trial = *trial;
    (void)pthread_mutex_unlock(&plane->view_lock);
    stile_policy_unref(old);
}

stile_trial_state stile_plane_trial_add(stile_plane *plane, const stile_trial *trial, uint32_t seen,
                                        uint32_t risen, stile_trial *now)
{
    stile_policy *ended = NULL;
    stile_trial_state state = STILE_TRIAL_GOES_ON;
    stile_trial *t = &plane->trial;

    (void)pthread_mutex_lock(&plane->view_lock);
    if (t->before && t->before == trial->before) {
        t->seen += seen;
        t->risen += risen;
        *now = *t;
        now->before = NULL;
        if (t->seen >= plane->config.scan.spike_least &&
            (double)t->risen > plane->config.scan.spike_rise * (double)t->seen)
            state = STILE_TRIAL_SPIKE;
        else if (t->seen >= plane->config.scan.trial_chunks)
            state = STILE_TRIAL_PASSED;
        if (state != STILE_TRIAL_GOES_ON) {
            ended = t->before;
            t->before = NULL;
        }
        plane->spikes += state == STILE_TRIAL_SPIKE;
    }
    (void)pthread_mutex_unlock(&plane->view_lock);
    stile_policy_unref(ended);
    return state;
}

uint64_t stile_plane_spikes(stile_plane *plane)
{
    uint64_t spikes;

    (void)pthread_mutex_lock(&plane->view_lock);
    spikes = plane->spikes;
    (void)pthread_mutex_unlock(&plane->view_lock);
    return spikes;
}
