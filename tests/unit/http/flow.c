/* SPDX-License-Identifier: Apache-2.0 */
/* The server over a real plane: from PUT to retrieval, and what a low clearance sees. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "plane/caller.h"
#include "support/folder.h"

#define DOCUMENT                                                                                   \
    "{\"label\":\"confidential\",\"title\":\"Rotation\",\"text\":\"The signing keys of the "       \
    "harbour rotate every ninety days.\"}"

static char *folder;
static stile_plane *plane;
static stile_server *server;
static char writer[STILE_KEY_LEN + 1], low[STILE_KEY_LEN + 1];

static void make_key(const char *name, const char *clearance, uint32_t scopes, char *secret)
{
    stile_key key = {.name = stile_str(name), .clearance = stile_str(clearance), .scopes = scopes};
    stile_error err = {0};

    cr_assert_eq(stile_plane_key_create(plane, &key, secret, &err), STILE_OK, "%s", err.text);
}

static void start(void)
{
    stile_server_options options = {.listen = "127.0.0.1:0", .threads = 2};
    stile_error err = {0};

    folder = test_folder_make();
    cr_assert_eq(stile_plane_init(test_path(folder, "data"), &err), STILE_OK, "%s", err.text);
    cr_assert_eq(stile_plane_open(test_path(folder, "data"), &plane, &err), STILE_OK, "%s",
                 err.text);
    make_key("writer", "restricted", UINT32_MAX >> (32 - STILE_SCOPE_COUNT), writer);
    make_key("low", "internal", 1u << STILE_SCOPE_RETRIEVE, low);
    options.plane = plane;
    cr_assert_eq(stile_server_create(&options, &server, &err), STILE_OK, "%s", err.text);
}

static void stop(void)
{
    stile_server_stop(server);
    stile_plane_close(plane);
    test_folder_remove(folder);
}

TestSuite(flow, .init = start, .fini = stop, .timeout = 120);

static int ask(const char *method, const char *path, const char *key, const char *body,
               test_reply *reply)
{
    test_ask(server, test_request(method, path, key, body ? "application/json" : NULL, body),
             reply);
    return reply->status;
}

static void put_document(const char *path)
{
    test_reply reply;

    cr_assert_eq(ask("PUT", "/v1/collections/wiki", writer, "{\"ceiling\":\"restricted\"}", &reply),
                 200, "%s", reply.body);
    cr_assert_eq(ask("PUT", path, writer, DOCUMENT, &reply), 200, "%s", reply.body);
}

Test(flow, a_document_is_found_by_who_is_cleared_for_it)
{
    test_reply reply;

    put_document("/v1/collections/wiki/documents/keys");
    cr_expect_eq(ask("POST", "/v1/retrieve", writer, "{\"query\":\"rotate signing keys\"}", &reply),
                 200, "%s", reply.body);
    cr_expect(strstr(reply.body, "every ninety days"), "%s", reply.body);
    cr_expect_eq(ask("POST", "/v1/retrieve", low, "{\"query\":\"rotate signing keys\"}", &reply),
                 200, "%s", reply.body);
    cr_expect_null(strstr(reply.body, "ninety"));
    cr_expect_null(strstr(reply.body, "Rotation"));
}

Test(flow, a_hidden_document_and_a_missing_one_are_the_same_bytes)
{
    test_reply hidden, missing;

    put_document("/v1/collections/wiki/documents/keys");
    cr_expect_eq(ask("GET", "/v1/collections/wiki/documents/keys", writer, NULL, &hidden), 200);
    cr_expect_eq(ask("GET", "/v1/collections/wiki/documents/keys", low, NULL, &hidden), 404);
    cr_expect_eq(ask("GET", "/v1/collections/wiki/documents/none", low, NULL, &missing), 404);
    /* The Date line alone may differ. */
    memset(strstr(hidden.head, "Date: "), '.', 35);
    memset(strstr(missing.head, "Date: "), '.', 35);
    cr_expect_str_eq(hidden.head, missing.head);
    cr_expect_str_eq(hidden.body, missing.body);
}

Test(flow, an_id_with_a_slash_round_trips)
{
    test_reply reply;

    put_document("/v1/collections/wiki/documents/a%2Fb%20%C3%A4");
    cr_expect_eq(ask("GET", "/v1/collections/wiki/documents/a%2fb%20%c3%a4", writer, NULL, &reply),
                 200);
    cr_expect(strstr(reply.body, "\"a/b \xc3\xa4\""), "%s", reply.body);
    cr_expect_eq(ask("GET", "/v1/collections/wiki/documents/a/b%20%C3%A4", writer, NULL, &reply),
                 404);
}

Test(flow, a_text_retrieval_is_plain_text)
{
    test_reply reply;

    put_document("/v1/collections/wiki/documents/keys");
    cr_expect_eq(ask("POST", "/v1/retrieve", writer,
                     "{\"query\":\"rotate signing keys\",\"format\":\"text\"}", &reply),
                 200);
    cr_expect_str_eq(test_header(&reply, "Content-Type"), "text/plain; charset=utf-8");
    cr_expect(strstr(reply.body, "ninety"), "%s", reply.body);
}

Test(flow, lines_are_loaded_in_bulk)
{
    static const char lines[] = "{\"id\":\"1\",\"label\":\"public\",\"text\":\"One.\"}\n"
                                "not json\n"
                                "{\"id\":\"2\",\"label\":\"public\",\"text\":\"Two.\"}\n";
    test_reply reply;

    put_document("/v1/collections/wiki/documents/keys");
    test_ask(server,
             test_request("POST", "/v1/collections/wiki/documents", writer, "application/x-ndjson",
                          lines),
             &reply);
    cr_expect_eq(reply.status, 200, "%s", reply.body);
    cr_expect(strstr(reply.body, "\"created\":2"), "%s", reply.body);
    cr_expect(strstr(reply.body, "\"failed\":1"), "%s", reply.body);
}

Test(flow, unknown_keys_and_missing_scopes_are_refused)
{
    test_reply reply;

    put_document("/v1/collections/wiki/documents/keys");
    cr_expect_eq(ask("GET", "/v1/collections", "stile_0123456789ab_x", NULL, &reply), 401);
    cr_expect_str_eq(test_header(&reply, "WWW-Authenticate"), "Bearer");
    cr_expect_eq(ask("PUT", "/v1/collections/wiki/documents/x", low, DOCUMENT, &reply), 403);
    cr_expect_eq(ask("GET", "/v1/keys", low, NULL, &reply), 403);
}

Test(flow, unknown_paths_and_methods_are_told_apart)
{
    test_reply reply;

    cr_expect_eq(ask("GET", "/v1/nothing", writer, NULL, &reply), 404);
    cr_expect_eq(ask("PATCH", "/v1/collections/wiki", writer, NULL, &reply), 405);
    cr_expect_not_null(test_header(&reply, "Allow"));
}

Test(flow, is_ready_while_the_plane_is_open)
{
    test_reply reply;

    cr_expect_eq(ask("GET", "/readyz", NULL, NULL, &reply), 200);
}
