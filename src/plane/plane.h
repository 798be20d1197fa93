/* SPDX-License-Identifier: Apache-2.0 */
/* The retrieval plane: one open data directory, and everything that the flows share.
 *
 *     DIR/stile.yaml      configuration           (plane/config.h)
 *     DIR/store/          the truth, RocksDB      (store/store.h)
 *     DIR/index/          derived segments        (indexes/index.h)
 *     DIR/audit/          the audit log           (stile/audit.h)
 *     DIR/cache/          the compiled prefilter  (scan/scan.h)
 *
 * Threads: any number may read and write; writes are ordered by one committer. A view is what one
 * query sees: the store and the index at the same change, immutable while it is held. */
#ifndef STILE_PLANE_PLANE_H
#define STILE_PLANE_PLANE_H

#include <stdbool.h>
#include <stdint.h>

#include "embed/embedder.h"
#include "indexes/index.h"
#include "plane/config.h"
#include "rerank/rerank.h"
#include "scan/scan.h"
#include "stile/audit.h"
#include "stile/label.h"
#include "stile/permit.h"
#include "store/pack_record.h"
#include "store/records.h"
#include "store/store.h"

typedef struct stile_plane stile_plane;

/* Make a data directory in `folder` (created when missing, otherwise empty but for stile.yaml).
 * STILE_CONFLICT when one is already there. */
stile_status stile_plane_init(const char *folder, stile_error *err) STILE_MUST_CHECK;

/* Open one. Replays into the index what its files do not cover. STILE_UNSUPPORTED for a newer
 * schema; STILE_BUSY when another process has it; STILE_CONFLICT when the vectors stored are of
 * another embedder than the one configured. */
stile_status stile_plane_open(const char *folder, stile_plane **out,
                              stile_error *err) STILE_MUST_CHECK;
/* Saves the index and closes. No other call may be running. */
void stile_plane_close(stile_plane *plane);
/* Save the index's segments now, so that the next opening replays nothing. */
stile_status stile_plane_save(stile_plane *plane, stile_error *err) STILE_MUST_CHECK;

/* Borrowed for the life of the plane. */
const char *stile_plane_folder(const stile_plane *plane);
const stile_config *stile_plane_config(const stile_plane *plane);
stile_store *stile_plane_store(const stile_plane *plane);
const stile_levels *stile_plane_levels(const stile_plane *plane);
stile_labels *stile_plane_labels(const stile_plane *plane);
stile_embedder *stile_plane_embedder(const stile_plane *plane);
stile_reranker *stile_plane_reranker(const stile_plane *plane);  /* NULL: none configured */
struct stile_judge *stile_plane_judge(const stile_plane *plane); /* scan/judge.h; NULL: none */
stile_audit *stile_plane_audit(const stile_plane *plane);

/* The scan policy in force; the caller unrefs. */
stile_policy *stile_plane_policy(stile_plane *plane);
/* Put another policy in force; takes a reference of its own. Waits for audit records that rest on
 * the old one. */
void stile_plane_set_policy(stile_plane *plane, stile_policy *policy);

/* What an answer's dispositions rest on. */
typedef struct stile_standing {
    stile_policy *policy; /* a reference */
    uint64_t rulings;     /* state of the reviews and collection settings */
    uint64_t until_ms;    /* a review it rests on ends then; 0: none */
} stile_standing;
stile_standing stile_plane_standing(stile_plane *plane);
void stile_standing_release(stile_standing *standing); /* zeroed: harmless */
/* When `standing` is in force now, true, and it stays in force until stile_plane_let_go: append the
 * audit record in between, and nothing else. False: dispose again. */
bool stile_plane_hold(stile_plane *plane, const stile_standing *standing);
void stile_plane_let_go(stile_plane *plane);

/* A pack in shadow: the policy that would be in force with it. */
typedef struct stile_shadow {
    stile_policy *policy; /* NULL: nothing is in shadow */
    char pack[STILE_MAX_PACK_NAME + 1];
    uint32_t version;
} stile_shadow;
/* With a reference to the policy, which the caller unrefs (NULL is harmless). */
stile_shadow stile_plane_shadow(stile_plane *plane);

/* The last promotion, while it is on trial: live traffic is compared with the policy before. */
typedef struct stile_trial {
    stile_policy *before; /* NULL: nothing is on trial */
    char pack[STILE_MAX_PACK_NAME + 1];
    uint32_t version;
    uint64_t seq;         /* change before the promotion: later documents do not count */
    uint32_t seen, risen; /* chunks compared; of them, withheld now and not before */
} stile_trial;
stile_trial stile_plane_trial(stile_plane *plane);

