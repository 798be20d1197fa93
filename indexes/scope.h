/* SPDX-License-Identifier: Apache-2.0 */
/* What one search may touch: the runs of its collections that its permit allows, with their dead
 * rows. Made once, before anything is read; dense and lexical search see nothing else. */
#ifndef STILE_INDEXES_SCOPE_H
#define STILE_INDEXES_SCOPE_H

#include "indexes/view.h"

typedef struct stile_scope_run {
    const stile_segment *segment;
    const stile_run *run;
    const uint32_t *dead; /* ascending, from the run's first row */
    uint32_t dead_count;
    bool filtered;        /* only the rows in `only` may be hits */
    const uint32_t *only; /* live rows that match the filter and hold the required terms,
                             ascending, from the first */
    uint32_t only_count;
} stile_scope_run;

/* Everything borrows from the view and the arena. */
typedef struct stile_scope {
    const stile_index_view *view;
    stile_scope_run *runs;
    size_t count, room;
} stile_scope;

/* Of `search`: permit, collections (which may repeat; each counts once), filter and required
 * terms. */
stile_status stile_scope_make(const stile_index_view *view, const stile_search *search,
                              stile_arena *arena, stile_scope *out,
                              stile_error *err) STILE_MUST_CHECK;

bool stile_scope_run_dead(const stile_scope_run *run, uint32_t row);
/* Whether a row may be a hit: it is alive, and in `only` where that counts. */
bool stile_scope_run_has(const stile_scope_run *run, uint32_t row);

/* A hit on row `row` of the run. */
static inline stile_hit stile_scope_hit(const stile_scope_run *run, uint32_t row, double score)
{
    const stile_row *r = &run->segment->rows[run->run->first_row + row];
    return (stile_hit){r->doc, r->ordinal, run->run->collection, run->run->label, score};
}

#endif
