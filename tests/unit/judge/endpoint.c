/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent, what is understood, and that everything else is a failure. */
#include "judge/endpoint.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/memory.h"
#include "net/breaker.h"
#include "support/server.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"

static stile_judge *make(const char *kind, const char *url)
{
    stile_judge_options options = {
        .kind = kind, .url = url, .model = "m-1", .label = "BAD", .timeout_ms = 300, .batch = 2};
    stile_judge *judge = NULL;
    stile_error err = {0};

    cr_assert_eq(stile_judge_endpoint_create(&options, &judge, &err), STILE_OK, "%s", err.text);
    return judge;
}

/* Ask once about two texts; the request that was sent is copied to `sent`. */
static stile_status ask(const char *kind, const char *reply, double *scores, char *sent,
                        size_t size)
{
    const net_answer answer = {.bytes = stile_str(reply)};
    const stile_slice texts[] = {stile_str("one"), stile_str("two \"x\"")};
    net_server *server = net_server_start(&answer, 1);
    stile_judge *judge = make(kind, net_server_url(server, "/predict"));
    stile_error err = {0};
    stile_status st = judge->type->ask(judge, texts, 2, scores, &err);

    if (sent)
        (void)snprintf(sent, size, "%s", net_server_request(server, 0));
    if (st)
        cr_assert(!strstr(err.text, "secret"), "an error shows the reply: %s", err.text);
    stile_judge_destroy(judge);
    net_server_stop(server);
    return st;
}

Test(judge, speaks_the_plain_shape)
{
    char sent[4096];
    double scores[2];

    cr_assert_eq(ask("plain", OK "{\"scores\":[0.25,1]}", scores, sent, sizeof sent), STILE_OK);
    cr_assert(scores[0] == .25 && scores[1] == 1);
    cr_assert(strstr(sent, "{\"texts\":[\"one\",\"two \\\"x\\\"\"],\"model\":\"m-1\"}"), "%s",
              sent);
}

Test(judge, speaks_teis_shape_and_lets_nothing_be_cut_short)
{
    char sent[4096];
    double scores[2];

    cr_assert_eq(ask("tei",
                     OK "[[{\"label\":\"FINE\",\"score\":0.9},{\"label\":\"BAD\",\"score\":0.1}],"
                        "[{\"label\":\"BAD\",\"score\":0.7},{\"label\":\"FINE\",\"score\":0.3}]]",
                     scores, sent, sizeof sent),
                 STILE_OK);
    cr_assert(scores[0] == .1 && scores[1] == .7);
    cr_assert(strstr(sent, "{\"inputs\":[[\"one\"],[\"two \\\"x\\\"\"]],\"truncate\":false}"), "%s",
              sent);
}

