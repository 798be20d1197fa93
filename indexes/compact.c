/* SPDX-License-Identifier: Apache-2.0 */
/* Size-tiered merging. A segment's tier grows with the logarithm of its live rows; a tier that
 * fills is merged into one segment of the next. So a row is rewritten a logarithmic number of
 * times, and a view holds at most TIER_WIDTH - 1 segments of each size, and while a merge beside
 * the writer is under way no more than BACKLOG times as many. A segment that is mostly dead is
 * rewritten alone. */
#include "indexes/compact.h"

#include "base/memory.h"

#define TIER_WIDTH STILE_COMPACT_WIDTH
#define BACKLOG 4     /* tiers' worth that wait before the writer merges them itself */
#define TIER_ROWS 256 /* the first tier: segments of fewer live rows */
#define TIERS 16
#define REWRITE_ROWS 1024 /* below, dead rows are not worth a rewrite of their own */

static unsigned tier_of(uint32_t live)
{
    unsigned tier = 0;

    for (uint64_t rows = TIER_ROWS; live >= rows && tier < TIERS - 1; rows *= TIER_WIDTH)
        tier++;
    return tier;
}

static bool mostly_dead(const stile_view_segment *s)
{
    return s->segment->row_count >= REWRITE_ROWS &&
           stile_view_segment_live(s) < s->segment->row_count / 2;
}

static void release(stile_view_segment *s)
{
    stile_segment_unref(s->segment);
    stile_tombstones_unref(s->dead);
    *s = (stile_view_segment){0};
}

/* Close the gaps that released segments left. */
static void close_gaps(stile_index_view *view)
{
    size_t n = 0;

    for (size_t i = 0; i < view->segment_count; i++)
        if (view->segments[i].segment)
            view->segments[n++] = view->segments[i];
    view->segment_count = n;
}

static void drop_empty(stile_index_view *view)
{
    for (size_t i = 0; i < view->segment_count; i++)
        if (stile_view_segment_live(&view->segments[i]) == 0)
            release(&view->segments[i]);
    close_gaps(view);
}

void stile_compact_replace(stile_index_view *view, const size_t *chosen, size_t count,
                           const stile_view_segment *merged)
{
    for (size_t i = 0; i < count; i++)
        release(&view->segments[chosen[i]]);
    view->segments[chosen[0]] = *merged;
    close_gaps(view);
}

/* Replace the chosen segments by their merger. */
static stile_status merge(stile_index_view *view, const size_t *chosen, size_t count,
                          stile_error *err)
{
    stile_segment_input *inputs = stile_alloc_array(count, sizeof *inputs);
    stile_segment *merged = NULL;
    stile_status st;

    if (!inputs)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t i = 0; i < count; i++)
        inputs[i] = (stile_segment_input){view->segments[chosen[i]].segment,
                                          view->segments[chosen[i]].dead};
    st = stile_segment_merge(inputs, count, &merged, err);
    stile_free(inputs);
    if (st)
        return st;
    stile_compact_replace(view, chosen, count, &(stile_view_segment){merged, NULL});
    return STILE_OK;
}

/* TIER_WIDTH segments of this tier; 0 when it has fewer, when they would not fit one segment, or
 * when they hold more than `most` rows and few of them wait. */
static size_t choose_of_tier(const stile_index_view *view, unsigned tier, uint64_t most,
                             size_t chosen[TIER_WIDTH])
{
    uint64_t rows = 0;
    size_t n = 0;

    for (size_t i = 0; i < view->segment_count; i++) {
        uint32_t live = stile_view_segment_live(&view->segments[i]);
        if (tier_of(live) != tier)
            continue;
        if (n < TIER_WIDTH) {
            chosen[n] = i;
            rows += live;
        }
        n++;
    }
    if (n < TIER_WIDTH || rows > STILE_SEGMENT_ROWS_MAX)
        return 0;
    return rows <= most || n >= BACKLOG * TIER_WIDTH ? TIER_WIDTH : 0;
}

static size_t choose_dead(const stile_index_view *view, uint64_t most, size_t chosen[TIER_WIDTH])
{
    for (size_t i = 0; i < view->segment_count; i++)
        if (mostly_dead(&view->segments[i]) &&
            stile_view_segment_live(&view->segments[i]) <= most) {
            chosen[0] = i;
            return 1;
        }
    return 0;
}

size_t stile_compact_choose(const stile_index_view *view, uint64_t most,
                            size_t chosen[STILE_COMPACT_WIDTH])
{
    size_t count = 0;

    for (unsigned tier = 0; !count && tier < TIERS; tier++)
        count = choose_of_tier(view, tier, most, chosen);
    return count ? count : choose_dead(view, most, chosen);
}

stile_status stile_index_compact(stile_index_view *view, stile_error *err)
{
    uint64_t most = view->settings.merge_rows ? view->settings.merge_rows : UINT64_MAX;
    size_t chosen[TIER_WIDTH], count;
    stile_status st = STILE_OK;

    drop_empty(view);
    while (!st && (count = stile_compact_choose(view, most, chosen)))
        st = merge(view, chosen, count, err);
    return st;
}
