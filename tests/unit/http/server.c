/* SPDX-License-Identifier: Apache-2.0 */
/* The server over sockets, with a dispatch that echoes. */
#include "http/server.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "echo.h"

static stile_server *server;

static void start(void)
{
    server = echo_start();
}

static void stop(void)
{
    stile_server_stop(server);
}

TestSuite(server, .init = start, .fini = stop, .timeout = 60);

Test(server, answers_and_forbids_caching_and_sniffing)
{
    test_reply reply;

    test_ask(server, test_request("GET", "/a?b=c", "key", NULL, NULL), &reply);
    cr_expect_eq(reply.status, 200);
    cr_expect_str_eq(reply.body, "GET /a?b=c key 0 ");
    cr_expect_str_eq(test_header(&reply, "Content-Type"), "application/json");
    cr_expect_str_eq(test_header(&reply, "Cache-Control"), "no-store");
    cr_expect_str_eq(test_header(&reply, "X-Content-Type-Options"), "nosniff");
}

Test(server, hands_on_paths_and_queries_as_they_were_sent)
{
    test_reply reply;

    test_ask(server, test_request("GET", "/a/b%2Fc%25/%c3%A4+?x=%26&y=%2f", "k", NULL, NULL),
             &reply);
    cr_expect_str_eq(reply.body, "GET /a/b%2Fc%25/%c3%A4+?x=%26&y=%2f k 0 ");
}

Test(server, wants_a_bearer_key)
{
    static const char *const values[] = {NULL, "Basic abc", "Bearer", "Bearer a b", "k"};
    test_reply reply;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        unsigned before = echo_calls();
        char request[256];
        snprintf(request, sizeof request, "GET /a HTTP/1.1\r\nHost: x\r\n%s%s%s\r\n",
                 values[i] ? "Authorization: " : "", values[i] ? values[i] : "",
                 values[i] ? "\r\n" : "");
        test_ask(server, request, &reply);
        cr_expect_eq(reply.status, 401, "%s", request);
        cr_expect_str_eq(test_header(&reply, "WWW-Authenticate"), "Bearer");
        cr_expect(strstr(reply.body, "\"code\":\"UNAUTHENTICATED\""));
        cr_expect_eq(echo_calls(), before);
    }
}

typedef struct row {
    const char *name;
    int http;
    bool told;
} row;

Test(server, gives_each_status_its_http_status_and_keeps_its_own_faults_to_itself)
{
    static const row rows[] = {
        {"NO_MEMORY", 503, false},      {"IO", 500, false},       {"INVALID", 400, true},
        {"TOO_LARGE", 413, true},       {"NOT_FOUND", 404, true}, {"CONFLICT", 409, true},
        {"UNAUTHENTICATED", 401, true}, {"FORBIDDEN", 403, true}, {"BUSY", 503, true},
        {"TIMEOUT", 504, true},         {"CORRUPT", 500, false},  {"UNSUPPORTED", 501, true},
        {"UNAVAILABLE", 503, false},    {"INTERNAL", 500, false}, {"STALE", 412, true},
    };

    cr_assert_eq(sizeof rows / sizeof *rows, STILE_STATUS_COUNT - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[64], code[64];
        test_reply reply;
        snprintf(path, sizeof path, "/fail/%s", rows[i].name);
        snprintf(code, sizeof code, "\"code\":\"%s\"", rows[i].name);
        test_ask(server, test_request("GET", path, "k", NULL, NULL), &reply);
        cr_expect_eq(reply.status, rows[i].http, "%s: %d", rows[i].name, reply.status);
        cr_expect_str_eq(test_header(&reply, "Content-Type"), "application/problem+json");
        cr_expect(strstr(reply.body, code), "%s", reply.body);
        cr_expect_eq(strstr(reply.body, "told: ") != NULL, rows[i].told, "%s", reply.body);
    }
}

