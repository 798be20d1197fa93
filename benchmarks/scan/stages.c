/* SPDX-License-Identifier: Apache-2.0 */
#include "benchmarks/scan/stages.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "benchmarks/scan/yara.h"
#include "plane/chunk_scan.h"
#include "scan/hits.h"

void bench_must(stile_status st, const stile_error *err)
{
    if (st) {
        fprintf(stderr, "bench_scan: %s\n", err->text);
        exit(1);
    }
}

static void survey(bench *b, size_t i)
{
    b->pieces[i].survey = stile_view_survey_of(b->pieces[i].text);
}

static void normalize(bench *b, size_t i)
{
    stile_scan_view out;
    stile_error err;
    bench_must(stile_view_normalize(&b->pieces[i].raw, &b->arena, &out, &err), &err);
}

static stile_view_list *list_of(bench *b, size_t i)
{
    static stile_view_list list;

    list.count = list.channels.count = 0;
    list.limited = NULL;
    list.survey = b->pieces[i].survey;
    return &list;
}

static void fold(bench *b, size_t i)
{
    bench_piece *p = &b->pieces[i];
    stile_error err;
    bench_must(stile_view_fold(&p->raw, &p->normalized, &b->arena, list_of(b, i), &err), &err);
}

static void decode(bench *b, size_t i)
{
    bench_piece *p = &b->pieces[i];
    stile_error err;
    bench_must(stile_view_decode(&p->raw, &p->normalized, &b->arena, list_of(b, i), &err), &err);
}

static void codes(bench *b, size_t i)
{
    stile_error err;
    bench_must(stile_view_codes(&b->pieces[i].raw, &b->arena, list_of(b, i), &err), &err);
}

static void extract(bench *b, size_t i)
{
    stile_error err;
    bench_must(stile_view_extract(&b->pieces[i].raw, &b->arena, list_of(b, i), &err), &err);
}

static void channels(bench *b, size_t i)
{
    stile_view_channels(b->pieces[i].text, &b->pieces[i].survey, &list_of(b, i)->channels);
}

static void views(bench *b, size_t i)
{
    stile_scan_views out;
    stile_error err;
    bench_must(stile_scan_views_make(b->pieces[i].text, STILE_FORMAT_TEXT, &b->arena, &out, &err),
               &err);
}

void bench_rules(bench *b, size_t i)
{
    stile_scan_hits hits;
    stile_error err;
    bench_must(stile_scan_hits_of(b->scanner, &b->pieces[i].normalized, &b->arena, &hits, &err),
               &err);
}

static void views_and_rules(bench *b, size_t i)
{
    stile_scan_views made;
    stile_scan_hits hits;
    stile_error err;

    bench_must(stile_scan_views_make(b->pieces[i].text, STILE_FORMAT_TEXT, &b->arena, &made, &err),
               &err);
    for (size_t v = 0; v < made.count; v++)
        bench_must(stile_scan_hits_of(b->scanner, &made.views[v], &b->arena, &hits, &err), &err);
}

static void scan(bench *b, const stile_scan_input *input, stile_verdict *out)
{
    stile_error err;
    bench_must(stile_scan(b->scanner, input, &b->arena, out, &err), &err);
}

static stile_scan_input alone(const bench *b, size_t i)
{
    stile_scan_input input = {.format = STILE_FORMAT_TEXT, .trust = STILE_TRUST_EXTERNAL};

    input.field[STILE_FIELD_TEXT] = b->pieces[i].text;
    return input;
}

static void whole(bench *b, size_t i)
{
    stile_scan_input input = alone(b, i);
    stile_verdict verdict;
    scan(b, &input, &verdict);
}

/* As much of a neighbour as the scan of a stored chunk reads. */
static stile_slice edge(stile_slice text, bool head)
{
    size_t cut = stile_utf8_floor(text, head ? STILE_NEIGHBOUR : text.len - STILE_NEIGHBOUR);

    if (text.len <= STILE_NEIGHBOUR)
        return text;
    return head ? stile_slice_cut(text, 0, cut) : stile_slice_cut(text, cut, text.len);
}

