/* SPDX-License-Identifier: Apache-2.0 */
/* When a policy's prefilters are made. There is one for raw views, which few rules read, and one for
 * all others: one for both would look for every rule in every view. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "scan/internal.h"
#include "scan/prefilter_file.h"

#define PREFILTER_AFTER ((size_t)2 * 1024 * 1024) /* bytes scanned */

uint32_t stile_prefilter_kinds(int which)
{
    const uint32_t raw = 1u << STILE_VIEW_RAW;
    return which == STILE_PREFILTER_RAW ? raw : ~raw;
}

int stile_prefilter_for(stile_view_kind kind)
{
    return kind == STILE_VIEW_RAW ? STILE_PREFILTER_RAW : STILE_PREFILTER_OTHER;
}

/* Patterns of every rule, in their order, empty for one that does not read such views or that the gate
 * knows; NULL when memory ran out. */
static stile_slice *patterns_of(const stile_policy *policy, int which)
{
    stile_slice *patterns = stile_alloc_array(policy->rules.count, sizeof *patterns);

    for (size_t i = 0; patterns && i < policy->rules.count; i++)
        if (policy->rules.rules[i].views & stile_prefilter_kinds(which) &&
            !stile_gate_knows(policy->gates[which], i))
            patterns[i] = policy->rules.rules[i].pattern_text;
    return patterns;
}

static stile_prefilter *make_one(stile_policy *policy, int which)
{
    stile_slice *patterns = patterns_of(policy, which);
    stile_prefilter *made = NULL;
    stile_error err = {0};

    if (!patterns || stile_prefilter_create(patterns, policy->rules.count, &made, &err))
        stile_log(STILE_LOG_WARN, "scan.prefilter", "scanning without a prefilter: %s", err.text);
    else if (policy->cache_folder)
        stile_prefilter_keep(made, policy->cache_folder, patterns, policy->rules.count);
    stile_free(patterns);
    return made;
}

static void make(stile_policy *policy)
{
    for (int which = 0; which < STILE_PREFILTERS; which++)
        if (!atomic_load(&policy->prefilters[which]))
            atomic_store(&policy->prefilters[which], make_one(policy, which));
}

static void *make_aside(void *ctx)
{
    make(ctx);
    return NULL;
}

static bool switched_off(void)
{
    const char *off = getenv("STILE_NO_PREFILTER");
    return off && *off;
}

const stile_gate *stile_policy_gate(const stile_policy *policy, int which)
{
    return switched_off() ? NULL : policy->gates[which];
}

/* Those that were made with the build, for the rules as they ship: $STILE_PREFILTERS, or beside the
 * program. */
static const char *shipped_folder(char out[PATH_MAX])
{
    static const char *const places[] = {"prefilters", "../prefilters",
                                         "../share/stile/prefilters"};
    const char *given = getenv("STILE_PREFILTERS");
    char self[PATH_MAX], *slash;
    ssize_t len;

    if (given)
        return given;
    len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0)
        return NULL;
    self[len] = '\0';
    if ((slash = strrchr(self, '/')))
        *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (snprintf(out, PATH_MAX, "%s/%s", self, places[i]) < PATH_MAX && stile_path_exists(out))
            return out;
    return NULL;
}

void stile_policy_prefilter_recall(stile_policy *policy)
{
    char shipped[PATH_MAX];
    const char *folders[] = {policy->cache_folder, shipped_folder(shipped)};

    for (int which = 0; which < STILE_PREFILTERS; which++) {
        stile_slice *patterns = patterns_of(policy, which);
        stile_prefilter *found = NULL;
        for (size_t i = 0; patterns && !found && i < sizeof folders / sizeof *folders; i++)
            if (folders[i])
                found = stile_prefilter_recall(folders[i], patterns, policy->rules.count);
        atomic_store(&policy->prefilters[which], found);
        stile_free(patterns);
    }
}

static bool all_made(stile_policy *policy)
{
    for (int which = 0; which < STILE_PREFILTERS; which++)
        if (!atomic_load(&policy->prefilters[which]))
            return false;
    return true;
}

stile_prefilter *stile_policy_prefilter(stile_policy *policy, int which, size_t more)
{
    stile_prefilter *made = atomic_load(&policy->prefilters[which]);

    if (switched_off())
        return NULL;
    if (made || atomic_fetch_add(&policy->scanned, more) + more < PREFILTER_AFTER)
        return made;
    if (pthread_mutex_trylock(&policy->lock) != 0)
        return NULL;
    if (!policy->prefilter_tried) {
        policy->prefilter_tried = true;
        policy->making = pthread_create(&policy->maker, NULL, make_aside, policy) == 0;
    }
    (void)pthread_mutex_unlock(&policy->lock);
    return NULL;
}

void stile_policy_prepare(stile_policy *policy)
{
    bool mine, wait;

    if (switched_off() || all_made(policy))
        return;
    (void)pthread_mutex_lock(&policy->lock);
    mine = !policy->prefilter_tried;
    wait = policy->making;
    policy->prefilter_tried = true;
    policy->making = false;
    (void)pthread_mutex_unlock(&policy->lock);
    if (mine)
        make(policy);
    else if (wait)
        (void)pthread_join(policy->maker, NULL);
}

void stile_policy_prefilter_drop(stile_policy *policy)
{
    if (policy->making)
        (void)pthread_join(policy->maker, NULL);
    for (int which = 0; which < STILE_PREFILTERS; which++)
        stile_prefilter_destroy(atomic_load(&policy->prefilters[which]));
    stile_free(policy->cache_folder);
}
