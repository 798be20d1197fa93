/* SPDX-License-Identifier: Apache-2.0 */
#include "stile/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

void stile_buf_init(stile_buf *buf, size_t cap)
{
    *buf = (stile_buf){.cap = cap};
}

void stile_buf_release(stile_buf *buf)
{
    stile_free(buf->ptr);
    *buf = (stile_buf){.cap = buf->cap};
}

void stile_buf_reset(stile_buf *buf)
{
    buf->len = 0;
    buf->failed = STILE_OK;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

/* Make room for `more` bytes and the closing NUL. */
static bool reserve(stile_buf *buf, size_t more)
{
    size_t need, size;
    char *ptr;

    if (buf->failed)
        return false;
    if (more > buf->cap || buf->len > buf->cap - more) {
        buf->failed = STILE_TOO_LARGE;
        return false;
    }
    need = buf->len + more + 1;
    if (need <= buf->size)
        return true;
    size = buf->size ? buf->size : 64;
    while (size < need)
        size += size / 2 + 1;
    if (size > buf->cap + 1)
        size = buf->cap + 1;
    ptr = stile_realloc_array(buf->ptr, size, 1);
    if (!ptr) {
        buf->failed = STILE_NO_MEMORY;
        return false;
    }
    buf->ptr = ptr;
    buf->size = size;
    return true;
}

char *stile_buf_extend(stile_buf *buf, size_t len)
{
    char *at;

    if (!reserve(buf, len))
        return NULL;
    at = buf->ptr + buf->len;
    buf->len += len;
    buf->ptr[buf->len] = '\0';
    return at;
}

void stile_buf_add(stile_buf *buf, const void *bytes, size_t len)
{
    char *at = stile_buf_extend(buf, len);
    if (at && len)
        memcpy(at, bytes, len);
}

void stile_buf_add_slice(stile_buf *buf, stile_slice s)
{
    stile_buf_add(buf, s.ptr, s.len);
}

void stile_buf_add_str(stile_buf *buf, const char *s)
{
    stile_buf_add(buf, s, strlen(s));
}

void stile_buf_add_byte(stile_buf *buf, unsigned char byte)
{
    stile_buf_add(buf, &byte, 1);
}

void stile_buf_add_utf8(stile_buf *buf, uint32_t cp)
{
    unsigned char b[4];
    size_t n;

    if (cp < 0x80) {
        b[0] = (unsigned char)cp;
        n = 1;
    } else if (cp < 0x800) {
        b[0] = (unsigned char)(0xc0 | cp >> 6);
        b[1] = (unsigned char)(0x80 | (cp & 0x3f));
        n = 2;
    } else if (cp < 0x10000) {
        b[0] = (unsigned char)(0xe0 | cp >> 12);
        b[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3f));
        b[2] = (unsigned char)(0x80 | (cp & 0x3f));
        n = 3;
    } else {
        b[0] = (unsigned char)(0xf0 | cp >> 18);
        b[1] = (unsigned char)(0x80 | (cp >> 12 & 0x3f));
        b[2] = (unsigned char)(0x80 | (cp >> 6 & 0x3f));
        b[3] = (unsigned char)(0x80 | (cp & 0x3f));
        n = 4;
    }
    stile_buf_add(buf, b, n);
}

void stile_buf_printf(stile_buf *buf, const char *fmt, ...)
{
    va_list args;
    int len;
    char *at;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0 || !(at = stile_buf_extend(buf, (size_t)len)))
        return;
    va_start(args, fmt);
    (void)vsnprintf(at, (size_t)len + 1, fmt, args);
    va_end(args);
}

void stile_buf_add_u32(stile_buf *buf, uint32_t v)
{
    unsigned char b[4];
    for (int i = 0; i < 4; i++)
        b[i] = (unsigned char)(v >> (8 * i));
    stile_buf_add(buf, b, sizeof b);
}

void stile_buf_add_u64(stile_buf *buf, uint64_t v)
{
    unsigned char b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (unsigned char)(v >> (8 * i));
    stile_buf_add(buf, b, sizeof b);
}

void stile_buf_add_varint(stile_buf *buf, uint64_t v)
{
    unsigned char b[10];
    size_t n = 0;
    while (v >= 0x80) {
        b[n++] = (unsigned char)(v | 0x80);
        v >>= 7;
    }
    b[n++] = (unsigned char)v;
    stile_buf_add(buf, b, n);
}

void stile_buf_add_block(stile_buf *buf, stile_slice s)
{
    stile_buf_add_varint(buf, s.len);
    stile_buf_add_slice(buf, s);
}

stile_status stile_buf_ok(const stile_buf *buf, stile_error *err)
{
    if (buf->failed == STILE_TOO_LARGE)
        return stile_fail(err, STILE_TOO_LARGE, "larger than %zu bytes", buf->cap);
    if (buf->failed)
        return stile_fail(err, buf->failed, "%s", stile_status_text(buf->failed));
    return STILE_OK;
}

bool stile_reader_u8(stile_reader *r, uint8_t *out)
{
    if (r->ptr == r->end)
        return false;
    *out = *r->ptr++;
    return true;
}

bool stile_reader_u32(stile_reader *r, uint32_t *out)
{
    uint32_t v = 0;
    if (r->end - r->ptr < 4)
        return false;
    for (int i = 0; i < 4; i++)
        v |= (uint32_t)r->ptr[i] << (8 * i);
    r->ptr += 4;
    *out = v;
    return true;
}

bool stile_reader_u64(stile_reader *r, uint64_t *out)
{
    uint64_t v = 0;
    if (r->end - r->ptr < 8)
        return false;
    for (int i = 0; i < 8; i++)
        v |= (uint64_t)r->ptr[i] << (8 * i);
    r->ptr += 8;
    *out = v;
    return true;
}

bool stile_reader_varint(stile_reader *r, uint64_t *out)
{
    const unsigned char *p = r->ptr;
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && p < r->end; shift += 7) {
        unsigned char b = *p++;
        if (shift == 63 && b > 1)
            return false;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            r->ptr = p;
            *out = v;
            return true;
        }
    }
    return false;
}

bool stile_reader_bytes(stile_reader *r, size_t len, stile_slice *out)
{
    if ((size_t)(r->end - r->ptr) < len)
        return false;
    *out = (stile_slice){(const char *)r->ptr, len};
    r->ptr += len;
    return true;
}

bool stile_reader_block(stile_reader *r, stile_slice *out)
{
    stile_reader at = *r;
    uint64_t len;
    if (!stile_reader_varint(&at, &len) || len > (uint64_t)(at.end - at.ptr) ||
        !stile_reader_bytes(&at, (size_t)len, out))
        return false;
    *r = at;
    return true;
}