Test(server, names_the_methods_that_a_path_has)
{
    test_reply reply;

    test_ask(server, test_request("DELETE", "/none", "k", NULL, NULL), &reply);
    cr_expect_eq(reply.status, 405);
    cr_expect_str_eq(test_header(&reply, "Allow"), "GET, PUT");
    test_ask(server, test_request("POST", "/healthz", NULL, NULL, NULL), &reply);
    cr_expect_eq(reply.status, 405);
    cr_expect_str_eq(test_header(&reply, "Allow"), "GET, HEAD");
}

Test(server, health_needs_no_key)
{
    static const char *const paths[] = {"/healthz", "/readyz", "/healthz?x"};
    test_reply reply;

    for (size_t i = 0; i < 3; i++) {
        test_ask(server, test_request("GET", paths[i], NULL, NULL, NULL), &reply);
        cr_expect_eq(reply.status, 200);
        cr_expect_str_eq(reply.body, "{\"status\":\"ok\"}");
        test_ask(server, test_request("HEAD", paths[i], NULL, NULL, NULL), &reply);
        cr_expect_eq(reply.status, 200);
        cr_expect_str_eq(test_header(&reply, "Content-Length"), "15");
    }
}

Test(server, takes_only_the_body_types_of_its_routes)
{
    static const struct {
        const char *method, *path, *type;
        int status;
    } rows[] = {
        {"POST", "/v1/retrieve", "application/json", 200},
        {"POST", "/v1/retrieve", "application/json; charset=utf-8", 200},
        {"POST", "/v1/retrieve", "text/plain", 415},
        {"POST", "/v1/retrieve", NULL, 415},
        {"POST", "/v1/retrieve", "application/x-ndjson", 415},
        {"POST", "/v1/collections/c/documents", "application/x-ndjson", 200},
        {"POST", "/v1/collections/c/documents", "application/jsonl", 200},
        {"POST", "/v1/collections/c/documents", "application/json", 415},
        {"PUT", "/v1/collections/c/documents/documents", "application/json", 200},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_reply reply;
        test_ask(server, test_request(rows[i].method, rows[i].path, "k", rows[i].type, "{}"),
                 &reply);
        cr_expect_eq(reply.status, rows[i].status, "row %zu: %d %s", i, reply.status, reply.body);
    }
}

Test(server, answers_a_text_retrieval_as_text)
{
    test_reply reply;

    test_ask(server,
             test_request("POST", "/v1/retrieve", "k", "application/json", "{\"format\":\"text\"}"),
             &reply);
    cr_expect_str_eq(test_header(&reply, "Content-Type"), "text/plain; charset=utf-8");
    test_ask(server,
             test_request("POST", "/v1/retrieve", "k", "application/json", "{\"format\":\"json\"}"),
             &reply);
    cr_expect_str_eq(test_header(&reply, "Content-Type"), "application/json");
}

Test(server, takes_a_body_up_to_the_cap_and_none_past_it)
{
    char body[ECHO_MAX_BODY + 2], want[64];
    test_reply reply;

    memset(body, 'a', sizeof body);
    body[ECHO_MAX_BODY] = '\0';
    test_ask(server, test_request("POST", "/a", "k", "application/json", body), &reply);
    cr_expect_eq(reply.status, 200);
    snprintf(want, sizeof want, "POST /a? k %zu aaaa", ECHO_MAX_BODY);
    cr_expect_eq(strncmp(reply.body, want, strlen(want)), 0, "%s", reply.body);
    test_ask(server,
             "POST /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n"
             "Content-Type: application/json\r\nContent-Length: 4097\r\n\r\n",
             &reply);
    cr_expect_eq(reply.status, 413);
    cr_expect(strstr(reply.body, "\"code\":\"TOO_LARGE\""));
}

