/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning one input: views of each field, hits in each view, findings mapped back to the field,
 * then what they come to. */
#include "scan/scan.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "classifiers/misplaced.h"
#include "scan/findings.h"
#include "scan/hits.h"
#include "scan/joint.h"
#include "scan/quoted.h"
#include "stile/limits.h"

#define CRITICAL 4 /* severity that flags whatever the trust */
#define LIMIT_WEIGHT 0.3
/* More findings than this are not kept, and could be meant to crowd out others: the text is flagged and
 * withheld. */
#define MAX_FINDINGS 512

/* One scan under way. */
typedef struct scan {
    stile_scanner *scanner;
    const stile_scan_input *input;
    stile_arena *arena;
    stile_finding *findings;
    size_t count, size;
    bool critical, overflow;
} scan;

static stile_status add(scan *s, const stile_finding *finding, stile_error *err)
{
    if (s->count == MAX_FINDINGS) {
        s->overflow = true;
        return STILE_OK;
    }
    if (s->count == s->size) {
        size_t size = s->size ? 2 * s->size : 8;
        stile_finding *grown = stile_arena_array(s->arena, size, sizeof *grown);
        if (!grown)
            return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
        if (s->count)
            memcpy(grown, s->findings, s->count * sizeof *grown);
        s->findings = grown;
        s->size = size;
    }
    s->findings[s->count++] = *finding;
    return STILE_OK;
}

/* Evidence in decoded or hidden text weighs more, as half as many rules again would: no honest author
 * hides an instruction. A square root is the same on every machine; pow is not. */
static double weight_in(const stile_scan_view *view, double weight)
{
    bool hidden = view->kind == STILE_VIEW_DECODED || view->kind == STILE_VIEW_EXTRACTED;
    return hidden ? 1 - (1 - weight) * sqrt(1 - weight) : weight;
}

static stile_finding finding_of(const scan *s, const stile_scan_view *view, stile_field field,
                                const stile_scan_hit *hit)
{
    const stile_rule *rule = &s->scanner->policy->rules.rules[hit->rule];
    stile_finding f = {.family = rule->family,
                       .rule = rule->id,
                       .weight = (float)weight_in(view, rule->weight),
                       .severity = rule->severity,
                       .action = rule->action,
                       .field = (uint8_t)field,
                       .view = (uint8_t)view->kind};

    if (hit->limited) {
        f.family = STILE_FAMILY_LIMIT;
        f.weight = (float)LIMIT_WEIGHT;
        f.severity = 1;
        f.action = STILE_ACTION_STRIP; /* nothing that was not seen through */
    }
    stile_scan_view_origin(view, hit->start, hit->end, &f.start, &f.end);
    return f;
}

/* What the classifier takes for instructions to the reader. The raw view has nothing that it could
 * read and the normalized one has not. */
static stile_status add_passages(scan *s, const stile_scan_view *view, stile_field field,
                                 stile_error *err)
{
    const stile_linear *classifier = s->scanner->policy->classifier;
    stile_linear_result result;
    stile_status st = STILE_OK;

    if (!classifier || view->kind == STILE_VIEW_RAW)
        return STILE_OK;
    stile_linear_score(classifier, view->text, view->kind == STILE_VIEW_NORMALIZED, &result);
    for (size_t i = 0; !st && i < result.hit_count; i++) {
        const stile_linear_hit *hit = &result.hits[i];
        stile_finding f = {.family = "classifier",
                           .rule = "linear",
                           .weight = (float)weight_in(view, hit->weight),
                           .severity = hit->weight < STILE_LINEAR_SURE ? 1 : 2,
                           .action = STILE_ACTION_STRIP,
                           .field = (uint8_t)field,
                           .view = (uint8_t)view->kind};
        stile_scan_view_origin(view, hit->start, hit->end, &f.start, &f.end);
        /* Windows end anywhere; what introduces a quotation need not go with it. What is left is read again. */
        if (field == STILE_FIELD_TEXT)
            stile_quoted_part(s->input->field[STILE_FIELD_TEXT], &f.start, &f.end);
        st = add(s, &f, err);
    }
    return st;
}