Test(judge, whatever_else_comes_is_no_score)
{
    static const struct {
        const char *kind, *reply;
    } rows[] = {
        {"plain", OK "secret"},
        {"plain", OK "{\"scores\":[0.5]}"},
        {"plain", OK "{\"scores\":[0.5,0.5,0.5]}"},
        {"plain", OK "{\"scores\":[0.5,1.5]}"},
        {"plain", OK "{\"scores\":[0.5,-0.1]}"},
        {"plain", OK "{\"scores\":[0.5,\"secret\"]}"},
        {"plain", OK "{\"scores\":[0.5,null]}"},
        {"plain", OK "[0.5,0.5]"},
        {"plain", OK ""},
        {"tei", OK "[[{\"label\":\"BAD\",\"score\":0.7}]]"},
        {"tei", OK "[[{\"label\":\"BAD\",\"score\":0.7}],[{\"label\":\"FINE\",\"score\":0.7}]]"},
        {"tei", OK "[[{\"label\":\"BAD\",\"score\":0.7}],[{\"label\":\"BAD\"}]]"},
        {"tei", OK "[[{\"label\":\"BAD\",\"score\":0.7}],[{\"label\":\"BAD\",\"score\":0.7},"
                   "{\"label\":\"BAD\",\"score\":0.1}]]"},
        {"tei", OK "[{\"label\":\"BAD\",\"score\":0.7},{\"label\":\"BAD\",\"score\":0.7}]"},
        {"tei", "HTTP/1.1 503 No\r\nConnection: close\r\n\r\nsecret"},
        {"tei", "HTTP/1.1 422 No\r\nConnection: close\r\n\r\nsecret"},
        {"tei", "HTTP/1.1 302 No\r\nLocation: http://secret/\r\nConnection: close\r\n\r\n"},
        {"tei", "secret"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double scores[2];
        cr_assert_eq(ask(rows[i].kind, rows[i].reply, scores, NULL, 0), STILE_UNAVAILABLE,
                     "row %zu", i);
    }
}

Test(judge, more_texts_than_a_request_takes_go_in_several)
{
    const net_answer answers[] = {{.bytes = stile_str(OK "{\"scores\":[0.1,0.2]}")},
                                  {.bytes = stile_str(OK "{\"scores\":[0.3]}")}};
    const stile_slice texts[] = {stile_str("a"), stile_str("b"), stile_str("c")};
    net_server *server = net_server_start(answers, 2);
    stile_judge *judge = make("plain", net_server_url(server, "/"));
    double scores[3];

    cr_assert_eq(judge->type->ask(judge, texts, 3, scores, NULL), STILE_OK);
    cr_assert(scores[0] == .1 && scores[1] == .2 && scores[2] == .3);
    cr_assert_eq(net_server_connections(server), 2);
    stile_judge_destroy(judge);
    net_server_stop(server);
}

Test(judge, an_answer_that_does_not_come_is_a_timeout)
{
    const net_answer answer = {.bytes = stile_str(OK "{\"scores\":[0.1]}"), .wait_ms = 5000};
    const stile_slice text = stile_str("a");
    net_server *server = net_server_start(&answer, 1);
    stile_judge *judge = make("plain", net_server_url(server, "/"));
    double score;

    cr_assert_eq(judge->type->ask(judge, &text, 1, &score, NULL), STILE_TIMEOUT);
    stile_judge_destroy(judge);
    net_server_stop(server);
}

Test(judge, after_failures_it_is_left_alone)
{
    const net_answer answer = {.bytes = stile_str("HTTP/1.1 503 No\r\nConnection: close\r\n\r\n")};
    const stile_slice text = stile_str("a");
    net_server *server = net_server_start(&answer, 1);
    stile_judge *judge = make("plain", net_server_url(server, "/"));
    double score;

    for (int i = 0; i < STILE_BREAKER_FAILURES + 10; i++)
        cr_assert_eq(judge->type->ask(judge, &text, 1, &score, NULL), STILE_UNAVAILABLE);
    cr_assert_eq(net_server_connections(server), STILE_BREAKER_FAILURES);
    stile_judge_destroy(judge);
    net_server_stop(server);
}

Test(judge, a_refused_text_is_no_failure_of_the_endpoint)
{
    const net_answer answer = {.bytes = stile_str("HTTP/1.1 422 No\r\nConnection: close\r\n\r\n")};
    const stile_slice text = stile_str("a");
    net_server *server = net_server_start(&answer, 1);
    stile_judge *judge = make("plain", net_server_url(server, "/"));
    double score;

    for (size_t i = 0; i < STILE_BREAKER_FAILURES + 3; i++) {
        cr_assert_eq(judge->type->ask(judge, &text, 1, &score, NULL), STILE_UNAVAILABLE);
        cr_assert_eq(net_server_connections(server), i + 1);
    }
    stile_judge_destroy(judge);
    net_server_stop(server);
}

Test(judge, its_hash_is_that_of_all_that_decides)
{
    static const stile_judge_options rows[] = {
        {.kind = "tei", .url = "http://a/", .label = "BAD"},
        {.kind = "plain", .url = "http://a/", .label = "BAD"},
        {.kind = "tei", .url = "http://b/", .label = "BAD"},
        {.kind = "tei", .url = "http://a/", .label = "INJECTION"},
        {.kind = "tei", .url = "http://a/", .label = "BAD", .model = "m"},
        {.kind = "tei", .url = "http://a/", .label = "BAD", .threshold = .5}};
    stile_judge *judges[sizeof rows / sizeof *rows];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_assert_eq(stile_judge_endpoint_create(&rows[i], &judges[i], NULL), STILE_OK);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(memcmp(judges[i]->hash.bytes, judges[j]->hash.bytes, STILE_SHA256_LEN),
                          0);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        stile_judge_destroy(judges[i]);
}

Test(judge, options_that_make_no_sense_are_refused)
{
    static const stile_judge_options rows[] = {{.kind = "other", .url = "http://a/"},
                                               {.url = "http://a/"},
                                               {.kind = "tei"},
                                               {.kind = "tei", .url = ""},
                                               {.kind = "tei", .url = "http://a/", .batch = 257},
                                               {.kind = "tei", .url = "http://a/", .threshold = 1}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_judge *judge = NULL;
        cr_assert_eq(stile_judge_endpoint_create(&rows[i], &judge, NULL), STILE_INVALID, "row %zu",
                     i);
    }
}

Test(judge, running_out_of_memory_is_an_error)
{
    const stile_judge_options options = {.kind = "tei", .url = "http://127.0.0.1:1/"};
    stile_status st = STILE_NO_MEMORY;
    long n = 0;

    for (; st == STILE_NO_MEMORY; n++) {
        stile_judge *judge = NULL;
        stile_memory_fail_after(n);
        st = stile_judge_endpoint_create(&options, &judge, NULL);
        stile_memory_fail_after(-1);
        stile_judge_destroy(judge);
    }
    cr_assert_eq(st, STILE_OK, "failing allocation %ld gives %d", n - 1, (int)st);
    cr_assert_gt(n, 3);
}
