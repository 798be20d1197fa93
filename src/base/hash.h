/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and random bytes (OpenSSL), checksums and table hashes (xxHash). Thread-safe. */
#ifndef STILE_BASE_HASH_H
#define STILE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stile/slice.h"
#include "stile/status.h"

#define STILE_SHA256_LEN 32
#define STILE_SHA256_HEX (2 * STILE_SHA256_LEN + 1)

typedef struct stile_sha256 {
    unsigned char bytes[STILE_SHA256_LEN];
} stile_sha256;

stile_status stile_sha256_of(stile_slice s, stile_sha256 *out, stile_error *err) STILE_MUST_CHECK;
/* Of several parts, each preceded by its length as eight little-endian bytes, so that moving a
 * byte from one part to the next changes the digest. */
stile_status stile_sha256_parts(const stile_slice *parts, size_t count, stile_sha256 *out,
                                stile_error *err) STILE_MUST_CHECK;

/* Lower-case hex with a closing NUL: `out` holds 2 * len + 1 bytes. */
void stile_hex(const void *bytes, size_t len, char *out);
/* Exactly 2 * len hex digits, either case; false otherwise. */
bool stile_unhex(stile_slice hex, void *out, size_t len);

/* Random bytes fit for keys and nonces. */
stile_status stile_random(void *out, size_t len, stile_error *err) STILE_MUST_CHECK;
/* Equal, in time that depends on `len` alone. */
bool stile_secret_eq(const void *a, const void *b, size_t len);
/* Overwrite a secret; not optimised away. */
void stile_secret_wipe(void *ptr, size_t len);

/* XXH3, 64 bits: for tables, term ids and the checksums of derived files. Not a digest. */
uint64_t stile_hash64(stile_slice s);

#endif
