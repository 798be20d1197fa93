/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring what ships on labelled data: injection texts, and retrieval sets in BEIR's form. */
#ifndef STILE_EVAL_EVAL_H
#define STILE_EVAL_EVAL_H

#include "base/json.h"
#include "plane/plane.h"

/* Called as work goes on. */
typedef void (*stile_eval_progress)(void *ctx, uint64_t done);

typedef struct stile_eval_injection {
    stile_trust trust;
    void (*row)(void *ctx, const json_t *row); /* each row's result, or NULL */
    stile_eval_progress progress;
    void *ctx;
} stile_eval_injection;

/* Scan each row of a JSONL file ({"id","text","label","kind"}) as a retrieved chunk of unknown
 * format, and give {"file","injections","benign","recall","fpr","dropped_benign","by_kind"}. A new
 * reference. A bad line is an error with its number: figures over part of a file mislead. */
stile_status stile_eval_injection_file(stile_policy *policy, const char *path,
                                       const stile_eval_injection *options, json_t **out,
                                       stile_error *err) STILE_MUST_CHECK;

typedef struct stile_eval_retrieval {
    stile_mode mode;
    stile_eval_progress ingested, asked;
    void *ctx;
} stile_eval_retrieval;

/* Ingest `folder`/corpus.jsonl into a temporary data directory and ask queries.jsonl through the
 * real flows; score against qrels.tsv: {"ndcg@10","recall@100","queries","docs","mode"}. A
 * document's rank is that of its best chunk. nDCG with gain = relevance and discount log2(rank+1),
 * over queries with at least one relevant document (as trec_eval's ndcg_cut.10). */
stile_status stile_eval_retrieval_folder(const char *folder, const stile_eval_retrieval *options,
                                         json_t **out, stile_error *err) STILE_MUST_CHECK;

#endif
