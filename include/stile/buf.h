/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes with a cap fixed at init, so that no input can grow one without bound.
 *
 * Appends fail with STILE_TOO_LARGE past the cap and STILE_NO_MEMORY; the contents stay as
 * they were. A buffer remembers its first failure: `stile_buf_ok` lets a run of appends be
 * checked once at its end. The bytes are always followed by a NUL that `len` does not count.
 * Owned by whoever initialised it; not thread-safe. */
#ifndef STILE_BUF_H
#define STILE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_buf {
    char *ptr;
    size_t len;
    size_t size; /* allocated */
    size_t cap;
    stile_status failed; /* first failure, sticky until reset */
} stile_buf;

void stile_buf_init(stile_buf *buf, size_t cap);
void stile_buf_release(stile_buf *buf);
/* Empty it and forget failures; keeps the memory. */
void stile_buf_reset(stile_buf *buf);

void stile_buf_add(stile_buf *buf, const void *bytes, size_t len);
void stile_buf_add_slice(stile_buf *buf, stile_slice s);
void stile_buf_add_str(stile_buf *buf, const char *s);
void stile_buf_add_byte(stile_buf *buf, unsigned char byte);
void stile_buf_add_utf8(stile_buf *buf, uint32_t code_point);
void stile_buf_printf(stile_buf *buf, const char *fmt, ...) STILE_PRINTF(2, 3);
/* Little-endian integers and LEB128, for records and files. */
void stile_buf_add_u32(stile_buf *buf, uint32_t v);
void stile_buf_add_u64(stile_buf *buf, uint64_t v);
void stile_buf_add_varint(stile_buf *buf, uint64_t v);
/* A varint length, then the bytes. */
void stile_buf_add_block(stile_buf *buf, stile_slice s);
/* Room for `len` more bytes, uninitialised, counted in `len` at once; NULL on failure. */
char *stile_buf_extend(stile_buf *buf, size_t len);

/* STILE_OK, or the first failure of any append since init or reset. */
stile_status stile_buf_ok(const stile_buf *buf, stile_error *err) STILE_MUST_CHECK;

static inline stile_slice stile_buf_slice(const stile_buf *buf)
{
    return (stile_slice){buf->ptr, buf->len};
}

/* Reading back: a cursor over a slice. Each getter returns false and moves nothing when the
 * bytes are not there; blocks borrow from the slice. */
typedef struct stile_reader {
    const unsigned char *ptr;
    const unsigned char *end;
} stile_reader;

static inline stile_reader stile_reader_of(stile_slice s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    return (stile_reader){p, p ? p + s.len : p};
}
bool stile_reader_u8(stile_reader *r, uint8_t *out);
bool stile_reader_u32(stile_reader *r, uint32_t *out);
bool stile_reader_u64(stile_reader *r, uint64_t *out);
bool stile_reader_varint(stile_reader *r, uint64_t *out);
bool stile_reader_bytes(stile_reader *r, size_t len, stile_slice *out);
bool stile_reader_block(stile_reader *r, stile_slice *out);
static inline bool stile_reader_done(const stile_reader *r)
{
    return r->ptr == r->end;
}

#endif
