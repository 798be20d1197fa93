/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/fetch.h"
#include "support/server.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

/* A fetcher, a server with one answer, and what came of the request. */
typedef struct fixture {
    net_answer answer;
    net_server *server;
    char url[64]; /* the server's root */
    stile_fetcher *fetcher;
    stile_fetch_reply reply;
    stile_buf body;
    stile_error err;
} fixture;

static fixture *begin(const char *answer)
{
    fixture *f = calloc(1, sizeof *f);

    (void)unsetenv("http_proxy"); /* whatever the machine has */
    (void)unsetenv("all_proxy");
    (void)unsetenv("ALL_PROXY");
    f->answer.bytes = stile_str(answer);
    f->server = net_server_start(&f->answer, 1);
    (void)snprintf(f->url, sizeof f->url, "%s", net_server_url(f->server, "/"));
    stile_buf_init(&f->body, 4096);
    cr_assert(eq(int, stile_fetcher_create(&f->fetcher, NULL), STILE_OK));
    return f;
}

static void end(fixture *f)
{
    stile_fetcher_destroy(f->fetcher);
    net_server_stop(f->server);
    stile_buf_release(&f->body);
    free(f);
}

static stile_status get(fixture *f, const char *url)
{
    stile_fetch_request request = {.method = "GET", .url = url, .timeout_ms = 5000};

    return stile_fetch(f->fetcher, &request, &f->reply, &f->body, &f->err);
}

static stile_status get_root(fixture *f)
{
    return get(f, f->url);
}

Test(fetch, gives_status_type_and_body)
{
    fixture *f = begin(OK_HEAD "Content-Length: 5\r\n\r\nhello");

    cr_assert(eq(int, get_root(f), STILE_OK));
    cr_assert(eq(long, f->reply.status, 200));
    cr_assert(eq(str, f->reply.content_type, "text/plain"));
    cr_assert(eq(u32, f->reply.retry_after_ms, 0));
    cr_assert(eq(str, f->body.ptr, "hello"));
    end(f);
}

Test(fetch, sends_method_body_type_token_and_headers)
{
    fixture *f = begin(OK_HEAD "Content-Length: 0\r\n\r\n");
    const char *const headers[] = {"X-One: 1", "X-Two: 2", NULL};
    stile_fetch_request request = {.method = "PUT",
                                   .url = net_server_url(f->server, "/a?b=c"),
                                   .bearer = "secret-token",
                                   .content_type = "application/json",
                                   .headers = headers,
                                   .body = stile_str("{\"a\":1}")};
    const char *sent;

    cr_assert(eq(int, stile_fetch(f->fetcher, &request, &f->reply, &f->body, &f->err), STILE_OK));
    sent = net_server_request(f->server, 0);
    cr_assert(strncmp(sent, "PUT /a?b=c HTTP/1.1\r\n", 21) == 0);
    cr_assert_not_null(strstr(sent, "\r\nAuthorization: Bearer secret-token\r\n"));
    cr_assert_not_null(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    cr_assert_not_null(strstr(sent, "\r\nX-One: 1\r\nX-Two: 2\r\n"));
    cr_assert_not_null(strstr(sent, "\r\n\r\n{\"a\":1}"));
    cr_assert_null(strstr(sent, "Expect:"));
    end(f);
}

Test(fetch, sends_an_empty_post_and_a_delete_without_a_type)
{
    static const char *const methods[] = {"POST", "DELETE"};

    for (size_t i = 0; i < 2; i++) {
        fixture *f = begin(OK_HEAD "Content-Length: 0\r\n\r\n");
        stile_fetch_request request = {.method = methods[i], .url = net_server_url(f->server, "/")};
        const char *sent;

        cr_assert(
            eq(int, stile_fetch(f->fetcher, &request, &f->reply, &f->body, &f->err), STILE_OK));
        sent = net_server_request(f->server, 0);
        cr_assert(strncmp(sent, methods[i], strlen(methods[i])) == 0);
        cr_assert_null(strstr(sent, "Content-Type:"));
        end(f);
    }
}

Test(fetch, a_token_goes_to_its_own_request_alone)
{
    fixture *f = begin(OK_HEAD "Content-Length: 0\r\n\r\n");
    stile_fetch_request request = {
        .method = "GET", .url = net_server_url(f->server, "/"), .bearer = "secret-token"};

    cr_assert(eq(int, stile_fetch(f->fetcher, &request, &f->reply, &f->body, &f->err), STILE_OK));
    cr_assert(eq(int, get_root(f), STILE_OK)); /* the same pooled handle */
    cr_assert_not_null(strstr(net_server_request(f->server, 0), "secret-token"));
    cr_assert_null(strstr(net_server_request(f->server, 1), "Authorization"));
    end(f);
}

Test(fetch, any_status_is_the_callers_to_judge)
{
    static const long statuses[] = {204, 301, 400, 404, 429, 500, 503};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        char text[128];
        fixture *f;

        (void)snprintf(text, sizeof text, "HTTP/1.1 %ld X\r\nContent-Length: 0\r\n\r\n",
                       statuses[i]);
        f = begin(text);
        cr_assert(eq(int, get_root(f), STILE_OK));
        cr_assert(eq(long, f->reply.status, statuses[i]));
        end(f);
    }
}

