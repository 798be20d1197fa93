/* SPDX-License-Identifier: Apache-2.0 */
#include "train/model_file.h"

#include <math.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "stile/limits.h"

#define PLAIN 1
#define LABELLED 2
#define NETWORK 4
#define HEADER ((size_t)48)
#define MAX_UNIT 127

static double greatest(const float *weights, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs((double)weights[i]));
    return most;
}

static void add_units(stile_buf *file, double logits, double scale)
{
    int32_t units = (int32_t)lround(logits / scale);
    uint32_t bits;
    memcpy(&bits, &units, sizeof bits);
    stile_buf_add_u32(file, bits);
}

static void add_header(stile_buf *file, uint32_t bits, stile_train_shape shape, double bias,
                       const stile_train_levels *levels, double scale, uint32_t version)
{
    uint64_t scale_bits;

    memcpy(&scale_bits, &scale, sizeof scale_bits);
    stile_buf_add_str(file, "STILELIN");
    stile_buf_add_u32(file, version);
    stile_buf_add_u32(file, bits);
    stile_buf_add_u32(file, shape.window);
    stile_buf_add_u32(file, shape.stride);
    add_units(file, bias, scale);
    add_units(file, levels->low, scale);
    add_units(file, levels->threshold, scale);
    add_units(file, levels->sure, scale);
    stile_buf_add_u64(file, scale_bits);
}

stile_status stile_train_model_write(const char *path, const stile_train_weights *weights,
                                     uint32_t bits, stile_train_shape shape,
                                     const stile_train_levels *levels, stile_slice network,
                                     stile_error *err)
{
    size_t count = (size_t)1 << bits;
    double scale = greatest(weights->of, count) / MAX_UNIT;
    stile_buf file;
    stile_sha256 digest;
    stile_status st;

    if (!(scale > 0))
        return stile_fail(err, STILE_INVALID, "%s: weights that are all zero", path);
    stile_buf_init(&file, HEADER + count + 4 + network.len + STILE_SHA256_LEN);
    add_header(&file, bits, shape, weights->bias, levels, scale, network.len ? NETWORK : PLAIN);
    for (size_t i = 0; i < count; i++)
        stile_buf_add_byte(&file, (unsigned char)(int8_t)lround((double)weights->of[i] / scale));
    if (network.len) {
        stile_buf_add_u32(&file, (uint32_t)network.len);
        stile_buf_add_slice(&file, network);
    }
    if (!(st = stile_buf_ok(&file, err)) &&
        !(st = stile_sha256_of(stile_buf_slice(&file), &digest, err))) {
        stile_buf_add(&file, digest.bytes, STILE_SHA256_LEN);
        if (!(st = stile_buf_ok(&file, err)))
            st = stile_file_replace(path, stile_buf_slice(&file), 0644, err);
    }
    stile_buf_release(&file);
    return st;
}

stile_status stile_train_model_label(const char *path, stile_slice label, stile_error *err)
{
    stile_linear *model = NULL;
    stile_linear_fields f;
    stile_sha256 digest;
    stile_buf old, file;
    size_t len;
    stile_status st = stile_linear_load(path, &model, err); /* so that its header can be trusted */

    if (st)
        return st;
    f = stile_linear_fields_of(model);
    len = HEADER + ((size_t)1 << f.bits) + (f.network.len ? 4 + f.network.len : 0);
    stile_buf_init(&old, len + STILE_MAX_LABEL + STILE_SHA256_LEN);
    stile_buf_init(&file, len + STILE_MAX_LABEL + STILE_SHA256_LEN);
    if (!(st = stile_file_read(path, &old, err))) {
        stile_slice before = stile_buf_slice(&old);
        stile_buf_add_slice(&file, stile_slice_cut(before, 0, 8));
        stile_buf_add_u32(&file, f.network.len ? NETWORK : LABELLED);
        stile_buf_add_slice(&file, stile_slice_cut(before, 12, len));
        stile_buf_add_slice(&file, label);
    }
    if (!st && !(st = stile_buf_ok(&file, err)) &&
        !(st = stile_sha256_of(stile_buf_slice(&file), &digest, err))) {
        stile_buf_add(&file, digest.bytes, STILE_SHA256_LEN);
        if (!(st = stile_buf_ok(&file, err)))
            st = stile_file_replace(path, stile_buf_slice(&file), 0644, err);
    }
    stile_buf_release(&file);
    stile_buf_release(&old);
    stile_linear_destroy(model);
    return st;
}

stile_status stile_train_model_weights(const stile_linear *model, stile_train_weights *out,
                                       stile_train_shape *shape, stile_train_levels *levels,
                                       stile_error *err)
{
    stile_linear_fields f = stile_linear_fields_of(model);
    size_t count = (size_t)1 << f.bits;
    float *of = stile_alloc_array(count, sizeof *of);

    if (!of)
        return stile_fail(err, STILE_NO_MEMORY, "classifier: out of memory");
    for (size_t i = 0; i < count; i++)
        of[i] = (float)(f.weights[i] * f.scale);
    *out = (stile_train_weights){
        .of = of, .bias = f.bias * f.scale, .unit = f.scale, .low = f.low * f.scale};
    *shape = (stile_train_shape){.window = f.window, .stride = f.stride};
    *levels = (stile_train_levels){
        .low = f.low * f.scale, .threshold = f.threshold * f.scale, .sure = f.sure * f.scale};
    return STILE_OK;
}