static stile_scan_input among_neighbours(const bench *b, size_t i)
{
    stile_scan_input input = alone(b, i);

    if (i > 0)
        input.field[STILE_FIELD_BEFORE] = edge(b->pieces[i - 1].text, false);
    if (i + 1 < b->count)
        input.field[STILE_FIELD_AFTER] = edge(b->pieces[i + 1].text, true);
    return input;
}

static void with_neighbours(bench *b, size_t i)
{
    stile_scan_input input = among_neighbours(b, i);
    stile_verdict verdict;
    scan(b, &input, &verdict);
}

/* What a query does instead of scanning, but for the read of the store: the key of the verdict that was kept,
 * and its decoding. */
static void cached(bench *b, size_t i)
{
    stile_scan_input input = among_neighbours(b, i);
    stile_sha256 digest, key;
    stile_verdict verdict;
    stile_error err;

    bench_must(stile_scan_input_digest(&input, &digest, &err), &err);
    bench_must(stile_chunk_verdict_key(stile_str("internal"), &digest, stile_policy_hash(b->policy),
                                       &key, &err),
               &err);
    bench_must(stile_verdict_decode(b->pieces[i].verdict, &b->arena, &verdict, &err), &err);
}

void bench_pcre2_loop(bench *b, size_t i)
{
    const stile_rules *r = &b->policy->rules;
    size_t start, end;

    for (size_t k = 0; k < r->count; k++)
        if (r->rules[k].pattern)
            (void)stile_pattern_match(r->rules[k].pattern, b->scanner->matcher,
                                      b->pieces[i].normalized.text, 0, &start, &end);
}

void bench_libyara(bench *b, size_t i)
{
    bench_yara_scan(b->pieces[i].normalized.text);
}

const bench_stage bench_stages[] = {
    {"survey", survey},
    {"normalize", normalize},
    {"fold", fold},
    {"decode", decode},
    {"codes", codes},
    {"extract", extract},
    {"channels", channels},
    {"views", views},
    {"rules, one view", bench_rules},
    {"views and rules", views_and_rules},
    {"scan", whole},
    {"scan with neighbours", with_neighbours},
    {"cached verdict", cached},
};
const size_t bench_stage_count = sizeof bench_stages / sizeof *bench_stages;

const bench_stage bench_by_text[] = {
    {"views", views},
    {"views and rules", views_and_rules},
    {"scan", whole},
    {"scan with neighbours", with_neighbours},
};
const size_t bench_by_text_count = sizeof bench_by_text / sizeof *bench_by_text;

static void keep_verdict(bench *b, size_t i)
{
    stile_scan_input input = among_neighbours(b, i);
    stile_verdict verdict;
    stile_error err = {0};
    stile_buf record;

    scan(b, &input, &verdict);
    stile_buf_init(&record, (size_t)1 << 20);
    stile_verdict_encode(&verdict, &record);
    bench_must(stile_arena_copy(&b->kept, stile_buf_slice(&record), &b->pieces[i].verdict, &err),
               &err);
    stile_buf_release(&record);
    stile_arena_release(&b->arena);
}

void bench_prepare(bench *b)
{
    const stile_policy_options options = {0};
    stile_error err = {0};

    bench_must(stile_policy_load(&options, &b->policy, &err), &err);
    stile_policy_prepare(b->policy);
    bench_must(stile_scanner_create(b->policy, &b->scanner, &err), &err);
    for (size_t i = 0; i < b->count; i++) {
        bench_piece *p = &b->pieces[i];
        p->way = (stile_view_piece){0, 0, (uint32_t)p->text.len, true};
        p->raw = (stile_scan_view){STILE_VIEW_RAW, "", p->text, &p->way, 1};
        survey(b, i);
        bench_must(stile_view_normalize(&p->raw, &b->kept, &p->normalized, &err), &err);
    }
    for (size_t i = 0; i < b->count; i++)
        keep_verdict(b, i);
}
