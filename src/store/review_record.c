/* SPDX-License-Identifier: Apache-2.0 */
#include "store/review_record.h"

#define REVIEW_V 1

void stile_review_encode(const stile_review *r, stile_buf *out)
{
    stile_buf_add_byte(out, REVIEW_V);
    stile_buf_add_byte(out, (unsigned char)r->scope);
    stile_buf_add_byte(out, (unsigned char)r->decision);
    stile_buf_add_varint(out, r->collection);
    stile_buf_add_varint(out, r->label);
    stile_buf_add(out, r->doc.bytes, sizeof r->doc.bytes);
    stile_buf_add_varint(out, r->ordinal);
    stile_buf_add_block(out, r->principal);
    stile_buf_add_block(out, r->reason);
    stile_buf_add_block(out, r->approver);
    stile_buf_add_varint(out, r->created_ms);
    stile_buf_add_varint(out, r->until_ms);
}

static bool get_u32(stile_reader *r, uint32_t *out)
{
    uint64_t v;
    if (!stile_reader_varint(r, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

stile_status stile_review_decode(stile_slice record, stile_review *out, stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_review d = {0};
    stile_slice doc;
    uint8_t v, scope, decision;

    if (!stile_reader_u8(&r, &v) || v != REVIEW_V || !stile_reader_u8(&r, &scope) ||
        scope > STILE_REVIEW_COLLECTION || !stile_reader_u8(&r, &decision) ||
        decision > STILE_REVIEW_CONFIRMED || !get_u32(&r, &d.collection) ||
        !get_u32(&r, &d.label) || !stile_reader_bytes(&r, sizeof d.doc.bytes, &doc) ||
        !get_u32(&r, &d.ordinal) || !stile_reader_block(&r, &d.principal) ||
        !stile_reader_block(&r, &d.reason) || !stile_reader_block(&r, &d.approver) ||
        !stile_reader_varint(&r, &d.created_ms) || !stile_reader_varint(&r, &d.until_ms) ||
        !stile_reader_done(&r))
        return stile_fail(err, STILE_CORRUPT, "store: damaged review record");
    d.scope = (stile_review_scope)scope;
    d.decision = (stile_review_decision)decision;
    memcpy(d.doc.bytes, doc.ptr, doc.len);
    *out = d;
    return STILE_OK;
}

stile_review_key stile_review_key_of(uint32_t collection, stile_review_scope scope,
                                     const stile_sha256 *pin)
{
    stile_dbkey number = stile_dbkey_u32(collection);
    stile_review_key key;

    memcpy(key.bytes, number.bytes, 4);
    key.bytes[4] = (char)scope;
    memcpy(key.bytes + 5, pin->bytes, sizeof pin->bytes);
    return key;
}
