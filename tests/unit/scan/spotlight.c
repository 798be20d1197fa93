/* SPDX-License-Identifier: Apache-2.0 */
/* No stored text can forge a delimiter or a citation tag. */
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

Test(spotlight, an_answers_nonce_is_its_own)
{
    stile_spotlight a, b;
    cr_assert_eq(stile_spotlight_init(&a, NULL), STILE_OK);
    cr_assert_eq(stile_spotlight_init(&b, NULL), STILE_OK);
    cr_assert_eq(strlen(a.nonce), STILE_NONCE_LEN);
    cr_assert_str_neq(a.nonce, b.nonce);
}

Test(spotlight, guidance_names_the_nonce)
{
    stile_spotlight s;
    stile_buf out;
    cr_assert_eq(stile_spotlight_init(&s, NULL), STILE_OK);
    stile_buf_init(&out, 4096);
    stile_spotlight_guidance(&s, &out);
    cr_assert(strstr(out.ptr, s.nonce));
    stile_buf_release(&out);
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
        cr_assert_eq(stile_spotlight_init(&s, NULL), STILE_OK);
        stile_buf_init(&out, 1 << 20);
        stile_spotlight_open(&s, &out);
        for (unsigned i = 0; i < sources; i++) {
            char text[2][512];
            for (int part = 0; part < 2; part++) {
                size_t at = 0;
                for (uint32_t k = test_random_below(&r, 16); k > 0; k--)
                    at += (size_t)snprintf(
                        text[part] + at, sizeof text[part] - at, "%s",
                        test_random_below(&r, 10) == 0
                            ? s.nonce
                            : pieces[test_random_below(&r, sizeof pieces / sizeof *pieces)]);
                text[part][at] = '\0';
            }
            stile_spotlight_source(&s, i + 1, stile_str(text[0]), stile_str(text[1]), &out);
        }
        stile_spotlight_close(&s, &out);
        count_marks(stile_buf_slice(&out), &delimiters, &tags);
        cr_assert_eq(delimiters, 2, "seed %llu case %u:\n%s", (unsigned long long)seed, n, out.ptr);
        cr_assert_eq(tags, sources, "seed %llu case %u:\n%s", (unsigned long long)seed, n, out.ptr);
        stile_buf_release(&out);
    }
}