static void send_chunks(int fd, size_t total)
{
    static const char head[] = "POST /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n"
                               "Content-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    char chunk[5 + 1023 + 2];

    test_send(fd, head, sizeof head - 1);
    memset(chunk, 'a', sizeof chunk);
    memcpy(chunk, "3ff\r\n", 5); /* 1023 bytes */
    memcpy(chunk + 5 + 1023, "\r\n", 2);
    for (size_t sent = 0; sent < total; sent += 1023)
        test_send(fd, chunk, sizeof chunk);
    test_send(fd, "0\r\n\r\n", 5);
}

Test(server, refuses_an_unannounced_body_past_the_cap)
{
    test_reply reply;
    int fd = test_connect(server);

    send_chunks(fd, ECHO_MAX_BODY + 1000);
    test_receive(fd, false, &reply);
    cr_expect_eq(reply.status, 413);
    cr_expect(test_is_closed(fd));
    close(fd);
}

Test(server, cuts_off_who_goes_on_sending)
{
    unsigned before = echo_calls();
    test_reply reply;
    int fd = test_connect(server);

    send_chunks(fd, 40 * ECHO_MAX_BODY);
    test_receive(fd, false, &reply);
    close(fd);
    cr_expect_eq(reply.status, 0);
    cr_expect_eq(echo_calls(), before);
}

Test(server, refuses_a_long_uri_with_414)
{
    char path[9000];
    test_reply reply;

    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[8192] = '\0';
    test_ask(server, test_request("GET", path, "k", NULL, NULL), &reply);
    cr_expect_eq(reply.status, 200);
    path[8192] = 'a';
    path[8193] = '\0';
    test_ask(server, test_request("GET", path, "k", NULL, NULL), &reply);
    cr_expect_eq(reply.status, 414);
    cr_expect(strstr(reply.body, "\"code\":\"TOO_LARGE\""));
}

Test(server, refuses_uris_that_are_no_plain_path)
{
    static const char *const uris[] = {"http://x/a", "*", "a", "/a#b", "/\xc3\xa4", "/a\x01"};
    test_reply reply;

    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        unsigned before = echo_calls();
        test_ask(server, test_request("GET", uris[i], "k", NULL, NULL), &reply);
        cr_expect_eq(reply.status, 400, "%s: %d", uris[i], reply.status);
        cr_expect_eq(echo_calls(), before);
    }
}

Test(server, keeps_a_connection_for_many_requests)
{
    test_reply reply;
    int fd = test_connect(server);

    for (int i = 0; i < 50; i++) {
        char path[32], want[64];
        const char *request;
        snprintf(path, sizeof path, "/%d", i);
        snprintf(want, sizeof want, "POST /%d? k 2 {}", i);
        request = test_request("POST", path, "k", "application/json", "{}");
        test_send(fd, request, strlen(request));
        test_receive(fd, false, &reply);
        cr_assert_str_eq(reply.body, want);
    }
    /* A refusal without a body leaves the connection sound. */
    test_send(fd, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", 28);
    test_receive(fd, false, &reply);
    cr_expect_eq(reply.status, 401);
    test_send(fd, test_request("GET", "/b", "k", NULL, NULL),
              strlen(test_request("GET", "/b", "k", NULL, NULL)));
    test_receive(fd, false, &reply);
    cr_expect_str_eq(reply.body, "GET /b? k 0 ");
    close(fd);
}

Test(server, answers_pipelined_requests_in_order)
{
    char all[8192] = "";
    test_reply reply;
    int fd = test_connect(server);

    for (int i = 0; i < 20; i++) {
        char path[32];
        snprintf(path, sizeof path, "/%d", i);
        strcat(all, test_request("POST", path, "k", "application/json", "[1]"));
    }
    test_send(fd, all, strlen(all));
    for (int i = 0; i < 20; i++) {
        char want[64];
        snprintf(want, sizeof want, "POST /%d? k 3 [1]", i);
        test_receive(fd, false, &reply);
        cr_assert_str_eq(reply.body, want);
    }
    close(fd);
}

Test(server, answers_a_client_that_closed_its_sending_side)
{
    const char *request = test_request("POST", "/half", "k", "application/json", "{}");
    test_reply reply;
    int fd = test_connect(server);

    test_send(fd, request, strlen(request));
    shutdown(fd, SHUT_WR);
    test_receive(fd, false, &reply);
    close(fd);
    cr_expect_str_eq(reply.body, "POST /half? k 2 {}");
}

Test(server, a_request_that_arrives_byte_by_byte_is_whole)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    const char *request = test_request("POST", "/slowly", "k", "application/json", "{}");
    test_reply reply;
    int fd = test_connect(server);

    for (size_t i = 0; request[i]; i++) {
        test_send(fd, request + i, 1);
        nanosleep(&pause, NULL);
    }
    test_receive(fd, false, &reply);
    close(fd);
    cr_expect_str_eq(reply.body, "POST /slowly? k 2 {}");
}

