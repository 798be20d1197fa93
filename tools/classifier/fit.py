# SPDX-License-Identifier: Apache-2.0
"""Fit, calibrate and write the classifier. See README.md.

    fit.py prepare SETS CACHE      texts -> features of every word (slow, once)
    fit.py loso CACHE              leave-one-source-out tables
    fit.py write CACHE MODEL       fit on everything, calibrate, write the model
"""
import pickle
import random
import sys
import time

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

import corpus
from features import contributions

BITS = 19
WINDOW, STRIDE = 48, 8
SEED = 20260701


class Document:
    """Features of each word, flat, with the words' bounds and which of them lie in a payload."""

    def __init__(self, text, row):
        hashes, ends, hot = [], [0], []
        for start, end, out in contributions(text.text):
            hashes.extend(h & ((1 << BITS) - 1) for h in out)
            ends.append(len(hashes))
            hot.append(any(start < b and end > a for a, b in text.spans))
        self.features = np.array(hashes, dtype=np.int32)
        self.ends = np.array(ends, dtype=np.int64)
        self.hot = np.array(hot, dtype=bool)
        self.row, self.source, self.label, self.group = row, text.source, text.label, text.group
        self.language = text.language

    def windows(self):
        n = len(self.hot)
        last = max(0, n - WINDOW)
        return [(s, min(s + WINDOW, n)) for s in sorted({*range(0, last + 1, STRIDE), last})]

    def score(self, weights):
        if not len(self.hot):
            return 0.0
        total = np.concatenate([[0], np.cumsum(weights[self.features])])[self.ends]
        return max(total[b] - total[a] for a, b in self.windows())


def prepare(folder, cache):
    rng = random.Random(SEED)
    rows = list(corpus.tuning(folder))
    benign = [t for _, t in rows if not t.label]
    packages = list(corpus.packages(rng))
    carriers = [t.text for t in packages if len(t.text) > 300] + [t.text for t in benign]
    texts = rows + [(None, t) for t in packages]
    texts += [(None, t) for t in corpus.synthetic(carriers, 9000, rng)]
    texts += [(None, t) for t in corpus.benign_twins(3500, rng, [t.text for t in packages])]
    documents = [Document(t, row) for row, t in texts]
    with open(cache, "wb") as f:
        pickle.dump(documents, f, protocol=4)
    print(len(documents), "texts")


def examples(documents, rng, per_text=4):
    """Windows with labels: (document, start, end, label). What holds a part of a payload only is left out."""
    for d in documents:
        spans = d.windows()
        rng.shuffle(spans)
        if not d.label:
            for a, b in spans[:per_text]:
                yield d, a, b, 0
            continue
        total = int(d.hot.sum())
        if total == 0:
            continue
        good, clean = [], []
        for a, b in spans:
            inside = int(d.hot[a:b].sum())
            if inside >= min(total, 40) * 0.8:
                good.append((a, b))
            elif inside == 0:
                clean.append((a, b))
        for a, b in good[:2]:
            yield d, a, b, 1
        for a, b in clean[:1]:
            yield d, a, b, 0


def matrix(chosen):
    indptr, parts = [0], []
    for d, a, b, _ in chosen:
        part = d.features[d.ends[a]:d.ends[b]]
        parts.append(part)
        indptr.append(indptr[-1] + len(part))
    indices = np.concatenate(parts)
    m = sparse.csr_matrix((np.ones(len(indices), np.float64), indices, np.array(indptr)), (len(chosen), 1 << BITS))
    m.sum_duplicates()
    return m


def fit(documents, seed, c=0.05, least=3):
    rng = random.Random(seed)
    chosen = list(examples(documents, rng))
    x = matrix(chosen)
    y = np.array([label for *_, label in chosen])
    # A feature must be seen in several texts, or it is somebody's name.
    seen = np.asarray((x > 0).sum(axis=0)).ravel()
    keep = np.where(seen >= least)[0]
    x = x[:, keep]
    # Each source counts alike within its class, whatever its size; the square root keeps tiny ones tame.
    key = [(d.source, label) for d, *_, label in chosen]
    count = {k: key.count(k) for k in set(key)}
    weight = np.array([count[k] ** -0.5 for k in key])
    for label in (0, 1):
        weight[y == label] *= len(y) / 2 / weight[y == label].sum()
    model = LogisticRegression(C=c, solver="liblinear", max_iter=60, tol=1e-3)
    model.fit(x, y, sample_weight=weight)
    weights = np.zeros(1 << BITS)
    weights[keep] = model.coef_[0]
    return weights, float(model.intercept_[0])


def threshold(scores):
    """Stricter of .1% of all benign texts and 1% of the worst source. `scores`: source -> array."""
    everything = np.concatenate(list(scores.values()))
    return max([np.quantile(everything, 0.999)] +
               [np.quantile(s, 0.99) for s in scores.values() if len(s) >= 100])


SOURCES = ["bipia", "garak", "injecagent", "spikee", "obfuscated", "multilingual", "tech", "packages", "twins"]


def loso(documents, **options):
    """Each source scored by a model that never saw it (nor, for the grammar, any part of it)."""
    held = {}
    for source in SOURCES + ["grammar"]:
        t = time.time()
        train = [d for d in documents if not d.source.startswith(source)]
        weights, _ = fit(train, SEED, **options)
        for d in documents:
            if d.source.startswith(source):
                held[id(d)] = d.score(weights)
        print(source, "%.0fs" % (time.time() - t), file=sys.stderr, flush=True)
    return held


def report(documents, held):
    benign = {}
    for d in documents:
        if not d.label:
            key = d.source if d.source != "packages" else "packages"
            benign.setdefault(key, []).append(held[id(d)])
    benign = {k: np.array(v) for k, v in benign.items()}
    cut = threshold(benign)
    print("threshold %.3f" % cut)
    for k, v in sorted(benign.items()):
        print("  benign %-14s n %5d  flagged %.2f%%  q99 %.2f" % (k, len(v), 100 * (v >= cut).mean(), np.quantile(v, .99)))
    by = {}
    for d in documents:
        if d.label and (d.hot.any()):
            by.setdefault(d.source, []).append(held[id(d)])
    for k, v in sorted(by.items()):
        v = np.array(v)
        print("  inject %-18s n %5d  recall %.1f%%" % (k, len(v), 100 * (v >= cut).mean()))
    return cut


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "loso":
        documents = pickle.load(open(sys.argv[2], "rb"))
        options = dict(a.split("=") for a in sys.argv[3:])
        held = loso(documents, **{k: float(v) for k, v in options.items()})
        report(documents, held)
        pickle.dump({d.row: held[id(d)] for d in documents if d.row}, open(sys.argv[2] + ".held", "wb"))
