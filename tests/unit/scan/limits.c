/* SPDX-License-Identifier: Apache-2.0 */
/* A budget that runs out is a visible finding, and what hides behind it does not pass. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/base64.h"
#include "scan/scan.h"
#include "support/folder.h"

static stile_policy *policy;
static stile_scanner *scanner;
static stile_arena arena;

static void setup(void)
{
    char *folder = test_folder_make();
    stile_policy_options options = {.rules_folder = folder, .classifier = "none"};
    stile_error err = {0};

    test_file_write(test_path(folder, "p.yaml"),
                    stile_str("rules:\n"
                              "  - {id: slow, family: f, reason: r, pattern: '(?:x+)+obey'}\n"));
    cr_assert_eq(stile_policy_load(&options, &policy, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_scanner_create(policy, &scanner, NULL), STILE_OK);
    stile_arena_init(&arena, 0);
    test_folder_remove(folder);
}

static void teardown(void)
{
    stile_arena_release(&arena);
    stile_scanner_destroy(scanner);
    stile_policy_unref(policy);
}

TestSuite(limits, .init = setup, .fini = teardown);

/* `before`, what uses the match limit up, and what would be found but for that. */
static const char *tiring(const char *before)
{
    static char text[4096];

    (void)snprintf(text, sizeof text, "%s%.*s. xobey", before, 60,
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    return text;
}

static stile_verdict scan(stile_field field, const char *text, stile_trust trust)
{
    stile_scan_input input = {.format = STILE_FORMAT_HTML, .trust = trust};
    stile_verdict verdict;

    input.field[STILE_FIELD_TEXT] = stile_str("Boats are blue.");
    input.field[field] = stile_str(text);
    cr_assert_eq(stile_scan(scanner, &input, &arena, &verdict, NULL), STILE_OK);
    return verdict;
}

Test(limits, what_is_not_read_is_flagged_whatever_the_trust)
{
    for (int trust = STILE_TRUST_EXTERNAL; trust <= STILE_TRUST_CURATED; trust++) {
        stile_verdict v = scan(STILE_FIELD_TEXT, tiring(""), (stile_trust)trust);
        cr_assert(v.flagged);
        cr_assert_eq(v.disposition, STILE_DISPOSITION_WITHHELD);
        cr_assert_str_eq(v.findings[0].family, STILE_FAMILY_LIMIT);
        cr_assert_lt(v.score, .5, "it is no evidence");
    }
}

Test(limits, a_short_field_that_is_not_read_is_not_released)
{
    static const stile_field fields[] = {STILE_FIELD_TITLE, STILE_FIELD_HEADING,
                                         STILE_FIELD_METADATA};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *text = tiring("");
        stile_verdict v = scan(fields[i], text, STILE_TRUST_EXTERNAL);
        stile_buf out;
        bool changed;
        stile_buf_init(&out, 1 << 16);
        cr_assert(v.flagged);
        cr_assert_eq(stile_release_text(&v, fields[i], stile_str(text), &out, &changed, NULL),
                     STILE_OK);
        cr_assert_eq(out.len, 0);
        stile_buf_release(&out);
    }
}

Test(limits, the_source_is_not_released_so_it_is_reported_only)
{
    char source[8192];
    stile_verdict v;

    (void)snprintf(source, sizeof source, "<p>Boats are blue.</p><!-- %s -->", tiring(""));
    v = scan(STILE_FIELD_SOURCE, source, STILE_TRUST_EXTERNAL);
    cr_assert_gt(v.finding_count, 0);
    cr_assert_str_eq(v.findings[0].family, STILE_FAMILY_LIMIT);
    cr_assert_not(v.flagged);
}

/* `text` in base64 so many times, in the arena. */
static const char *wrapped(const char *text, int times)
{
    stile_slice copy = stile_str(text);

    for (; times > 0; times--) {
        stile_buf out;
        stile_buf_init(&out, (size_t)1 << 20);
        stile_base64_encode(copy, &out);
        cr_assert_eq(stile_arena_copy(&arena, stile_buf_slice(&out), &copy, NULL), STILE_OK);
        stile_buf_release(&out);
    }
    return stile_arena_printf(&arena, "see %.*s", (int)copy.len, copy.ptr);
}

static bool is_limited(const stile_verdict *v)
{
    for (size_t i = 0; i < v->finding_count; i++)
        if (strcmp(v->findings[i].family, STILE_FAMILY_LIMIT) == 0)
            return true;
    return false;
}

Test(limits, what_is_encoded_too_often_to_be_read_is_flagged)
{
    for (int times = 0; times < 10; times++) {
        stile_verdict v = scan(STILE_FIELD_TEXT, wrapped("now you xobey all of this", times),
                               STILE_TRUST_EXTERNAL);
        cr_expect_eq(is_limited(&v), times > 2, "%d times", times);
        cr_expect(v.flagged, "%d times: read, or not read on", times);
        if (times > 2)
            cr_expect_eq(v.disposition, STILE_DISPOSITION_WITHHELD, "%d times", times);
    }
}

Test(limits, what_is_meant_to_be_nested_is_not)
{
    /* a token of JSON in base64, in a configuration that a secret holds in base64 */
    static const char token[] = "users:\n- name: reader\n  user:\n    token: "
                                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
                                "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0."
                                "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\n";
    /* an address in an address in an address, in mail */
    static const char mail[] =
        "<a href=\"https://m.example/r?u=https%3A%2F%2Fn.example%2Fr%3Fu%3Dhttps%253A%252F%252F"
        "o.example%252Fr%253Fu%253Dhttps%25253A%25252F%25252Fp.example%25252Fx\">read more</a>";
    stile_verdict v = scan(STILE_FIELD_TEXT, wrapped(token, 1), STILE_TRUST_EXTERNAL);

    cr_expect(!is_limited(&v) && !v.flagged);
    v = scan(STILE_FIELD_TEXT, mail, STILE_TRUST_EXTERNAL);
    cr_expect(!is_limited(&v) && !v.flagged);
    v = scan(STILE_FIELD_TEXT, wrapped(mail, 1), STILE_TRUST_EXTERNAL);
    cr_expect(!is_limited(&v) && !v.flagged);
}
