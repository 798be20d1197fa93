/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/chunk.h"

#include <criterion/criterion.h>

#include "base/memory.h"
#include "documents.h"

Test(chunk, cuts_at_sections_and_names_their_path)
{
    stile_buf text;
    stile_arena arena;
    stile_parsed parsed;
    stile_chunk *chunks;
    size_t count = 0;

    stile_buf_init(&text, 1 << 20);
    stile_arena_init(&arena, 0);
    stile_buf_add_str(&text, "# Part\n\n## One\n\n");
    for (int i = 0; i < 60; i++)
        stile_buf_add_str(&text, "Five words make a sentence. ");
    stile_buf_add_str(&text, "\n\n## Two\n\nshort.\n\n# Next\n\nalone.\n");
    cr_assert(!stile_parse(STILE_FORMAT_MARKDOWN, stile_buf_slice(&text), &arena, &parsed, NULL));
    cr_assert(!stile_chunk_document(&parsed, stile_buf_slice(&text), NULL, &arena, &chunks, &count,
                                    NULL));
    cr_assert_eq(count, 3);
    cr_expect(stile_slice_eq(chunks[0].heading, stile_str("Part")));
    cr_expect(stile_slice_eq(chunks[1].heading, stile_str("Part > One")));
    cr_expect(stile_slice_eq(chunks[2].heading, stile_str("Next")));
    cr_expect_eq(parsed.text.ptr[chunks[0].text_end - 1], '.');
    cr_expect_eq(chunks[0].line_start, 1);
    cr_expect_eq(chunks[2].line_end, 13);
    stile_arena_release(&arena);
    stile_buf_release(&text);
}

Test(chunk, one_copy_is_a_record_of_three_bytes)
{
    char text[1000];
    stile_parsed parsed;
    stile_arena arena;
    stile_chunk *chunks;
    size_t count;
    stile_buf record;

    memset(text, 'a', sizeof text);
    stile_arena_init(&arena, 0);
    stile_buf_init(&record, 100);
    cr_assert(
        !stile_parse(STILE_FORMAT_TEXT, (stile_slice){text, sizeof text}, &arena, &parsed, NULL));
    cr_assert(!stile_chunk_document(&parsed, (stile_slice){text, sizeof text}, NULL, &arena,
                                    &chunks, &count, NULL));
    cr_assert(!stile_chunk_pieces_encode(&parsed, chunks, (stile_slice){text, sizeof text}, &record,
                                         NULL));
    cr_expect_eq(record.len, 3);
    stile_buf_release(&record);
    stile_arena_release(&arena);
}

/* Found by the property test: the walk stood still and ran out of chunks. */
Test(chunk, passes_decoded_pieces_that_begin_with_white_space)
{
    bool accepted;
    const char *why = test_prove_document(STILE_FORMAT_HTML,
                                          stile_str("<pre><b>x</b>\ny\x01 z</pre>"), &accepted);

    cr_expect(accepted);
    cr_expect_null(why, "%s", why);
}

Test(chunk, apply_refuses_records_that_do_not_fit)
{
    static const struct {
        const char *record;
        size_t len;
    } bad[] = {{"\x10\x00", 2}, {"\x04\x00", 2},     {"\x03", 1},           {"\x0c\x09", 2},
               {"\x80", 1},     {"\x0d\x00\x03", 3}, {"\x0d\x00\x04xyz", 6}};
    stile_buf text;

    stile_buf_init(&text, 100);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect(stile_chunk_pieces_apply((stile_slice){bad[i].record, bad[i].len},
                                           stile_str("abc"), &text, NULL) == STILE_CORRUPT,
                  "row %zu", i);
        cr_expect_eq(text.len, 0);
    }
    stile_buf_release(&text);
}

Test(chunk, survives_every_failing_allocation)
{
    stile_arena arena;
    stile_parsed parsed;
    stile_slice text = stile_str("# a\n\nb c\n\n# d\n\ne");

    stile_arena_init(&arena, 0);
    cr_assert(!stile_parse(STILE_FORMAT_MARKDOWN, text, &arena, &parsed, NULL));
    for (long n = 0;; n++) {
        stile_arena own;
        stile_chunk *chunks;
        size_t count;
        stile_arena_init(&own, 0);
        stile_memory_fail_after(n);
        stile_status st = stile_chunk_document(&parsed, text, NULL, &own, &chunks, &count, NULL);
        stile_memory_fail_after(-1);
        stile_arena_release(&own);
        cr_expect(st == STILE_OK || st == STILE_NO_MEMORY);
        if (!st) {
            cr_expect_gt(n, 1);
            break;
        }
    }
    stile_arena_release(&arena);
}
