/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <xxhash.h>

stile_status stile_sha256_of(stile_slice s, stile_sha256 *out, stile_error *err)
{
    unsigned len = 0;

    if (!EVP_Digest(s.ptr ? s.ptr : "", s.len, out->bytes, &len, EVP_sha256(), NULL))
        return stile_fail(err, STILE_INTERNAL, "hash: SHA-256 failed");
    return STILE_OK;
}

stile_status stile_sha256_parts(const stile_slice *parts, size_t count, stile_sha256 *out,
                                stile_error *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned len = 0;
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);

    for (size_t i = 0; ok && i < count; i++) {
        unsigned char size[8];
        for (int b = 0; b < 8; b++)
            size[b] = (unsigned char)((uint64_t)parts[i].len >> (8 * b));
        ok = EVP_DigestUpdate(ctx, size, sizeof size) &&
             EVP_DigestUpdate(ctx, parts[i].ptr ? parts[i].ptr : "", parts[i].len);
    }
    ok = ok && EVP_DigestFinal_ex(ctx, out->bytes, &len);
    EVP_MD_CTX_free(ctx);
    return ok ? STILE_OK : stile_fail(err, STILE_INTERNAL, "hash: SHA-256 failed");
}

void stile_hex(const void *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *b = bytes;

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[b[i] >> 4];
        out[2 * i + 1] = digits[b[i] & 15];
    }
    out[2 * len] = '\0';
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool stile_unhex(stile_slice hex, void *out, size_t len)
{
    unsigned char *b = out;

    if (hex.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = digit_of(hex.ptr[2 * i]), low = digit_of(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        b[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

stile_status stile_random(void *out, size_t len, stile_error *err)
{
    if (len > INT32_MAX || RAND_bytes(out, (int)len) != 1)
        return stile_fail(err, STILE_INTERNAL, "hash: no random bytes from the system");
    return STILE_OK;
}

bool stile_secret_eq(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void stile_secret_wipe(void *ptr, size_t len)
{
    OPENSSL_cleanse(ptr, len);
}

uint64_t stile_hash64(stile_slice s)
{
    return XXH3_64bits(s.ptr ? s.ptr : "", s.len);
}
