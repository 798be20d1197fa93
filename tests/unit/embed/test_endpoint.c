/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint embedder against a server that misbehaves in every way known to us. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "embed/embedder.h"
#include "net/breaker.h"
#include "server.h"

#define COUNT 7
static const char *const texts[COUNT] = {"a", "bb", "", "dddd", "eeeee", " \n", "ggggggg"};

static stile_embedder *open_with(server *s, uint32_t dimensions, uint32_t retries)
{
    stile_embedder_options options = {.kind = "endpoint",
                                      .url = s->url,
                                      .model = "m",
                                      .dimensions = dimensions,
                                      .timeout_ms = 300,
                                      .retries = retries};
    stile_embedder *e = NULL;
    stile_error err = {0};

    /* One second is what one server asks to be waited for; only the slow one must time out. */
    options.timeout_ms = s->mode == SERVER_SLOW ? 300 : 5000;
    cr_assert_eq(stile_embedder_create(&options, &e, &err), STILE_OK, "%s", err.text);
    return e;
}

static stile_status embed_all(stile_embedder *e, float *out, stile_error *err)
{
    stile_embed_text all[COUNT];

    for (int i = 0; i < COUNT; i++)
        all[i] = (stile_embed_text){.text = stile_str(texts[i])};
    return stile_embedder_embed(e, STILE_EMBED_DOCUMENT, all, COUNT, out, err);
}

/* What the server's vector of `text` is at unit length; zeros for a blank text. */
static void check_vector(const char *text, const float *v, const char *name)
{
    double want[SERVER_DIM] = {(double)strlen(text), (double)(unsigned char)text[0], 1, 0};
    double norm = sqrt(want[0] * want[0] + want[1] * want[1] + 1);
    int blank = strspn(text, " \n") == strlen(text);

    for (int d = 0; d < SERVER_DIM; d++)
        cr_assert_float_eq(v[d], blank ? 0 : want[d] / norm, 1e-6, "%s: '%s'[%d] is %f", name, text,
                           d, (double)v[d]);
}

static const struct {
    server_mode mode;
    const char *name;
    unsigned requests; /* for runs of two texts, two and one */
} served[] = {
    {SERVER_HONEST, "honest", 3},     {SERVER_REVERSED, "reversed", 3},
    {SERVER_BASE64, "base64", 3},     {SERVER_429_ONCE, "429 once", 4},
    {SERVER_503_ONCE, "503 once", 4},
};

Test(endpoint, embeds_in_the_order_of_the_texts_whatever_the_server_does)
{
    for (size_t i = 0; i < sizeof served / sizeof *served; i++) {
        float out[COUNT][SERVER_DIM];
        stile_error err = {0};
        server s;
        stile_embedder *e;

        server_start(&s, served[i].mode);
        e = open_with(&s, SERVER_DIM, 2);
        memset(out, 0xFF, sizeof out);
        cr_assert_eq(embed_all(e, &out[0][0], &err), STILE_OK, "%s: %s", served[i].name, err.text);
        for (int k = 0; k < COUNT; k++)
            check_vector(texts[k], out[k], served[i].name);
        stile_embedder_destroy(e);
        server_stop(&s);
        cr_assert_eq(s.requests, served[i].requests, "%s: %u requests", served[i].name, s.requests);
        cr_assert(strstr(s.last, "\"encoding_format\":\"float\""));
        cr_assert(strstr(s.last, "POST /v1/embeddings HTTP/1.1\r\n"));
    }
}

