/* SPDX-License-Identifier: Apache-2.0 */
/* A reranker's reply: whatever it holds, either every score is finite or there is an error. */
#include "rerank/reply.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double scores[3];

    if (size == 0 ||
        stile_rerank_reply_read(stile_slice_of(data + 1, size - 1), 1 + data[0] % 3, scores, NULL))
        return 0;
    for (size_t i = 0; i < 1u + data[0] % 3; i++)
        if (!isfinite(scores[i]))
            abort();
    return 0;
}
