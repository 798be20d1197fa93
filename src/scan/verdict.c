/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts as records, and the tests that rules carry in their packs. */
#include "base/memory.h"
#include "scan/hits.h"

#define RECORD_VERSION 1
#define MAX_RECORD_FINDINGS 4096

const char *stile_disposition_name(stile_disposition disposition)
{
    static const char *const names[] = {"withheld", "sanitized", "allow"};
    return (unsigned)disposition < 3 ? names[disposition] : names[0];
}

void stile_verdict_encode(const stile_verdict *verdict, stile_buf *out)
{
    uint64_t score;

    memcpy(&score, &verdict->score, sizeof score);
    stile_buf_add_byte(out, RECORD_VERSION);
    stile_buf_add_byte(out, (unsigned char)verdict->disposition);
    stile_buf_add_byte(out, verdict->flagged);
    stile_buf_add_u64(out, score);
    stile_buf_add(out, verdict->scan_version.bytes, sizeof verdict->scan_version.bytes);
    stile_buf_add_varint(out, verdict->finding_count);
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const stile_finding *f = &verdict->findings[i];
        uint32_t weight;
        memcpy(&weight, &f->weight, sizeof weight);
        stile_buf_add_block(out, stile_str(f->family));
        stile_buf_add_block(out, stile_str(f->rule));
        stile_buf_add_u32(out, weight);
        stile_buf_add_byte(out, f->severity);
        stile_buf_add_byte(out, f->action);
        stile_buf_add_byte(out, f->field);
        stile_buf_add_byte(out, f->view);
        stile_buf_add_varint(out, f->start);
        stile_buf_add_varint(out, f->end - f->start);
    }
}

static stile_status damaged(stile_error *err)
{
    return stile_fail(err, STILE_CORRUPT, "scan: damaged verdict record");
}

static stile_status get_name(stile_reader *r, stile_arena *arena, const char **out,
                             stile_error *err)
{
    stile_slice name, copy;
    stile_status st;

    /* A NUL would make the name another one, and the record another record when written again. */
    if (!stile_reader_block(r, &name) || name.len == 0 || memchr(name.ptr, '\0', name.len))
        return damaged(err);
    if (!(st = stile_arena_copy(arena, name, &copy, err)))
        *out = copy.ptr;
    return st;
}

static stile_status get_finding(stile_reader *r, stile_arena *arena, stile_finding *f,
                                stile_error *err)
{
    uint64_t start, len;
    uint32_t weight;
    stile_status st;

    if ((st = get_name(r, arena, &f->family, err)) || (st = get_name(r, arena, &f->rule, err)))
        return st;
    if (!stile_reader_u32(r, &weight) || !stile_reader_u8(r, &f->severity) || f->severity > 4 ||
        !stile_reader_u8(r, &f->action) || f->action > STILE_ACTION_WITHHOLD ||
        !stile_reader_u8(r, &f->field) || f->field >= STILE_FIELD_COUNT ||
        !stile_reader_u8(r, &f->view) || f->view >= STILE_VIEW_KINDS ||
        !stile_reader_varint(r, &start) || !stile_reader_varint(r, &len) || start > UINT32_MAX ||
        len > UINT32_MAX - start)
        return damaged(err);
    memcpy(&f->weight, &weight, sizeof f->weight);
    f->start = (uint32_t)start;
    f->end = (uint32_t)(start + len);
    return f->weight >= 0 && f->weight <= 1 ? STILE_OK : damaged(err);
}

stile_status stile_verdict_decode(stile_slice record, stile_arena *arena, stile_verdict *out,
                                  stile_error *err)
{
    stile_reader r = stile_reader_of(record);
    stile_verdict v = {0};
    uint8_t version, disposition, flagged;
    uint64_t score, count;
    stile_slice hash;
    stile_status st;

    if (!stile_reader_u8(&r, &version) || version != RECORD_VERSION ||
        !stile_reader_u8(&r, &disposition) || disposition > STILE_DISPOSITION_ALLOW ||
        !stile_reader_u8(&r, &flagged) || flagged > 1 || !stile_reader_u64(&r, &score) ||
        !stile_reader_bytes(&r, STILE_SHA256_LEN, &hash) || !stile_reader_varint(&r, &count) ||
        count > MAX_RECORD_FINDINGS)
        return damaged(err);
    v.disposition = (stile_disposition)disposition;
    v.flagged = flagged == 1;
    v.finding_count = (size_t)count;
    memcpy(&v.score, &score, sizeof v.score);
    memcpy(v.scan_version.bytes, hash.ptr, hash.len);
    if (!(v.findings = stile_arena_array(arena, v.finding_count, sizeof *v.findings)))
        return stile_fail(err, STILE_NO_MEMORY, "scan: out of memory");
    for (size_t i = 0; i < v.finding_count; i++)
        if ((st = get_finding(&r, arena, &v.findings[i], err)))
            return st;
    if (!stile_reader_done(&r) || !(v.score >= 0 && v.score <= 1))
        return damaged(err);
    *out = v;
    return STILE_OK;
}

/* Whether `rule` matches `text` in any of its views. */
static stile_status rule_matches(stile_scanner *scanner, uint32_t rule, stile_slice text,
                                 bool *matches, stile_error *err)
{
    stile_scan_views views;
    stile_arena arena;
    stile_status st;

    *matches = false;
    stile_arena_init(&arena, 0);
    st = stile_scan_views_make(text, STILE_FORMAT_UNKNOWN, &arena, &views, err);
    for (size_t v = 0; !st && !*matches && v < views.count; v++) {
        stile_scan_hits hits;
        st = stile_scan_signals_of(scanner, &views.views[v], &arena, &hits, err);
        for (size_t i = 0; !st && i < hits.count; i++)
            *matches |= hits.hits[i].rule == rule && !hits.hits[i].limited;
    }
    stile_arena_release(&arena);
    return st;
}

typedef struct rule_test {
    stile_scanner *scanner;
    stile_rules_report report;
    void *ctx;
    size_t tried, failed;
} rule_test;

static stile_status try_examples(rule_test *t, uint32_t rule, const stile_examples *examples,
                                 bool want, stile_error *err)
{
    const stile_rule *r = &t->scanner->policy->rules.rules[rule];
    stile_status st = STILE_OK;

    for (size_t i = 0; !st && i < examples->count; i++) {
        bool matches;
        char what[160];
        st = rule_matches(t->scanner, rule, examples->texts[i], &matches, err);
        t->tried++;
        if (st || matches == want)
            continue;
        t->failed++;
        (void)snprintf(what, sizeof what, "%s example %zu %s", want ? "positive" : "negative",
                       i + 1, want ? "does not match" : "matches");
        if (t->report)
            t->report(t->ctx, r->file, r->line, r->id, what);
    }
    return st;
}

stile_status stile_policy_test(stile_policy *policy, stile_rules_report report, void *ctx,
                               size_t *tried, size_t *failed, stile_error *err)
{
    rule_test t = {.report = report, .ctx = ctx};
    stile_status st = stile_scanner_create(policy, &t.scanner, err);

    for (uint32_t i = 0; !st && i < policy->rules.count; i++) {
        const stile_rule *rule = &policy->rules.rules[i];
        if (!(st = try_examples(&t, i, &rule->positive, true, err)))
            st = try_examples(&t, i, &rule->negative, false, err);
    }
    stile_scanner_destroy(t.scanner);
    *tried = t.tried;
    *failed = t.failed;
    return st;
}
