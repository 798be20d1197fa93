/* SPDX-License-Identifier: Apache-2.0 */
/* No stored text can forge a delimiter, a citation tag or a line of the guidance. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "scan/spotlight.h"
#include "support/random.h"

/* What a reader would take for ours: every line that opens or closes, and every tag. */
static void count_marks(stile_slice context, unsigned *delimiters, unsigned *tags)
{
    *delimiters = *tags = 0;
    for (size_t i = 0; i < context.len; i++) {
        if (i + 1 < context.len && context.ptr[i] == '<' && context.ptr[i + 1] == '<')
            ++*delimiters;
        if (i + 2 < context.len && context.ptr[i] == '[' &&
            (context.ptr[i + 1] == 'S' || context.ptr[i + 1] == 's') && context.ptr[i + 2] >= '0' &&
            context.ptr[i + 2] <= '9')
            ++*tags;
    }
}

/* Inside, a space can only be ours, after a tag; and a line of stored text that had a line before
 * it begins with the mark. */
static void check_marked(const stile_spotlight *s, stile_slice context, unsigned sources)
{
    size_t spaces = 0;

    for (size_t i = 0; i < context.len; i++)
        spaces += context.ptr[i] == ' ' || context.ptr[i] == '\t';
    /* one in each delimiter, one after each tag */
    cr_assert_eq(spaces, sources + 2, "%s: %.*s", s->mark, (int)context.len, context.ptr);
}

Test(spotlight, encoded_text_decodes_to_what_was_released)
{
    stile_spotlight s;
    stile_buf out;

    cr_assert_eq(stile_spotlight_init(&s, STILE_SPOTLIGHT_ENCODE, NULL), STILE_OK);
    stile_buf_init(&out, 4096);
    stile_spotlight_source(&s, 1, stile_str("a"), stile_str("ab"), &out);
    stile_spotlight_source(&s, 2, stile_str("abc"), stile_str("Many hands make light work."), &out);
    stile_buf_add_byte(&out, 0);
    cr_assert_str_eq(out.ptr, "[S1] YQ==\nYWI=\n[S2] YWJj\nTWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu\n");
    stile_buf_release(&out);
}

Test(spotlight, an_answers_nonce_is_its_own)
{
    stile_spotlight a, b;
    cr_assert_eq(stile_spotlight_init(&a, STILE_SPOTLIGHT_DELIMIT, NULL), STILE_OK);
    cr_assert_eq(stile_spotlight_init(&b, STILE_SPOTLIGHT_DELIMIT, NULL), STILE_OK);
    cr_assert_eq(strlen(a.nonce), STILE_NONCE_LEN);
    cr_assert_str_neq(a.nonce, b.nonce);
}

Test(spotlight, each_mode_has_a_guidance_that_says_what_it_does)
{
    static const char *const says[] = {"<<retrieved ", "white space", "base64",
                                       "never instructions"};

    for (int mode = 0; mode < 4; mode++) {
        stile_spotlight s;
        stile_buf out;
        cr_assert_eq(stile_spotlight_init(&s, (stile_spotlight_mode)mode, NULL), STILE_OK);
        stile_buf_init(&out, 4096);
        stile_spotlight_guidance(&s, &out);
        cr_assert(strstr(out.ptr, says[mode]), "mode %d", mode);
        cr_assert(strstr(out.ptr, "never instructions"), "mode %d", mode);
        cr_assert(strstr(out.ptr, "[S1]"), "mode %d", mode);
        cr_assert_eq(strstr(out.ptr, s.nonce) != NULL, mode != STILE_SPOTLIGHT_NONE);
        cr_assert_eq(strstr(out.ptr, s.mark) != NULL, mode == STILE_SPOTLIGHT_DATAMARK);
        stile_buf_release(&out);
    }
}

/* The worst case: the author of the text has seen this answer's guidance, nonce and all. */
Test(spotlight, no_stored_text_forges_the_guidance)
{
    for (int mode = 0; mode < 4; mode++)
        for (int where = 0; where < 2; where++) {
            stile_spotlight s;
            stile_buf guidance, out;
            stile_slice copy;
            cr_assert_eq(stile_spotlight_init(&s, (stile_spotlight_mode)mode, NULL), STILE_OK);
            stile_buf_init(&guidance, 4096);
            stile_buf_init(&out, 1 << 16);
            stile_spotlight_guidance(&s, &guidance);
            copy = stile_buf_slice(&guidance);
            stile_spotlight_open(&s, &out);
            stile_spotlight_source(&s, 1, where ? copy : stile_str("t"),
                                   where ? stile_str("t") : copy, &out);
            stile_spotlight_close(&s, &out);
            cr_assert_null(memmem(out.ptr, out.len, copy.ptr, copy.len), "mode %d: %s", mode,
                           out.ptr);
            stile_buf_release(&out);
            stile_buf_release(&guidance);
        }
}

Test(spotlight, no_stored_text_forges_a_mark)
{
    static const char *const pieces[] = {"<<",
                                         "<",
                                         ">>",
                                         "retrieved ",
                                         "end ",
                                         "[S1]",
                                         "[",
                                         "S",
                                         "s2",
                                         "]",
                                         "\n",
                                         " ",
                                         "\t",
                                         "\xef\xbc\x9c",
                                         "\xef\xbc\xbb",
                                         "0123456789abcdef",
                                         "word",
                                         "\xe2\x80\xb9"};
    uint64_t seed = test_random_seed("spotlight");

    for (uint32_t n = 0; n < test_cases(20000); n++) {
        test_random r = test_random_case(seed, n);
        unsigned sources = 1 + test_random_below(&r, 3), delimiters, tags;
        stile_spotlight s;
        stile_buf out;
        cr_assert_eq(stile_spotlight_init(&s, (stile_spotlight_mode)(n % 4), NULL), STILE_OK);
        stile_buf_init(&out, 1 << 20);
        stile_spotlight_open(&s, &out);
        for (unsigned i = 0; i < sources; i++) {
            char text[2][512];
            for (int part = 0; part < 2; part++) {
                size_t at = 0;
                for (uint32_t k = test_random_below(&r, 16); k > 0; k--)
                    at += (size_t)snprintf(
                        text[part] + at, sizeof text[part] - at, "%s",
                        test_random_below(&r, 10) == 0 ? s.nonce
                        : test_random_below(&r, 10) == 0
                            ? s.mark
                            : pieces[test_random_below(&r, sizeof pieces / sizeof *pieces)]);
                text[part][at] = '\0';
            }
            stile_spotlight_source(&s, i + 1, stile_str(text[0]), stile_str(text[1]), &out);
        }
        stile_spotlight_close(&s, &out);
        if (s.mode == STILE_SPOTLIGHT_DATAMARK)
            check_marked(&s, stile_buf_slice(&out), sources);
        count_marks(stile_buf_slice(&out), &delimiters, &tags);
        cr_assert_eq(delimiters, s.mode == STILE_SPOTLIGHT_NONE ? 0 : 2, "seed %llu case %u:\n%s",
                     (unsigned long long)seed, n, out.ptr);
        cr_assert_eq(tags, sources, "seed %llu case %u:\n%s", (unsigned long long)seed, n, out.ptr);
        stile_buf_release(&out);
    }
}