Test(fetch, follows_no_redirect)
{
    fixture *f = begin("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");

    cr_assert(eq(int, get_root(f), STILE_OK));
    cr_assert(eq(long, f->reply.status, 302));
    cr_assert(eq(sz, net_server_connections(f->server), 1));
    end(f);
}

Test(fetch, reads_every_form_of_retry_after)
{
    static const struct {
        const char *header;
        uint32_t low, high;
    } rows[] = {
        {"Retry-After: 3\r\n", 3000, 3000},
        {"retry-after-ms: 250\r\n", 250, 250},
        {"Retry-After: 9\r\nretry-after-ms: 250.7\r\n", 250, 250},
        {"Retry-After: 999999999\r\n", 3600000, 3600000}, /* capped */
        {"retry-after-ms: 99999999999999999999\r\n", 3600000, 3600000},
        {"Retry-After: soon\r\n", 0, 0},
        {"retry-after-ms: -5\r\n", 0, 0},
        {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 0, 0},             /* past */
        {"Retry-After: Fri, 31 Dec 2150 23:59:59 GMT\r\n", 3600000, 3600000}, /* far */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        fixture *f;

        (void)snprintf(text, sizeof text, "HTTP/1.1 429 X\r\n%sContent-Length: 0\r\n\r\n",
                       rows[i].header);
        f = begin(text);
        cr_assert(eq(int, get_root(f), STILE_OK));
        cr_assert(f->reply.retry_after_ms >= rows[i].low && f->reply.retry_after_ms <= rows[i].high,
                  "%s gives %u", rows[i].header, f->reply.retry_after_ms);
        end(f);
    }
}

Test(fetch, a_body_past_its_cap_is_too_large)
{
    fixture *f = begin("");
    char chunk[1024];

    memset(chunk, 'a', sizeof chunk);
    memcpy(chunk, OK_HEAD "\r\n", strlen(OK_HEAD "\r\n"));
    f->answer.bytes = stile_slice_of(chunk, sizeof chunk);
    f->answer.repeat = 1000;
    cr_assert(eq(int, get_root(f), STILE_TOO_LARGE));
    cr_assert(f->body.len <= 4096);
    end(f);
}

Test(fetch, endless_headers_are_too_large)
{
    fixture *f = begin("");
    char lines[1024] = "HTTP/1.1 200 OK\r\nX-Filler: ";

    memset(lines + strlen(lines), 'a', sizeof lines - strlen(lines));
    memcpy(lines + sizeof lines - 12, "\r\nHTTP/1.1: ", 12);
    f->answer.bytes = stile_slice_of(lines, sizeof lines);
    f->answer.repeat = 1000;
    cr_assert(eq(int, get_root(f), STILE_TOO_LARGE), "%s", f->err.text);
    end(f);
}

Test(fetch, a_slow_server_times_out)
{
    fixture *f = begin(OK_HEAD "Content-Length: 0\r\n\r\n");
    stile_fetch_request request = {
        .method = "GET", .url = net_server_url(f->server, "/"), .timeout_ms = 100};

    f->answer.wait_ms = 600;
    cr_assert(
        eq(int, stile_fetch(f->fetcher, &request, &f->reply, &f->body, &f->err), STILE_TIMEOUT));
    end(f);
}

