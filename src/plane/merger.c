/* SPDX-License-Identifier: Apache-2.0 */
/* Merging beside the writer: a commit leaves large merges to this thread, which holds commit_lock
 * only while it chooses segments and while it puts their merger in place. It can fail only for
 * want of memory; then it waits for the next commit, and the writer merges what piles up. */
#include "base/log.h"
#include "indexes/merge.h"
#include "plane/internal.h"

/* Build without the lock, which is held before and after. */
static stile_status finish(stile_plane *plane, stile_index_merge *merge, stile_error *err)
{
    stile_status st;

    (void)pthread_mutex_unlock(&plane->commit_lock);
    st = stile_index_merge_build(merge, err);
    (void)pthread_mutex_lock(&plane->commit_lock);
    if (!st && !(st = stile_index_merge_end(plane->index, merge, err)))
        st = stile_plane_publish(plane, err);
    return st;
}

/* One merge; false when there was none to do, or it failed. */
static bool merge_once(stile_plane *plane)
{
    stile_index_merge *merge = NULL;
    stile_error err = {0};
    stile_status st = stile_index_merge_begin(plane->index, &merge, &err);
    bool any = merge;

    if (any)
        st = finish(plane, merge, &err);
    if (st)
        stile_log(STILE_LOG_WARN, "index.merge", "%s", err.text);
    stile_index_merge_destroy(merge);
    return any && !st;
}

static void *work(void *context)
{
    stile_plane *plane = context;

    (void)pthread_mutex_lock(&plane->commit_lock);
    while (!plane->merger.stop)
        if (!merge_once(plane) && !plane->merger.stop)
            (void)pthread_cond_wait(&plane->merger.wake, &plane->commit_lock);
    (void)pthread_mutex_unlock(&plane->commit_lock);
    return NULL;
}

stile_status stile_merger_start(stile_plane *plane, stile_error *err)
{
    if (pthread_cond_init(&plane->merger.wake, NULL) != 0)
        return stile_fail(err, STILE_NO_MEMORY, "plane: cannot make a condition");
    if (pthread_create(&plane->merger.thread, NULL, work, plane) != 0) {
        (void)pthread_cond_destroy(&plane->merger.wake);
        return stile_fail(err, STILE_NO_MEMORY, "plane: cannot start a thread");
    }
    plane->merger.running = true;
    return STILE_OK;
}

void stile_merger_stop(stile_plane *plane)
{
    if (!plane->merger.running)
        return;
    (void)pthread_mutex_lock(&plane->commit_lock);
    plane->merger.stop = true;
    (void)pthread_cond_signal(&plane->merger.wake);
    (void)pthread_mutex_unlock(&plane->commit_lock);
    (void)pthread_join(plane->merger.thread, NULL);
    (void)pthread_cond_destroy(&plane->merger.wake);
    plane->merger.running = false;
}
