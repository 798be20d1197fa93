/* SPDX-License-Identifier: Apache-2.0 */
/* The guard alone, header by header. What it does to a live connection is in smuggling.c. */
#include "http/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/random.h"

typedef struct head {
    const char *why, *version;
    const char *headers[8]; /* name, value, ..., NULL */
    bool fine;
} head;

static const head heads[] = {
    {"the least 1.1", "HTTP/1.1", {"Host", "x"}, true},
    {"the least 1.0", "HTTP/1.0", {NULL}, true},
    {"no Host on 1.1", "HTTP/1.1", {"Accept", "*/*"}, false},
    {"two Hosts", "HTTP/1.1", {"Host", "a", "host", "b"}, false},
    {"a length", "HTTP/1.1", {"Host", "x", "Content-Length", "5"}, true},
    {"two lengths that differ",
     "HTTP/1.1",
     {"Host", "x", "Content-Length", "5", "content-length", "6"},
     false},
    {"two lengths that agree",
     "HTTP/1.1",
     {"Host", "x", "Content-Length", "5", "Content-Length", "5"},
     false},
    {"a list of lengths", "HTTP/1.1", {"Host", "x", "Content-Length", "5, 5"}, false},
    {"a signed length", "HTTP/1.1", {"Host", "x", "Content-Length", "+5"}, false},
    {"a negative length", "HTTP/1.1", {"Host", "x", "Content-Length", "-5"}, false},
    {"a hex length", "HTTP/1.1", {"Host", "x", "Content-Length", "0x5"}, false},
    {"an empty length", "HTTP/1.1", {"Host", "x", "Content-Length", ""}, false},
    {"a length past 64 bits",
     "HTTP/1.1",
     {"Host", "x", "Content-Length", "18446744073709551621"},
     false},
    {"chunked", "HTTP/1.1", {"Host", "x", "Transfer-Encoding", "chunked"}, true},
    {"chunked in capitals", "HTTP/1.1", {"Host", "x", "TRANSFER-ENCODING", "Chunked"}, true},
    {"xchunked", "HTTP/1.1", {"Host", "x", "Transfer-Encoding", "xchunked"}, false},
    {"gzip, chunked", "HTTP/1.1", {"Host", "x", "Transfer-Encoding", "gzip, chunked"}, false},
    {"identity", "HTTP/1.1", {"Host", "x", "Transfer-Encoding", "identity"}, false},
    {"two codings",
     "HTTP/1.1",
     {"Host", "x", "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"},
     false},
    {"chunked on 1.0", "HTTP/1.0", {"Transfer-Encoding", "chunked"}, false},
    {"length and coding",
     "HTTP/1.1",
     {"Host", "x", "Content-Length", "5", "Transfer-Encoding", "chunked"},
     false},
    {"coding and length",
     "HTTP/1.1",
     {"Host", "x", "Transfer-Encoding", "chunked", "Content-Length", "5"},
     false},
    {"a space before the colon", "HTTP/1.1", {"Host", "x", "Content-Length ", "5"}, false},
    {"a tab in a name", "HTTP/1.1", {"Host", "x", "A\tB", "5"}, false},
    {"an empty name", "HTTP/1.1", {"Host", "x", "", "5"}, false},
    {"a byte past ASCII in a name", "HTTP/1.1", {"Host", "x", "A\xc3\xa4", "5"}, false},
    {"every character of a token", "HTTP/1.1", {"Host", "x", "!#$%&'*+-.^_`|~09azAZ", "5"}, true},
    {"a tab in a value", "HTTP/1.1", {"Host", "x", "A", "b\tc"}, true},
    {"a CR in a value", "HTTP/1.1", {"Host", "x", "A", "b\rc"}, false},
    {"a LF in a value", "HTTP/1.1", {"Host", "x", "A", "b\nc"}, false},
    {"a DEL in a value", "HTTP/1.1", {"Host", "x", "A", "b\x7f"}, false},
    {"UTF-8 in a value", "HTTP/1.1", {"Host", "x", "A", "\xc3\xa4"}, true},
    {"two Authorizations",
     "HTTP/1.1",
     {"Host", "x", "Authorization", "Bearer a", "authorization", "Bearer b"},
     false},
    {"two Content-Types",
     "HTTP/1.1",
     {"Host", "x", "Content-Type", "a/b", "Content-Type", "c/d"},
     false},
    {"HTTP/2.0", "HTTP/2.0", {"Host", "x"}, false},
    {"HTTP/1.10", "HTTP/1.10", {"Host", "x"}, false},
    {"http/1.1", "http/1.1", {"Host", "x"}, false},
};
#define HEADS (sizeof heads / sizeof *heads)