Test(fetch, nobody_listening_is_unavailable)
{
    fixture *f = begin("");
    char url[64];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", net_closed_port());
    cr_assert(eq(int, get(f, url), STILE_UNAVAILABLE));
    end(f);
}

Test(fetch, broken_replies_are_unavailable)
{
    static const char *const answers[] = {
        "",                                                  /* hangs up */
        OK_HEAD "Content-Length: 50\r\n\r\nshort",           /* cut off */
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n",  /* no chunk */
        OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhe", /* chunk cut off */
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        fixture *f = begin(answers[i]);

        cr_assert(eq(int, get_root(f), STILE_UNAVAILABLE), "answer %zu: %s", i, f->err.text);
        end(f);
    }
}

Test(fetch, only_plain_web_urls_are_fetched)
{
    static const char *const urls[] = {
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "127.0.0.1/",
        "",
        "http://",
        "http://a b/",
        "http://u:p@127.0.0.1/",
        "http://u@127.0.0.1/",
        "javascript:alert(1)",
    };
    fixture *f = begin("");

    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        cr_assert(eq(int, get(f, urls[i]), STILE_INVALID), "%s", urls[i]);
    cr_assert(eq(sz, net_server_connections(f->server), 0));
    end(f);
}

Test(fetch, no_header_or_token_can_begin_another_line)
{
    fixture *f = begin(OK_HEAD "Content-Length: 0\r\n\r\n");
    const char *const headers[] = {"X-One: 1\r\nX-Two: 2", NULL};
    stile_fetch_request rows[] = {
        {.headers = headers},
        {.bearer = "a\r\nX: y"},
        {.content_type = "text/plain\nX: y"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rows[i].method = "GET";
        rows[i].url = net_server_url(f->server, "/");
        cr_assert(eq(int, stile_fetch(f->fetcher, &rows[i], &f->reply, &f->body, &f->err),
                     STILE_INVALID));
    }
    cr_assert(eq(sz, net_server_connections(f->server), 0));
    end(f);
}

Test(fetch, errors_tell_neither_token_nor_path)
{
    fixture *f = begin("");
    stile_fetch_request request = {.method = "GET",
                                   .url = net_server_url(f->server, "/hidden?key=hidden"),
                                   .bearer = "hidden-token"};

    cr_assert(eq(int, stile_fetch(f->fetcher, &request, &f->reply, &f->body, &f->err),
                 STILE_UNAVAILABLE));
    cr_assert_null(strstr(f->err.text, "hidden"));
    cr_assert_not_null(strstr(f->err.text, "127.0.0.1"));
    end(f);
}

Test(fetch, each_failing_allocation_is_no_memory)
{
    fixture *f = begin(OK_HEAD "Content-Length: 5\r\n\r\nhello");
    stile_status st = STILE_NO_MEMORY;
    long n = 0;

    for (; st; n++) {
        stile_fetcher *fetcher = NULL;
        stile_buf body;
        stile_fetch_request request = {.method = "GET", .url = net_server_url(f->server, "/")};

        stile_buf_init(&body, 4096);
        stile_memory_fail_after(n);
        if (!(st = stile_fetcher_create(&fetcher, &f->err)))
            st = stile_fetch(fetcher, &request, &f->reply, &body, &f->err);
        stile_memory_fail_after(-1);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY, "allocation %ld: %s", n, f->err.text);
        stile_fetcher_destroy(fetcher);
        stile_buf_release(&body);
    }
    cr_assert(ge(long, n, 2)); /* some did fail */
    end(f);
}

static void *fetch_often(void *ctx)
{
    fixture *f = ctx;
    stile_fetch_request request = {.method = "GET", .url = f->url};

    for (int i = 0; i < 5; i++) {
        stile_fetch_reply reply;
        stile_buf body;

        stile_buf_init(&body, 64);
        cr_assert(eq(int, stile_fetch(f->fetcher, &request, &reply, &body, NULL), STILE_OK));
        cr_assert(eq(str, body.ptr, "hello"));
        stile_buf_release(&body);
    }
    return NULL;
}

Test(fetch, threads_share_one_fetcher)
{
    fixture *f = begin(OK_HEAD "Content-Length: 5\r\n\r\nhello");
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        cr_assert(pthread_create(&threads[i], NULL, fetch_often, f) == 0);
    for (size_t i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    cr_assert(eq(sz, net_server_connections(f->server), 20));
    end(f);
}