/* Requests that the rest of the text gives no reason for. Its raw view, since case and line breaks tell
 * where sentences begin; what is obfuscated is for the others. */
static stile_status add_misplaced(scan *s, const stile_scan_view *view, stile_error *err)
{
    stile_misplaced_result result;
    stile_status st = STILE_OK;

    if (!s->scanner->policy->classifier || view->kind != STILE_VIEW_RAW)
        return STILE_OK;
    stile_misplaced_find(view->text, &result);
    for (size_t i = 0; !st && i < result.count; i++) {
        const stile_misplaced_hit *hit = &result.hits[i];
        stile_finding f = {.family = "classifier",
                           .rule = "misplaced-request",
                           .weight = (float)hit->weight,
                           .severity = hit->weight < STILE_MISPLACED_SURE ? 1 : 2,
                           .action = STILE_ACTION_STRIP,
                           .field = STILE_FIELD_TEXT,
                           .view = (uint8_t)view->kind};
        stile_scan_view_origin(view, hit->start, hit->end, &f.start, &f.end);
        st = add(s, &f, err);
    }
    return st;
}

static stile_status scan_view(scan *s, const stile_scan_view *view, stile_field field,
                              stile_error *err)
{
    stile_scan_hits hits;
    stile_status st = stile_scan_hits_of(s->scanner, view, s->arena, &hits, err);

    for (size_t i = 0; !st && i < hits.count; i++) {
        stile_finding f = finding_of(s, view, field, &hits.hits[i]);
        s->critical |= f.severity == CRITICAL; /* a limit is not */
        st = add(s, &f, err);
    }
    return st;
}

static stile_status add_channels(scan *s, const stile_scan_views *views, stile_field field,
                                 stile_error *err)
{
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < views->channel_count; i++) {
        const stile_channel *c = &views->channels[i];
        stile_finding f = {.family = "hidden-channel",
                           .rule = c->what,
                           .weight = c->weight,
                           .severity = 3,
                           .action = c->prose ? STILE_ACTION_STRIP : STILE_ACTION_NEUTRALIZE,
                           .field = (uint8_t)field,
                           .view = STILE_VIEW_RAW,
                           .start = c->start,
                           .end = c->end};
        st = add(s, &f, err);
    }
    if (!st && views->limited) {
        stile_finding f = {.family = STILE_FAMILY_LIMIT,
                           .rule = views->limited,
                           .weight = (float)LIMIT_WEIGHT,
                           .severity = 1,
                           .action = STILE_ACTION_STRIP,
                           .field = (uint8_t)field};
        f.end = (uint32_t)s->input->field[field].len;
        st = add(s, &f, err);
    }
    return st;
}

static stile_status scan_field(scan *s, stile_field field, stile_format format, stile_error *err)
{
    stile_scan_views views;
    stile_slice text = s->input->field[field];
    stile_status st;

    if (text.len == 0)
        return STILE_OK;
    if ((st = stile_scan_views_make(text, format, s->arena, &views, err)) ||
        (st = add_channels(s, &views, field, err)))
        return st;
    for (size_t i = 0; !st && i < views.count; i++) {
        const stile_scan_view *view = &views.views[i];
        /* Of the source only what the text does not show is news: its markup, and what hides in it. */
        if (field == STILE_FIELD_SOURCE && view->kind == STILE_VIEW_NORMALIZED)
            continue;
        if (!(st = scan_view(s, view, field, err)))
            st = add_passages(s, view, field, err);
        if (!st && field == STILE_FIELD_TEXT)
            st = add_misplaced(s, view, err);
    }
    return st;
}

/* The text between its neighbours' edges. */
static stile_status join(const stile_slice *field, stile_arena *arena, stile_slice *out,
                         stile_error *err)
{
    static const stile_field parts[] = {STILE_FIELD_BEFORE, STILE_FIELD_TEXT, STILE_FIELD_AFTER};
    size_t len = field[parts[0]].len + field[parts[1]].len + field[parts[2]].len + 2, at = 0;
    char *joined = stile_arena_alloc(arena, len);

    if (!joined)
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; i < 3; i++) {
        stile_slice part = field[parts[i]];
        if (i)
            joined[at++] = ' ';
        if (part.len)
            memcpy(joined + at, part.ptr, part.len);
        at += part.len;
    }
    *out = stile_slice_of(joined, len);
    return STILE_OK;
}

