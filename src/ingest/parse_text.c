/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text: one COPY piece; a paragraph ends at a blank line. Line ends stay as they are, so
 * CR LF needs no piece of its own: both bytes are white space to everything that follows. */
#include "ingest/parse_build.h"

/* The end of the paragraph that starts at `at`: the white space before a blank line. */
static size_t paragraph_end(stile_slice s, size_t at)
{
    size_t end = at;

    for (unsigned breaks = 0; at < s.len && breaks < 2; at++) {
        if (s.ptr[at] == '\n') {
            breaks++;
        } else if (!stile_is_white(s.ptr[at])) {
            breaks = 0;
            end = at + 1;
        }
    }
    return end;
}

stile_status stile_parse_text(stile_parse_build *b, size_t from, stile_error *err)
{
    stile_slice s = b->original;
    stile_piece all = {0, (uint32_t)(s.len - from), (uint32_t)from, (uint32_t)(s.len - from),
                       STILE_PIECE_COPY};

    stile_buf_add_slice(&b->text, stile_slice_cut(s, from, s.len));
    stile_buf_add(&b->pieces, &all, sizeof all);
    for (size_t at = from; at < s.len;) {
        if (stile_is_white(s.ptr[at])) {
            at++;
            continue;
        }
        size_t end = paragraph_end(s, at);
        stile_block block = {(uint32_t)(at - from), (uint32_t)(end - from), STILE_BLOCK_PARAGRAPH,
                             0};
        stile_buf_add(&b->blocks, &block, sizeof block);
        at = end;
    }
    return stile_parse_build_ok(b, err);
}
