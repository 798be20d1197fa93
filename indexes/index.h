/* SPDX-License-Identifier: Apache-2.0 */
/* The derived index: immutable segments, published as one view at a time.
 *
 * A segment holds rows (chunks) sorted by (collection, label, cell, docref, ordinal). All rows of
 * one (collection, label) are a run: its int8 codes lie together, and it has a term table and
 * postings of its own, so searching a permitted set touches the permitted runs and nothing else.
 * Statistics (document counts, document frequencies, average lengths) are sums over permitted
 * live rows, so forbidden rows cannot move a score.
 *
 * Writes make small segments; merging keeps them few. A replaced, relabelled or deleted
 * document's old rows are tombstones (a bitmap beside the segment, copied on write). An answer
 * depends on the live permitted rows alone: never on how they are spread over segments.
 *
 * Threads: one writer at a time (the caller orders writes); views may be acquired and searched
 * by any number of threads. */
#ifndef STILE_INDEXES_INDEX_H
#define STILE_INDEXES_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "indexes/filter.h"
#include "indexes/terms.h"
#include "stile/arena.h"
#include "stile/document.h"
#include "stile/permit.h"

typedef struct stile_index stile_index;
typedef struct stile_index_view stile_index_view; /* immutable, refcounted */

typedef struct stile_index_options {
    const char *folder;     /* segments and the manifest live here; created when missing */
    size_t dim;             /* 0: no vectors (lexical only) */
    stile_sha256 embedder;  /* vectors on disk of another embedder are refused: rebuild */
    const float *centroids; /* [centroid_count][dim]; copied into a FAISS coarse quantizer */
    size_t centroid_count;  /* 0: one cell */
    double k1, b;           /* BM25; 0, 0: 1.2 and .75 */
    double title_weight;    /* 0: 1.0 */
    uint32_t ann_rows;      /* a (collection, label) of at least so many rows gets a FAISS index
                                 of its own at save or build; 0: 2000000 */
    uint32_t sieve_rows;    /* of so many permitted rows, those far off by sign code are not
                                 scored; 0: 150000 */
    uint32_t sieve_keep;    /* but at least so many are, for each hit wanted; 0: 24 */
    uint32_t merge_rows;    /* apply merges segments that hold at most so many rows together, and
                                 leaves larger merges to merge.h; 0: it does them all */
} stile_index_options;

/* One document's rows. `codes` is [chunks][dim] (NULL when dim is 0), `scales` [chunks]. */
typedef struct stile_index_document {
    stile_docref doc;
    uint32_t collection, label;
    uint32_t chunks;
    const int8_t *codes;
    const float *scales;
    const stile_terms *terms; /* [chunks] */
    stile_slice metadata;     /* a JSON object, or empty: see attributes.h */
} stile_index_document;

/* Open the saved segments. `*seq` is the last change they cover, 0 when there are none; the
 * caller replays what came after. Damaged or foreign files are not an error: the index opens
 * empty with *seq 0 and says so in the log, since it can always be rebuilt. */
stile_status stile_index_open(const stile_index_options *options, stile_index **out, uint64_t *seq,
                              stile_error *err) STILE_MUST_CHECK;
void stile_index_destroy(stile_index *index);

/* One atomic step: drop the rows of every document in `removed`, drop and replace those of
 * `documents`, and publish a view that covers `seq`. The arrays are only read. On failure the
 * published view stays as it was. */
stile_status stile_index_apply(stile_index *index, const stile_index_document *documents,
                               size_t document_count, const stile_docref *removed,
                               size_t removed_count, uint64_t seq,
                               stile_error *err) STILE_MUST_CHECK;

/* Write what is only in memory: segments with checksums, then the manifest, atomically. Builds
 * the FAISS index of each label that is large enough and not covered (on one thread: about 8 s
 * for 100,000 rows of 256 dimensions). A writer's call, as apply is; views stay searchable. */
stile_status stile_index_save(stile_index *index, stile_error *err) STILE_MUST_CHECK;

/* The view published last; caller unrefs. Never NULL. */
stile_index_view *stile_index_acquire(stile_index *index);
stile_index_view *stile_index_view_ref(stile_index_view *view);
void stile_index_view_unref(stile_index_view *view);
uint64_t stile_index_view_seq(const stile_index_view *view);

typedef enum { STILE_MODE_HYBRID, STILE_MODE_LEXICAL, STILE_MODE_DENSE } stile_mode;
const char *stile_mode_name(stile_mode mode);
bool stile_mode_parse(stile_slice name, stile_mode *out);

typedef struct stile_search {
    stile_mode mode;
    const uint32_t *collections; /* searched together as one corpus */
    size_t collection_count;
    const stile_permit *permit;
    const float *vector;        /* [dim], unit length; NULL for lexical */
    const stile_terms *terms;   /* of the query; NULL for dense */
    const stile_filter *filter; /* NULL: none. It chooses hits and changes no score */
    const uint64_t *required;   /* terms, by hash, that each hit must hold, in title or body. As
                                   the filter they choose hits and change no score */
    size_t required_count;
    double dense_weight; /* of the dense score in a hybrid one, 0 to 1 (stile_fuse) */
    uint32_t k;          /* hits wanted */
    uint32_t depth;      /* candidates of each kind for fusion; 0: max(4k, 100) */
} stile_search;

typedef struct stile_hit {
    stile_docref doc;
    uint32_t ordinal;
    uint32_t collection, label;
    double score; /* of the mode: cosine, BM25, or both as shares of the best (stile_fuse) */
} stile_hit;

/* The best `k`, by descending score, then ascending (docref, ordinal). `hits` borrows from
 * `arena`. Rows that score 0 or less lexically are not hits. A NULL permit finds nothing. In an
 * index without vectors hybrid ranks as lexical does, and dense is STILE_UNSUPPORTED. */
stile_status stile_index_search(const stile_index_view *view, const stile_search *search,
                                stile_arena *arena, stile_hit **hits, size_t *count,
                                stile_error *err) STILE_MUST_CHECK;

/* Digest over the generations of the FAISS indexes that this permit's labels have in these
 * collections; zero when none is in use. Part of an answer's policy (I2 holds per generation). */
void stile_index_generation(const stile_index_view *view, const stile_permit *permit,
                            const uint32_t *collections, size_t collection_count,
                            stile_sha256 *out);

typedef struct stile_index_stats {
    uint64_t live_rows, dead_rows, segments, ann_indexes, bytes;
} stile_index_stats;
void stile_index_view_stats(const stile_index_view *view, stile_index_stats *out);

/* Checks every invariant of the view's structures; else *why. For tests and debug builds. */
bool stile_index_view_validate(const stile_index_view *view, const char **why);

#endif