Test(endpoint, halves_what_is_too_large)
{
    static const server_mode modes[] = {SERVER_413_PAST_TWO, SERVER_422_PAST_TWO,
                                        SERVER_400_PAST_TWO};

    for (size_t i = 0; i < 3; i++) {
        static const char *const many[9] = {"a", "bb", "c", "dd", "e", "ff", "g", "hh", "i"};
        stile_embed_text all[9];
        float out[9][SERVER_DIM];
        stile_error err = {0};
        server s;
        stile_embedder *e;

        for (int k = 0; k < 9; k++)
            all[k] = (stile_embed_text){.text = stile_str(many[k])};
        server_start(&s, modes[i]);
        e = open_with(&s, SERVER_DIM, 1);
        cr_assert_eq(stile_embedder_embed(e, STILE_EMBED_DOCUMENT, all, 9, &out[0][0], &err),
                     STILE_OK, "%s", err.text);
        for (int k = 0; k < 9; k++)
            check_vector(many[k], out[k], "halved");
        stile_embedder_destroy(e);
        server_stop(&s);
        cr_assert_eq(s.requests, 3 + 5); /* 9, 5 and 3 refused; 2, 2, 2, 2 and 1 */
    }
}

static const struct {
    server_mode mode;
    const char *name;
    stile_status want;
    unsigned requests; /* with one retry */
} refused[] = {
    {SERVER_413_ALWAYS, "413 for one text", STILE_TOO_LARGE, 2},
    {SERVER_503_ALWAYS, "503 always", STILE_UNAVAILABLE, 2},
    {SERVER_503_AN_HOUR, "503 for an hour", STILE_UNAVAILABLE, 1},
    {SERVER_CUT, "cut", STILE_UNAVAILABLE, 2},
    {SERVER_HALF_JSON, "half a JSON text", STILE_UNAVAILABLE, 1},
    {SERVER_OTHER_DIM, "another dimension", STILE_UNAVAILABLE, 1},
    {SERVER_NAN, "NaN in JSON", STILE_UNAVAILABLE, 1},
    {SERVER_NAN_BASE64, "NaN in base64", STILE_UNAVAILABLE, 1},
    {SERVER_INFINITE, "infinite", STILE_UNAVAILABLE, 1},
    {SERVER_TEXT_IN_VECTOR, "a string for a number", STILE_UNAVAILABLE, 1},
    {SERVER_BAD_BASE64, "not base64", STILE_UNAVAILABLE, 1},
    {SERVER_DOUBLE_INDEX, "an index twice", STILE_UNAVAILABLE, 1},
    {SERVER_FAR_INDEX, "an index too far", STILE_UNAVAILABLE, 1},
    {SERVER_NO_INDEX, "no index", STILE_UNAVAILABLE, 1},
    {SERVER_ONE_SHORT, "one short", STILE_UNAVAILABLE, 1},
    {SERVER_NO_EMBEDDING, "no embedding", STILE_UNAVAILABLE, 1},
    {SERVER_HUGE, "huge", STILE_UNAVAILABLE, 1},
    {SERVER_SLOW, "slow", STILE_TIMEOUT, 1},
    {SERVER_401_WRAPPED, "401", STILE_UNAVAILABLE, 1},
    {SERVER_400_FLAT, "400", STILE_UNAVAILABLE, 2},
    {SERVER_REDIRECT, "a redirect", STILE_UNAVAILABLE, 1},
};

Test(endpoint, refuses_what_is_not_an_answer)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        float out[COUNT][SERVER_DIM];
        stile_error err = {0};
        stile_status st;
        server s;
        stile_embedder *e;

        server_start(&s, refused[i].mode);
        e = open_with(&s, SERVER_DIM, 1);
        st = embed_all(e, &out[0][0], &err);
        cr_assert_eq(st, refused[i].want, "%s: %s: %s", refused[i].name, stile_status_name(st),
                     err.text);
        cr_assert_null(strstr(err.text, "secret"), "%s: %s", refused[i].name, err.text);
        stile_embedder_destroy(e);
        server_stop(&s);
        cr_assert_eq(s.requests, refused[i].requests, "%s: %u requests", refused[i].name,
                     s.requests);
    }
}

