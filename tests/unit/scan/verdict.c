/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict's record gives back what was put in, and no damaged record is believed. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/memory.h"
#include "scan/scan.h"
#include "support/random.h"

#define MOST_FINDINGS 6

static const char *const families[] = {"instruction-override", "exfiltration", "f"};
static const char *const rules[] = {"override.ignore-previous", "classifier", "r"};

static stile_finding random_finding(test_random *r)
{
    uint32_t start = (uint32_t)test_random_next(r), left = UINT32_MAX - start;

    return (stile_finding){.family = families[test_random_below(r, 3)],
                           .rule = rules[test_random_below(r, 3)],
                           .weight = (float)test_random_unit(r),
                           .severity = (uint8_t)test_random_below(r, 5),
                           .action = (uint8_t)test_random_below(r, 4),
                           .field = (uint8_t)test_random_below(r, STILE_FIELD_COUNT),
                           .view = (uint8_t)test_random_below(r, 4),
                           .start = start,
                           .end = start + test_random_below(r, left ? left : 1)};
}

static stile_verdict random_verdict(test_random *r, stile_finding *findings)
{
    stile_verdict v = {.disposition = (stile_disposition)test_random_below(r, 3),
                       .flagged = test_random_below(r, 2),
                       .score = test_random_unit(r),
                       .findings = findings,
                       .finding_count = test_random_below(r, MOST_FINDINGS + 1)};

    for (size_t i = 0; i < v.finding_count; i++)
        findings[i] = random_finding(r);
    for (size_t i = 0; i < STILE_SHA256_LEN; i++)
        v.scan_version.bytes[i] = (unsigned char)test_random_below(r, 256);
    return v;
}

static void check_same_finding(const stile_finding *a, const stile_finding *b)
{
    cr_assert_str_eq(a->family, b->family);
    cr_assert_str_eq(a->rule, b->rule);
    cr_assert_eq(a->weight, b->weight);
    cr_assert_eq(a->severity, b->severity);
    cr_assert_eq(a->action, b->action);
    cr_assert_eq(a->field, b->field);
    cr_assert_eq(a->view, b->view);
    cr_assert_eq(a->start, b->start);
    cr_assert_eq(a->end, b->end);
}

static void check_same(const stile_verdict *a, const stile_verdict *b)
{
    cr_assert_eq(a->disposition, b->disposition);
    cr_assert_eq(a->flagged, b->flagged);
    cr_assert_eq(a->score, b->score);
    cr_assert_eq(memcmp(&a->scan_version, &b->scan_version, sizeof a->scan_version), 0);
    cr_assert_eq(a->finding_count, b->finding_count);
    for (size_t i = 0; i < a->finding_count; i++)
        check_same_finding(&a->findings[i], &b->findings[i]);
}

/* One plain verdict, for the tests that damage it. */
static void encode_sample(stile_buf *record)
{
    stile_finding finding = {.family = "exfiltration",
                             .rule = "exfil.image",
                             .weight = 0.5F,
                             .severity = 3,
                             .action = STILE_ACTION_STRIP,
                             .start = 7,
                             .end = 300};
    stile_verdict verdict = {.disposition = STILE_DISPOSITION_SANITIZED,
                             .flagged = true,
                             .score = 0.75,
                             .findings = &finding,
                             .finding_count = 1};

    stile_buf_init(record, 4096);
    stile_verdict_encode(&verdict, record);
    cr_assert_eq(stile_buf_ok(record, NULL), STILE_OK);
}

static stile_status decode(stile_slice record)
{
    stile_verdict out = {0};
    stile_arena arena;
    stile_status st;

    stile_arena_init(&arena, 0);
    st = stile_verdict_decode(record, &arena, &out, NULL);
    if (st)
        cr_assert(out.disposition == STILE_DISPOSITION_WITHHELD && !out.findings,
                  "a failure must leave the outcome alone");
    stile_arena_release(&arena);
    return st;
}

Test(verdict, decode_gives_back_what_was_encoded)
{
    uint64_t seed = test_random_seed("verdict");

    for (uint32_t n = 0; n < test_cases(5000); n++) {
        test_random r = test_random_case(seed, n);
        stile_finding findings[MOST_FINDINGS];
        stile_verdict given = random_verdict(&r, findings), got;
        stile_arena arena;
        stile_buf record;
        stile_arena_init(&arena, 0);
        stile_buf_init(&record, 1 << 16);
        stile_verdict_encode(&given, &record);
        cr_assert_eq(stile_verdict_decode(stile_buf_slice(&record), &arena, &got, NULL), STILE_OK,
                     "seed %llu case %u", (unsigned long long)seed, n);
        check_same(&given, &got);
        stile_buf_release(&record);
        stile_arena_release(&arena);
    }
}

