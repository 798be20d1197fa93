/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts and released strings, under a policy that is still in force when the answer is
 * recorded (I3). */
#include "query/retrieval.h"

stile_status stile_retrieval_policy(stile_retrieval *r, stile_error *err)
{
    stile_worker_release(r->plane, r->worker);
    r->worker = NULL;
    stile_standing_release(&r->standing);
    r->standing = stile_plane_standing(r->plane);
    return stile_worker_acquire(r->plane, r->standing.policy, &r->worker, err);
}

bool stile_retrieval_policy_current(stile_retrieval *r)
{
    bool current = stile_plane_hold(r->plane, &r->standing);

    if (current)
        stile_plane_let_go(r->plane);
    return current;
}

stile_status stile_retrieval_dispose(stile_retrieval *r, stile_error *err)
{
    r->released = stile_arena_array(&r->arena, r->fetched_count, sizeof *r->released);
    if (!r->released)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    for (r->count = 0; r->count < r->fetched_count; r->count++) {
        stile_status st =
            stile_release_chunk(r->plane, r->view, r->worker, &r->standing, &r->fetched[r->count],
                                &r->arena, &r->released[r->count], err);
        if (st)
            return st;
    }
    return STILE_OK;
}

/* Those chosen again, under the policy in force now. What they were chosen for stays. */
static stile_status dispose_again(stile_retrieval *r, stile_error *err)
{
    stile_status st = stile_retrieval_policy(r, err);

    for (size_t i = 0; !st && i < r->count; i++) {
        stile_released *released = &r->released[i];
        const stile_released before = *released;
        st = stile_release_chunk(r->plane, r->view, r->worker, &r->standing, released->from,
                                 &r->arena, released, err);
        released->neighbour_of = before.neighbour_of;
        released->score = before.score;
    }
    return st;
}

/* A policy that changed meanwhile is followed once; one that keeps changing is a refusal, which
 * the audit stage makes. */
stile_status stile_retrieval_assemble(stile_retrieval *r, stile_error *err)
{
    stile_status st = stile_dispose_context(r->worker, r->released, r->count, &r->arena, err);

    if (st || stile_retrieval_policy_current(r))
        return st;
    if ((st = dispose_again(r, err)))
        return st;
    return stile_dispose_context(r->worker, r->released, r->count, &r->arena, err);
}
