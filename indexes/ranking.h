/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a run in order of BM25, for lexical.c alone: it weighs the terms, this ranks. */
#ifndef STILE_INDEXES_RANKING_H
#define STILE_INDEXES_RANKING_H

#include "indexes/search.h"

/* One query term over the whole scope. */
typedef struct stile_query_term {
    uint64_t hash;
    double weight; /* how often the query names it, times its idf */
    uint64_t df;
    double bound; /* of its part of any score */
} stile_query_term;

/* One term in the run at hand. */
typedef struct stile_cursor {
    stile_posting_reader at;    /* the next to add to a window's sums */
    stile_posting_reader probe; /* where the last row scored was sought */
    bool optional;              /* in the window at hand */
    uint32_t bounded;           /* the block that `block_bound` is of */
    double block_bound;
} stile_cursor;

typedef struct stile_ranking {
    /* the caller's */
    const stile_scope *scope;
    stile_query_term *terms; /* ascending by hash */
    uint32_t term_count;
    uint32_t *by_bound; /* term numbers, ascending by bound */
    double k1, title_weight;
    double flat, slope; /* k1 * (1 - b + b * length / average) = flat + slope * length */
    bool bounded;       /* else settings under which lengths may lift a score */
    stile_topk *top;
    /* made by stile_ranking_start */
    stile_cursor *cursors; /* [term_count] */
    double *sums;
    uint32_t optional; /* terms, in order of bound, whose postings alone make no hit */
    double rest;       /* what the terms that are optional in the window can add together */
} stile_ranking;

stile_status stile_ranking_start(stile_ranking *ranking, stile_arena *arena,
                                 stile_error *err) STILE_MUST_CHECK;
/* Offer the run's rows. `entries`: its terms, in the order of ranking->terms; NULL for none. */
void stile_ranking_run(stile_ranking *ranking, const stile_scope_run *run,
                       const stile_term_entry *const *entries);

#endif