Test(verdict, decode_rejects_every_truncation)
{
    stile_buf record;

    encode_sample(&record);
    for (size_t len = 0; len < record.len; len++) {
        /* On the heap and no longer than it claims, so that reading past its end is seen. */
        char *copy = malloc(len ? len : 1);
        memcpy(copy, record.ptr, len);
        cr_assert_eq(decode(stile_slice_of(copy, len)), STILE_CORRUPT, "%zu bytes", len);
        free(copy);
    }
    cr_assert_eq(decode(stile_buf_slice(&record)), STILE_OK);
    stile_buf_release(&record);
}

Test(verdict, decode_rejects_bytes_behind_the_record)
{
    stile_buf record;

    encode_sample(&record);
    stile_buf_add_byte(&record, 0);
    cr_assert_eq(decode(stile_buf_slice(&record)), STILE_CORRUPT);
    stile_buf_release(&record);
}

/* Offsets as docs/formats/verdict.md gives them, for the sample. */
Test(verdict, decode_rejects_values_out_of_range)
{
    static const struct {
        size_t at;
        unsigned char value;
        const char *why;
    } rows[] = {
        {0, 2, "a newer version"},
        {1, 3, "no such disposition"},
        {2, 2, "flagged is a truth"},
        {10, 0x40, "a score above one"},
        {10, 0xbf, "a score below zero"},
        {10, 0x7f, "a score that is no number"},
        {43, 2, "more findings than there are"},
        {44, 0, "a finding without a family"},
        {46, 0, "a name cut short"},
        {72, 0x40, "a weight above one"},
        {73, 5, "no such severity"},
        {74, 4, "no such action"},
        {75, STILE_FIELD_COUNT, "no such field"},
        {76, 4, "no such view"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stile_buf record;
        encode_sample(&record);
        cr_assert_neq((unsigned char)record.ptr[rows[i].at], rows[i].value);
        record.ptr[rows[i].at] = (char)rows[i].value;
        cr_assert_eq(decode(stile_buf_slice(&record)), STILE_CORRUPT, "%s", rows[i].why);
        stile_buf_release(&record);
    }
}

Test(verdict, decode_survives_any_damage)
{
    uint64_t seed = test_random_seed("verdict damage");

    for (uint32_t n = 0; n < test_cases(5000); n++) {
        test_random r = test_random_case(seed, n);
        stile_buf record;
        encode_sample(&record);
        for (uint32_t k = 1 + test_random_below(&r, 4); k > 0; k--)
            record.ptr[test_random_below(&r, (uint32_t)record.len)] =
                (char)test_random_below(&r, 256);
        stile_status st = decode(stile_buf_slice(&record));
        cr_assert(st == STILE_OK || st == STILE_CORRUPT, "seed %llu case %u",
                  (unsigned long long)seed, n);
        stile_buf_release(&record);
    }
}

/* An arena that is too small fails each allocation in turn: the findings, then every name. That must
 * not be taken for damage, which would throw the record away. */
Test(verdict, decode_reports_running_out_of_memory)
{
    stile_buf record;
    stile_status st = STILE_NO_MEMORY;
    size_t cap = 1;

    encode_sample(&record);
    for (; st; cap++) {
        stile_arena arena;
        stile_verdict out;
        stile_arena_init(&arena, cap);
        st = stile_verdict_decode(stile_buf_slice(&record), &arena, &out, NULL);
        cr_assert(st == STILE_OK || st == STILE_NO_MEMORY);
        stile_arena_release(&arena);
    }
    cr_assert_gt(cap, sizeof(stile_finding) + sizeof "exfiltration" + sizeof "exfil.image");
    stile_memory_fail_after(0);
    st = decode(stile_buf_slice(&record));
    stile_memory_fail_after(-1);
    cr_assert_eq(st, STILE_NO_MEMORY);
    stile_buf_release(&record);
}

Test(verdict, an_unknown_disposition_reads_as_withheld)
{
    cr_assert_str_eq(stile_disposition_name(STILE_DISPOSITION_ALLOW), "allow");
    cr_assert_str_eq(stile_disposition_name(STILE_DISPOSITION_SANITIZED), "sanitized");
    cr_assert_str_eq(stile_disposition_name(STILE_DISPOSITION_WITHHELD), "withheld");
    cr_assert_str_eq(stile_disposition_name((stile_disposition)7), "withheld");
}
