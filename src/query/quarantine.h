/* SPDX-License-Identifier: Apache-2.0 */
/* The quarantine: chunks whose verdict says injection or withholds them, for people who hold the
 * scope and whose clearance dominates their labels. It is no place and holds no copies: a chunk is
 * in it by its present verdict, and leaves it when that changes.
 *
 * Walking it reads the names of all documents of a collection, so its time depends on how many
 * there are. Its bytes do not: what is not dominated is skipped and counts for nothing. */
#ifndef STILE_QUERY_QUARANTINE_H
#define STILE_QUERY_QUARANTINE_H

#include "plane/rulings.h"
#include "query/released.h"

/* One walk or one look, with what it rests on. */
typedef struct stile_quarantine {
    stile_plane *plane;
    const stile_caller *caller;
    stile_view *view; /* owned */
    stile_worker *worker;
    stile_standing standing;
} stile_quarantine;

/* Release also after a failure. */
stile_status stile_quarantine_init(stile_quarantine *q, stile_plane *plane,
                                   const stile_caller *caller, stile_error *err) STILE_MUST_CHECK;
void stile_quarantine_release(stile_quarantine *q);

/* A chunk that is in it. */
typedef struct stile_quarantined {
    stile_fetched fetched;
    stile_verdict verdict;
    stile_pins pins;
    stile_ruling ruling; /* in force now */
    bool reviewed;
    stile_review review; /* when reviewed: the chunk's own, else the collection's */
} stile_quarantined;

/* One chunk. STILE_NOT_FOUND when there is none that the caller may see, in the words of the same;
 * STILE_CONFLICT when it is not flagged. Borrows from `arena`. */
stile_status stile_quarantine_look(stile_quarantine *q, const stile_docref *doc, uint32_t ordinal,
                                   stile_arena *arena, stile_quarantined *out,
                                   stile_error *err) STILE_MUST_CHECK;

/* Where a walk goes on: at a document id, from an ordinal. Empty: the beginning, or the end. */
typedef struct stile_quarantine_place {
    stile_slice document;
    uint32_t ordinal;
} stile_quarantine_place;

#define STILE_QUARANTINE_PAGE 100     /* chunks given */
#define STILE_QUARANTINE_LOOKED 10000 /* permitted chunks looked at, for one page */
typedef stile_status (*stile_quarantine_each)(void *ctx, const stile_quarantined *chunk,
                                              bool *taken, stile_error *err);
/* `each` says whether it took the chunk into the page. `*next` borrows from `arena`. */
stile_status stile_quarantine_walk(stile_quarantine *q, const stile_collection *collection,
                                   const stile_quarantine_place *from, stile_quarantine_each each,
                                   void *ctx, stile_arena *arena, stile_quarantine_place *next,
                                   stile_error *err) STILE_MUST_CHECK;

#endif
