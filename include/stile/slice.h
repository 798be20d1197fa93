/* SPDX-License-Identifier: Apache-2.0 */
/* A borrowed run of bytes. Never assumed NUL-terminated; `ptr` may be NULL when `len` is 0. */
#ifndef STILE_SLICE_H
#define STILE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct stile_slice {
    const char *ptr;
    size_t len;
} stile_slice;

/* From a string literal or any NUL-terminated string; borrows it. */
static inline stile_slice stile_str(const char *s)
{
    return (stile_slice){s, s ? strlen(s) : 0};
}

static inline stile_slice stile_slice_of(const void *ptr, size_t len)
{
    return (stile_slice){(const char *)ptr, len};
}

static inline bool stile_slice_eq(stile_slice a, stile_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Byte order, shorter first when one is a prefix of the other. */
static inline int stile_slice_cmp(stile_slice a, stile_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool stile_slice_starts(stile_slice s, stile_slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

/* Bytes [start, end) of `s`; the caller guarantees start <= end <= s.len. */
static inline stile_slice stile_slice_cut(stile_slice s, size_t start, size_t end)
{
    return (stile_slice){s.ptr + start, end - start};
}

/* For printf's "%.*s". */
#define STILE_SLICE_ARGS(s) (int)(s).len, (s).ptr

/* Whether `s` holds the bytes of `literal` (not empty, NUL-terminated) somewhere. */
static inline bool stile_slice_holds(stile_slice s, const char *literal)
{
    size_t len = strlen(literal);
    const char *at = s.ptr, *end = s.ptr + s.len;

    while (
        s.len >= len && at <= end - len &&
        (at = (const char *)memchr(at, (unsigned char)literal[0], (size_t)(end - at) - len + 1))) {
        if (memcmp(at, literal, len) == 0)
            return true;
        at++;
    }
    return false;
}

#endif