Test(endpoint, names_the_code_of_an_error_in_either_shape)
{
    static const struct {
        server_mode mode;
        const char *code;
    } rows[] = {{SERVER_401_WRAPPED, "HTTP 401 invalid_api_key"},
                {SERVER_400_FLAT, "HTTP 400 BadRequestError"}};

    for (int i = 0; i < 2; i++) {
        float out[COUNT][SERVER_DIM];
        stile_error err = {0};
        server s;
        stile_embedder *e;

        server_start(&s, rows[i].mode);
        e = open_with(&s, SERVER_DIM, 1);
        cr_assert_neq(embed_all(e, &out[0][0], &err), STILE_OK);
        cr_assert(strstr(err.text, rows[i].code), "%s", err.text);
        stile_embedder_destroy(e);
        server_stop(&s);
    }
}

Test(endpoint, keeps_a_vector_of_zeros)
{
    float out[COUNT][SERVER_DIM];
    server s;
    stile_embedder *e;

    server_start(&s, SERVER_ZEROS);
    e = open_with(&s, SERVER_DIM, 1);
    cr_assert_eq(embed_all(e, &out[0][0], NULL), STILE_OK);
    for (int k = 0; k < COUNT; k++)
        for (int d = 0; d < SERVER_DIM; d++)
            cr_assert_eq(out[k][d], 0.0f);
    stile_embedder_destroy(e);
    server_stop(&s);
}

Test(endpoint, asks_for_the_dimension_when_none_is_given)
{
    server s;
    stile_embedder *asked, *told;

    server_start(&s, SERVER_HONEST);
    asked = open_with(&s, 0, 1);
    told = open_with(&s, SERVER_DIM, 1);
    cr_assert_eq(stile_embedder_dim(asked), SERVER_DIM);
    cr_assert_eq(
        memcmp(stile_embedder_hash(asked), stile_embedder_hash(told), sizeof(stile_sha256)), 0);
    stile_embedder_destroy(told);
    told = open_with(&s, SERVER_DIM + 1, 1);
    cr_assert_neq(
        memcmp(stile_embedder_hash(asked), stile_embedder_hash(told), sizeof(stile_sha256)), 0);
    stile_embedder_destroy(told);
    stile_embedder_destroy(asked);
    server_stop(&s);
    cr_assert_eq(s.requests, 1);
}

Test(endpoint, leaves_a_dead_server_alone_after_five_failures)
{
    float out[COUNT][SERVER_DIM];
    stile_error err = {0};
    server s;
    stile_embedder *e;

    server_start(&s, SERVER_401_WRAPPED);
    e = open_with(&s, SERVER_DIM, 1);
    for (int i = 0; i < STILE_BREAKER_FAILURES + 3; i++)
        cr_assert_eq(embed_all(e, &out[0][0], &err), STILE_UNAVAILABLE);
    cr_assert(strstr(err.text, "left alone"), "%s", err.text);
    stile_embedder_destroy(e);
    server_stop(&s);
    cr_assert_eq(s.requests, STILE_BREAKER_FAILURES);
}

Test(endpoint, is_unavailable_when_nobody_listens)
{
    stile_embedder_options options = {
        .kind = "endpoint", .model = "m", .dimensions = SERVER_DIM, .retries = 1};
    float out[COUNT][SERVER_DIM];
    stile_error err = {0};
    server s;
    stile_embedder *e = NULL;

    server_start(&s, SERVER_HONEST);
    server_stop(&s);
    options.url = s.url;
    cr_assert_eq(stile_embedder_create(&options, &e, &err), STILE_OK);
    cr_assert_eq(embed_all(e, &out[0][0], &err), STILE_UNAVAILABLE);
    stile_embedder_destroy(e);
    options.dimensions = 0;
    cr_assert_eq(stile_embedder_create(&options, &e, &err), STILE_UNAVAILABLE);
}

