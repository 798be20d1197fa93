/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/key.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SECRET_LEN 32
#define SECRET_TEXT 43 /* base64url of 32 bytes, without padding */
#define RECORD_VERSION 1
#define PREFIX "stile_"
#define PREFIX_LEN 6

static const char *const scope_names[STILE_SCOPE_COUNT] = {
#define STILE_SCOPE_TEXT(name, text) text,
    STILE_SCOPE_MAP(STILE_SCOPE_TEXT)
#undef STILE_SCOPE_TEXT
};

const char *stile_scope_name(stile_scope scope)
{
    return (unsigned)scope < STILE_SCOPE_COUNT ? scope_names[scope] : "unknown";
}

static bool find_scope(stile_slice name, uint32_t *bits)
{
    for (unsigned s = 0; s < STILE_SCOPE_COUNT; s++)
        if (stile_slice_eq(stile_str(scope_names[s]), name)) {
            *bits |= 1u << s;
            return true;
        }
    return false;
}

stile_status stile_scopes_parse(stile_slice text, uint32_t *out, stile_error *err)
{
    uint32_t bits = 0;

    for (size_t at = 0; text.len && at <= text.len;) { /* a comma at the end is a name missing */
        const char *comma = memchr(text.ptr + at, ',', text.len - at);
        size_t end = comma ? (size_t)(comma - text.ptr) : text.len;
        stile_slice name = stile_slice_cut(text, at, end);
        if (!find_scope(name, &bits))
            return stile_fail(err, STILE_INVALID, "scopes: unknown scope %.*s",
                              (int)(name.len < 64 ? name.len : 64), name.ptr);
        at = end + 1;
    }
    *out = bits;
    return STILE_OK;
}

void stile_scopes_format(uint32_t scopes, stile_buf *out)
{
    const char *between = "";

    for (unsigned s = 0; s < STILE_SCOPE_COUNT; s++)
        if (scopes & 1u << s) {
            stile_buf_add_str(out, between);
            stile_buf_add_str(out, scope_names[s]);
            between = ",";
        }
}

