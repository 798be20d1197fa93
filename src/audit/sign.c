/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/sign.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"

#define PEM_MAX 4096

struct stile_audit_key {
    EVP_PKEY *pkey; /* owned */
};

static stile_status path_in(const char *folder, const char *name, char out[PATH_MAX],
                            stile_error *err)
{
    if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return stile_fail(err, STILE_INVALID, "audit: path too long");
    return STILE_OK;
}

/* Takes ownership of `pkey`, also when it fails. */
static stile_status wrap(EVP_PKEY *pkey, stile_audit_key **out, stile_error *err)
{
    stile_audit_key *key = stile_alloc(sizeof *key);

    if (!key) {
        EVP_PKEY_free(pkey);
        return stile_fail(err, STILE_NO_MEMORY, "audit: no memory for a key");
    }
    key->pkey = pkey;
    *out = key;
    return STILE_OK;
}

static stile_status parse(stile_slice pem, bool private, const char *path, stile_audit_key **out,
                          stile_error *err)
{
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    EVP_PKEY *pkey = NULL;

    if (bio)
        pkey = private ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL)
                       : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (!pkey || EVP_PKEY_get_id(pkey) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(pkey);
        return stile_fail(err, STILE_CORRUPT, "%s: not an Ed25519 key", path);
    }
    return wrap(pkey, out, err);
}

static stile_status load(const char *folder, bool private, stile_audit_key **out, stile_error *err)
{
    char path[PATH_MAX];
    stile_buf pem; /* may hold the private key: wiped */
    stile_status st;

    stile_buf_init(&pem, PEM_MAX);
    st = path_in(folder, private ? "key.pem" : "public.pem", path, err);
    if (!st)
        st = stile_file_read(path, &pem, err);
    if (!st)
        st = parse(stile_buf_slice(&pem), private, path, out, err);
    if (pem.ptr)
        stile_secret_wipe(pem.ptr, pem.len);
    stile_buf_release(&pem);
    return st;
}

static stile_status save(const stile_audit_key *key, const char *folder, bool private,
                         const stile_audit_hooks *hooks, stile_error *err)
{
    char path[PATH_MAX];
    char *pem = NULL; /* borrowed from bio */
    BIO *bio = BIO_new(private ? BIO_s_secmem() : BIO_s_mem());
    long len = 0;
    stile_status st = path_in(folder, private ? "key.pem" : "public.pem", path, err);

    if (st)
        goto out;
    if (!bio ||
        !(private ? PEM_write_bio_PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL)
                  : PEM_write_bio_PUBKEY(bio, key->pkey)) ||
        (len = BIO_get_mem_data(bio, &pem)) <= 0) {
        st = stile_fail(err, STILE_INTERNAL, "%s: the key cannot be written", path);
        goto out;
    }
    st = hooks->replace(path, stile_slice_of(pem, (size_t)len), private ? 0600 : 0644, err);
out:
    BIO_free(bio);
    return st;
}

stile_status stile_audit_key_open(const char *folder, const stile_audit_hooks *hooks,
                                  stile_audit_key **out, stile_error *err)
{
    stile_audit_key *key = NULL;
    EVP_PKEY *pkey = NULL;
    char path[PATH_MAX];
    bool made = false;
    stile_status st = load(folder, true, &key, err);

    if (st == STILE_NOT_FOUND) {
        if (!(pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")))
            return stile_fail(err, STILE_INTERNAL, "audit: no Ed25519 key could be made");
        made = true;
        st = wrap(pkey, &key, err);
    }
    if (!st && made)
        st = save(key, folder, true, hooks, err);
    /* Also when a crash came between the two files: the public half follows from the other. */
    if (!st)
        st = path_in(folder, "public.pem", path, err);
    if (!st && (made || !stile_path_exists(path)))
        st = save(key, folder, false, hooks, err);
    if (st) {
        stile_audit_key_destroy(key);
        return st;
    }
    *out = key;
    return STILE_OK;
}

stile_status stile_audit_key_open_public(const char *folder, stile_audit_key **out,
                                         stile_error *err)
{
    return load(folder, false, out, err);
}

void stile_audit_key_destroy(stile_audit_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    stile_free(key);
}

stile_status stile_audit_sign(const stile_audit_key *key, stile_slice message,
                              unsigned char signature[STILE_SIGNATURE_LEN], stile_error *err)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = STILE_SIGNATURE_LEN;
    bool ok =
        ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
        EVP_DigestSign(ctx, signature, &len, (const unsigned char *)message.ptr, message.len) == 1;

    EVP_MD_CTX_free(ctx);
    return ok ? STILE_OK : stile_fail(err, STILE_INTERNAL, "audit: signing failed");
}

bool stile_audit_signed(const stile_audit_key *key, stile_slice message,
                        const unsigned char signature[STILE_SIGNATURE_LEN])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
              EVP_DigestVerify(ctx, signature, STILE_SIGNATURE_LEN,
                               (const unsigned char *)message.ptr, message.len) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}
