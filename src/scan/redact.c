/* SPDX-License-Identifier: Apache-2.0 */
/* Redaction under a policy: from released text to text without what the policy holds back. */
#include "scan/internal.h"

stile_status stile_redact_text(stile_scanner *scanner, stile_slice text, stile_arena *arena,
                               stile_slice *out, stile_sensitive_hit **hits, size_t *count,
                               stile_error *err)
{
    const stile_policy *policy = scanner->policy;
    stile_buf buf;
    bool any = false;
    stile_status st;

    *out = text;
    *hits = NULL;
    *count = 0;
    if (!policy->sensitive)
        return STILE_OK;
    if ((st = stile_sensitive_find(policy->sensitive, scanner->matcher, policy->redact, text, arena,
                                   hits, count, err)))
        return st;
    for (size_t i = 0; i < *count; i++)
        any |= policy->redact[(*hits)[i].class] == STILE_REDACT_REDACT;
    if (!any)
        return STILE_OK;
    stile_buf_init(&buf, text.len + *count * STILE_MAX_REDACTION);
    stile_sensitive_write(text, *hits, *count, policy->redact, &buf);
    if (!(st = stile_buf_ok(&buf, err)))
        st = stile_arena_copy(arena, stile_buf_slice(&buf), out, err);
    stile_buf_release(&buf);
    return st;
}
