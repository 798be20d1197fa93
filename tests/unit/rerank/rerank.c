/* SPDX-License-Identifier: Apache-2.0 */
#include "rerank/rerank.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "support/folder.h"
#include "support/server.h"

#define OK "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"

static stile_reranker *make(const char *kind, const char *url, const char *key_file)
{
    stile_reranker_options options = {
        .kind = kind, .url = url, .model = "m-1", .key_file = key_file, .timeout_ms = 300};
    stile_reranker *r = NULL;
    stile_error err = {0};

    cr_assert_eq(stile_reranker_create(&options, &r, &err), STILE_OK, "%s", err.text);
    return r;
}

/* Ask once about "one", "", "three"; the request that was sent is copied to `sent`. */
static stile_status ask(const char *kind, const char *reply, double *scores, char *sent,
                        size_t size)
{
    const net_answer answer = {.bytes = stile_str(reply)};
    const stile_slice texts[] = {stile_str("one"), stile_str(""), stile_str("three")};
    net_server *server = net_server_start(&answer, 1);
    stile_reranker *r = make(kind, net_server_url(server, "/rerank"), NULL);
    stile_error err = {0};
    stile_status st = stile_rerank(r, stile_str("what?"), texts, 3, scores, &err);

    if (sent)
        (void)snprintf(sent, size, "%s", net_server_request(server, 0));
    if (st)
        cr_assert(!strstr(err.text, "secret"), "an error shows the reply: %s", err.text);
    stile_reranker_destroy(r);
    net_server_stop(server);
    return st;
}

Test(rerank, speaks_coheres_shape_and_skips_empty_texts)
{
    char sent[4096];
    double scores[3];

    cr_assert_eq(ask("cohere",
                     OK "{\"results\":[{\"index\":1,\"relevance_score\":0.9},"
                        "{\"index\":0,\"relevance_score\":-2,\"document\":{\"text\":\"one\"}}]}",
                     scores, sent, sizeof sent),
                 STILE_OK);
    cr_assert(scores[0] == -2 && scores[1] == -2 && scores[2] == .9);
    cr_assert(strstr(sent, "{\"query\":\"what?\",\"documents\":[\"one\",\"three\"],"
                           "\"model\":\"m-1\"}"),
              "%s", sent);
}

Test(rerank, speaks_teis_shape)
{
    char sent[4096];
    double scores[3];

    cr_assert_eq(ask("tei", OK "[{\"index\":0,\"score\":0.5},{\"index\":1,\"score\":0.25}]", scores,
                     sent, sizeof sent),
                 STILE_OK);
    cr_assert(scores[0] == .5 && scores[1] == .25 && scores[2] == .25);
    cr_assert(strstr(sent, "\"texts\":[\"one\",\"three\"]"), "%s", sent);
}

Test(rerank, a_reply_that_does_not_judge_each_text_once_is_no_judgment)
{
    static const char *const replies[] = {
        OK "",
        OK "{\"results\":[{\"index\":0,\"relevance_score\":1}]}",
        OK "[{\"index\":0,\"score\":1},{\"index\":0,\"score\":1}]",
        OK "[{\"index\":0,\"score\":1},{\"index\":2,\"score\":1}]",
        OK "[{\"index\":-1,\"score\":1},{\"index\":0,\"score\":1}]",
        OK "[{\"index\":0,\"score\":\"secret\"},{\"index\":1,\"score\":1}]",
        OK "[{\"index\":0},{\"index\":1,\"score\":1}]",
        OK "[{\"index\":0,\"score\":1e999},{\"index\":1,\"score\":1}]",
        OK "{\"results\":7}",
        "HTTP/1.1 500 secret\r\nConnection: close\r\n\r\n{\"error\":\"secret\"}",
        "HTTP/1.1 429 Too Many\r\nConnection: close\r\n\r\n",
        "nonsense",
    };
    double scores[3];

    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        cr_assert_eq(ask("tei", replies[i], scores, NULL, 0), STILE_UNAVAILABLE, "%s", replies[i]);
}

Test(rerank, a_slow_endpoint_is_a_timeout_and_then_left_alone)
{
    const net_answer late = {.bytes = stile_str(OK "[]"), .wait_ms = 600};
    const stile_slice texts[] = {stile_str("one"), stile_str("two")};
    net_server *server = net_server_start(&late, 1);
    stile_reranker *r = make("tei", net_server_url(server, "/"), NULL);
    double scores[2];
    stile_status last = STILE_OK;

    for (int i = 0; i < 6; i++)
        last = stile_rerank(r, stile_str("q"), texts, 2, scores, NULL);
    cr_assert_eq(last, STILE_UNAVAILABLE);
    cr_assert(net_server_connections(server) <= 5);
    stile_reranker_destroy(r);
    net_server_stop(server);
}

Test(rerank, the_key_is_sent_and_texts_alone_need_no_request)
{
    const net_answer answer = {.bytes = stile_str(OK "[{\"index\":0,\"score\":1}]")};
    const stile_slice none[] = {{0}, {0}}, one[] = {stile_str("x")};
    char *folder = test_folder_make();
    const char *key = test_path(folder, "key");
    net_server *server = net_server_start(&answer, 1);
    stile_reranker *r;
    double scores[2] = {7, 7};

    test_file_write(key, stile_str(" sesame\n"));
    r = make("tei", net_server_url(server, "/"), key);
    cr_assert_eq(stile_rerank(r, stile_str("q"), none, 2, scores, NULL), STILE_OK);
    cr_assert(scores[0] == 0 && scores[1] == 0);
    cr_assert_eq(net_server_connections(server), 0);
    cr_assert_eq(stile_rerank(r, stile_str("q"), one, 1, scores, NULL), STILE_OK);
    cr_assert(strstr(net_server_request(server, 0), "Authorization: Bearer sesame\r\n"));
    stile_reranker_destroy(r);
    net_server_stop(server);
    test_folder_remove(folder);
}

Test(rerank, options_are_checked)
{
    const stile_reranker_options bad[] = {
        {.kind = "other", .url = "http://h/", .model = "m"},
        {.kind = "cohere", .url = "http://h/"},
        {.kind = "tei", .url = ""},
        {.kind = "tei", .url = "http://h/", .candidates = 1000},
        {.kind = "tei", .url = "http://h/", .key_file = "/nowhere/at/all"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        stile_reranker *r = NULL;
        cr_assert_neq(stile_reranker_create(&bad[i], &r, NULL), STILE_OK, "%zu", i);
        cr_assert_null(r);
    }
}

Test(rerank, every_failing_allocation_is_a_clean_error)
{
    const stile_reranker_options options = {.kind = "tei", .url = "http://127.0.0.1:9/"};

    for (size_t n = 0; n < 64; n++) {
        stile_reranker *r = NULL;
        stile_status st;
        stile_memory_fail_after((long)n);
        st = stile_reranker_create(&options, &r, NULL);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "%zu: %s", n, stile_status_name(st));
        stile_reranker_destroy(r);
    }
}
