/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner: what one thread needs to scan under one policy. */
#include "base/memory.h"
#include "scan/internal.h"

stile_status stile_scanner_create(stile_policy *policy, stile_scanner **out, stile_error *err)
{
    stile_scanner *s = stile_alloc(sizeof *s);
    stile_status st;

    if (!s)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    s->policy = stile_policy_ref(policy);
    if (!(s->may = stile_alloc(policy->rules.count)) ||
        !(s->first = stile_alloc_array(2 * policy->rules.count + 1, sizeof *s->first)))
        st = stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    else
        st = stile_matcher_create(&s->matcher, err);
    for (int which = 0; !st && which < STILE_PREFILTERS; which++)
        st = stile_gate_scratch_create(policy->gates[which], &s->gates[which], err);
    if (st) {
        stile_scanner_destroy(s);
        return st;
    }
    *out = s;
    return STILE_OK;
}

void stile_scanner_destroy(stile_scanner *scanner)
{
    if (!scanner)
        return;
    for (int which = 0; which < STILE_PREFILTERS; which++) {
        stile_gate_scratch_destroy(scanner->gates[which]);
        stile_prefilter_scratch_destroy(scanner->scratch[which]);
    }
    stile_free(scanner->first);
    stile_matcher_destroy(scanner->matcher);
    stile_free(scanner->may);
    stile_policy_unref(scanner->policy);
    stile_free(scanner);
}
