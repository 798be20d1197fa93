/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a judge's reply: refused, or a score from 0 to 1 for each text. */
#include <stdint.h>
#include <stdlib.h>

#include "judge/reply.h"

#define MOST 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = size ? 1 + data[0] % MOST : 1;
    stile_slice reply = size ? stile_slice_of(data + 1, size - 1) : (stile_slice){0};
    double scores[MOST];

    for (int shape = 0; shape < 2; shape++) {
        stile_status st = shape ? stile_judge_reply_tei(reply, "INJECTION", count, scores, NULL)
                                : stile_judge_reply_plain(reply, count, scores, NULL);
        for (size_t i = 0; !st && i < count; i++)
            if (!(scores[i] >= 0 && scores[i] <= 1))
                abort();
    }
    return 0;
}
