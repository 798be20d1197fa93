/* SPDX-License-Identifier: Apache-2.0 */
/* An arena: memory that lives and dies together, one per request.
 *
 * Allocations are freed all at once by stile_arena_release or _reset. Cleanup hooks run then,
 * last registered first, so an arena can hold references to shared objects. Not thread-safe:
 * one arena, one thread at a time. */
#ifndef STILE_ARENA_H
#define STILE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_arena {
    struct stile_arena_block *blocks;
    struct stile_arena_hook *hooks;
    size_t used; /* bytes handed out */
    size_t cap;  /* 0: no cap */
} stile_arena;

/* `cap` bounds the bytes that the arena hands out; 0 for no bound. */
void stile_arena_init(stile_arena *arena, size_t cap);
/* Run hooks, free everything. Harmless on a zeroed arena and when repeated. */
void stile_arena_release(stile_arena *arena);

/* `size` zeroed bytes aligned for any type, or NULL when memory or the cap ran out. */
void *stile_arena_alloc(stile_arena *arena, size_t size);
/* As above for `count` items of `size` bytes; NULL too when the product overflows. */
void *stile_arena_array(stile_arena *arena, size_t count, size_t size);
/* A NUL-terminated copy. `out` borrows from the arena. */
stile_status stile_arena_copy(stile_arena *arena, stile_slice s, stile_slice *out,
                              stile_error *err) STILE_MUST_CHECK;
/* A formatted, NUL-terminated string, or NULL when memory ran out. */
char *stile_arena_printf(stile_arena *arena, const char *fmt, ...) STILE_PRINTF(2, 3);
/* Call `fn(ctx)` on release. On failure calls it at once, so that nothing leaks. */
stile_status stile_arena_defer(stile_arena *arena, void (*fn)(void *ctx), void *ctx,
                               stile_error *err) STILE_MUST_CHECK;

#endif
