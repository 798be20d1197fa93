# SPDX-License-Identifier: Apache-2.0
"""nDCG@10 of exact dense search over BEIR folders. Reads the sets; trains on nothing."""

import json
import pathlib

import numpy as np


def load(folder):
    folder = pathlib.Path(folder)
    docs = [json.loads(line) for line in open(folder / "corpus.jsonl", encoding="utf-8")]
    queries = {q["_id"]: q["text"]
               for q in map(json.loads, open(folder / "queries.jsonl", encoding="utf-8"))}
    relevant = {}
    for line in open(folder / "qrels.tsv", encoding="utf-8").read().splitlines()[1:]:
        query, document, grade = line.split("\t")[-3:] if line.count("\t") == 2 else (
            line.split("\t")[0], line.split("\t")[2], line.split("\t")[3])
        if int(grade) > 0:
            relevant.setdefault(query, {})[document] = int(grade)
    return docs, queries, relevant


def ndcg(document_vectors, documents, query_vectors, query_ids, relevant, k=10):
    total = 0.0
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    for start in range(0, len(query_ids), 512):
        scores = query_vectors[start:start + 512] @ document_vectors.T
        top = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        for row, query in zip(top, query_ids[start:start + 512]):
            grades = relevant[query]
            got = sum(d * grades.get(documents[i], 0) for d, i in zip(discounts, row))
            best = sum(d * g for d, g in zip(discounts, sorted(grades.values(), reverse=True)))
            total += got / best
    return total / len(query_ids)


class Set:
    """A BEIR set tokenized once, so that many weightings can be tried on it."""

    def __init__(self, folder, tokenizer, stride=1):
        docs, queries, self.relevant = load(folder)
        self.documents = [d["_id"] for d in docs]
        self.query_ids = sorted(self.relevant)[::stride]
        texts = [(d.get("title", "") + " " + d["text"]).strip() for d in docs]
        self.bags = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
        self.query_bags = [e.ids for e in tokenizer.encode_batch(
            [queries[q] for q in self.query_ids], add_special_tokens=False)]

    def score(self, table):
        return ndcg(pool(table, self.bags), self.documents, pool(table, self.query_bags),
                    self.query_ids, self.relevant)


def pool(table, bags):
    out = np.zeros((len(bags), table.shape[1]), np.float32)
    for i, bag in enumerate(bags):
        out[i] = table[bag].sum(0)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
