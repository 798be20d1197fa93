/* SPDX-License-Identifier: Apache-2.0 */
/* The permit drives: each permitted label is sought in each segment's run table by galloping
 * search, which reads keys only. Runs that are not permitted are never visited. */
#include "indexes/scope.h"

#include <stdlib.h>

/* The run's live rows that match. */
static stile_status filter_run(stile_scope_run *entry, const stile_filter *filter,
                               stile_arena *arena, stile_error *err)
{
    const stile_run *run = entry->run;
    stile_attribute_block block =
        stile_attributes_at(entry->segment->attributes + run->attributes_at, run->attributes);

    entry->filtered = true;
    return stile_filter_rows(filter, &block, run->rows, entry->dead, entry->dead_count, arena,
                             &entry->only, &entry->only_count, err);
}

/* Of ascending `rows` those among the term's; how many. */
static uint32_t keep_posted(const stile_scope_run *entry, const stile_term_entry *term,
                            uint32_t *rows, uint32_t count)
{
    stile_posting_list list = stile_segment_postings(entry->segment, entry->run, term);
    stile_posting_reader reader;
    uint32_t kept = 0;

    stile_posting_reader_start(&reader, &list);
    for (uint32_t i = 0; i < count; i++)
        if (stile_posting_reader_seek(&reader, rows[i]) == rows[i])
            rows[kept++] = rows[i];
    return kept;
}

/* The term's rows that may be hits, ascending; how many. */
static uint32_t take_posted(const stile_scope_run *entry, const stile_term_entry *term,
                            uint32_t *rows)
{
    stile_posting_list list = stile_segment_postings(entry->segment, entry->run, term);
    stile_posting_reader reader;
    uint32_t taken = 0;

    stile_posting_reader_start(&reader, &list);
    for (uint32_t row = stile_posting_reader_seek(&reader, 0); row != STILE_NO_ROW;
         row = stile_posting_reader_next(&reader))
        if (stile_scope_run_has(entry, row))
            rows[taken++] = row;
    return taken;
}

/* Leave only the rows that hold every required term: those of the rarest, then less and less. */
static stile_status require_terms(stile_scope_run *entry, const stile_search *search,
                                  stile_arena *arena, stile_error *err)
{
    const stile_term_entry *term, *rarest = NULL;
    uint32_t *rows, count;

    for (size_t i = 0; i < search->required_count; i++) {
        term = stile_segment_term(entry->segment, entry->run, search->required[i]);
        if (!term) {
            entry->filtered = true;
            entry->only_count = 0;
            return STILE_OK;
        }
        if (!rarest || term->count < rarest->count)
            rarest = term;
    }
    if (!rarest)
        return STILE_OK;
    if (!(rows = stile_arena_array(arena, rarest->count, sizeof *rows)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    count = take_posted(entry, rarest, rows);
    for (size_t i = 0; i < search->required_count; i++) {
        term = stile_segment_term(entry->segment, entry->run, search->required[i]);
        if (term != rarest)
            count = keep_posted(entry, term, rows, count);
    }
    entry->filtered = true;
    entry->only = rows;
    entry->only_count = count;
    return STILE_OK;
}

static stile_status add_run(stile_scope *scope, const stile_view_segment *s, const stile_run *run,
                            const stile_search *search, stile_arena *arena, stile_error *err)
{
    stile_scope_run *entry;
    stile_status st;

    if (scope->count == scope->room) {
        size_t room = scope->room ? scope->room * 2 : 64;
        stile_scope_run *runs = stile_arena_array(arena, room, sizeof *runs);
        if (!runs)
            return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
        if (scope->count)
            memcpy(runs, scope->runs, scope->count * sizeof *runs);
        scope->runs = runs;
        scope->room = room;
    }
    entry = &scope->runs[scope->count++];
    *entry = (stile_scope_run){.segment = s->segment, .run = run};
    st = stile_tombstones_range(s->dead, run->first_row, run->rows, arena, &entry->dead,
                                &entry->dead_count, err);
    if (!st && search->filter)
        st = filter_run(entry, search->filter, arena, err);
    return st ? st : require_terms(entry, search, arena, err);
}

static stile_status add_segment(stile_scope *scope, const stile_view_segment *s,
                                const stile_search *search, uint32_t collection, stile_arena *arena,
                                stile_error *err)
{
    const stile_segment *segment = s->segment;
    size_t count;
    const uint32_t *labels = stile_permit_ids(search->permit, &count);
    uint32_t at = stile_segment_seek(segment, 0, collection, 0);
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < count; i++) {
        at = stile_segment_seek(segment, at, collection, labels[i]);
        if (at == segment->run_count || segment->runs[at].collection != collection)
            break;
        if (segment->runs[at].label == labels[i])
            st = add_run(scope, s, &segment->runs[at], search, arena, err);
    }
    return st;
}

static bool seen(const uint32_t *collections, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (collections[i] == collections[at])
            return true;
    return false;
}

stile_status stile_scope_make(const stile_index_view *view, const stile_search *search,
                              stile_arena *arena, stile_scope *out, stile_error *err)
{
    stile_scope scope = {.view = view};
    stile_status st = STILE_OK;

    for (size_t c = 0; search->permit && !st && c < search->collection_count; c++) {
        if (seen(search->collections, c))
            continue;
        for (size_t i = 0; !st && i < view->segment_count; i++)
            st =
                add_segment(&scope, &view->segments[i], search, search->collections[c], arena, err);
    }
    if (!st)
        *out = scope;
    return st;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool has(const uint32_t *rows, uint32_t count, uint32_t row)
{
    return count && bsearch(&row, rows, count, sizeof *rows, by_number) != NULL;
}

bool stile_scope_run_dead(const stile_scope_run *run, uint32_t row)
{
    return has(run->dead, run->dead_count, row);
}

bool stile_scope_run_has(const stile_scope_run *run, uint32_t row)
{
    return run->filtered ? has(run->only, run->only_count, row) : !stile_scope_run_dead(run, row);
}
