/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that two parsers read in two ways, on a live connection. Each request carries a second one
 * hidden in what follows; a server that is fooled runs it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "echo.h"

#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n"
#define POST "POST /a HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer k\r\n"

typedef struct attack {
    const char *why, *request;
} attack;

static const attack attacks[] = {
    {"length and coding",
     POST "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN},
    {"coding and length",
     POST "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" HIDDEN},
    {"two lengths", POST "Host: x\r\nContent-Length: 0\r\nContent-Length: 70\r\n\r\n" HIDDEN},
    {"two equal lengths",
     POST "Host: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}" HIDDEN},
    {"a space before the colon", POST "Host: x\r\nContent-Length : 70\r\n\r\n" HIDDEN},
    {"a tab before the colon", POST "Host: x\r\nContent-Length\t: 70\r\n\r\n" HIDDEN},
    {"a signed length", POST "Host: x\r\nContent-Length: +2\r\n\r\n{}" HIDDEN},
    {"a list of lengths", POST "Host: x\r\nContent-Length: 2, 2\r\n\r\n{}" HIDDEN},
    {"two hosts", POST "Host: x\r\nHost: y\r\nContent-Length: 2\r\n\r\n{}" HIDDEN},
    {"no host", POST "Content-Length: 2\r\n\r\n{}" HIDDEN},
    {"xchunked", POST "Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN},
    {"identity", POST "Host: x\r\nTransfer-Encoding: identity\r\n\r\n" HIDDEN},
    {"two codings",
     POST "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
          "0\r\n\r\n" HIDDEN},
    {"chunked on 1.0", "POST /a HTTP/1.0\r\nAuthorization: Bearer k\r\nConnection: keep-alive\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN},
    {"a control character in a value",
     POST "Host: x\r\nX: a\x01\r\nContent-Length: 2\r\n\r\n{}" HIDDEN},
    {"two authorizations",
     POST "Host: x\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n{}" HIDDEN},
    {"a lone CR in a value", POST "Host: x\r\nX: a\rContent-Length: 70\r\n\r\n" HIDDEN},
    {"a folded coding", POST "Host: x\r\nTransfer-Encoding:\r\n xchunked\r\n\r\n0\r\n\r\n" HIDDEN},
    {"a folded second length", POST "Host: x\r\nContent-Length: 2\r\n 3\r\n\r\n{}" HIDDEN},
    {"a fold of nothing that matters",
     POST "Host: x\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\n{}" HIDDEN},
    {"a fold by a tab", POST "Host: x\r\nContent-Length: 2\r\n\t3\r\nX: a\r\n\r\n{}" HIDDEN},
    {"a GET with both", "GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n"
                        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN},
    {"a body without a key", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 70\r\n\r\n" HIDDEN},
    {"a GET's body without a key",
     "GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 70\r\n\r\n" HIDDEN},
    {"a body of another type",
     "GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Type: text/plain\r\n"
     "Content-Length: 70\r\n\r\n" HIDDEN},
    {"an announced body past the cap",
     "GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n"
     "Content-Type: application/json\r\nContent-Length: 70000\r\n\r\n" HIDDEN},
};
#define ATTACKS (sizeof attacks / sizeof *attacks)

Test(smuggling, every_attack_is_refused_and_closes)
{
    stile_server *server = echo_start();

    cr_assert_eq(ATTACKS, 26);
    for (size_t i = 0; i < ATTACKS; i++) {
        unsigned before = echo_calls();
        test_reply reply;
        bool closed = test_ask_closes(server, attacks[i].request, &reply);
        cr_expect(reply.status >= 400 && reply.status < 500, "%s: %d", attacks[i].why,
                  reply.status);
        cr_expect(closed, "%s: the connection stays", attacks[i].why);
        cr_expect_eq(echo_calls(), before, "%s: something ran", attacks[i].why);
    }
    stile_server_stop(server);
}

Test(smuggling, a_refusal_says_400_and_close_as_problem_json)
{
    stile_server *server = echo_start();
    test_reply reply;

    test_ask(server, attacks[0].request, &reply);
    cr_expect_eq(reply.status, 400);
    cr_expect_str_eq(test_header(&reply, "Connection"), "close");
    cr_expect_str_eq(test_header(&reply, "Content-Type"), "application/problem+json");
    cr_expect(strstr(reply.body, "\"code\":\"INVALID\""), "%s", reply.body);
    stile_server_stop(server);
}

/* Line ends that a proxy may not take for such. */
Test(smuggling, bare_line_ends_are_refused)
{
    static const char *const requests[] = {
        POST "Host: x\nContent-Length: 2\r\n\r\n{}" HIDDEN,
        POST "Host: x\r\nX: a\nContent-Length: 2\r\n\r\n{}" HIDDEN,
        POST "Host: x\r\nX:\nContent-Length: 2\r\n\r\n{}" HIDDEN,
        POST "Host: x\r\nX: a\rContent-Length: 2\r\n\r\n{}" HIDDEN,
        "GET /a HTTP/1.1\nHost: x\r\nAuthorization: Bearer k\r\n\r\n" HIDDEN,
        "GET /a HTTP/1.1\nHost: x\nAuthorization: Bearer k\n\n" HIDDEN,
    };
    stile_server *server = echo_start();

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        unsigned before = echo_calls();
        test_reply reply;
        cr_expect(test_ask_closes(server, requests[i], &reply), "%zu: stays", i);
        cr_expect_eq(reply.status, 400, "%zu: %d", i, reply.status);
        cr_expect_eq(echo_calls(), before, "%zu: something ran", i);
    }
    stile_server_stop(server);
}

Test(smuggling, an_honest_chunked_body_arrives_whole)
{
    stile_server *server = echo_start();
    test_reply reply;

    test_ask(server,
             POST "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n",
             &reply);
    cr_expect_eq(reply.status, 200);
    cr_expect_str_eq(reply.body, "POST /a? k 7 {\"a\":1}");
    stile_server_stop(server);
}