/* RFC 4648's URL alphabet, unpadded: OpenSSL's encoder, its two odd letters replaced. */
static void encode_secret(const unsigned char *secret, char *out)
{
    unsigned char text[48];

    (void)EVP_EncodeBlock(text, secret, SECRET_LEN);
    for (size_t i = 0; i < SECRET_TEXT; i++)
        out[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : (char)text[i];
    stile_secret_wipe(text, sizeof text);
}

stile_status stile_key_mint(stile_key *key, char *secret, stile_error *err)
{
    unsigned char id[STILE_KEY_ID_LEN / 2], bytes[SECRET_LEN];
    char text[SECRET_TEXT];
    stile_sha256 digest;
    stile_status st;

    if ((st = stile_random(id, sizeof id, err)) || (st = stile_random(bytes, sizeof bytes, err)))
        return st;
    encode_secret(bytes, text);
    if (!(st = stile_sha256_of(stile_slice_of(text, sizeof text), &digest, err))) {
        stile_hex(id, sizeof id, key->id);
        key->secret_hash = digest;
        (void)snprintf(secret, STILE_KEY_LEN + 1, PREFIX "%s_%.*s", key->id, SECRET_TEXT, text);
    }
    stile_secret_wipe(bytes, sizeof bytes);
    stile_secret_wipe(text, sizeof text);
    return st;
}

bool stile_key_id_of(stile_slice presented, char id[STILE_KEY_ID_LEN + 1])
{
    if (presented.len != STILE_KEY_LEN || memcmp(presented.ptr, PREFIX, PREFIX_LEN) != 0 ||
        presented.ptr[PREFIX_LEN + STILE_KEY_ID_LEN] != '_')
        return false;
    for (size_t i = 0; i < STILE_KEY_ID_LEN; i++) {
        char c = presented.ptr[PREFIX_LEN + i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        id[i] = c;
    }
    id[STILE_KEY_ID_LEN] = '\0';
    return true;
}

stile_status stile_key_check(const stile_key *key, stile_slice presented, uint64_t now_ms,
                             stile_error *err)
{
    static const stile_sha256 nobody; /* no SHA-256 is known to be all zero */
    char secret[SECRET_TEXT] = {0};
    stile_sha256 digest;
    bool same, live, formed = presented.len == STILE_KEY_LEN;
    stile_status st;

    if (formed)
        memcpy(secret, presented.ptr + STILE_KEY_LEN - SECRET_TEXT, SECRET_TEXT);
    st = stile_sha256_of(stile_slice_of(secret, sizeof secret), &digest, err);
    stile_secret_wipe(secret, sizeof secret);
    if (st)
        return st;
    same = stile_secret_eq(digest.bytes, (key ? &key->secret_hash : &nobody)->bytes,
                           sizeof digest.bytes);
    live = key && !key->revoked && (key->expires_ms == 0 || now_ms < key->expires_ms);
    if (!formed || !same || !live)
        return stile_fail(err, STILE_UNAUTHENTICATED, "the API key is not valid");
    return STILE_OK;
}

void stile_key_encode(const stile_key *key, stile_buf *out)
{
    stile_buf_add_byte(out, RECORD_VERSION);
    stile_buf_add(out, key->id, STILE_KEY_ID_LEN);
    stile_buf_add(out, key->secret_hash.bytes, sizeof key->secret_hash.bytes);
    stile_buf_add_block(out, key->name);
    stile_buf_add_block(out, key->clearance);
    stile_buf_add_u32(out, key->scopes);
    stile_buf_add_varint(out, key->created_ms);
    stile_buf_add_varint(out, key->expires_ms);
    stile_buf_add_byte(out, key->revoked);
    stile_buf_add_varint(out, key->collection_count);
    for (size_t i = 0; i < key->collection_count; i++)
        stile_buf_add_block(out, key->collections[i]);
}

static stile_status corrupt(stile_error *err)
{
    return stile_fail(err, STILE_CORRUPT, "auth: damaged key record");
}

static stile_status decode_collections(stile_reader *r, uint64_t count, stile_arena *arena,
                                       stile_key *key, stile_error *err)
{
    stile_slice *names;

    if (count > (uint64_t)(r->end - r->ptr))
        return corrupt(err);
    if (!(names = stile_arena_array(arena, (size_t)count, sizeof *names)))
        return stile_fail(err, STILE_NO_MEMORY, "auth: out of memory");
    for (size_t i = 0; i < count; i++)
        if (!stile_reader_block(r, &names[i]))
            return corrupt(err);
    key->collections = names;
    key->collection_count = (size_t)count;
    return stile_reader_done(r) ? STILE_OK : corrupt(err);
}

stile_status stile_key_decode(stile_slice record, stile_arena *arena, stile_key *out,
                              stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_key key = {0};
    stile_slice id, hash;
    uint8_t version, revoked;
    uint64_t count;
    stile_status st;

    if (!stile_reader_u8(&r, &version) || version != RECORD_VERSION ||
        !stile_reader_bytes(&r, STILE_KEY_ID_LEN, &id) ||
        !stile_reader_bytes(&r, STILE_SHA256_LEN, &hash) || !stile_reader_block(&r, &key.name) ||
        !stile_reader_block(&r, &key.clearance) || !stile_reader_u32(&r, &key.scopes) ||
        key.scopes >> STILE_SCOPE_COUNT || !stile_reader_varint(&r, &key.created_ms) ||
        !stile_reader_varint(&r, &key.expires_ms) || !stile_reader_u8(&r, &revoked) ||
        revoked > 1 || !stile_reader_varint(&r, &count))
        return corrupt(err);
    if ((st = decode_collections(&r, count, arena, &key, err)))
        return st;
    memcpy(key.id, id.ptr, id.len);
    memcpy(key.secret_hash.bytes, hash.ptr, hash.len);
    key.revoked = revoked == 1;
    *out = key;
    return STILE_OK;
}
