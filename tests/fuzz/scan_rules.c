/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a rule pack: refused, or rules that are whole. Patterns are not compiled here: PCRE2
 * has its own fuzzers, and its time would drown the reader's. */
#include <stdlib.h>

#include "base/memory.h"
#include "classifiers/rules_read.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_whole(const stile_rule_draft *draft)
{
    const stile_rule *r = &draft->rule;

    if (!r->id || !*r->id || !r->family || !r->reason || r->severity > 4 || r->action > 3 ||
        !(r->weight >= 0 && r->weight <= 1) || r->near_count > STILE_MAX_NEAR ||
        (r->pattern_text.len > 0) == (r->near_count > 0))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static stile_rule_draft drafts[STILE_MAX_RULES + 1];
    stile_rules rules = {0};
    stile_rules_loader loader = {.rules = &rules, .drafts = drafts, .file = "fuzz.yaml"};

    stile_arena_init(&rules.arena, (size_t)1 << 26);
    if (!stile_rules_read(&loader, stile_slice_of(data, size)))
        for (size_t i = 0; i < loader.count; i++)
            check_whole(&drafts[i]);
    stile_arena_release(&rules.arena);
    return 0;
}
