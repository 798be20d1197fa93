/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "auth/key.h"
#include "base/memory.h"
#include "support/random.h"

static stile_key make(char secret[STILE_KEY_LEN + 1])
{
    static const stile_slice collections[] = {{"hr", 2}, {"wiki", 4}};
    stile_key key = {.name = stile_str("helpdesk"),
                     .clearance = stile_str("internal//eu"),
                     .collections = collections,
                     .collection_count = 2,
                     .scopes = 1u << STILE_SCOPE_RETRIEVE | 1u << STILE_SCOPE_LABEL_LOWER,
                     .created_ms = 1000,
                     .expires_ms = 5000};
    stile_error err = {0};
    cr_assert_eq(stile_key_mint(&key, secret, &err), STILE_OK, "%s", err.text);
    return key;
}

Test(key, a_minted_key_checks)
{
    char secret[STILE_KEY_LEN + 1], id[STILE_KEY_ID_LEN + 1];
    stile_key key = make(secret);
    cr_assert_eq(strlen(secret), STILE_KEY_LEN);
    cr_assert(stile_key_id_of(stile_str(secret), id));
    cr_assert_str_eq(id, key.id);
    cr_assert_eq(stile_key_check(&key, stile_str(secret), 4999, NULL), STILE_OK);
}

Test(key, every_failure_has_the_same_words)
{
    char secret[STILE_KEY_LEN + 1], other[STILE_KEY_LEN + 1];
    stile_key key = make(secret), revoked = key;
    stile_error a = {0}, b = {0}, c = {0}, d = {0}, e = {0};
    (void)make(other);
    revoked.revoked = true;
    cr_assert_eq(stile_key_check(&key, stile_str(other), 1, &a), STILE_UNAUTHENTICATED);
    cr_assert_eq(stile_key_check(&key, stile_str(secret), 5000, &b), STILE_UNAUTHENTICATED);
    cr_assert_eq(stile_key_check(&revoked, stile_str(secret), 1, &c), STILE_UNAUTHENTICATED);
    cr_assert_eq(stile_key_check(NULL, stile_str(secret), 1, &d), STILE_UNAUTHENTICATED);
    cr_assert_eq(stile_key_check(&key, stile_str("x"), 1, &e), STILE_UNAUTHENTICATED);
    cr_assert_str_eq(a.text, b.text);
    cr_assert_str_eq(a.text, c.text);
    cr_assert_str_eq(a.text, d.text);
    cr_assert_str_eq(a.text, e.text);
    cr_assert_null(strstr(a.text, secret + 20));
}

Test(key, one_wrong_character_is_enough)
{
    char secret[STILE_KEY_LEN + 1];
    stile_key key = make(secret);
    for (size_t i = STILE_KEY_LEN - 43; i < STILE_KEY_LEN; i++) {
        char was = secret[i];
        secret[i] = was == 'A' ? 'B' : 'A';
        cr_assert_eq(stile_key_check(&key, stile_str(secret), 1, NULL), STILE_UNAUTHENTICATED);
        secret[i] = was;
    }
}

Test(key, what_has_not_the_form_of_a_key_has_no_id)
{
    static const char *const rows[] = {
        "",
        "stile_",
        "stile_0123456789ab",
        "xtile_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "stile_0123456789AB_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "stile_0123456789ab-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    char id[STILE_KEY_ID_LEN + 1];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_assert(!stile_key_id_of(stile_str(rows[i]), id), "%s", rows[i]);
}

Test(key, a_record_comes_back_whole_and_damage_is_found)
{
    char secret[STILE_KEY_LEN + 1];
    stile_key key = make(secret), back;
    stile_arena arena;
    stile_buf record;

    stile_arena_init(&arena, 0);
    stile_buf_init(&record, 4096);
    stile_key_encode(&key, &record);
    cr_assert_eq(stile_key_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_OK);
    cr_assert_str_eq(back.id, key.id);
    cr_assert(stile_slice_eq(back.name, key.name) && stile_slice_eq(back.clearance, key.clearance));
    cr_assert_eq(back.scopes, key.scopes);
    cr_assert_eq(back.collection_count, 2);
    cr_assert(stile_slice_eq(back.collections[1], stile_str("wiki")));
    cr_assert_eq(stile_key_check(&back, stile_str(secret), 10, NULL), STILE_OK);
    for (size_t len = 0; len < record.len; len++)
        cr_assert_eq(stile_key_decode(stile_slice_of(record.ptr, len), &arena, &back, NULL),
                     STILE_CORRUPT, "cut at %zu", len);
    stile_buf_release(&record);
    stile_arena_release(&arena);
}

Test(key, scopes_parse_and_print)
{
    uint32_t scopes = 0;
    stile_error err = {0};
    stile_buf text;

    stile_buf_init(&text, 256);
    cr_assert_eq(stile_scopes_parse(stile_str("label:lower,retrieve"), &scopes, &err), STILE_OK);
    stile_scopes_format(scopes, &text);
    cr_assert_str_eq(text.ptr, "retrieve,label:lower");
    cr_assert_eq(stile_scopes_parse(stile_str("retrieve,root"), &scopes, &err), STILE_INVALID);
    cr_assert(strstr(err.text, "root"));
    cr_assert_eq(stile_scopes_parse(stile_str("retrieve,,ingest"), &scopes, &err), STILE_INVALID);
    cr_assert_eq(stile_scopes_parse(stile_str("retrieve,"), &scopes, &err), STILE_INVALID);
    cr_assert_eq(stile_scopes_parse(stile_str(""), &scopes, &err), STILE_OK);
    cr_assert_eq(scopes, 0);
    stile_buf_release(&text);
}

Test(key, a_record_that_memory_ran_out_for_is_not_damaged)
{
    char secret[STILE_KEY_LEN + 1];
    stile_key key = make(secret), back = {0};
    stile_arena arena;
    stile_buf record;

    stile_arena_init(&arena, 0);
    stile_buf_init(&record, 4096);
    stile_key_encode(&key, &record);
    stile_memory_fail_after(0);
    cr_assert_eq(stile_key_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_NO_MEMORY);
    stile_memory_fail_after(-1);
    cr_assert_eq(back.collection_count, 0, "set only when all went well");
    cr_assert_eq(stile_key_decode(stile_buf_slice(&record), &arena, &back, NULL), STILE_OK);
    stile_buf_release(&record);
    stile_arena_release(&arena);
}

/* Any one byte changed: refused, or read as another key; nothing in a record is ignored. */
Test(key, every_byte_of_a_record_means_something)
{
    char secret[STILE_KEY_LEN + 1];
    stile_key key = make(secret);
    stile_buf original, record, again;

    stile_buf_init(&original, 4096);
    stile_buf_init(&record, 4096);
    stile_key_encode(&key, &original);
    stile_key_encode(&key, &record);
    for (size_t i = 0; i < record.len; i++)
        for (int flip = 1; flip < 256; flip++) {
            stile_arena arena;
            stile_key back;
            record.ptr[i] = (unsigned char)(record.ptr[i] ^ flip);
            stile_arena_init(&arena, 0);
            stile_buf_init(&again, 4096);
            if (!stile_key_decode(stile_buf_slice(&record), &arena, &back, NULL)) {
                stile_key_encode(&back, &again);
                cr_assert(!stile_slice_eq(stile_buf_slice(&again), stile_buf_slice(&original)),
                          "byte %zu", i);
            }
            stile_buf_release(&again);
            stile_arena_release(&arena);
            record.ptr[i] = (unsigned char)(record.ptr[i] ^ flip);
        }
    stile_buf_release(&record);
    stile_buf_release(&original);
}
