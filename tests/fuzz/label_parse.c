/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and clearances from any bytes: the first byte chooses. What parses has a canonical form
 * that parses to itself, is no longer than its source, and joins with itself to itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stile/label.h"

static stile_levels *levels;

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static void try_label(stile_slice text)
{
    stile_label *label = NULL, *again = NULL, *join = NULL;
    stile_clearance *none = NULL;
    stile_error err;

    if (stile_label_parse(levels, text, &label, &err))
        return;
    must(stile_label_text(label).len <= text.len, "canonical text is no longer");
    must(!stile_label_parse(levels, stile_label_text(label), &again, &err), "it parses");
    must(stile_slice_eq(stile_label_text(label), stile_label_text(again)), "to itself");
    must(!stile_label_join(levels, (const stile_label *[]){label, again}, 2, &join, &err), "joins");
    must(stile_slice_eq(stile_label_text(label), stile_label_text(join)), "with itself to itself");
    /* There is no NOT, so who holds no token satisfies no expression. */
    must(!stile_clearance_parse(levels, stile_str("restricted"), &none, &err), "no tokens");
    must(stile_clearance_dominates(none, label) == !strstr(stile_label_text(label).ptr, "//"),
         "an expression wants tokens");
    stile_clearance_destroy(none);
    stile_label_destroy(join);
    stile_label_destroy(again);
    stile_label_destroy(label);
}

static void try_clearance(stile_slice text)
{
    stile_clearance *c = NULL, *again = NULL, *meet = NULL;
    stile_error err;

    if (stile_clearance_parse(levels, text, &c, &err))
        return;
    must(stile_clearance_text(c).len <= text.len, "canonical text is no longer");
    must(!stile_clearance_parse(levels, stile_clearance_text(c), &again, &err), "it parses");
    must(stile_slice_eq(stile_clearance_text(c), stile_clearance_text(again)), "to itself");
    must(!stile_clearance_meet(levels, c, again, &meet, &err), "meets");
    must(stile_slice_eq(stile_clearance_text(c), stile_clearance_text(meet)), "itself in itself");
    stile_clearance_destroy(meet);
    stile_clearance_destroy(again);
    stile_clearance_destroy(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (!levels)
        must(!stile_levels_create_default(&levels, NULL), "levels");
    if (len == 0)
        return 0;
    if (data[0] & 1)
        try_clearance(stile_slice_of(data + 1, len - 1));
    else
        try_label(stile_slice_of(data + 1, len - 1));
    return 0;
}
