/* SPDX-License-Identifier: Apache-2.0 */
/* The only door to the heap. Hooks let tests fail the nth allocation. */
#ifndef STILE_BASE_MEMORY_H
#define STILE_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* As the C library's, but sized by a checked product where two sizes meet, and zero bytes
 * give a pointer that may be freed. All return NULL when memory ran out. Thread-safe. */
void *stile_alloc(size_t size);                     /* zeroed */
void *stile_alloc_array(size_t count, size_t size); /* zeroed */
void *stile_realloc_array(void *ptr, size_t count, size_t size);
char *stile_strdup(const char *s);
char *stile_strndup(const char *s, size_t len);
void stile_free(void *ptr);

/* a * b into *out; false when it overflows. */
bool stile_size_mul(size_t a, size_t b, size_t *out);
bool stile_size_add(size_t a, size_t b, size_t *out);

/* Tests: let `n` more allocations of this thread succeed and fail every one after; -1 turns it off.
 * `stile_memory_count` is the number of allocations of this thread so far. */
void stile_memory_fail_after(long n);
unsigned long stile_memory_count(void);

#endif
