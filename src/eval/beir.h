/* SPDX-License-Identifier: Apache-2.0 */
/* A retrieval set in BEIR's form: queries.jsonl ({"_id","text"}) and qrels.tsv ("query-id
 * corpus-id score", with a heading). The corpus is read line by line by whoever ingests it. */
#ifndef STILE_EVAL_BEIR_H
#define STILE_EVAL_BEIR_H

#include "stile/arena.h"
#include "stile/buf.h"

typedef struct stile_judgment {
    stile_slice query, document;
    double relevance;
} stile_judgment;

typedef struct stile_beir_query {
    stile_slice id, text;
    const stile_judgment *judgments; /* of this query; may be none */
    size_t judgment_count;
} stile_beir_query;

/* Queries with at least one relevant document, in the file's order. Borrows from `arena`. */
stile_status stile_beir_queries(const char *folder, stile_arena *arena, stile_beir_query **out,
                                size_t *count, stile_error *err) STILE_MUST_CHECK;

/* `ranked` are the ids of distinct documents, best first. */
double stile_ndcg(const stile_beir_query *query, const stile_slice *ranked, size_t count,
                  size_t cut);
double stile_recall(const stile_beir_query *query, const stile_slice *ranked, size_t count,
                    size_t cut);

#endif