Test(guard, judges_each_head_of_the_table)
{
    cr_assert_eq(HEADS, 37);
    for (size_t i = 0; i < HEADS; i++) {
        stile_guard guard = {0};
        stile_error err = {0};
        stile_status st;
        for (size_t h = 0; h < 8 && heads[i].headers[h]; h += 2)
            stile_guard_header(&guard, stile_str(heads[i].headers[h]),
                               stile_str(heads[i].headers[h + 1]));
        st = stile_guard_verdict(&guard, stile_str(heads[i].version), &err);
        cr_expect_eq(st, heads[i].fine ? STILE_OK : STILE_INVALID, "%s: %s", heads[i].why,
                     err.text);
    }
}

Test(guard, refuses_a_nul_in_name_or_value)
{
    stile_guard name = {0}, value = {0};

    stile_guard_header(&name, stile_slice_of("Ho\0st", 5), stile_str("x"));
    stile_guard_header(&value, stile_str("Host"), stile_slice_of("x\0y", 3));
    cr_expect_eq(name.fault.status, STILE_INVALID);
    cr_expect_eq(value.fault.status, STILE_INVALID);
}

Test(guard, never_quotes_the_client)
{
    stile_guard guard = {0};

    stile_guard_header(&guard, stile_str("Secret Name"), stile_str("secret"));
    cr_expect_null(strcasestr(guard.fault.text, "secret"));
}

Test(guard, tells_whether_a_body_follows)
{
    stile_guard none = {0}, zero = {0}, sized = {0}, chunked = {0};

    stile_guard_header(&zero, stile_str("Content-Length"), stile_str("0"));
    stile_guard_header(&sized, stile_str("Content-Length"), stile_str("123456789012"));
    stile_guard_header(&chunked, stile_str("Transfer-Encoding"), stile_str("chunked"));
    cr_expect_not(stile_guard_has_body(&none));
    cr_expect_not(stile_guard_has_body(&zero));
    cr_expect(stile_guard_has_body(&sized));
    cr_expect_eq(sized.length, 123456789012u);
    cr_expect(stile_guard_has_body(&chunked));
}

Test(guard, takes_only_one_bearer_token)
{
    static const char *const bad[] = {"",          "Bearer",     "Bearer ",
                                      "Basic abc", "Bearerabc",  "Bearer a b",
                                      "Bearer  a", "Bearer a,b", "Bearer \xc3\xa4"};
    char longest[400] = "Bearer ";
    stile_slice token = {0};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(stile_guard_bearer(stile_str(bad[i]), &token), "'%s'", bad[i]);
    memset(longest + 7, 'a', 257);
    cr_expect_not(stile_guard_bearer(stile_str(longest), &token));
    cr_expect(stile_guard_bearer(stile_str("bEARER stile_0a-_.~+/="), &token));
    cr_expect(stile_slice_eq(token, stile_str("stile_0a-_.~+/=")));
}

Test(guard, compares_media_types_without_parameters)
{
    const char *json = "application/json";

    cr_expect(stile_guard_is_type(stile_str("application/json"), json));
    cr_expect(stile_guard_is_type(stile_str("Application/JSON ; charset=utf-8"), json));
    cr_expect_not(stile_guard_is_type(stile_str(""), json));
    cr_expect_not(stile_guard_is_type(stile_str("application/jsonl"), json));
    cr_expect_not(stile_guard_is_type(stile_str("application/jso"), json));
    cr_expect_not(stile_guard_is_type(stile_str("text/plain; application/json"), json));
}

/* The oracle counts; it knows nothing of order or of the guard's fields. */
Test(guard, agrees_with_a_count_of_framing_headers)
{
    static const char *const names[] = {"Host", "Content-Length", "Transfer-Encoding", "X"};
    static const char *const values[] = {"x", "7", "chunked", "y"};
    uint64_t seed = test_random_seed("guard");
    uint32_t cases = test_cases(2000), passed = 0;

    for (uint32_t n = 0; n < cases; n++) {
        test_random r = test_random_case(seed, n);
        unsigned count[4] = {0};
        bool newest = test_random_below(&r, 4) > 0, fine;
        stile_guard guard = {0};
        for (uint32_t left = test_random_below(&r, 5); left; left--) {
            uint32_t which = test_random_below(&r, 4);
            count[which]++;
            stile_guard_header(&guard, stile_str(names[which]), stile_str(values[which]));
        }
        fine = count[0] <= 1 && count[1] + count[2] <= 1 && (!newest || count[0] == 1) &&
               (newest || count[2] == 0);
        passed += fine;
        cr_assert_eq(stile_guard_verdict(&guard, stile_str(newest ? "HTTP/1.1" : "HTTP/1.0"), NULL),
                     fine ? STILE_OK : STILE_INVALID, "case %u", n);
    }
    cr_assert(passed > cases / 20, "the cases hold heads that pass");
}