/* Of the hits in the joined text, those that cross into the text from outside; the text lies at
 * [start, end). What lies in the text alone was found there. */
static stile_status add_crossing(scan *s, const stile_scan_view *view, uint32_t start, uint32_t end,
                                 stile_error *err)
{
    stile_scan_hits hits;
    stile_status st = stile_scan_hits_of(s->scanner, view, s->arena, &hits, err);

    for (size_t i = 0; !st && i < hits.count; i++) {
        stile_finding f = finding_of(s, view, STILE_FIELD_TEXT, &hits.hits[i]);
        if (f.end <= start || f.start >= end || (f.start >= start && f.end <= end))
            continue;
        f.start = f.start > start ? f.start - start : 0;
        f.end = f.end < end ? f.end - start : end - start;
        s->critical |= f.severity == CRITICAL;
        st = add(s, &f, err);
    }
    return st;
}

/* A payload cut in two by a chunk's bound. */
static stile_status scan_joint(scan *s, stile_error *err)
{
    const stile_slice *field = s->input->field;
    uint32_t start = (uint32_t)field[STILE_FIELD_BEFORE].len + 1;
    uint32_t end = start + (uint32_t)field[STILE_FIELD_TEXT].len;
    stile_slice joined;
    stile_scan_views views;
    stile_status st;

    if (end == start || (field[STILE_FIELD_BEFORE].len == 0 && field[STILE_FIELD_AFTER].len == 0))
        return STILE_OK;
    if ((st = join(field, s->arena, &joined, err)) ||
        (st = stile_scan_views_plain(joined, s->arena, &views, err)))
        return st;
    for (size_t v = 0; !st && v < views.count; v++) {
        const stile_scan_view *view = &views.views[v];
        bool may = view->kind == STILE_VIEW_NORMALIZED;
        if (may)
            st = stile_joint_may_cross(s->scanner, view, (uint32_t[2]){start, end}, &may, err);
        if (!st && may)
            st = add_crossing(s, view, start, end, err);
    }
    return st;
}

/* What the policy's judge, if any, says of all fields. */
static stile_status add_judged(scan *s, stile_error *err)
{
    stile_finding *found = NULL;
    size_t count = 0;
    stile_status st = STILE_OK;

    if (!s->input->local)
        st = stile_judge_scan(s->scanner->policy->judge, s->input, s->arena, &found, &count, err);
    for (size_t i = 0; !st && i < count; i++)
        st = add(s, &found[i], err);
    return st;
}

static stile_disposition dispose(const scan *s, bool flagged)
{
    bool neutralize = false;

    if (s->overflow || (flagged && !stile_findings_leave_enough(s->input->field[STILE_FIELD_TEXT],
                                                                s->findings, s->count)))
        return STILE_DISPOSITION_WITHHELD;
    for (size_t i = 0; i < s->count; i++)
        neutralize |= s->findings[i].action == STILE_ACTION_NEUTRALIZE;
    return flagged || neutralize ? STILE_DISPOSITION_SANITIZED : STILE_DISPOSITION_ALLOW;
}

static stile_status check_input(const stile_scan_input *input, stile_error *err)
{
    if ((unsigned)input->trust > STILE_TRUST_CURATED)
        return stile_fail(err, STILE_INVALID, "scan: unknown trust");
    for (size_t i = 0; i < STILE_FIELD_COUNT; i++)
        if (input->field[i].len > STILE_MAX_DOCUMENT)
            return stile_fail(err, STILE_TOO_LARGE, "scan: a field of %zu bytes",
                              input->field[i].len);
    return STILE_OK;
}

/* Something that is released was not seen through: what hides behind a budget must not pass. The source
 * is not released; what of it could not be read is reported, and that is all. */
static bool is_limited(const scan *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->findings[i].field != STILE_FIELD_SOURCE &&
            strcmp(s->findings[i].family, STILE_FAMILY_LIMIT) == 0)
            return true;
    return false;
}

