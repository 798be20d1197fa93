# SPDX-License-Identifier: Apache-2.0
"""Make the static model: python distill.py OUT [--evaluate FOLDER...]. See README.md."""

import argparse
import multiprocessing
import os
import pathlib

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the workers are the threads

import numpy as np
import scipy.sparse

import corpus
import evaluate
import modelfile
from teacher import Teacher

DIMENSION = 256
DROPPED = 10        # leading components, which hold what all tokens share
SMOOTHING = 3e-5    # a in a / (a + p)
CENTROIDS = 1024
ROUNDS = 20         # of k-means
GLOSSES = 40000     # texts that the table is fitted on
LONGEST = 62        # tokens of such a text
HELD_OUT = 2000     # of them, which say when to stop
STEPS = 50          # at most
RATE = 0.01
ANCHOR = 0.002      # pull back to the start: what few texts say of a token, it must not unlearn
CLS, SEP = 101, 102
WORKERS = 2


def teach(bags):
    """Mean-pooled teacher outputs of bags of ids."""
    teacher, out = Teacher(), np.zeros((len(bags), 384), np.float32)
    order = sorted(range(len(bags)), key=lambda i: len(bags[i]))
    at = 0
    while at < len(order):
        length, end = len(bags[order[at]]), at
        while end < len(order) and (end - at) * length < 768 and len(bags[order[end]]) == length:
            end += 1
        ids = np.array([bags[i] for i in order[at:end]])
        out[order[at:end]] = teacher.forward(ids).mean(1)
        at = end
    return out


def teach_all(bags, cache, name):
    path = cache / f"{name}.npy"
    if not path.exists():
        with multiprocessing.Pool(WORKERS) as pool:
            parts = pool.map(teach, [bags[i::WORKERS] for i in range(WORKERS)])
        out = np.zeros((len(bags), 384), np.float32)
        for i, part in enumerate(parts):
            out[i::WORKERS] = part
        np.save(path, out)
    return np.load(path)


def is_special(token):
    return len(token) > 2 and token[0] == "[" and token[-1] == "]"


def weights(count):
    """Smooth inverse frequency; BERT's vocabulary is in order of frequency, so Zipf by rank."""
    p = 1.0 / (np.arange(count) + 2) / np.log(count)
    return SMOOTHING / (SMOOTHING + p)


def fit(table, bags, targets):
    """Move the table so that the normalised sum of a text's rows is the teacher's vector of it:
    Adam on the cosine, all texts a step, held to where it started; the step that is best on the
    held-out texts is kept."""
    count, width = len(bags), table.shape[0]
    starts = np.cumsum([0] + [len(bag) for bag in bags])
    ids = np.concatenate(bags)
    mix = scipy.sparse.csr_matrix((np.ones(len(ids), np.float32), ids, starts), (count, width))
    back = mix.T.tocsr()
    targets = targets / np.linalg.norm(targets, axis=1, keepdims=True)
    targets -= targets.mean(0)
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    table = table / np.linalg.norm(table, axis=1).mean()
    start = table.copy()
    first, second = np.zeros_like(table), np.zeros_like(table)
    best, kept = -1.0, table
    for step in range(1, STEPS + 1):
        sums = mix @ table
        norms = np.linalg.norm(sums, axis=1, keepdims=True) + np.float32(1e-9)
        units = sums / norms
        cosines = (units * targets).sum(1, keepdims=True)
        held_out = float(cosines[:HELD_OUT].mean())
        print(f"step {step - 1}: cosine {cosines[HELD_OUT:].mean():.4f}, held out {held_out:.4f}")
        if held_out > best:
            best, kept = held_out, table.copy()
        pull = (cosines * units - targets) / norms
        pull[:HELD_OUT] = 0
        slope = back @ pull / 100 + np.float32(ANCHOR) * (table - start)
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        table = table - RATE * (first / (1 - 0.9 ** step)) / (
            np.sqrt(second / (1 - 0.99 ** step)) + 1e-4)
        table = table.astype(np.float32)
    return kept


def lessons(teacher):
    """The texts to fit on, mixed, as ids. Glosses alone: they are the same on every machine, and
    define rare words as often as common ones."""
    rng = np.random.default_rng(1)
    glosses = corpus.glosses()
    texts = [glosses[i] for i in rng.permutation(len(glosses))[:GLOSSES]]
    print(f"{len(texts)} texts to fit on, SHA-256 {corpus.digest(texts)}", flush=True)
    return [e.ids[:LONGEST] for e in
            teacher.tokenizer.encode_batch(texts, add_special_tokens=False)]


def project(outputs, real):
    """Centred on the real tokens; the components after the first DROPPED."""
    mean = outputs[real].mean(0)
    _, _, axes = np.linalg.svd(outputs[real] - mean, full_matrices=False)
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]
    return (outputs - mean) @ axes[DROPPED:DROPPED + DIMENSION].T


def k_means(vectors, count, rounds):
    """Spherical, seeded; an empty cell takes the vector that fits its own cell worst."""
    rng = np.random.default_rng(7)
    centroids = vectors[np.sort(rng.permutation(len(vectors))[:count])]
    for _ in range(rounds):
        scores = vectors @ centroids.T
        cell, best = scores.argmax(1), scores.max(1)
        sums = np.zeros_like(centroids)
        np.add.at(sums, cell, vectors)
        empty = np.flatnonzero(np.bincount(cell, minlength=count) == 0)
        sums[empty] = vectors[np.argsort(best, kind="stable")[:len(empty)]]
        centroids = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return centroids


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out")
    options.add_argument("--cache", default=".cache/distill", type=pathlib.Path)
    options.add_argument("--evaluate", nargs="*", default=[])
    options = options.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    teacher = Teacher()
    vocabulary = teacher.vocabulary
    real = np.array([not is_special(t) for t in vocabulary])

    outputs = teach_all([[CLS, i, SEP] for i in range(len(vocabulary))], options.cache, "tokens")
    table = (outputs - outputs[real].mean(0)) * weights(len(vocabulary))[:, None]
    table[~real] = 0
    bags = lessons(teacher)
    targets = teach_all([[CLS, *bag, SEP] for bag in bags], options.cache, "glosses")
    table = project(fit(table.astype(np.float32), bags, targets), real)
    table[~real] = 0
    rows, scales = modelfile.quantize(table)
    table = rows.astype(np.float32) * scales[:, None].astype(np.float32)

    texts = corpus.glosses()[::6] + corpus.passages()
    bags = [e.ids for e in teacher.tokenizer.encode_batch(texts, add_special_tokens=False)]
    vectors = evaluate.pool(table, bags)
    vectors = vectors[np.linalg.norm(vectors, axis=1) > 0.5]
    centroids = modelfile.quantize_units(k_means(vectors, CENTROIDS, ROUNDS))
    modelfile.write(options.out, vocabulary, rows, scales, centroids)
    print(f"{len(texts)} texts for the centroids, SHA-256 {corpus.digest(texts)}")
    for folder in options.evaluate:
        print(f"{folder}: nDCG@10 {evaluate.Set(folder, teacher.tokenizer).score(table):.4f}")


if __name__ == "__main__":
    main()
