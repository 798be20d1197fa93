/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/idle.h"

#include <string.h>

#define ROUNDS 2 /* a signal that goes may take others with it */

void stile_drop_idle(const stile_policy *policy, unsigned char *may)
{
    unsigned char wanted[STILE_MAX_RULES];
    bool any = true;

    for (int round = 0; any && round < ROUNDS; round++) {
        any = false;
        memset(wanted, 0, policy->rules.count);
        for (size_t c = 0; c < policy->rules.combination_count; c++) {
            const uint32_t *rules = policy->together[c];
            size_t n = 0;
            while (n < STILE_MAX_NEAR && may[rules[n]])
                n++;
            if (n < STILE_MAX_NEAR)
                continue; /* as nearly all, at the first or the second */
            for (n = 0; n < STILE_MAX_NEAR; n++)
                wanted[rules[n]] = 1;
            any = true;
        }
        for (size_t k = 0; k < policy->signal_count; k++)
            may[policy->signals[k]] &= wanted[policy->signals[k]];
    }
}

void stile_idle_drop(const void *idle, unsigned char *may)
{
    const stile_idle *what = idle;
    const stile_policy *policy = what->policy;
    const unsigned char *reads = policy->reads[what->kind];

    for (int which = stile_prefilter_for(what->kind), i = 0; i < (int)policy->unknown_count[which];
         i++)
        may[policy->unknown[which][i]] = reads[policy->unknown[which][i]];
    stile_drop_idle(policy, may);
}
