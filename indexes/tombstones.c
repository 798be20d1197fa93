/* SPDX-License-Identifier: Apache-2.0 */
#include "indexes/tombstones.h"

#include <roaring/roaring.h>
#include <stdatomic.h>

#include "base/memory.h"

struct stile_tombstones {
    atomic_size_t refs;
    roaring_bitmap_t *rows;
};

stile_status stile_tombstones_copy(const stile_tombstones *base, stile_tombstones **out,
                                   stile_error *err)
{
    stile_tombstones *dead = stile_alloc(sizeof *dead);

    if (dead)
        dead->rows = base ? roaring_bitmap_copy(base->rows) : roaring_bitmap_create();
    if (!dead || !dead->rows) {
        stile_free(dead);
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    }
    atomic_init(&dead->refs, 1);
    *out = dead;
    return STILE_OK;
}

stile_tombstones *stile_tombstones_ref(stile_tombstones *dead)
{
    if (dead)
        atomic_fetch_add(&dead->refs, 1);
    return dead;
}

void stile_tombstones_unref(stile_tombstones *dead)
{
    if (!dead || atomic_fetch_sub(&dead->refs, 1) != 1)
        return;
    roaring_bitmap_free(dead->rows);
    stile_free(dead);
}

void stile_tombstones_add(stile_tombstones *dead, uint32_t row)
{
    roaring_bitmap_add(dead->rows, row);
}

bool stile_tombstones_has(const stile_tombstones *dead, uint32_t row)
{
    return dead && roaring_bitmap_contains(dead->rows, row);
}

uint32_t stile_tombstones_count(const stile_tombstones *dead)
{
    return dead ? (uint32_t)roaring_bitmap_get_cardinality(dead->rows) : 0;
}

stile_status stile_tombstones_range(const stile_tombstones *dead, uint32_t first, uint32_t rows,
                                    stile_arena *arena, const uint32_t **out, uint32_t *count,
                                    stile_error *err)
{
    roaring_uint32_iterator_t at;
    uint32_t found, *list;

    *out = NULL;
    *count = 0;
    if (!dead)
        return STILE_OK;
    found = (uint32_t)roaring_bitmap_range_cardinality(dead->rows, first, (uint64_t)first + rows);
    if (found == 0)
        return STILE_OK;
    if (!(list = stile_arena_array(arena, found, sizeof *list)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    roaring_init_iterator(dead->rows, &at);
    (void)roaring_move_uint32_iterator_equalorlarger(&at, first);
    found = roaring_read_uint32_iterator(&at, list, found);
    for (uint32_t i = 0; i < found; i++)
        list[i] -= first;
    *out = list;
    *count = found;
    return STILE_OK;
}
