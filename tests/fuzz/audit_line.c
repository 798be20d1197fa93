/* SPDX-License-Identifier: Apache-2.0 */
/* Audit lines from a file that somebody may have changed: the parser stays inside the line, its
 * slices too, and a chain that refuses a line does not move. */
#include <stdlib.h>

#include "audit/chain.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void inside(stile_slice part, stile_slice whole)
{
    if (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    stile_slice text = stile_slice_of(data, size);
    stile_chain chain = {0}, before;
    stile_audit_line line;

    if (stile_audit_line_parse(text, &line)) {
        inside(line.time, text);
        inside(line.prev, text);
        inside(line.event, text);
        inside(line.body, text);
    }
    (void)stile_chain_take_header(&chain, text);
    before = chain;
    /* Without a key no checkpoint is tried. */
    if (!stile_audit_line_parse(text, &line) || stile_audit_line_is_checkpoint(&line))
        return 0;
    if (stile_chain_take_record(&chain, text, NULL) && chain.seq != before.seq)
        abort();
    return 0;
}
