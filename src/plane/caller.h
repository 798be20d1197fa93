/* SPDX-License-Identifier: Apache-2.0 */
/* Callers: from what a request presents to who asks, with which effective clearance.
 *
 * Two kinds. The owner holds the data directory itself, so every scope is theirs, and they may
 * ask as any clearance. Anyone else presents an API key. */
#ifndef STILE_PLANE_CALLER_H
#define STILE_PLANE_CALLER_H

#include "auth/key.h"
#include "plane/plane.h"

typedef struct stile_credentials {
    bool owner;            /* true only for who opened the data directory in this process */
    stile_slice clearance; /* owner: to ask as; empty: none, which reads nothing.
                              key: narrows the key's own; empty: the key's own */
    stile_slice key;       /* API key as presented */
} stile_credentials;

/* Made by stile_authenticate alone. Borrows from the arena of its request. */
typedef struct stile_caller {
    bool owner;
    const char *name;                 /* for the audit: "owner", or the key's principal */
    const char *key_id;               /* "" for the owner */
    const stile_clearance *clearance; /* effective; NULL reads nothing */
    uint32_t scopes;
    const stile_slice *collections;
    size_t collection_count; /* 0: all */
} stile_caller;

/* STILE_UNAUTHENTICATED with one text for every reason; STILE_INVALID for a clearance that does
 * not parse. */
stile_status stile_authenticate(stile_plane *plane, const stile_credentials *credentials,
                                stile_arena *arena, stile_caller *out,
                                stile_error *err) STILE_MUST_CHECK;

/* STILE_FORBIDDEN naming the scope that is missing. */
stile_status stile_caller_need(const stile_caller *caller, stile_scope scope,
                               stile_error *err) STILE_MUST_CHECK;
bool stile_caller_has(const stile_caller *caller, stile_scope scope);
/* The collection, if the caller may use it; else STILE_NOT_FOUND, as for one that is not there. */
stile_status stile_caller_collection(const stile_caller *caller, stile_plane *plane,
                                     stile_slice name, stile_arena *arena, stile_collection *out,
                                     stile_error *err) STILE_MUST_CHECK;
/* Whether the caller may write in `collection` under `label` (NULL: delete). Writing is reading
 * too (an id that exists above the writer would show), so a key's clearance must dominate the
 * declared ceiling, and the ceiling's least clearance must dominate the label. */
stile_status stile_caller_may_write(const stile_caller *caller, stile_plane *plane,
                                    const stile_collection *collection, const stile_label *label,
                                    stile_error *err) STILE_MUST_CHECK;

/* API keys in the store. `secret` holds STILE_KEY_LEN + 1 bytes, shown once and wiped. */
stile_status stile_plane_key_create(stile_plane *plane, stile_key *key, char *secret,
                                    stile_error *err) STILE_MUST_CHECK;
stile_status stile_plane_key_revoke(stile_plane *plane, stile_slice id,
                                    stile_error *err) STILE_MUST_CHECK;
typedef stile_status (*stile_key_each)(void *ctx, const stile_key *key, stile_error *err);
stile_status stile_plane_keys(stile_plane *plane, stile_key_each each, void *ctx,
                              stile_error *err) STILE_MUST_CHECK;

#endif
