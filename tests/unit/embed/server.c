/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* The whole request into `s->last`; its body, or NULL. */
static const char *read_request(server *s, int fd)
{
    size_t len = 0;

    for (;;) {
        ssize_t n = recv(fd, s->last + len, sizeof s->last - 1 - len, 0);
        char *body, *length;

        if (n <= 0)
            return NULL;
        len += (size_t)n;
        s->last[len] = '\0';
        body = strstr(s->last, "\r\n\r\n");
        length = strcasestr(s->last, "content-length:");
        if (body && length && len >= (size_t)(body + 4 - s->last) + strtoul(length + 15, NULL, 10))
            return body + 4;
    }
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

/* `missing` bytes are announced and never sent. */
static void reply(int fd, int status, const char *header, const char *body, size_t missing)
{
    char head[512];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n%s"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                     status, header, strlen(body) + missing);

    send_all(fd, head, (size_t)n);
    send_all(fd, body, strlen(body));
}

/* A text's vector: its length, its first byte, 1 and 0; not of unit length. */
static json_t *vector(server_mode mode, const char *text)
{
    float v[SERVER_DIM] = {(float)strlen(text), (float)(unsigned char)text[0], 1, 0};
    json_t *array = json_array();

    if (mode == SERVER_ZEROS)
        memset(v, 0, sizeof v);
    if (mode == SERVER_BASE64 || mode == SERVER_NAN_BASE64) {
        unsigned char coded[64];
        if (mode == SERVER_NAN_BASE64)
            v[0] = NAN;
        EVP_EncodeBlock(coded, (const unsigned char *)v, sizeof v);
        json_decref(array);
        return json_string((char *)coded);
    }
    if (mode == SERVER_BAD_BASE64) {
        json_decref(array);
        return json_string("!!!!!!!!!!!!!!!!!!!!!!==");
    }
    for (int i = 0; i < SERVER_DIM; i++)
        json_array_append_new(array, json_real(v[i]));
    if (mode == SERVER_OTHER_DIM)
        json_array_append_new(array, json_real(1));
    if (mode == SERVER_INFINITE)
        json_array_set_new(array, 0, json_real(1e39));
    if (mode == SERVER_TEXT_IN_VECTOR)
        json_array_set_new(array, 0, json_string("1"));
    return array;
}

static json_t *item(server_mode mode, size_t index, const char *text)
{
    json_t *out = json_object();

    if (mode == SERVER_DOUBLE_INDEX)
        index = 0;
    if (mode == SERVER_FAR_INDEX)
        index += 1;
    json_object_set_new(out, "object", json_string("embedding"));
    if (mode != SERVER_NO_INDEX)
        json_object_set_new(out, "index", json_integer((json_int_t)index));
    if (mode != SERVER_NO_EMBEDDING)
        json_object_set_new(out, "embedding", vector(mode, text));
    return out;
}

static void reply_vectors(server_mode mode, int fd, const json_t *input)
{
    json_t *root = json_object(), *data = json_array();
    size_t count = json_array_size(input);
    char *text;

    for (size_t i = 0; i < count - (mode == SERVER_ONE_SHORT); i++) {
        json_t *one = item(mode, i, json_string_value(json_array_get(input, i)));
        json_array_insert_new(data, mode == SERVER_REVERSED ? 0 : i, one);
    }
    json_object_set_new(root, "data", data);
    text = json_dumps(root, 0);
    if (mode == SERVER_HALF_JSON)
        text[strlen(text) / 2] = '\0';
    reply(fd, 200, "", text, mode == SERVER_CUT ? 100 : 0);
    free(text);
    json_decref(root);
}

static void reply_without_end(int fd)
{
    static char spaces[1 << 16];

    memset(spaces, ' ', sizeof spaces);
    reply(fd, 200, "", "", (size_t)1 << 40);
    for (int i = 0; i < 256; i++)
        send_all(fd, spaces, sizeof spaces);
}

/* The refusals that stand before any vector; false when there is none. */
static bool refuse(server *s, int fd, size_t count, unsigned turn)
{
    const char *wrapped = "{\"error\":{\"message\":\"secret text\",\"type\":\"t\","
                          "\"code\":\"invalid_api_key\"}}";
    const char *flat = "{\"object\":\"error\",\"message\":\"secret text\","
                       "\"type\":\"BadRequestError\",\"code\":400}";

    if (s->mode == SERVER_413_ALWAYS || (s->mode == SERVER_413_PAST_TWO && count > 2))
        reply(fd, 413, "", flat, 0);
    else if (s->mode == SERVER_422_PAST_TWO && count > 2)
        reply(fd, 422, "", flat, 0);
    else if (s->mode == SERVER_400_FLAT || (s->mode == SERVER_400_PAST_TWO && count > 2))
        reply(fd, 400, "", flat, 0);
    else if (s->mode == SERVER_429_ONCE && turn == 0)
        reply(fd, 429, "Retry-After: 1\r\n", wrapped, 0);
    else if (s->mode == SERVER_503_ONCE && turn == 0)
        reply(fd, 503, "retry-after-ms: 10\r\n", wrapped, 0);
    else if (s->mode == SERVER_503_ALWAYS)
        reply(fd, 503, "retry-after-ms: 1\r\n", "not even JSON", 0);
    else if (s->mode == SERVER_503_AN_HOUR)
        reply(fd, 503, "Retry-After: 3600\r\n", wrapped, 0);
    else if (s->mode == SERVER_401_WRAPPED)
        reply(fd, 401, "", wrapped, 0);
    else if (s->mode == SERVER_NAN)
        reply(fd, 200, "", "{\"data\":[{\"index\":0,\"embedding\":[NaN,0,0,0]}]}", 0);
    else if (s->mode == SERVER_REDIRECT && turn == 0)
        reply(fd, 302, "Location: /v1/embeddings\r\n", "", 0);
    else
        return false;
    return true;
}

static void answer(server *s, int fd)
{
    const char *body = read_request(s, fd);
    unsigned turn = body ? atomic_fetch_add(&s->requests, 1) : 0;
    json_t *root = body ? json_loads(body, JSON_ALLOW_NUL, NULL) : NULL;
    const json_t *input = json_object_get(root, "input");

    if (input && s->mode == SERVER_SLOW)
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    if (input && s->mode == SERVER_HUGE)
        reply_without_end(fd);
    else if (input && !refuse(s, fd, json_array_size(input), turn))
        reply_vectors(s->mode, fd, input);
    json_decref(root);
}

static void *serve(void *ctx)
{
    server *s = ctx;

    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        answer(s, fd);
        close(fd);
    }
}

void server_start(server *s, server_mode mode)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    memset(s, 0, sizeof *s);
    s->mode = mode;
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(s->listener >= 0);
    cr_assert_eq(bind(s->listener, (struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(listen(s->listener, 16), 0);
    cr_assert_eq(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/v1", ntohs(at.sin_port));
    cr_assert_eq(pthread_create(&s->thread, NULL, serve, s), 0);
}

void server_stop(server *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}
