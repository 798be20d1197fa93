/* SPDX-License-Identifier: Apache-2.0 */
#include "query/tokens.h"

#include <criterion/criterion.h>

static size_t tokens(const char *text)
{
    return stile_tokens_estimate(stile_str(text));
}

Test(tokens, nothing_costs_nothing)
{
    cr_assert_eq(tokens(""), 0);
}

Test(tokens, words_numbers_marks_and_lines_count)
{
    cr_assert_eq(tokens("a"), 1);
    cr_assert_eq(tokens("words"), 1);
    cr_assert_eq(tokens("longer"), 2);
    cr_assert_eq(tokens("two words"), 2);
    cr_assert_eq(tokens("1234"), 2);
    cr_assert_eq(tokens("a.b"), 3);
    cr_assert_eq(tokens("a\nb"), 3);
    cr_assert_eq(tokens("\xe6\x97\xa5\xe6\x9c\xac"), 3);
}

/* More text never costs less. */
Test(tokens, grows_with_the_text)
{
    const char *text = "Keys rotate every 90 days; \xc3\xbc"
                       "ber \xe6\x97\xa5, see [1].\n\n  End";

    for (size_t i = 1; i <= strlen(text); i++)
        cr_assert(stile_tokens_estimate(stile_slice_of(text, i)) >=
                  stile_tokens_estimate(stile_slice_of(text, i - 1)));
}
