/* SPDX-License-Identifier: Apache-2.0 */
/* Views: one published state of store and index together, and the pool of per-thread tools. */
#include "base/memory.h"
#include "plane/internal.h"

stile_status stile_plane_publish(stile_plane *plane, stile_error *err)
{
    stile_status st;
    stile_view *view = stile_alloc(sizeof *view), *old;

    if (!view)
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    if ((st = stile_snapshot_create(plane->store, &view->snapshot, err))) {
        stile_free(view);
        return st;
    }
    atomic_init(&view->refs, 1);
    view->seq = plane->seq;
    view->index = stile_index_acquire(plane->index);
    (void)pthread_mutex_lock(&plane->view_lock);
    old = plane->view;
    plane->view = view;
    (void)pthread_mutex_unlock(&plane->view_lock);
    stile_view_unref(old);
    return STILE_OK;
}

stile_view *stile_plane_view(stile_plane *plane)
{
    stile_view *view;

    /* Under the lock, so that the last unref cannot come between the load and the ref. */
    (void)pthread_mutex_lock(&plane->view_lock);
    view = plane->view;
    atomic_fetch_add(&view->refs, 1);
    (void)pthread_mutex_unlock(&plane->view_lock);
    return view;
}

void stile_view_unref(stile_view *view)
{
    if (!view || atomic_fetch_sub(&view->refs, 1) != 1)
        return;
    stile_index_view_unref(view->index);
    stile_snapshot_release(view->snapshot);
    stile_free(view);
}

const stile_snapshot *stile_view_snapshot(const stile_view *view)
{
    return view->snapshot;
}

const stile_index_view *stile_view_index(const stile_view *view)
{
    return view->index;
}

uint64_t stile_view_seq(const stile_view *view)
{
    return view->seq;
}

static stile_worker *take_idle(stile_plane *plane)
{
    stile_worker *worker;

    (void)pthread_mutex_lock(&plane->view_lock);
    worker = plane->workers;
    if (worker)
        plane->workers = worker->next;
    (void)pthread_mutex_unlock(&plane->view_lock);
    return worker;
}

stile_status stile_worker_acquire(stile_plane *plane, stile_policy *policy, stile_worker **out,
                                  stile_error *err)
{
    stile_worker *worker = take_idle(plane);
    stile_status st = STILE_OK;

    if (!worker && !(worker = stile_alloc(sizeof *worker)))
        return stile_fail(err, STILE_NO_MEMORY, "plane: out of memory");
    if (!worker->analyzer)
        st = stile_analyzer_create(plane->config.index.language, &worker->analyzer, err);
    if (!st && worker->policy != policy) {
        stile_scanner_destroy(worker->scanner);
        stile_policy_unref(worker->policy);
        worker->scanner = NULL;
        worker->policy = stile_policy_ref(policy);
        st = stile_scanner_create(policy, &worker->scanner, err);
    }
    if (st) { /* a half-made worker holds no scanner for any policy: it must not be lent again */
        stile_scanner_destroy(worker->scanner);
        stile_policy_unref(worker->policy);
        stile_analyzer_destroy(worker->analyzer);
        stile_free(worker);
        return st;
    }
    *out = worker;
    return STILE_OK;
}

void stile_worker_release(stile_plane *plane, stile_worker *worker)
{
    if (!worker)
        return;
    (void)pthread_mutex_lock(&plane->view_lock);
    worker->next = plane->workers;
    plane->workers = worker;
    (void)pthread_mutex_unlock(&plane->view_lock);
}
