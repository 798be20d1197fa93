/* SPDX-License-Identifier: Apache-2.0 */
#include "api/diff.h"

#include <stdint.h>

#include "base/json.h"

#define CONTEXT 3
#define MAX_PAIRS ((size_t)4 << 20)

typedef struct lines {
    stile_slice *line;
    size_t count;
} lines;

typedef struct diff {
    lines from, to;
    size_t head, tail; /* equal lines at both ends */
    uint16_t *longest; /* [from][to] of the middles: longest common subsequence from there on */
    size_t columns;
    json_t *out;
    stile_slice kept[CONTEXT]; /* the last unchanged lines that are not out yet, a ring */
    size_t kept_count;
    size_t after; /* unchanged lines still wanted after a change */
} diff;

static bool split(stile_slice text, stile_arena *arena, lines *out)
{
    size_t count = 0, at = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n';
    if (!(out->line = stile_arena_array(arena, count + 1, sizeof *out->line)))
        return false;
    for (size_t i = 0; i <= text.len; i++)
        if ((i == text.len && i > at) || (i < text.len && text.ptr[i] == '\n')) {
            out->line[out->count++] = stile_slice_cut(text, at, i);
            at = i + 1;
        }
    return true;
}

static void trim(diff *d)
{
    size_t least = d->from.count < d->to.count ? d->from.count : d->to.count;

    while (d->head < least && stile_slice_eq(d->from.line[d->head], d->to.line[d->head]))
        d->head++;
    while (d->tail < least - d->head && stile_slice_eq(d->from.line[d->from.count - 1 - d->tail],
                                                       d->to.line[d->to.count - 1 - d->tail]))
        d->tail++;
}

/* NULL stays where there are too many pairs: then nothing in the middle counts as equal. */
static bool measure(diff *d, stile_arena *arena)
{
    size_t rows = d->from.count - d->head - d->tail, columns = d->to.count - d->head - d->tail;

    d->columns = columns + 1;
    if (rows > UINT16_MAX || columns > UINT16_MAX || (rows + 1) * (columns + 1) > MAX_PAIRS)
        return true;
    if (!(d->longest = stile_arena_array(arena, (rows + 1) * (columns + 1), sizeof *d->longest)))
        return false;
    for (size_t i = rows; i-- > 0;)
        for (size_t j = columns; j-- > 0;) {
            uint16_t *here = &d->longest[i * d->columns + j];
            uint16_t down = here[d->columns], right = here[1];
            if (stile_slice_eq(d->from.line[d->head + i], d->to.line[d->head + j]))
                *here = (uint16_t)(here[d->columns + 1] + 1);
            else
                *here = down > right ? down : right;
        }
    return true;
}

static void put(diff *d, const char *op, stile_slice text)
{
    (void)json_array_append_new(d->out,
                                json_pack("{s:s,s:o}", "op", op, "text", stile_json_string(text)));
}

static void same(diff *d, stile_slice text)
{
    if (d->after) {
        d->after--;
        put(d, " ", text);
        return;
    }
    d->kept[d->kept_count++ % CONTEXT] = text;
}

static void changed(diff *d, const char *op, stile_slice text)
{
    size_t kept = d->kept_count < CONTEXT ? d->kept_count : CONTEXT;

    for (size_t i = d->kept_count - kept; i < d->kept_count; i++)
        put(d, " ", d->kept[i % CONTEXT]);
    d->kept_count = 0;
    d->after = CONTEXT;
    put(d, op, text);
}

static void walk_middle(diff *d)
{
    size_t rows = d->from.count - d->head - d->tail, columns = d->columns - 1, i = 0, j = 0;

    while (i < rows || j < columns) {
        const uint16_t *here = d->longest ? &d->longest[i * d->columns + j] : NULL;
        stile_slice a = i < rows ? d->from.line[d->head + i] : (stile_slice){0};
        stile_slice b = j < columns ? d->to.line[d->head + j] : (stile_slice){0};
        if (here && i < rows && j < columns && stile_slice_eq(a, b)) {
            same(d, a);
            i++;
            j++;
        } else if (j == columns || (i < rows && (!here || here[d->columns] >= here[1]))) {
            changed(d, "-", a);
            i++;
        } else {
            changed(d, "+", b);
            j++;
        }
    }
}

stile_status stile_diff_lines(stile_slice from, stile_slice to, stile_arena *arena, json_t **out,
                              stile_error *err)
{
    diff d = {.out = json_array()};

    if (!d.out || !split(from, arena, &d.from) || !split(to, arena, &d.to)) {
        json_decref(d.out);
        return stile_fail(err, STILE_NO_MEMORY, "diff: out of memory");
    }
    trim(&d);
    if (!measure(&d, arena)) {
        json_decref(d.out);
        return stile_fail(err, STILE_NO_MEMORY, "diff: out of memory");
    }
    for (size_t i = 0; i < d.head; i++)
        same(&d, d.from.line[i]);
    walk_middle(&d);
    for (size_t i = d.from.count - d.tail; i < d.from.count; i++)
        same(&d, d.from.line[i]);
    *out = d.out;
    return STILE_OK;
}
