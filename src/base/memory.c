/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local long fail_after = -1;
static _Thread_local unsigned long allocations;

static bool may_allocate(void)
{
    allocations++;
    if (fail_after < 0)
        return true;
    if (fail_after == 0)
        return false;
    fail_after--;
    return true;
}

void *stile_alloc(size_t size)
{
    return may_allocate() ? calloc(1, size ? size : 1) : NULL;
}

void *stile_alloc_array(size_t count, size_t size)
{
    size_t total;
    return stile_size_mul(count, size, &total) ? stile_alloc(total) : NULL;
}

void *stile_realloc_array(void *ptr, size_t count, size_t size)
{
    size_t total;
    if (!stile_size_mul(count, size, &total) || !may_allocate())
        return NULL;
    return realloc(ptr, total ? total : 1);
}

char *stile_strndup(const char *s, size_t len)
{
    size_t total;
    char *copy;
    if (!stile_size_add(len, 1, &total))
        return NULL;
    copy = stile_alloc(total);
    if (copy && len)
        memcpy(copy, s, len);
    return copy;
}

char *stile_strdup(const char *s)
{
    return stile_strndup(s, strlen(s));
}

void stile_free(void *ptr)
{
    free(ptr);
}

bool stile_size_mul(size_t a, size_t b, size_t *out)
{
    if (b && a > SIZE_MAX / b)
        return false;
    *out = a * b;
    return true;
}

bool stile_size_add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b)
        return false;
    *out = a + b;
    return true;
}

void stile_memory_fail_after(long n)
{
    fail_after = n;
}

unsigned long stile_memory_count(void)
{
    return allocations;
}
