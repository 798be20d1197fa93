/* SPDX-License-Identifier: Apache-2.0 */
/* Loading the model. Scoring with it is in linear_score.c. */
#include "classifiers/linear_model.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "stile/limits.h"

#define HEADER ((size_t)48)
#define PLAIN 1    /* versions: this one ends with the weights */
#define LABELLED 2 /* and in this one a label follows */
#define NETWORK 4  /* 3 was one with an older network */
#define MIN_BITS 10
#define MAX_BITS 22 /* 4 MiB of weights */
/* No sum of a window can leave an int32: 256 words of 18 features of 127 units, as many times what the
 * network adds, and a bias. */
#define MAX_UNITS (1 << 24)

static uint32_t u32_at(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int32_t i32_at(const unsigned char *p)
{
    uint32_t u = u32_at(p);
    int32_t value;
    memcpy(&value, &u, sizeof value);
    return value;
}

static double f64_at(const unsigned char *p)
{
    uint64_t bits = (uint64_t)u32_at(p) | (uint64_t)u32_at(p + 4) << 32;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool in_range(int32_t units)
{
    return units > -MAX_UNITS && units < MAX_UNITS;
}

static bool header_fits(const stile_linear *m, uint32_t bits)
{
    return bits >= MIN_BITS && bits <= MAX_BITS && m->window >= 4 &&
           m->window <= STILE_LINEAR_WINDOW && m->stride >= 1 && m->stride <= m->window &&
           in_range(m->bias) && in_range(m->low) && in_range(m->threshold) && in_range(m->sure) &&
           m->low < m->threshold && m->threshold < m->sure && m->scale > 0 && m->scale < 1e6;
}

/* What is between the weights and the digest: nothing, a label, or a network and perhaps a label. */
static bool rest_fits(stile_linear *m, uint32_t version, size_t weights)
{
    stile_slice rest;

    if (m->file.len < HEADER + weights + STILE_SHA256_LEN)
        return false;
    rest = stile_slice_cut(m->file, HEADER + weights, m->file.len - STILE_SHA256_LEN);
    if (version == PLAIN)
        return rest.len == 0;
    if (version == NETWORK) {
        size_t len = rest.len < 4 ? 0 : u32_at((const unsigned char *)rest.ptr);
        if (len == 0 || len > rest.len - 4)
            return false;
        m->network = stile_slice_cut(rest, 4, 4 + len);
        rest = stile_slice_cut(rest, 4 + len, rest.len);
    }
    m->label = rest;
    return (rest.len > 0 || version == NETWORK) && rest.len <= STILE_MAX_LABEL &&
           stile_utf8_valid(rest) == rest.len;
}

static stile_status read_header(stile_linear *m, const char *path, stile_error *err)
{
    const unsigned char *p = (const unsigned char *)m->file.ptr;
    uint32_t bits, version;

    if (m->file.len < HEADER || memcmp(p, "STILELIN", 8) != 0)
        return stile_fail(err, STILE_CORRUPT, "%s: not a classifier", path);
    version = u32_at(p + 8);
    if (version < PLAIN || version == 3 || version > NETWORK)
        return stile_fail(err, STILE_UNSUPPORTED, "%s: a classifier of version %u", path,
                          (unsigned)version);
    bits = u32_at(p + 12);
    m->window = u32_at(p + 16);
    m->stride = u32_at(p + 20);
    m->bias = i32_at(p + 24);
    m->low = i32_at(p + 28);
    m->threshold = i32_at(p + 32);
    m->sure = i32_at(p + 36);
    m->scale = f64_at(p + 40);
    if (!header_fits(m, bits))
        return stile_fail(err, STILE_CORRUPT, "%s: a classifier's header out of range", path);
    if (!rest_fits(m, version, (size_t)1 << bits))
        return stile_fail(err, STILE_CORRUPT, "%s: %zu bytes do not fit the header", path,
                          m->file.len);
    m->mask = (1u << bits) - 1;
    m->weights = (const int8_t *)(p + HEADER);
    return STILE_OK;
}

static stile_status check_digest(stile_linear *m, const char *path, stile_error *err)
{
    size_t body = m->file.len - STILE_SHA256_LEN;
    stile_sha256 digest;
    stile_status st = stile_sha256_of(stile_slice_of(m->file.ptr, body), &digest, err);

    if (st)
        return st;
    if (memcmp(digest.bytes, m->file.ptr + body, STILE_SHA256_LEN) != 0)
        return stile_fail(err, STILE_CORRUPT, "%s: the classifier's digest does not match", path);
    m->digest = digest;
    return STILE_OK;
}

static stile_status check_file(stile_linear *m, const char *name, stile_error *err)
{
    stile_status st = read_header(m, name, err);

    if (st || (st = check_digest(m, name, err)) || !m->network.len)
        return st;
    return stile_network_create(m->network, name, &m->adds, err);
}

stile_status stile_linear_load(const char *path, stile_linear **out, stile_error *err)
{
    stile_linear *m = stile_alloc(sizeof *m);
    stile_status st;

    if (!m)
        return stile_fail(err, STILE_NO_MEMORY, "classifier: out of memory");
    if (!(st = stile_map_open(path, &m->map, err))) {
        m->file = stile_slice_of(m->map.ptr, m->map.len);
        st = check_file(m, path, err);
    }
    if (st)
        stile_linear_destroy(m);
    else
        *out = m;
    return st;
}

stile_status stile_linear_copy(stile_slice bytes, const char *name, stile_linear **out,
                               stile_error *err)
{
    stile_linear *m = stile_alloc(sizeof *m);
    stile_status st;

    if (!m || !(m->copy = stile_alloc(bytes.len + 1))) {
        stile_linear_destroy(m);
        return stile_fail(err, STILE_NO_MEMORY, "classifier: out of memory");
    }
    if (bytes.len)
        memcpy(m->copy, bytes.ptr, bytes.len);
    m->file = stile_slice_of(m->copy, bytes.len);
    if ((st = check_file(m, name, err)))
        stile_linear_destroy(m);
    else
        *out = m;
    return st;
}

void stile_linear_destroy(stile_linear *model)
{
    if (!model)
        return;
    stile_network_destroy(model->adds);
    stile_map_close(&model->map);
    stile_free(model->copy);
    stile_free(model);
}

const stile_sha256 *stile_linear_digest(const stile_linear *model)
{
    return &model->digest;
}

stile_linear_fields stile_linear_fields_of(const stile_linear *m)
{
    stile_linear_fields fields = {.window = m->window,
                                  .stride = m->stride,
                                  .bias = m->bias,
                                  .low = m->low,
                                  .threshold = m->threshold,
                                  .sure = m->sure,
                                  .scale = m->scale,
                                  .weights = m->weights,
                                  .network = m->network,
                                  .label = m->label};
    for (uint32_t left = m->mask; left; left >>= 1)
        fields.bits++;
    return fields;
}

const stile_network *stile_linear_network(const stile_linear *model)
{
    return model->adds;
}
