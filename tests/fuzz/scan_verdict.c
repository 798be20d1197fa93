/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a verdict's record: refused, or a verdict that reads the same after another turn. */
#include <stdlib.h>

#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_turn(const stile_verdict *verdict, stile_arena *arena)
{
    stile_verdict again;
    stile_buf record, second;

    stile_buf_init(&record, (size_t)1 << 22);
    stile_buf_init(&second, (size_t)1 << 22);
    stile_verdict_encode(verdict, &record);
    if (stile_verdict_decode(stile_buf_slice(&record), arena, &again, NULL))
        abort();
    stile_verdict_encode(&again, &second);
    if (!stile_slice_eq(stile_buf_slice(&record), stile_buf_slice(&second)))
        abort();
    stile_buf_release(&record);
    stile_buf_release(&second);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_arena arena;
    stile_verdict verdict;

    stile_arena_init(&arena, (size_t)1 << 24);
    if (!stile_verdict_decode(stile_slice_of(data, size), &arena, &verdict, NULL))
        check_turn(&verdict, &arena);
    stile_arena_release(&arena);
    return 0;
}
