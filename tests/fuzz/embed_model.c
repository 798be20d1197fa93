/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a model file. The input's checksums are made right first, so that what lies behind
 * them is reached. A model that opens must embed: unit vectors or zero, nothing else. */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "embed/embedder.h"

#define HEADER 128

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static uint64_t get(const unsigned char *p, int bytes)
{
    uint64_t v = 0;

    while (bytes-- > 0)
        v = v << 8 | p[bytes];
    return v;
}

static void put_sum(unsigned char *at, const unsigned char *bytes, size_t len)
{
    uint64_t sum = stile_hash64(stile_slice_of(bytes, len));

    memcpy(at, &sum, sizeof sum);
}

/* The length and all checksums, as far as the header's own sizes lead. */
static void seal(unsigned char *file, size_t len)
{
    uint64_t dim = get(file + 12, 4), tokens = get(file + 16, 4), cells = get(file + 20, 4);
    uint64_t sizes[4] = {get(file + 40, 8), 2 * tokens, dim * tokens, dim * cells};
    uint64_t at = HEADER, whole = len;

    memcpy(file + 32, &whole, sizeof whole);
    for (int i = 0; i < 4; i++) {
        at = (at + 63) / 64 * 64;
        if (at > len || sizes[i] > len - at)
            break;
        put_sum(file + 48 + 8 * i, file + at, sizes[i]);
        at += sizes[i];
    }
    put_sum(file + 120, file, 120);
}

static void check_vectors(stile_embedder *embedder)
{
    const stile_embed_text texts[] = {
        {stile_str("ab a a"), stile_str("a stile. \xc3\xa9 ab")},
        {stile_str(""), stile_str("")},
    };
    size_t dim = stile_embedder_dim(embedder);
    float *out = stile_alloc_array(2 * dim, sizeof *out);

    if (out && stile_embedder_embed(embedder, STILE_EMBED_DOCUMENT, texts, 2, out, NULL))
        abort();
    for (size_t i = 0; out && i < 2; i++) {
        double squares = 0;
        for (size_t d = 0; d < dim; d++)
            squares += (double)out[i * dim + d] * (double)out[i * dim + d];
        if (squares != 0 && !(fabs(squares - 1) < 1e-4))
            abort();
    }
    stile_free(out);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_embedder_options options = {.kind = "static"};
    stile_embedder *embedder = NULL;
    char path[64];
    unsigned char *file = stile_alloc(size);
    int fd = memfd_create("model", MFD_CLOEXEC);

    if (!file || fd < 0)
        abort();
    memcpy(file, data, size);
    if (size >= HEADER)
        seal(file, size);
    if (write(fd, file, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    options.model_path = path;
    if (!stile_embedder_create(&options, &embedder, NULL))
        check_vectors(embedder);
    stile_embedder_destroy(embedder);
    (void)close(fd);
    stile_free(file);
    return 0;
}
