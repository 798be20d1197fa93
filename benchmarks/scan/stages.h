/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of a scan, each over one piece of text. What a stage stands on is made beforehand. */
#ifndef STILE_BENCH_SCAN_STAGES_H
#define STILE_BENCH_SCAN_STAGES_H

#include "scan/internal.h"
#include "scan/view_build.h"

typedef struct bench_piece {
    stile_slice text;
    stile_view_piece way; /* of the raw view */
    stile_scan_view raw, normalized;
    stile_view_survey survey;
    stile_slice verdict; /* encoded */
} bench_piece;

typedef struct bench {
    bench_piece *pieces;
    size_t count, bytes;
    stile_policy *policy;
    stile_scanner *scanner;
    stile_arena arena; /* of one piece, emptied after each */
    stile_arena kept;
} bench;

typedef struct bench_stage {
    const char *name;
    void (*run)(bench *b, size_t piece);
} bench_stage;

/* In the order in which a scan has them; `count` of them. */
extern const bench_stage bench_stages[];
extern const size_t bench_stage_count;
/* Of those, for each kind of text by itself. */
extern const bench_stage bench_by_text[];
extern const size_t bench_by_text_count;

/* Makes what the stages stand on. Ends the program where anything fails. */
void bench_prepare(bench *b);
void bench_must(stile_status st, const stile_error *err);

void bench_rules(bench *b, size_t i);
/* Every pattern over the piece, to its first match, as a loop over a rule list does it. */
void bench_pcre2_loop(bench *b, size_t i);
void bench_libyara(bench *b, size_t i);

#endif
