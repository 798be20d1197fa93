/* SPDX-License-Identifier: Apache-2.0 */
/* A small world for the index's tests: random documents, an index that holds them, and a slow,
 * obvious oracle of what a search must answer. */
#ifndef STILE_TESTS_INDEX_WORLD_H
#define STILE_TESTS_INDEX_WORLD_H

#include "filters.h"
#include "indexes/index.h"
#include "stile/permit.h"
#include "support/random.h"

#define WORLD_DIM 16
#define WORLD_LABELS 6
#define WORLD_COLLECTIONS 3
#define WORLD_DOCUMENTS 400
#define WORLD_CHUNKS 5
#define WORLD_WORDS 24 /* of its vocabulary */
#define WORLD_CELLS 4

typedef struct world_chunk {
    float vector[WORLD_DIM];
    int8_t code[WORLD_DIM];
    float scale;
    stile_term terms[WORLD_WORDS];
    stile_terms list;
} world_chunk;

typedef struct world_document {
    bool live;
    stile_docref doc;
    uint32_t collection, label, chunks;
    facts facts;
    world_chunk chunk[WORLD_CHUNKS];
} world_document;

typedef struct world {
    stile_index_options options;
    stile_index *index;
    uint64_t seq;
    char *folder;
    stile_levels *levels;
    stile_labels *labels;
    uint32_t label_ids[WORLD_LABELS];
    world_document documents[WORLD_DOCUMENTS];
} world;

/* `ann_rows` and `centroids` as in the options. Aborts the test when it cannot. */
world *world_make(uint32_t ann_rows);
void world_free(world *w);
/* The same with the sieve of dense search from `sieve_rows` permitted rows on, keeping one row for
 * each hit wanted. */
world *world_make_sieved(uint32_t sieve_rows);
/* The same whose writer leaves merges of more than `merge_rows` rows to others. */
world *world_make_merging(uint32_t merge_rows);
/* Close and open again; the model forgets what was not saved only if `*seq` says so. */
uint64_t world_reopen(world *w);

/* Fill document `slot`, of collection slot % WORLD_COLLECTIONS, at random from `r`. */
void world_fill(world *w, uint32_t slot, uint32_t label, test_random *r);
/* Apply these slots as they are in the model: live ones are put, others removed. */
stile_status world_apply(world *w, const uint32_t *slots, size_t count, stile_error *err);
/* Put, replace, relabel or remove a few of the first `documents` at once. Fails the test when it
 * cannot. */
void world_step(world *w, uint32_t documents, test_random *r);
/* Every structure of the published view; `n` is what the message calls the case. */
void world_assert_valid(world *w, uint32_t n);
/* The caller unrefs. Bit i of `mask` permits label i. */
stile_permit *world_permit(world *w, uint32_t mask);

void world_query(stile_terms *terms, stile_term *storage, float *vector, test_random *r);

/* What a search must answer, from the model. Fills `hits` (room for every chunk). */
size_t world_oracle(const world *w, const stile_search *search, uint32_t mask, stile_hit *hits);
/* NULL, or what differs; scores to the last bit. */
const char *world_compare(const stile_hit *a, size_t a_count, const stile_hit *b, size_t b_count);
/* Search and compare with the oracle to the last bit; NULL, or what differs. */
const char *world_check(world *w, test_random *r);

#endif
