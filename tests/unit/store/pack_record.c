/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "store/pack_record.h"
#include "support/random.h"

static stile_pack sample(void)
{
    stile_pack pack = {.name = stile_str("acme"),
                       .version = 70000,
                       .revision = 3,
                       .state = STILE_PACK_SHADOW,
                       .previous = 69999,
                       .author = stile_str("ann"),
                       .approver = stile_str("ben"),
                       .note = stile_str("why"),
                       .text_len = 12345,
                       .created_ms = 1,
                       .changed_ms = UINT64_MAX};
    pack.text_sha256.bytes[31] = 9;
    return pack;
}

Test(pack_record, decodes_to_what_was_encoded)
{
    stile_pack pack = sample(), back;
    stile_buf record;

    stile_buf_init(&record, 4096);
    stile_pack_encode(&pack, &record);
    cr_assert_eq(stile_pack_decode(stile_buf_slice(&record), &back, NULL), STILE_OK);
    cr_assert(stile_slice_eq(back.name, pack.name) && stile_slice_eq(back.author, pack.author) &&
              stile_slice_eq(back.approver, pack.approver) && stile_slice_eq(back.note, pack.note));
    cr_assert_eq(back.version, 70000);
    cr_assert_eq(back.revision, 3);
    cr_assert_eq(back.previous, 69999);
    cr_assert_eq(back.state, STILE_PACK_SHADOW);
    cr_assert_eq(back.changed_ms, UINT64_MAX);
    cr_assert_eq(back.text_sha256.bytes[31], 9);
    stile_buf_release(&record);
}

/* Damaged records are refused or give something that encodes to the same bytes: never a state that
 * is none, never bytes past the end. */
Test(pack_record, damage_is_refused_or_harmless)
{
    uint64_t seed = test_random_seed("pack_record");
    uint32_t cases = test_cases(5000);
    stile_pack pack = sample(), back;
    stile_buf record, again;

    stile_buf_init(&record, 4096);
    stile_buf_init(&again, 4096);
    stile_pack_encode(&pack, &record);
    for (uint32_t i = 0; i < cases; i++) {
        test_random r = test_random_case(seed, i);
        char bytes[512];
        size_t len = record.len - (i % 3 == 0 ? test_random_below(&r, (uint32_t)record.len) : 0);
        memcpy(bytes, record.ptr, len);
        if (len)
            bytes[test_random_below(&r, (uint32_t)len)] = (char)test_random_next(&r);
        if (stile_pack_decode(stile_slice_of(bytes, len), &back, NULL))
            continue;
        cr_assert_lt((unsigned)back.state, STILE_PACK_STATES);
        cr_assert_gt(back.version, 0);
        stile_buf_reset(&again);
        stile_pack_encode(&back, &again);
        cr_assert_leq(again.len, len);
    }
    stile_buf_release(&again);
    stile_buf_release(&record);
}

Test(pack_record, keys_sort_by_name_then_version)
{
    static const struct {
        const char *name;
        uint32_t version;
    } rows[] = {{"a", 1}, {"a", 2}, {"a", 256}, {"a-b", 1}, {"ab", 1}};
    stile_buf before, key;

    stile_buf_init(&before, 128);
    stile_buf_init(&key, 128);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_buf_reset(&key);
        stile_dbkey_pack(STILE_PACK_KEY_RECORD, stile_str(rows[i].name), rows[i].version, &key);
        cr_assert_lt(stile_slice_cmp(stile_buf_slice(&before), stile_buf_slice(&key)), 0, "%zu", i);
        stile_buf_reset(&before);
        stile_buf_add_slice(&before, stile_buf_slice(&key));
    }
    stile_buf_release(&before);
    stile_buf_release(&key);
}
