/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "classifiers/gate_scan.h"

#define FEW 48 /* sorted by moving them */

static int by_place(const void *a, const void *b)
{
    const stile_gate_range *x = a, *y = b;

    if (x->pattern != y->pattern)
        return x->pattern < y->pattern ? -1 : 1;
    return (x->low > y->low) - (x->low < y->low);
}

static void sort(stile_gate_range *ranges, size_t count)
{
    if (count > FEW) {
        qsort(ranges, count, sizeof *ranges, by_place);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const stile_gate_range r = ranges[i];
        size_t to = i;
        for (; to > 0 && by_place(&ranges[to - 1], &r) > 0; to--)
            ranges[to] = ranges[to - 1];
        ranges[to] = r;
    }
}

void stile_gate_sort_ranges(stile_gate_scratch *s)
{
    size_t kept = 0;

    sort(s->ranges, s->range_count);
    for (size_t i = 0; i < s->range_count; i++) {
        const stile_gate_range r = s->ranges[i];
        stile_gate_range *last = kept ? &s->ranges[kept - 1] : NULL;
        if (last && last->pattern == r.pattern && r.low <= last->high + 1)
            last->high = r.high > last->high ? r.high : last->high;
        else
            s->ranges[kept++] = r;
    }
    s->range_count = kept;
}
