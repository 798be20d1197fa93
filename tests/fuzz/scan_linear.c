/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an uploaded classifier, its digest made right, and as the text that it scores: refused,
 * or passages in order within the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "classifiers/linear.h"
#include "stile/buf.h"

#define BITS 10
#define HEADER 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The header and the weights' first bytes from `data`; what is behind them repeats it. */
static void make_file(stile_slice data, stile_buf *file)
{
    static const unsigned char begin[] = "STILELIN\1\0\0\0\12\0\0\0";
    stile_sha256 digest;

    stile_buf_add(file, begin, 16);
    for (size_t i = 16; i < HEADER + (1 << BITS); i++)
        stile_buf_add_byte(file, (unsigned char)data.ptr[i % data.len]);
    if (data.ptr[0] & 1) { /* with a label */
        file->ptr[8] = 2;
        stile_buf_add_slice(file, data);
    }
    if (stile_buf_ok(file, NULL) || stile_sha256_of(stile_buf_slice(file), &digest, NULL))
        abort();
    stile_buf_add(file, digest.bytes, sizeof digest.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stile_slice text = stile_slice_of(data, size);
    stile_linear *model = NULL;
    stile_linear_result result;
    stile_buf file;
    uint32_t last = 0;

    if (size == 0 || size > 8192)
        return 0;
    if (!stile_linear_copy(text, "fuzz", &model, NULL))
        stile_linear_destroy(model);
    stile_buf_init(&file, 1 << 16);
    make_file(text, &file);
    model = NULL;
    if (!stile_linear_copy(stile_buf_slice(&file), "fuzz", &model, NULL)) {
        stile_linear_score(model, text, false, &result);
        if (result.hit_count > STILE_LINEAR_HITS)
            abort();
        for (size_t i = 0; i < result.hit_count; i++) {
            if (result.hits[i].start < last || result.hits[i].end < result.hits[i].start ||
                result.hits[i].end > size)
                abort();
            last = result.hits[i].end;
        }
    }
    stile_linear_destroy(model);
    stile_buf_release(&file);
    return 0;
}