Test(endpoint, sends_the_key_and_never_tells_it)
{
    char path[] = "/tmp/stile-key-XXXXXX";
    int fd = mkstemp(path);
    stile_embedder_options options = {
        .kind = "endpoint", .model = "m", .dimensions = SERVER_DIM, .key_file = path, .retries = 1};
    float out[COUNT][SERVER_DIM];
    stile_error err = {0};
    server s;
    stile_embedder *e = NULL;

    cr_assert_eq(write(fd, " sk-rosebud\n", 12), 12);
    close(fd);
    server_start(&s, SERVER_401_WRAPPED);
    options.url = s.url;
    cr_assert_eq(stile_embedder_create(&options, &e, &err), STILE_OK, "%s", err.text);
    cr_assert_eq(embed_all(e, &out[0][0], &err), STILE_UNAVAILABLE);
    cr_assert_null(strstr(err.text, "rosebud"));
    cr_assert_null(strstr(stile_embedder_name(e), "rosebud"));
    stile_embedder_destroy(e);
    server_stop(&s);
    cr_assert(strstr(s.last, "Authorization: Bearer sk-rosebud\r\n"), "%s", s.last);
    cr_assert_eq(truncate(path, 0), 0);
    cr_assert_eq(stile_embedder_create(&options, &e, &err), STILE_INVALID);
    unlink(path);
    cr_assert_eq(stile_embedder_create(&options, &e, &err), STILE_NOT_FOUND);
}

Test(endpoint, refuses_options_and_texts_that_cannot_be)
{
    stile_embedder_options none = {.kind = "endpoint"};
    stile_embedder_options file = {.kind = "endpoint", .url = "file:///etc", .model = "m"};
    stile_embed_text broken = {.text = stile_slice_of("\xC3(", 2)};
    float out[SERVER_DIM];
    server s;
    stile_embedder *e = NULL;

    cr_assert_eq(stile_embedder_create(&none, &e, NULL), STILE_INVALID);
    cr_assert_eq(stile_embedder_create(&file, &e, NULL), STILE_INVALID);
    server_start(&s, SERVER_HONEST);
    e = open_with(&s, SERVER_DIM, 1);
    cr_assert_eq(stile_embedder_embed(e, STILE_EMBED_QUERY, &broken, 1, out, NULL), STILE_INVALID);
    stile_embedder_destroy(e);
    server_stop(&s);
    cr_assert_eq(s.requests, 0);
}

Test(endpoint, survives_every_allocation_that_fails)
{
    long failed = 0;
    server s;

    server_start(&s, SERVER_BASE64);
    for (long n = 0;; n++) {
        stile_embedder_options options = {
            .kind = "endpoint", .url = s.url, .model = "m", .retries = 1};
        float out[COUNT][SERVER_DIM];
        stile_embedder *e = NULL;
        stile_error err = {0};
        stile_status st;

        stile_memory_fail_after(n);
        st = stile_embedder_create(&options, &e, &err);
        if (!st)
            st = embed_all(e, &out[0][0], &err);
        stile_memory_fail_after(-1);
        stile_embedder_destroy(e);
        if (!st)
            break;
        cr_assert_eq(st, STILE_NO_MEMORY, "allocation %ld: %s", n, err.text);
        failed++;
    }
    server_stop(&s);
    cr_assert_gt(failed, 10);
}

Test(breaker, lets_one_try_after_its_rest)
{
    stile_breaker b;

    cr_assert_eq(stile_breaker_init(&b, NULL), STILE_OK);
    for (int i = 0; i < STILE_BREAKER_FAILURES; i++) {
        cr_assert(stile_breaker_pass(&b, 100));
        stile_breaker_report(&b, 100, false);
    }
    cr_assert_not(stile_breaker_pass(&b, 100 + STILE_BREAKER_REST_MS - 1));
    cr_assert(stile_breaker_pass(&b, 100 + STILE_BREAKER_REST_MS));
    cr_assert_not(stile_breaker_pass(&b, 100 + STILE_BREAKER_REST_MS));
    stile_breaker_report(&b, 100 + STILE_BREAKER_REST_MS, true);
    cr_assert(stile_breaker_pass(&b, 100 + STILE_BREAKER_REST_MS));
    stile_breaker_release(&b);
}
