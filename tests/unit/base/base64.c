/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <criterion/criterion.h>

#include "support/random.h"

Test(base64, decode_gives_back_what_was_encoded)
{
    uint64_t seed = test_random_seed("base64");

    for (uint32_t n = 0; n < test_cases(5000); n++) {
        test_random r = test_random_case(seed, n);
        unsigned char bytes[64];
        size_t len = test_random_below(&r, sizeof bytes + 1);
        stile_buf text, back;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (unsigned char)test_random_below(&r, 256);
        stile_buf_init(&text, 128);
        stile_buf_init(&back, 64);
        stile_base64_encode(stile_slice_of(bytes, len), &text);
        cr_assert_eq(text.len, (len + 2) / 3 * 4);
        cr_assert_eq(stile_base64_decode(stile_buf_slice(&text), &back, NULL), STILE_OK);
        cr_assert(stile_slice_eq(stile_buf_slice(&back), stile_slice_of(bytes, len)));
        stile_buf_release(&back);
        stile_buf_release(&text);
    }
}

Test(base64, one_text_stands_for_each_string_of_bytes)
{
    static const char *const wrong[] = {
        "A",        "AA",   "AAA",  "AA=A",   "A===", "====", "AAA=AAAA",
        "AA==AA==", "AA-_", "AA A", "AAAA\n", "AB==", "AAB="};
    static const char *const right[][2] = {
        {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYmFy", "foobar"}};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        stile_buf back;
        stile_buf_init(&back, 64);
        cr_assert_eq(stile_base64_decode(stile_str(wrong[i]), &back, NULL), STILE_INVALID, "%s",
                     wrong[i]);
        stile_buf_release(&back);
    }
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        stile_buf back;
        stile_buf_init(&back, 64);
        cr_assert_eq(stile_base64_decode(stile_str(right[i][0]), &back, NULL), STILE_OK);
        cr_assert(stile_slice_eq(stile_buf_slice(&back), stile_str(right[i][1])), "%s",
                  right[i][0]);
        stile_buf_release(&back);
    }
}

Test(base64, what_does_not_fit_is_too_large)
{
    stile_buf back;

    stile_buf_init(&back, 3);
    cr_assert_eq(stile_base64_decode(stile_str("Zm9vYmFy"), &back, NULL), STILE_TOO_LARGE);
    stile_buf_release(&back);
}
