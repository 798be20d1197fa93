/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of a server that keeps the cached verdicts up with the policy. */
#include <pthread.h>
#include <time.h>

#include "base/log.h"
#include "base/memory.h"
#include "query/rescan.h"

#define LOOK_EVERY_S 1
#define AFTER_FAILURE_S 60

struct stile_rescanner {
    /* immutable */
    stile_plane *plane;
    pthread_t thread;
    /* atomic */
    atomic_bool stop;
    /* guards waiting */
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static void pause_for(stile_rescanner *r, time_t seconds)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    (void)pthread_mutex_lock(&r->lock);
    while (!atomic_load(&r->stop) && pthread_cond_timedwait(&r->wake, &r->lock, &until) == 0)
        continue;
    (void)pthread_mutex_unlock(&r->lock);
}

/* Whether the last job speaks of the policy in force and is done: nothing to do, as nearly always. */
static bool is_up_to_date(stile_plane *plane)
{
    stile_policy *policy = stile_plane_policy(plane);
    stile_job job;
    bool same =
        !stile_rescan_last(plane, &job, NULL) && job.state == STILE_JOB_DONE &&
        memcmp(job.scan_version.bytes, stile_policy_hash(policy)->bytes, STILE_SHA256_LEN) == 0;

    stile_policy_unref(policy);
    return same;
}

static void *run(void *ctx)
{
    stile_rescanner *r = ctx;

    while (!atomic_load(&r->stop)) {
        stile_error err = {0};
        stile_job job;
        bool failed = !is_up_to_date(r->plane) &&
                      stile_rescan_run(r->plane, &r->stop, NULL, NULL, &job, &err);
        if (failed)
            stile_log(STILE_LOG_ERROR, "rules.rescan", "%s", err.text);
        pause_for(r, failed ? AFTER_FAILURE_S : LOOK_EVERY_S);
    }
    return NULL;
}

stile_status stile_rescanner_create(stile_plane *plane, stile_rescanner **out, stile_error *err)
{
    stile_rescanner *r = stile_alloc(sizeof *r);
    pthread_condattr_t attributes;

    if (!r)
        return stile_fail(err, STILE_NO_MEMORY, "rescan: out of memory");
    r->plane = plane;
    atomic_init(&r->stop, false);
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&r->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        (void)pthread_cond_destroy(&r->wake);
        (void)pthread_mutex_destroy(&r->lock);
        stile_free(r);
        return stile_fail(err, STILE_NO_MEMORY, "rescan: no thread");
    }
    *out = r;
    return STILE_OK;
}

void stile_rescanner_destroy(stile_rescanner *r)
{
    if (!r)
        return;
    (void)pthread_mutex_lock(&r->lock);
    atomic_store(&r->stop, true);
    (void)pthread_cond_signal(&r->wake);
    (void)pthread_mutex_unlock(&r->lock);
    (void)pthread_join(r->thread, NULL);
    (void)pthread_cond_destroy(&r->wake);
    (void)pthread_mutex_destroy(&r->lock);
    stile_free(r);
}
