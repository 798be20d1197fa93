/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSONL: the reader always comes to an end. */
#include <stdint.h>

#include "ingest/jsonl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stile_jsonl *reader;
    stile_item item;
    bool more = true;

    if (stile_jsonl_open_slice(stile_slice_of(data, size), &reader, NULL))
        return 0;
    while (more)
        if (stile_jsonl_next(reader, &item, &more, NULL) && !more)
            break;
    stile_jsonl_destroy(reader);
    return 0;
}
