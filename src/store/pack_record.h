/* SPDX-License-Identifier: Apache-2.0 */
/* Uploaded packs in the store: one small record for each version, and its text beside it. No version
 * is ever removed. The pack STILE_MODEL_PACK holds classifiers (docs/formats/classifier.md) for its
 * text; every other one holds rules. */
#ifndef STILE_STORE_PACK_RECORD_H
#define STILE_STORE_PACK_RECORD_H

#include "store/records.h"

#define STILE_MAX_PACK_NAME 32
#define STILE_MAX_PACK_TEXT ((size_t)1 << 20)
#define STILE_MODEL_PACK "classifier"
#define STILE_MAX_MODEL_TEXT (((size_t)4 << 20) + 8192)
#define STILE_MAX_PACK_NOTE 1024
#define STILE_MAX_PACK_VERSIONS 100000
#define STILE_MAX_ACTIVE_PACKS 64

/* X(constant, name). The numbers are stored. */
#define STILE_PACK_STATE_MAP(X)                                                                    \
    X(DRAFT, "draft")       /* uploaded; it compiles */                                            \
    X(TESTED, "tested")     /* its examples pass */                                                \
    X(SHADOW, "shadow")     /* evaluated on live traffic, not enforced */                          \
    X(ACTIVE, "active")     /* part of the policy in force */                                      \
    X(REPLACED, "replaced") /* was active until a newer version was */                             \
    X(ROLLED_BACK, "rolled-back")

typedef enum {
#define STILE_PACK_STATE_ENUM(name, text) STILE_PACK_##name,
    STILE_PACK_STATE_MAP(STILE_PACK_STATE_ENUM)
#undef STILE_PACK_STATE_ENUM
        STILE_PACK_STATES
} stile_pack_state;

const char *stile_pack_state_name(stile_pack_state state);

/* One version of a pack. */
typedef struct stile_pack {
    stile_slice name;  /* [a-z0-9][a-z0-9-]*, at most STILE_MAX_PACK_NAME bytes */
    uint32_t version;  /* from 1 */
    uint32_t revision; /* raised by each change of this record: its ETag */
    stile_pack_state state;
    uint32_t previous;            /* ACTIVE: the version that was active before, or 0 */
    stile_slice author, approver; /* principals; no approver: empty */
    stile_slice note;             /* the author's */
    stile_sha256 text_sha256;
    uint32_t text_len;
    uint64_t created_ms, changed_ms;
} stile_pack;

/* Whether its text is a classifier. */
bool stile_pack_is_model(stile_slice name);

void stile_pack_encode(const stile_pack *pack, stile_buf *out);
/* Borrows from `record`. */
stile_status stile_pack_decode(stile_slice record, stile_pack *out,
                               stile_error *err) STILE_MUST_CHECK;

/* Keys of the table PACKS: 'v' or 't', the name, NUL, the version big-endian. */
typedef enum { STILE_PACK_KEY_RECORD = 'v', STILE_PACK_KEY_TEXT = 't' } stile_pack_key_kind;
/* Version 0: the prefix of all versions; with an empty name too: of all packs. */
void stile_dbkey_pack(stile_pack_key_kind kind, stile_slice name, uint32_t version, stile_buf *out);

#endif
