/* SPDX-License-Identifier: Apache-2.0 */
/* Which sentences of a text its findings condemn. */
#ifndef STILE_SCAN_SENTENCES_H
#define STILE_SCAN_SENTENCES_H

#include "scan/scan.h"

typedef struct stile_cut {
    uint32_t start, end; /* bytes of the text to be removed */
    const char *family;
} stile_cut;

/* The sentence around each finding in the text whose action is to strip or to withhold, merged where
 * they meet; ascending. `out` holds `count` cuts. Gives how many. */
size_t stile_sentences_cut(stile_slice text, const stile_finding *findings, size_t count,
                           stile_cut *out);

/* The text without those sentences: where one was stands an ellipsis in brackets, and the white space
 * that ended it, if any, so that the neighbours stay apart. */
stile_status stile_sentences_strip(stile_slice text, const stile_finding *findings, size_t count,
                                   stile_buf *out, stile_error *err) STILE_MUST_CHECK;

/* A span of what stile_sentences_strip left, as the span of the text that it came from. A mark stands
 * for all that it replaced. False when it does not lie in what was left. */
bool stile_sentences_origin(stile_slice text, const stile_finding *findings, size_t count,
                            uint32_t *start, uint32_t *end);

/* The part of the text's words that those cuts leave, 0 to 1; 1 when there is nothing to cut. */
double stile_sentences_left(stile_slice text, const stile_finding *findings, size_t count);

#endif
