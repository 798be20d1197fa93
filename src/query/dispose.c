/* SPDX-License-Identifier: Apache-2.0 */
#include "query/released.h"

#define RELEASE_CAP ((size_t)4 * STILE_MAX_DOCUMENT)

/* Between two released texts in the assembled context, for the scan across them. */
static const char joint[] = "\n\n";

static bool flagged_in(const stile_verdict *verdict, stile_field field)
{
    for (size_t i = 0; i < verdict->finding_count; i++)
        if (verdict->findings[i].field == field &&
            verdict->findings[i].action >= STILE_ACTION_STRIP)
            return true;
    return false;
}

/* One field as it may leave. A text that is withheld takes only the fields with it that were
 * found hostile themselves: a citation should still be able to name its document. */
static stile_status release_field(const stile_verdict *verdict, stile_field field, stile_slice text,
                                  stile_arena *arena, stile_slice *out, bool *changed,
                                  stile_error *err)
{
    stile_verdict v = *verdict;
    stile_buf buf;
    stile_status st;

    *out = (stile_slice){0};
    *changed = false;
    if (text.len == 0)
        return STILE_OK;
    if (v.disposition == STILE_DISPOSITION_WITHHELD && field != STILE_FIELD_TEXT &&
        !flagged_in(verdict, field))
        v.disposition = STILE_DISPOSITION_SANITIZED;
    stile_buf_init(&buf, RELEASE_CAP);
    if (!(st = stile_release_text(&v, field, text, &buf, changed, err)))
        st = stile_arena_copy(arena, stile_buf_slice(&buf), out, err);
    stile_buf_release(&buf);
    return st;
}

/* Hold back what the policy says of a field that was released; tells whether the text changed. */
static stile_status redact_field(stile_worker *worker, stile_field field, stile_slice *text,
                                 stile_arena *arena, stile_released *released, bool *changed,
                                 stile_error *err)
{
    stile_sensitive_hit *hits;
    stile_redaction *grown;
    stile_slice before = *text;
    size_t count;
    stile_status st = stile_redact_text(worker->scanner, before, arena, text, &hits, &count, err);

    if (st || count == 0)
        return st;
    *changed |= text->ptr != before.ptr;
    grown = stile_arena_array(arena, released->redaction_count + count, sizeof *grown);
    if (!grown)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    if (released->redaction_count)
        memcpy(grown, released->redactions, released->redaction_count * sizeof *grown);
    for (size_t i = 0; i < count; i++)
        grown[released->redaction_count++] = (stile_redaction){hits[i].class, hits[i].kind, field};
    released->redactions = grown;
    return STILE_OK;
}

/* A review releases what the findings condemn, and nothing of what is neutralized always. */
static stile_verdict under_ruling(const stile_scanned *scanned)
{
    stile_verdict verdict = scanned->verdict;

    if (scanned->ruling == STILE_RULING_RELEASED) {
        verdict.flagged = false;
        verdict.disposition = STILE_DISPOSITION_ALLOW;
    } else if (scanned->ruling == STILE_RULING_WITHHELD) {
        verdict.disposition = STILE_DISPOSITION_WITHHELD;
    }
    return verdict;
}

stile_status stile_dispose_chunk(stile_worker *worker, const stile_scanned *scanned,
                                 stile_arena *arena, stile_released *out, stile_error *err)
{
    const stile_fetched *from = scanned->fetched;
    const stile_verdict effective = under_ruling(scanned), *verdict = &effective;
    stile_released released = {.from = from,
                               .verdict = scanned->verdict,
                               .ruling = scanned->ruling,
                               .disposition = verdict->disposition,
                               .score = from->score};
    const struct {
        stile_field field;
        stile_slice text;
        stile_slice *out;
    } fields[] = {
        {STILE_FIELD_TEXT, from->chunk.text, &released.text},
        {STILE_FIELD_TITLE, from->document.title, &released.title},
        {STILE_FIELD_URL, from->document.url, &released.url},
        {STILE_FIELD_HEADING, from->chunk.heading, &released.heading},
        {STILE_FIELD_METADATA, from->document.metadata, &released.metadata},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        bool changed;
        stile_status st = release_field(verdict, fields[i].field, fields[i].text, arena,
                                        fields[i].out, &changed, err);
        if (st || (st = redact_field(worker, fields[i].field, fields[i].out, arena, &released,
                                     &changed, err)))
            return st;
        any |= changed;
    }
    released.has_text = released.disposition != STILE_DISPOSITION_WITHHELD;
    if (released.disposition == STILE_DISPOSITION_ALLOW && any)
        released.disposition = STILE_DISPOSITION_SANITIZED;
    *out = released;
    return STILE_OK;
}

static void withhold(stile_released *released)
{
    released->disposition = STILE_DISPOSITION_WITHHELD;
    released->has_text = false;
    released->text = (stile_slice){0};
}

stile_status stile_dispose_context(stile_worker *worker, stile_released *released, size_t count,
                                   stile_arena *arena, stile_error *err)
{
    /* Its texts have been judged one by one; rules and classifier look at what they come to together. */
    stile_scan_input input = {
        .format = STILE_FORMAT_TEXT, .trust = STILE_TRUST_EXTERNAL, .local = true};
    stile_verdict verdict;
    stile_buf context;
    size_t *starts = stile_arena_array(arena, count + 1, sizeof *starts);
    stile_status st;

    if (!starts)
        return stile_fail(err, STILE_NO_MEMORY, "query: out of memory");
    stile_buf_init(&context, RELEASE_CAP);
    for (size_t i = 0; i < count; i++) {
        starts[i] = context.len;
        stile_buf_add_slice(&context, released[i].text);
        if (released[i].text.len)
            stile_buf_add_str(&context, joint);
    }
    starts[count] = context.len;
    input.field[STILE_FIELD_TEXT] = stile_buf_slice(&context);
    if (!(st = stile_buf_ok(&context, err)) && context.len)
        st = stile_scan(worker->scanner, &input, arena, &verdict, err);
    else
        verdict = (stile_verdict){0};
    stile_buf_release(&context);
    if (st || !verdict.flagged)
        return st;
    for (size_t f = 0; f < verdict.finding_count; f++) {
        const stile_finding *finding = &verdict.findings[f];
        /* A long context may use a budget up; each of its texts was seen through by itself. */
        if (finding->field != STILE_FIELD_TEXT || finding->action < STILE_ACTION_STRIP ||
            strcmp(finding->family, STILE_FAMILY_LIMIT) == 0)
            continue;
        for (size_t i = 0; i + 1 < count; i++)
            /* it begins in text i and ends past it */
            if (finding->start >= starts[i] && finding->start < starts[i + 1] &&
                finding->end > starts[i + 1]) {
                withhold(&released[i]);
                for (size_t j = i + 1; j < count && finding->end > starts[j]; j++)
                    withhold(&released[j]);
            }
    }
    return STILE_OK;
}
