/* SPDX-License-Identifier: Apache-2.0 */
/* The plane's own fields, for the files of src/plane alone. */
#ifndef STILE_PLANE_INTERNAL_H
#define STILE_PLANE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "plane/plane.h"
#include "scan/judge.h"

struct stile_view {
    atomic_size_t refs;
    uint64_t seq;
    stile_snapshot *snapshot;
    stile_index_view *index;
};

/* A commit merges no more rows than this. */
#define STILE_COMMIT_MERGE_ROWS 4096

/* The thread that merges segments beside the writer. Guarded by commit_lock. */
typedef struct stile_merger {
    pthread_t thread;
    pthread_cond_t wake; /* the index has changed, or the plane closes */
    bool running, stop;
} stile_merger;

struct stile_plane {
    /* immutable once open */
    stile_arena arena; /* configuration strings */
    char *folder;
    stile_config config;
    stile_store *store;
    stile_levels *levels;
    stile_labels *labels;
    stile_embedder *embedder;
    stile_reranker *reranker; /* NULL: none */
    stile_judge *judge;       /* NULL: none; outlives every policy */
    stile_audit *audit;
    stile_index *index; /* writes under commit_lock */

    /* One change of the policy at a time: packs, reviews. Taken before `gate`. */
    pthread_mutex_t policy_lock;
    /* Shared: an audit record that rests on the policy in force is being appended. Exclusive: the
     * policy changes. So each record names what was in force when it was appended. */
    pthread_rwlock_t gate;
    pthread_mutex_t shadow_lock; /* orders the counting of one shadow; taken alone */

    /* guarded by commit_lock; taken before view_lock */
    pthread_mutex_t commit_lock;
    uint64_t seq;           /* last change in the store */
    uint32_t labels_stored; /* labels [0, labels_stored) have their records */
    uint32_t next_collection;
    stile_merger merger;

    /* guarded by view_lock, held for a few instructions */
    pthread_mutex_t view_lock;
    stile_view *view;
    stile_policy *policy;
    uint64_t rulings; /* counts changes of what people decided: reviews, collection settings */
    stile_shadow shadow;
    stile_trial trial;
    uint64_t spikes;
    stile_worker *workers;
};

void stile_plane_gate_init(stile_plane *plane);
void stile_plane_gate_release(stile_plane *plane);

/* Load the shipped packs and `packs` into a policy with the configured thresholds, and `model` (empty:
 * the shipped one) as its classifier. */
stile_status stile_plane_build_policy(const stile_plane *plane,
                                      const struct stile_rules_pack *packs, size_t count,
                                      stile_slice model, stile_policy **out,
                                      stile_error *err) STILE_MUST_CHECK;
/* Put it in force, with a reference of its own, and give the plane's reference to the one before:
 * unref it when the gate is let go. Under the gate. */
stile_policy *stile_plane_swap_policy(stile_plane *plane, stile_policy *policy) STILE_MUST_CHECK;
/* These take over the reference in what they are given. */
void stile_plane_set_shadow(stile_plane *plane, const stile_shadow *shadow);
void stile_plane_set_trial(stile_plane *plane, const stile_trial *trial);
/* At opening: the policy of the active packs, and the shadow of the one in shadow. */
stile_status stile_plane_open_packs(stile_plane *plane, stile_error *err) STILE_MUST_CHECK;

/* Publish the store's and the index's present state as the newest view. Under commit_lock. */
stile_status stile_plane_publish(stile_plane *plane, stile_error *err) STILE_MUST_CHECK;

/* merger.c. The plane is open, but for the merger. */
stile_status stile_merger_start(stile_plane *plane, stile_error *err) STILE_MUST_CHECK;
/* Waits for the merge under way. Nothing if it was not started. */
void stile_merger_stop(stile_plane *plane);

/* Bring the index from the change it covers to plane->seq, from the store. Under commit_lock. */
stile_status stile_plane_replay(stile_plane *plane, uint64_t from,
                                stile_error *err) STILE_MUST_CHECK;

/* A ROWS record as the index takes it: fills chunks, codes, scales and terms of `row`. */
stile_status stile_plane_decode_rows(const stile_plane *plane, stile_slice record,
                                     stile_arena *arena, stile_index_document *row,
                                     stile_error *err) STILE_MUST_CHECK;

#define STILE_META_SCHEMA "schema"
#define STILE_META_SEQ "seq"
#define STILE_META_EMBEDDER "embedder"
#define STILE_META_COLLECTIONS "collections"

#endif
