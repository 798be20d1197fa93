/* SPDX-License-Identifier: Apache-2.0 */
/* decode(encode(x)) = x, and no cut or flipped record decodes to something else unnoticed or crashes. */
#include <criterion/criterion.h>
#include <string.h>

#include "store/records.h"
#include "support/random.h"

static stile_slice random_bytes(test_random *r, stile_arena *arena, uint32_t most)
{
    uint32_t len = test_random_below(r, most);
    char *bytes = stile_arena_alloc(arena, len + 1);
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = (char)test_random_below(r, 256);
    return stile_slice_of(bytes, len);
}

static void random_digest(test_random *r, stile_sha256 *out)
{
    for (size_t i = 0; i < sizeof out->bytes; i++)
        out->bytes[i] = (unsigned char)test_random_below(r, 256);
}

static stile_document random_document(test_random *r, stile_arena *arena)
{
    stile_document d = {.collection = test_random_below(r, UINT32_MAX),
                        .label = test_random_below(r, UINT32_MAX),
                        .id = random_bytes(r, arena, 40),
                        .title = random_bytes(r, arena, 40),
                        .url = random_bytes(r, arena, 40),
                        .metadata = random_bytes(r, arena, 200),
                        .format = (stile_format)test_random_below(r, 4),
                        .trust = (stile_trust)test_random_below(r, 3),
                        .chunks = test_random_below(r, 100000),
                        .original_len = test_random_next(r) >> 20,
                        .seq = test_random_next(r) >> 10,
                        .content_seq = test_random_next(r) >> 10,
                        .created_ms = test_random_next(r) >> 20,
                        .updated_ms = test_random_next(r) >> 20};
    random_digest(r, &d.original_sha256);
    random_digest(r, &d.fingerprint);
    return d;
}

Test(records, a_document_comes_back_as_it_was)
{
    uint64_t seed = test_random_seed("records.document");
    for (uint32_t n = 0; n < test_cases(2000); n++) {
        test_random r = test_random_case(seed, n);
        stile_arena arena;
        stile_document d, back;
        stile_buf a, b;
        stile_arena_init(&arena, 0);
        stile_buf_init(&a, 1 << 20);
        stile_buf_init(&b, 1 << 20);
        d = random_document(&r, &arena);
        stile_document_encode(&d, &a);
        cr_assert_eq(stile_document_decode(stile_buf_slice(&a), &back, NULL), STILE_OK);
        stile_document_encode(&back, &b);
        cr_assert(stile_slice_eq(stile_buf_slice(&a), stile_buf_slice(&b)));
        cr_assert_eq(back.label, d.label);
        cr_assert(stile_slice_eq(back.metadata, d.metadata));
        for (size_t len = 0; len < a.len; len += 7)
            cr_assert_eq(stile_document_decode(stile_slice_of(a.ptr, len), &back, NULL),
                         STILE_CORRUPT);
        stile_buf_release(&a);
        stile_buf_release(&b);
        stile_arena_release(&arena);
    }
}

Test(records, rows_come_back_and_damage_is_found)
{
    uint64_t seed = test_random_seed("records.rows");
    for (uint32_t n = 0; n < test_cases(1000); n++) {
        test_random r = test_random_case(seed, n);
        uint32_t chunks = test_random_below(&r, 6), dim = test_random_below(&r, 3) * 8;
        int8_t codes[6 * 16];
        float scales[6];
        stile_slice terms[6];
        stile_rows_record rows = {.chunks = chunks,
                                  .dim = dim,
                                  .codes = codes,
                                  .scales = scales,
                                  .terms = terms},
                          back;
        stile_arena arena;
        stile_buf record;
        stile_arena_init(&arena, 0);
        stile_buf_init(&record, 1 << 20);
        random_digest(&r, &rows.embedder);
        for (size_t i = 0; i < sizeof codes; i++)
            codes[i] = (int8_t)test_random_below(&r, 256);
        for (uint32_t i = 0; i < chunks; i++) {
            scales[i] = (float)test_random_unit(&r);
            terms[i] = random_bytes(&r, &arena, 30);
        }
        cr_assert_eq(stile_rows_encode(&rows, &record, NULL), STILE_OK);
        cr_assert_eq(stile_rows_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_OK);
        cr_assert_eq(back.chunks, chunks);
        cr_assert(!dim || memcmp(back.codes, codes, (size_t)chunks * dim) == 0);
        for (uint32_t i = 0; i < chunks; i++)
            cr_assert(stile_slice_eq(back.terms[i], terms[i]) &&
                      (!dim || back.scales[i] == scales[i]));
        for (size_t len = 0; len < record.len; len++)
            cr_assert_eq(stile_rows_decode(stile_slice_of(record.ptr, len), &arena, &back, NULL),
                         STILE_CORRUPT);
        stile_buf_release(&record);
        stile_arena_release(&arena);
    }
}

Test(records, a_change_names_its_documents)
{
    stile_docref docs[3] = {{{1}}, {{2}}, {{3}}};
    stile_change change = {STILE_CHANGE_RELABEL, docs, 3}, back;
    stile_arena arena;
    stile_buf record;
    stile_arena_init(&arena, 0);
    stile_buf_init(&record, 4096);
    cr_assert_eq(stile_change_encode(&change, &record, NULL), STILE_OK);
    cr_assert_eq(stile_change_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_OK);
    cr_assert_eq(back.kind, STILE_CHANGE_RELABEL);
    cr_assert_eq(back.count, 3);
    cr_assert_eq(memcmp(back.documents, docs, sizeof docs), 0);
    for (size_t len = 0; len < record.len; len++)
        cr_assert_eq(stile_change_decode(stile_slice_of(record.ptr, len), &arena, &back, NULL),
                     STILE_CORRUPT);
    stile_buf_release(&record);
    stile_arena_release(&arena);
}

Test(records, keys_order_as_their_numbers)
{
    stile_dbkey a = stile_dbkey_u64(255), b = stile_dbkey_u64(256);
    uint64_t v;
    cr_assert_lt(stile_slice_cmp(stile_dbkey_slice(&a), stile_dbkey_slice(&b)), 0);
    cr_assert(stile_dbkey_read_u64(stile_dbkey_slice(&b), &v));
    cr_assert_eq(v, 256);
}
