/* SPDX-License-Identifier: Apache-2.0 */
/* Any valid text under any findings: what is released is valid, and a fixed point of releasing. */
#include <stdlib.h>

#include "base/utf8.h"
#include "scan/scan.h"

#define MOST_FINDINGS 8

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* The first bytes say where findings lie, ascending as a scan gives them; some past the end. */
static size_t take_findings(const unsigned char *data, stile_finding *findings)
{
    size_t count = data[0] % (MOST_FINDINGS + 1);
    uint32_t start = 0;

    for (size_t i = 0; i < count; i++) {
        start += data[2 * i + 1];
        findings[i] = (stile_finding){.family = "f",
                                      .rule = "r",
                                      .action = data[2 * i + 2] & 3,
                                      .start = start,
                                      .end = start + (data[2 * i + 2] >> 2)};
    }
    return count;
}

static void check_settled(stile_slice text)
{
    const stile_verdict clean = {.disposition = STILE_DISPOSITION_ALLOW};
    stile_buf again;
    bool changed;

    if (stile_utf8_valid(text) != text.len)
        abort();
    stile_buf_init(&again, (size_t)1 << 24);
    if (stile_release_text(&clean, STILE_FIELD_TEXT, text, &again, &changed, NULL) || changed ||
        !stile_slice_eq(text, stile_buf_slice(&again)))
        abort();
    stile_buf_release(&again);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    enum { HEAD = 2 * MOST_FINDINGS + 1 };
    stile_finding findings[MOST_FINDINGS];
    stile_verdict verdict = {
        .disposition = STILE_DISPOSITION_SANITIZED, .flagged = true, .findings = findings};
    stile_slice text;
    stile_buf out;
    bool changed;

    if (size < HEAD)
        return 0;
    text = stile_slice_of(data + HEAD, size - HEAD);
    text.len = stile_utf8_valid(text);
    verdict.finding_count = take_findings(data, findings);
    stile_buf_init(&out, (size_t)1 << 24);
    if (!stile_release_text(&verdict, STILE_FIELD_TEXT, text, &out, &changed, NULL))
        check_settled(stile_buf_slice(&out));
    stile_buf_release(&out);
    return 0;
}
