/* SPDX-License-Identifier: Apache-2.0 */
/* The request guard over heads made of lines "name:value". What passes has one meaning: at most one
 * of each framing header, never both ways of framing, a length in digits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/guard.h"

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static void feed(stile_guard *guard, const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        const char *colon = memchr(text, ':', line);
        size_t name = colon ? (size_t)(colon - text) : line;
        size_t value = colon ? name + 1 : line;
        stile_guard_header(guard, stile_slice_of(text, name),
                           stile_slice_of(text + value, line - value));
        text += end ? line + 1 : line;
        len -= end ? line + 1 : line;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    bool newest = len && data[0] & 1;
    stile_guard guard = {0};
    stile_slice token;

    if (len)
        feed(&guard, (const char *)data + 1, len - 1);
    if (stile_guard_verdict(&guard, stile_str(newest ? "HTTP/1.1" : "HTTP/1.0"), NULL))
        return 0;
    must(guard.lengths + guard.codings <= 1, "one framing header");
    must(!guard.codings || (guard.chunked && newest), "chunked on 1.1 alone");
    must(guard.hosts <= 1 && (guard.hosts == 1 || !newest), "one host");
    must(guard.length < UINT64_C(1000000000000000000), "a length that fits");
    if (stile_guard_bearer(guard.authorization, &token))
        must(token.len > 0 && !memchr(token.ptr, ' ', token.len), "a token without spaces");
    (void)stile_guard_is_type(guard.content_type, "application/json");
    return 0;
}