static bool is_flagged(const scan *s, double score)
{
    /* Trust never disables a critical rule. */
    return score >= s->scanner->policy->threshold[s->input->trust] || s->critical || s->overflow ||
           is_limited(s);
}

/* Whether what would be released under the verdict would itself be flagged. */
static stile_status read_left(scan *s, stile_scan_input *left, const stile_verdict *verdict,
                              stile_slice text, stile_buf *released, bool *flagged,
                              stile_error *err)
{
    bool changed;
    stile_status st = stile_release_text(verdict, STILE_FIELD_TEXT, text, released, &changed, err);

    *flagged = false;
    if (st || !changed)
        return st;
    left->field[STILE_FIELD_TEXT] = stile_buf_slice(released);
    if ((st = scan_field(s, STILE_FIELD_TEXT, left->format, err)) || (st = add_judged(s, err)))
        return st;
    stile_findings_settle(s->findings, &s->count);
    *flagged = is_flagged(s, stile_findings_score(s->findings, s->count));
    return STILE_OK;
}

/* What stripping leaves is read once more: taking a sentence out can shift an encoding, join what was
 * apart, or remove what cancelled a rule. What that finds is cut out as well, and the rest is read
 * again; a text that would be flagged even then is withheld. */
static stile_status check_left(stile_scanner *scanner, const stile_scan_input *input,
                               stile_arena *arena, stile_verdict *verdict, stile_error *err)
{
    enum { ROUNDS = 3 };
    stile_slice text = input->field[STILE_FIELD_TEXT];
    bool flagged = true;

    for (int round = 0; flagged && verdict->disposition == STILE_DISPOSITION_SANITIZED; round++) {
        stile_scan_input left = {
            .format = input->format, .trust = input->trust, .local = input->local};
        scan s = {.scanner = scanner, .input = &left, .arena = arena};
        stile_buf released;
        bool more = false;
        stile_status st;

        stile_buf_init(&released, (size_t)4 * STILE_MAX_DOCUMENT);
        st = read_left(&s, &left, verdict, text, &released, &flagged, err);
        if (!st && flagged && round < ROUNDS)
            st = stile_findings_add_left(verdict, text, stile_buf_slice(&released), s.findings,
                                         s.count, arena, &more, err);
        stile_buf_release(&released);
        if (st)
            return st;
        if (flagged && (!more || !stile_findings_leave_enough(text, verdict->findings,
                                                              verdict->finding_count)))
            verdict->disposition = STILE_DISPOSITION_WITHHELD;
    }
    return STILE_OK;
}

stile_status stile_scan(stile_scanner *scanner, const stile_scan_input *input, stile_arena *arena,
                        stile_verdict *out, stile_error *err)
{
    static const stile_field plain[] = {STILE_FIELD_TITLE, STILE_FIELD_URL, STILE_FIELD_HEADING,
                                        STILE_FIELD_METADATA};
    scan s = {.scanner = scanner, .input = input, .arena = arena};
    stile_verdict verdict = {.scan_version = scanner->policy->hash};
    stile_status st;

    if ((st = check_input(input, err)) ||
        (st = scan_field(&s, STILE_FIELD_TEXT, input->format, err)) ||
        (st = scan_field(&s, STILE_FIELD_SOURCE, input->format, err)) || (st = scan_joint(&s, err)))
        return st;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if ((st = scan_field(&s, plain[i], STILE_FORMAT_TEXT, err)))
            return st;
    if ((st = add_judged(&s, err)))
        return st;
    stile_findings_settle(s.findings, &s.count);
    verdict.score = stile_findings_score(s.findings, s.count);
    verdict.flagged = is_flagged(&s, verdict.score);
    verdict.disposition = dispose(&s, verdict.flagged);
    verdict.findings = s.findings;
    verdict.finding_count = s.count;
    if (verdict.flagged && verdict.disposition == STILE_DISPOSITION_SANITIZED)
        st = check_left(scanner, input, arena, &verdict, err);
    if (!st)
        *out = verdict;
    return st;
}
