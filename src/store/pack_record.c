/* SPDX-License-Identifier: Apache-2.0 */
#include "store/pack_record.h"

#define PACK_V 1

const char *stile_pack_state_name(stile_pack_state state)
{
    static const char *const names[] = {
#define STILE_PACK_STATE_TEXT(name, text) text,
        STILE_PACK_STATE_MAP(STILE_PACK_STATE_TEXT)
#undef STILE_PACK_STATE_TEXT
    };
    return (unsigned)state < STILE_PACK_STATES ? names[state] : "unknown";
}

bool stile_pack_is_model(stile_slice name)
{
    return stile_slice_eq(name, stile_str(STILE_MODEL_PACK));
}

void stile_pack_encode(const stile_pack *p, stile_buf *out)
{
    stile_buf_add_byte(out, PACK_V);
    stile_buf_add_block(out, p->name);
    stile_buf_add_varint(out, p->version);
    stile_buf_add_varint(out, p->revision);
    stile_buf_add_byte(out, (unsigned char)p->state);
    stile_buf_add_varint(out, p->previous);
    stile_buf_add_block(out, p->author);
    stile_buf_add_block(out, p->approver);
    stile_buf_add_block(out, p->note);
    stile_buf_add(out, p->text_sha256.bytes, sizeof p->text_sha256.bytes);
    stile_buf_add_varint(out, p->text_len);
    stile_buf_add_varint(out, p->created_ms);
    stile_buf_add_varint(out, p->changed_ms);
}

static bool get_u32(stile_reader *r, uint32_t *out)
{
    uint64_t v;
    if (!stile_reader_varint(r, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

stile_status stile_pack_decode(stile_slice record, stile_pack *out, stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_pack p = {0};
    stile_slice digest;
    uint8_t v, state;

    if (!stile_reader_u8(&r, &v) || v != PACK_V || !stile_reader_block(&r, &p.name) ||
        !get_u32(&r, &p.version) || !get_u32(&r, &p.revision) || !stile_reader_u8(&r, &state) ||
        state >= STILE_PACK_STATES || !get_u32(&r, &p.previous) ||
        !stile_reader_block(&r, &p.author) || !stile_reader_block(&r, &p.approver) ||
        !stile_reader_block(&r, &p.note) ||
        !stile_reader_bytes(&r, sizeof p.text_sha256.bytes, &digest) || !get_u32(&r, &p.text_len) ||
        !stile_reader_varint(&r, &p.created_ms) || !stile_reader_varint(&r, &p.changed_ms) ||
        !stile_reader_done(&r) || p.version == 0)
        return stile_fail(err, STILE_CORRUPT, "store: damaged pack record");
    p.state = (stile_pack_state)state;
    memcpy(p.text_sha256.bytes, digest.ptr, sizeof p.text_sha256.bytes);
    *out = p;
    return STILE_OK;
}

void stile_dbkey_pack(stile_pack_key_kind kind, stile_slice name, uint32_t version, stile_buf *out)
{
    stile_dbkey number = stile_dbkey_u32(version);

    stile_buf_add_byte(out, (unsigned char)kind);
    if (name.len == 0)
        return;
    stile_buf_add_slice(out, name);
    stile_buf_add_byte(out, 0);
    if (version)
        stile_buf_add_slice(out, stile_dbkey_slice(&number));
}
