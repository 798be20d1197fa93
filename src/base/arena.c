/* SPDX-License-Identifier: Apache-2.0 */
#include "stile/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"

/* Blocks double from the first to the largest, so that an arena of a few bytes stays small. */
#define FIRST_BLOCK ((size_t)256)
#define LARGEST_BLOCK ((size_t)64 * 1024)

struct stile_arena_block {
    struct stile_arena_block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct stile_arena_hook {
    struct stile_arena_hook *next;
    void (*fn)(void *);
    void *ctx;
};

void stile_arena_init(stile_arena *arena, size_t cap)
{
    *arena = (stile_arena){.cap = cap};
}

void stile_arena_release(stile_arena *arena)
{
    struct stile_arena_block *block, *next;

    for (struct stile_arena_hook *h = arena->hooks; h; h = h->next)
        h->fn(h->ctx);
    for (block = arena->blocks; block; block = next) {
        next = block->next;
        stile_free(block);
    }
    *arena = (stile_arena){.cap = arena->cap};
}

static struct stile_arena_block *block_with_room(stile_arena *arena, size_t size)
{
    struct stile_arena_block *block = arena->blocks;
    size_t usual = block ? 2 * block->size : FIRST_BLOCK, want, total;

    if (block && block->size - block->used >= size)
        return block;
    usual = usual > LARGEST_BLOCK ? LARGEST_BLOCK : usual;
    want = size > usual ? size : usual;
    if (!stile_size_add(sizeof *block, want, &total) || !(block = stile_alloc(total)))
        return NULL;
    block->size = want;
    /* A large item gets a block of its own behind the current one, which keeps its room. */
    if (size > LARGEST_BLOCK && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *stile_arena_alloc(stile_arena *arena, size_t size)
{
    struct stile_arena_block *block;
    const size_t unit = alignof(max_align_t);
    void *ptr;

    if (!stile_size_add(size ? size : 1, unit - 1, &size))
        return NULL;
    size -= size % unit;
    if (arena->cap && (arena->used > arena->cap || size > arena->cap - arena->used))
        return NULL;
    if (!(block = block_with_room(arena, size)))
        return NULL;
    ptr = block->bytes + block->used;
    block->used += size;
    arena->used += size;
    return ptr;
}

void *stile_arena_array(stile_arena *arena, size_t count, size_t size)
{
    size_t total;
    return stile_size_mul(count, size, &total) ? stile_arena_alloc(arena, total) : NULL;
}

stile_status stile_arena_copy(stile_arena *arena, stile_slice s, stile_slice *out, stile_error *err)
{
    size_t total;
    char *copy = stile_size_add(s.len, 1, &total) ? stile_arena_alloc(arena, total) : NULL;

    if (!copy)
        return stile_fail(err, STILE_NO_MEMORY, "arena: no room for %zu bytes", s.len);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    *out = (stile_slice){copy, s.len};
    return STILE_OK;
}

char *stile_arena_printf(stile_arena *arena, const char *fmt, ...)
{
    va_list args;
    int len;
    char *text;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0 || !(text = stile_arena_alloc(arena, (size_t)len + 1)))
        return NULL;
    va_start(args, fmt);
    (void)vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return text;
}

stile_status stile_arena_defer(stile_arena *arena, void (*fn)(void *), void *ctx, stile_error *err)
{
    struct stile_arena_hook *hook = stile_arena_alloc(arena, sizeof *hook);

    if (!hook) {
        fn(ctx);
        return stile_fail(err, STILE_NO_MEMORY, "arena: no room for a cleanup hook");
    }
    *hook = (struct stile_arena_hook){arena->hooks, fn, ctx};
    arena->hooks = hook;
    return STILE_OK;
}
