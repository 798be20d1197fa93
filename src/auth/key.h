/* SPDX-License-Identifier: Apache-2.0 */
/* Principals and API keys. A key is shown once and stored as a hash.
 *
 * A key reads "stile_<12 hex id>_<43 base64url characters of 32 random bytes>". The record,
 * found by the id, holds SHA-256 of the secret part (it is random, so a slow hash adds nothing)
 * and what the holder may do. */
#ifndef STILE_AUTH_KEY_H
#define STILE_AUTH_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "stile/arena.h"
#include "stile/buf.h"

/* What a principal may do beyond its clearance. */
#define STILE_SCOPE_MAP(X)                                                                         \
    X(RETRIEVE, "retrieve")           /* search and read documents */                              \
    X(INGEST, "ingest")               /* put and delete documents */                               \
    X(LABEL, "label")                 /* relabel, upwards or sideways */                           \
    X(LABEL_LOWER, "label:lower")     /* lower a label */                                          \
    X(TRUST, "trust")                 /* raise the trust of a source */                            \
    X(COLLECTION, "collection")       /* create, change, delete collections */                     \
    X(KEYS, "keys")                   /* make and revoke keys */                                   \
    X(FINDINGS, "findings")           /* see rule ids and scores, dry-run scans */                 \
    X(AUDIT, "audit")                 /* read the audit log */                                     \
    X(RULES_WRITE, "rules:write")     /* upload and test rule packs, put them in shadow */         \
    X(RULES_APPROVE, "rules:approve") /* approve the packs of others */                            \
    X(RULES_PROMOTE, "rules:promote") /* put approved packs in force, roll them back */            \
    X(QUARANTINE, "quarantine")       /* review flagged and withheld chunks */

typedef enum {
#define STILE_SCOPE_ENUM(name, text) STILE_SCOPE_##name,
    STILE_SCOPE_MAP(STILE_SCOPE_ENUM)
#undef STILE_SCOPE_ENUM
        STILE_SCOPE_COUNT
} stile_scope;

const char *stile_scope_name(stile_scope scope);
/* Parse "retrieve,ingest" into bits (1u << scope). STILE_INVALID names the unknown scope. */
stile_status stile_scopes_parse(stile_slice text, uint32_t *out, stile_error *err) STILE_MUST_CHECK;
void stile_scopes_format(uint32_t scopes, stile_buf *out);

#define STILE_KEY_ID_LEN 12
#define STILE_KEY_LEN 62 /* "stile_" + 12 + "_" + 43 */

typedef struct stile_key {
    char id[STILE_KEY_ID_LEN + 1];
    stile_slice name;      /* of the principal, for the audit */
    stile_slice clearance; /* canonical text */
    const stile_slice *collections;
    size_t collection_count; /* 0: all */
    uint32_t scopes;
    uint64_t created_ms, expires_ms; /* Unix time; expires 0: never */
    bool revoked;
    stile_sha256 secret_hash;
} stile_key;

/* Make a key: fills id and secret_hash of `key` and writes the whole key (STILE_KEY_LEN + 1
 * bytes) to `secret`, for the one time that it is shown. The caller wipes it. */
stile_status stile_key_mint(stile_key *key, char *secret, stile_error *err) STILE_MUST_CHECK;
/* The id part of a presented key; false when it has not the form of a key. */
bool stile_key_id_of(stile_slice presented, char id[STILE_KEY_ID_LEN + 1]);
/* Constant-time. STILE_UNAUTHENTICATED when the secret differs, the key expired or was revoked:
 * one text for all three. `key` NULL (no such id) does the same work and fails the same way. */
stile_status stile_key_check(const stile_key *key, stile_slice presented, uint64_t now_ms,
                             stile_error *err) STILE_MUST_CHECK;

void stile_key_encode(const stile_key *key, stile_buf *out);
/* Borrows from `record` and `arena`. */
stile_status stile_key_decode(stile_slice record, stile_arena *arena, stile_key *out,
                              stile_error *err) STILE_MUST_CHECK;

#endif
