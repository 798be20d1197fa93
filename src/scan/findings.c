/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/findings.h"

#include <stdlib.h>
#include <string.h>

#include "scan/sentences.h"
#include "stile/limits.h"

/* A second rule of one family says less than the first. */
#define SAME_FAMILY 0.5
/* With less of the text's words left than this after stripping, the chunk is withheld. */
#define LEAST_LEFT 0.10

static int by_place(const void *a, const void *b)
{
    const stile_finding *x = a, *y = b;
    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

void stile_findings_settle(stile_finding *findings, size_t *count)
{
    size_t kept = 0;

    if (*count)
        qsort(findings, *count, sizeof *findings, by_place);
    for (size_t i = 0; i < *count; i++) {
        stile_finding *f = &findings[i], *last = kept ? &findings[kept - 1] : NULL;
        if (last && last->field == f->field && last->start == f->start && last->end == f->end &&
            strcmp(last->rule, f->rule) == 0) {
            if (f->weight > last->weight)
                *last = *f;
            continue;
        }
        findings[kept++] = *f;
    }
    *count = kept;
}

static bool seen_before(const stile_finding *findings, size_t count, size_t i, bool family)
{
    const stile_finding *f = &findings[i];
    for (size_t j = 0; j < count; j++) {
        const stile_finding *o = &findings[j];
        bool stronger = o->weight > f->weight || (o->weight == f->weight && j < i);
        if (j != i && stronger &&
            strcmp(family ? o->family : o->rule, family ? f->family : f->rule) == 0)
            return true;
    }
    return false;
}

double stile_findings_score(const stile_finding *findings, size_t count)
{
    double left = 1;

    for (size_t i = 0; i < count; i++) {
        double w = (double)findings[i].weight;
        if (seen_before(findings, count, i, false))
            continue;
        left *= 1 - (seen_before(findings, count, i, true) ? SAME_FAMILY * w : w);
    }
    return 1 - left;
}

bool stile_findings_leave_enough(stile_slice text, const stile_finding *findings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (findings[i].action == STILE_ACTION_WITHHOLD)
            return false;
    return stile_sentences_left(text, findings, count) >= LEAST_LEFT;
}

/* Whether cutting out sentences was all that made `left` of the text. */
static stile_status is_only_cut(const stile_verdict *v, stile_slice text, stile_slice left,
                                bool *out, stile_error *err)
{
    stile_buf stripped;
    stile_status st;

    stile_buf_init(&stripped, (size_t)4 * STILE_MAX_DOCUMENT);
    st = stile_sentences_strip(text, v->findings, v->finding_count, &stripped, err);
    *out = !st && stile_slice_eq(stile_buf_slice(&stripped), left);
    stile_buf_release(&stripped);
    return st;
}

stile_status stile_findings_add_left(stile_verdict *verdict, stile_slice text, stile_slice left,
                                     const stile_finding *found, size_t count, stile_arena *arena,
                                     bool *more, stile_error *err)
{
    const stile_finding *before = verdict->findings;
    size_t had = verdict->finding_count, all = had;
    stile_finding *findings;
    bool only_cut;
    stile_status st = is_only_cut(verdict, text, left, &only_cut, err);

    *more = false;
    if (st || !only_cut)
        return st;
    if (!(findings = stile_arena_array(arena, had + count, sizeof *findings)))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    if (had)
        memcpy(findings, before, had * sizeof *findings);
    for (size_t i = 0; i < count; i++) {
        stile_finding f = found[i];
        if (f.field == STILE_FIELD_TEXT && f.action >= STILE_ACTION_STRIP &&
            stile_sentences_origin(text, before, had, &f.start, &f.end))
            findings[all++] = f;
    }
    *more = all > had;
    stile_findings_settle(findings, &all);
    verdict->findings = findings;
    verdict->finding_count = all;
    return STILE_OK;
}