/* Count compared chunks into the trial, if it is still `trial`; `*now` gets its counts, without a
 * reference. The trial ends with a spike (given once) and after scan.trial_chunks chunks. */
typedef enum { STILE_TRIAL_GOES_ON, STILE_TRIAL_PASSED, STILE_TRIAL_SPIKE } stile_trial_state;
stile_trial_state stile_plane_trial_add(stile_plane *plane, const stile_trial *trial, uint32_t seen,
                                        uint32_t risen, stile_trial *now);
/* Spikes since the directory was opened. */
uint64_t stile_plane_spikes(stile_plane *plane);

/* What one query sees. */
typedef struct stile_view stile_view;
/* The newest view; the caller unrefs. Never NULL. */
stile_view *stile_plane_view(stile_plane *plane);
void stile_view_unref(stile_view *view);
const stile_snapshot *stile_view_snapshot(const stile_view *view);
const stile_index_view *stile_view_index(const stile_view *view);
uint64_t stile_view_seq(const stile_view *view);

/* A thread's tools, lent from a pool: an analyzer, and a scanner for `policy`. */
typedef struct stile_worker {
    struct stile_worker *next; /* of the pool */
    stile_analyzer *analyzer;
    stile_policy *policy;
    stile_scanner *scanner;
} stile_worker;
stile_status stile_worker_acquire(stile_plane *plane, stile_policy *policy, stile_worker **out,
                                  stile_error *err) STILE_MUST_CHECK;
void stile_worker_release(stile_plane *plane, stile_worker *worker); /* NULL is harmless */

/* Collections. Names are [A-Za-z0-9][A-Za-z0-9._-]*, at most STILE_MAX_COLLECTION_NAME bytes.
 * Found records borrow from `arena`. */
stile_status stile_plane_collection_find(stile_plane *plane, stile_slice name, stile_arena *arena,
                                         stile_collection *out, stile_error *err) STILE_MUST_CHECK;
/* `wanted` gives name, ceiling and trust; the same name again with the same settings is fine,
 * with others STILE_CONFLICT. A ceiling is a level and a conjunction of tokens, so that the least
 * clearance that dominates it is known. */
stile_status stile_plane_collection_create(stile_plane *plane, const stile_collection *wanted,
                                           stile_arena *arena, stile_collection *out,
                                           stile_error *err) STILE_MUST_CHECK;
typedef stile_status (*stile_collection_each)(void *ctx, const stile_collection *collection,
                                              stile_error *err);
stile_status stile_plane_collections(stile_plane *plane, stile_collection_each each, void *ctx,
                                     stile_error *err) STILE_MUST_CHECK;
/* Delete every document of it, then its name. */
stile_status stile_plane_collection_delete(stile_plane *plane, stile_slice name,
                                           stile_error *err) STILE_MUST_CHECK;

/* One document's write. */
typedef enum { STILE_WRITE_PUT, STILE_WRITE_DELETE, STILE_WRITE_RELABEL } stile_write_kind;

typedef struct stile_cached_verdict {
    stile_sha256 key;
    stile_slice record;
} stile_cached_verdict;

typedef struct stile_write {
    stile_write_kind kind;
    stile_docref doc;
    const stile_label *label; /* PUT, RELABEL */
    /* PUT only; all borrowed until the commit returns */
    stile_document document; /* label, seq, content_seq, times and chunks are filled in */
    stile_slice original;
    const stile_chunk_record *chunks;
    uint32_t chunk_count;
    const int8_t *codes;
    const float *scales;
    const stile_terms *terms;
    const stile_cached_verdict *verdicts;
    size_t verdict_count;
    /* result */
    bool existed; /* there was such a document before */
} stile_write;

/* Apply `writes` (no document twice) in one atomic, synced step, and publish a view that shows
 * them. After STILE_OK they are durable and govern every later request. A DELETE or RELABEL of a
 * document that is not there does nothing and leaves `existed` false. */
stile_status stile_plane_commit(stile_plane *plane, stile_write *writes, size_t count,
                                stile_error *err) STILE_MUST_CHECK;

/* Put one verdict into the cache, unsynced: it can always be made again. */
stile_status stile_plane_cache_verdict(stile_plane *plane, const stile_sha256 *key,
                                       stile_slice record, stile_error *err) STILE_MUST_CHECK;

uint64_t stile_now_ms(void);

#endif
