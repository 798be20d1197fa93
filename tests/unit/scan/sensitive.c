/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sensitive.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "support/random.h"

static const stile_redact both[] = {STILE_REDACT_REDACT, STILE_REDACT_REDACT};

static stile_sensitive *kinds;
static stile_matcher *matcher;

static void setup(void)
{
    stile_error err = {0};
    cr_assert_eq(stile_sensitive_create(&kinds, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_matcher_create(&matcher, NULL), STILE_OK);
}

static void teardown(void)
{
    stile_matcher_destroy(matcher);
    stile_sensitive_destroy(kinds);
}

TestSuite(sensitive, .init = setup, .fini = teardown);

/* What `text` is after redaction, in a static buffer. */
static const char *redacted_as(const char *text, const stile_redact *policy)
{
    static char out[8192];
    stile_sensitive_hit *hits;
    stile_arena arena;
    stile_buf buf;
    size_t count;

    stile_arena_init(&arena, 0);
    stile_buf_init(&buf, sizeof out - 1);
    cr_assert_eq(
        stile_sensitive_find(kinds, matcher, policy, stile_str(text), &arena, &hits, &count, NULL),
        STILE_OK);
    stile_sensitive_write(stile_str(text), hits, count, policy, &buf);
    cr_assert_eq(buf.failed, STILE_OK);
    (void)snprintf(out, sizeof out, "%.*s", (int)buf.len, buf.ptr ? buf.ptr : "");
    stile_buf_release(&buf);
    stile_arena_release(&arena);
    return out;
}

static const char *redacted(const char *text)
{
    return redacted_as(text, both);
}

/* Tokens are put together here, so that no scanner of repositories takes them for real ones. */
Test(sensitive, secrets_are_replaced_by_their_kind)
{
    cr_assert_str_eq(redacted("id AKIA"
                              "QWERTYUIOPASDFGH here"),
                     "id [redacted: aws-access-key] here");
    cr_assert_str_eq(redacted("use ghp_"
                              "0123456789abcdefABCDEF0123456789abcd."),
                     "use [redacted: github-token].");
    cr_assert_str_eq(redacted("xoxb-"
                              "1234567890-abcdefghij"),
                     "[redacted: slack-token]");
    cr_assert_str_eq(redacted("sk_live_"
                              "4eC39HqLyjWDarjtT1zdp7dc"),
                     "[redacted: stripe-key]");
    cr_assert_str_eq(redacted("postgres://app:hunter22@db.example/x"),
                     "postgres://app:[redacted: url-password]/x");
    cr_assert_str_eq(redacted("password = \"tR5x9Qm2vL\""), "password = \"[redacted: password]\"");
    cr_assert_str_eq(redacted("api_key: f3a9c27be41d8056"), "api_key: [redacted: password]");
    cr_assert_str_eq(redacted("a -----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAA\n"
                              "-----END RSA PRIVATE KEY----- b"),
                     "a [redacted: private-key] b");
    /* cut off by the end of a chunk */
    cr_assert_str_eq(redacted("-----BEGIN PRIVATE KEY-----\nMIIEow"), "[redacted: private-key]");
}

Test(sensitive, personal_data_are_replaced_by_their_kind)
{
    cr_assert_str_eq(redacted("write to ada@lovelace.example!"), "write to [redacted: email]!");
    cr_assert_str_eq(redacted("call +49 30 901820 today"), "call [redacted: phone] today");
    cr_assert_str_eq(redacted("card 4111 1111 1111 1111."), "card [redacted: payment-card].");
    cr_assert_str_eq(redacted("DE89 3704 0044 0532 0130 00"), "[redacted: iban]");
    cr_assert_str_eq(redacted("ssn 219-09-9999,"), "ssn [redacted: us-social-security],");
}

Test(sensitive, honest_text_stays)
{
    static const char *const honest[] = {
        "The password must have at least twelve characters.",
        "password: required",
        "token: <your token here>",
        "secret = os.environ['SECRET']",
        "AKIAIOSFODNN7EXAMPLE is the key of the manual",
        "order 4111 1111 1111 1112 of the catalogue", /* no valid card number */
        "DE89 3704 0044 0532 0130 01",                /* no valid IBAN */
        "version 1.2.3-4567, commit 0123456789abcdef0123456789abcdef01234567",
        "see https://example.org:8443/path@v2",
        "2024-11-21 10:00:00 +0000",
        "a+b=c, 1+1234567 apples",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "ISBN 978-3-16-148410-0",
    };
    for (size_t i = 0; i < sizeof honest / sizeof *honest; i++)
        cr_assert_str_eq(redacted(honest[i]), honest[i]);
}

Test(sensitive, each_class_has_its_own_policy)
{
    const stile_redact secrets[] = {STILE_REDACT_REDACT, STILE_REDACT_OFF};
    const stile_redact marked[] = {STILE_REDACT_MARK, STILE_REDACT_REDACT};
    const char *text = "ada@lovelace.example has xoxb-"
                       "1234567890-abcdefghij";
    stile_sensitive_hit *hits;
    stile_arena arena;
    size_t count;

    cr_assert_str_eq(redacted_as(text, secrets),
                     "ada@lovelace.example has [redacted: slack-token]");
    cr_assert_str_eq(redacted_as(text, marked), "[redacted: email] has xoxb-"
                                                "1234567890-abcdefghij");
    stile_arena_init(&arena, 0);
    cr_assert_eq(
        stile_sensitive_find(kinds, matcher, secrets, stile_str(text), &arena, &hits, &count, NULL),
        STILE_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(hits[0].class, STILE_SENSITIVE_SECRET);
    stile_arena_release(&arena);
}

Test(sensitive, more_than_can_be_looked_for_is_not_released)
{
    stile_buf text;

    stile_buf_init(&text, 1 << 20);
    for (int i = 0; i < 3000; i++)
        stile_buf_printf(&text, "a%d@b.example ", i);
    stile_buf_add_byte(&text, 0);
    cr_assert_str_eq(redacted(text.ptr), "[redacted: too-much-to-look-for]");
    stile_buf_release(&text);
}

/* Hits come in order, apart and inside; what was redacted is gone; redacting again changes
 * nothing. */
Test(sensitive, redaction_is_whole_and_stable)
{
    static const char *const pieces[] = {"ada@lovelace.example",
                                         "+49 30 901820",
                                         "4111111111111111",
                                         "DE89370400440532013000",
                                         "password=",
                                         "tR5x9Qm2vL",
                                         " ",
                                         "://",
                                         "x:",
                                         "@",
                                         "-----BEGIN ",
                                         "PRIVATE KEY-----",
                                         "\n",
                                         "word",
                                         "219-09-9999",
                                         "AKIA"
                                         "QWERTYUIOPASDFGH",
                                         "eyJhbGciOiJI.eyJzdWIiOiIx.",
                                         "abcdefghij0123456789",
                                         "\xc3\xa9"};
    uint64_t seed = test_random_seed("sensitive");

    for (uint32_t n = 0; n < test_cases(5000); n++) {
        test_random r = test_random_case(seed, n);
        char text[1024], once[8192];
        size_t at = 0, count, last = 0;
        stile_sensitive_hit *hits;
        stile_arena arena;
        for (uint32_t k = 1 + test_random_below(&r, 14); k > 0; k--)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s ",
                                   pieces[test_random_below(&r, sizeof pieces / sizeof *pieces)]);
        stile_arena_init(&arena, 0);
        cr_assert_eq(stile_sensitive_find(kinds, matcher, both, stile_str(text), &arena, &hits,
                                          &count, NULL),
                     STILE_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert(hits[i].start >= last && hits[i].start < hits[i].end && hits[i].end <= at,
                      "seed %llu case %u", (unsigned long long)seed, n);
            last = hits[i].end;
        }
        stile_arena_release(&arena);
        (void)snprintf(once, sizeof once, "%s", redacted(text));
        cr_assert_str_eq(redacted(once), once, "seed %llu case %u: %s\n%s",
                         (unsigned long long)seed, n, text, once);
    }
}
