/* SPDX-License-Identifier: Apache-2.0 */
/* Words for a machine: every name of the list is one, parts of names and other words are none. */
#include "classifiers/machines.h"

#include <criterion/criterion.h>

#include "classifiers/words.h"

static const char *const names[][2] = {
#include "classifiers/machines.inc"
};

static uint32_t hash_of(const char *word)
{
    stile_words words = {.text = stile_str(word)};
    stile_word one, more;

    cr_assert(stile_words_next(&words, &one), "%s", word);
    cr_assert_not(stile_words_next(&words, &more), "%s is two words", word);
    return one.hash;
}

/* Whether the last word of the text is one. */
static bool ends_with_one(const char *text)
{
    stile_words words = {.text = stile_str(text)};
    stile_word one;
    uint32_t last = 0, before = 0;

    while (stile_words_next(&words, &one)) {
        before = last;
        last = one.hash;
    }
    return stile_is_machine(last, before);
}

Test(machines, every_name_is_one)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *last = names[i][names[i][1] ? 1 : 0];
        uint32_t before = names[i][1] ? hash_of(names[i][0]) : 0;
        cr_expect(stile_is_machine(hash_of(last), before), "%s", last);
    }
}

Test(machines, the_second_of_two_makes_one)
{
    cr_expect(ends_with_one("trợ lý"));
    cr_expect_not(ends_with_one("quản lý"));
    cr_expect_not(ends_with_one("lý"));
    cr_expect(ends_with_one("本文的助手"));
    cr_expect_not(ends_with_one("左手"));
    cr_expect_not(ends_with_one("手"));
}

Test(machines, other_words_are_none)
{
    static const char *const others[] = {"assistance", "assist", "aim", "air", "modern", "agency",
                                         "secretary",  "model1", "la",  "de",  "の",     "0"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_not(ends_with_one(others[i]), "%s", others[i]);
    cr_expect(ends_with_one("to the Assistants"));
    cr_expect(ends_with_one("Liebe KI"));
}