Test(server, ends_a_silent_connection)
{
    int fd = test_connect(server);

    test_send(fd, "GET /a HT", 9);
    cr_expect(test_is_closed(fd), "closed within the timeout of two seconds and some");
    close(fd);
}

Test(server, serves_a_hundred_connections_at_once)
{
    int fds[100];
    test_reply reply;

    for (int i = 0; i < 100; i++)
        fds[i] = test_connect(server);
    for (int i = 99; i >= 0; i--) {
        char path[32];
        const char *request;
        snprintf(path, sizeof path, "/%d", i);
        request = test_request("GET", path, "k", NULL, NULL);
        test_send(fds[i], request, strlen(request));
    }
    for (int i = 0; i < 100; i++) {
        char want[64];
        snprintf(want, sizeof want, "GET /%d? k 0 ", i);
        test_receive(fds[i], false, &reply);
        cr_expect_str_eq(reply.body, want);
        close(fds[i]);
    }
}

typedef struct asking {
    const char *path;
    test_reply reply;
} asking;

static void *ask(void *ctx)
{
    asking *a = ctx;
    char request[128];

    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n", a->path);
    test_ask(server, request, &a->reply);
    return NULL;
}

Test(server, finishes_running_requests_when_stopped)
{
    const struct timespec pause = {.tv_nsec = 100000000};
    asking a = {.path = "/slow"};
    pthread_t thread;

    pthread_create(&thread, NULL, ask, &a);
    nanosleep(&pause, NULL);
    stile_server_stop(server);
    server = NULL;
    pthread_join(thread, NULL);
    cr_expect_str_eq(a.reply.body, "GET /slow? k 0 ");
}

Test(server, listens_on_loopback_only_unless_told)
{
    stile_server_options options = {.listen = "0.0.0.0:0"};
    stile_server *other = NULL;
    stile_error err = {0};

    cr_expect_eq(stile_server_create(&options, &other, &err), STILE_FORBIDDEN);
    cr_expect(strstr(err.text, "TLS"));
    options.listen = "[::]:0";
    cr_expect_eq(stile_server_create(&options, &other, &err), STILE_FORBIDDEN);
    options.allow_remote = true;
    options.listen = "0.0.0.0:0";
    cr_assert_eq(stile_server_create(&options, &other, &err), STILE_OK, "%s", err.text);
    cr_expect_neq(stile_server_port(other), 0);
    stile_server_stop(other);
}

Test(server, says_that_an_address_is_taken_or_wrong)
{
    static const char *const wrong[] = {"",           "127.0.0.1", ":7717",
                                        "127.0.0.1:", "::1:7717",  "localhost:x",
                                        "a:99999",    "[::1]",     "127.0.0.1:-1"};
    stile_server_options options = {.listen = stile_server_address(server)};
    stile_server *other = NULL;

    cr_expect_eq(stile_server_create(&options, &other, NULL), STILE_BUSY);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.listen = wrong[i];
        cr_expect_eq(stile_server_create(&options, &other, NULL), STILE_INVALID, "%s", wrong[i]);
    }
    cr_expect_null(other);
}
