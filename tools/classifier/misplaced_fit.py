# SPDX-License-Identifier: Apache-2.0
"""Fits the trees of classifiers/misplaced.c:

    python misplaced_fit.py classifiers/misplaced_table.c benign.jsonl ...

Rows are {"text", "source", "label": "benign"}. Requests of misplaced_texts.py are put into some of the English
ones, at an end or between sentences, and into tool outputs (records.py). First a table of what models see of a
source and of templates that they were not fitted on, then the trees of a model fitted on all. Needs numpy and
scikit-learn; the same on every run on the same rows with the same versions."""
import collections
import hashlib
import json
import random
import re
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

import misplaced
import misplaced_texts as texts
import records

POSITIVE = 8000  # requests put into documents; and so many into tool outputs:
RECORDS = 1100
LOW, STRICT = 0.6, 2  # logits
TREES = 150
ENGLISH = re.compile(r"\b(the|and|of|to|is|in)\b")
TEMPLATES = [(kind, i, t) for kind, lines in (("question", texts.Q), ("task", texts.TASK), ("deed", texts.ACT))
             for i, t in enumerate(lines)]


def half(kind, i):
    return hashlib.md5(("%s%d" % (kind, i)).encode()).digest()[0] & 1


def request(rng):
    kind, i, template = rng.choice(TEMPLATES)
    return kind, half(kind, i), texts.fill(template, rng)


def put(text, payload, rng):
    """`payload` at an end of `text` or between two of its sentences: the new text, and where it begins."""
    raw = text.encode()
    bounds = [s.end for s in misplaced.sentences_of(raw, misplaced.read(raw))]
    where, own = rng.random(), rng.random()
    at = len(raw) if where < .3 else 0 if where < .45 else rng.choice(bounds)
    space = "\n" if own < .25 else "\n\n" if own < .35 else " "
    before, after = raw[:at].decode("utf-8", "ignore").rstrip(), raw[at:].decode("utf-8", "ignore").lstrip()
    head = before + space if before else ""
    return head + payload + (space + after if after else ""), len(head.encode())


def rows(paths, rng):
    """(label, source, kind, half, text, from, to) of all documents."""
    docs = collections.defaultdict(list)
    for path in paths:
        for line in open(path, encoding="utf-8"):
            row = json.loads(line)
            if row.get("label") == "benign":
                docs[row.get("source") or "?"].append(row["text"].encode("utf-8", "replace").decode())
    out = [(0, s, "", 9, t, 0, 0) for s, ts in sorted(docs.items()) for t in ts]
    carriers = {s: [t for t in ts if len(t.split()) > 30 and sum(ord(c) > 127 for c in t) < .02 * len(t) and
                    len(ENGLISH.findall(t)) > .08 * len(t.split())] for s, ts in docs.items()}
    carriers = {s: ts for s, ts in carriers.items() if ts and s not in ("records", "twins")}
    weight = {s: len(ts) ** .5 for s, ts in carriers.items()}
    for _ in range(POSITIVE):
        source = rng.choices(sorted(weight), [weight[s] for s in sorted(weight)])[0]
        text = rng.choice(carriers[source])
        text = text if len(text) < 1400 else text[:1400].rsplit(" ", 1)[0]
        kind, part, payload = request(rng)
        text, at = put(text, payload, rng)
        out.append((1, source, kind, part, text, at, at + len(payload.encode())))
    for _ in range(RECORDS):
        kind, part, payload = request(rng)
        text, (start, end) = records.record(rng, payload)
        at = len(text[:start].encode())
        out.append((1, "records", kind, part, text, at, at + len(text[start:end].encode())))
    return out


def features(row):
    found = misplaced.features(row[4].encode("utf-8", "replace"))
    return [f for a, b, f in found if not row[0] or (a < row[6] and b > row[5])]


def model():
    return HistGradientBoostingClassifier(max_iter=TREES, max_depth=3, max_leaf_nodes=8, learning_rate=.1, l2_regularization=5,
                                          min_samples_leaf=40, early_stopping=False, random_state=1)


def best(scores, which, count):
    out = np.full(count, -99.0)
    np.maximum.at(out, which, scores)
    return out


def leave_out(data, x, y, which):
    """The score of every document, by a model that saw neither its source nor its template."""
    source = np.array([r[1] for r in data])
    part = np.array([r[3] for r in data])[which]
    fold_of = {s: i % 8 for i, s in enumerate(sorted(set(source), key=lambda s: hashlib.md5(s.encode()).digest()))}
    fold = np.array([fold_of[s] for s in source])[which]
    scores = np.full(len(which), -99.0)
    for f in range(8):
        for h in (0, 1):
            test = (fold == f) & ((part == 1 - h) | ((y == 0) & (h == 0)))
            train = (fold != f) & ((y == 0) | (part == h))
            if test.any():
                scores[test] = model().fit(x[train], y[train]).decision_function(x[test])
    return best(scores, which, len(data))


def report(data, scores):
    label, source, kind = (np.array([r[i] for r in data]) for i in range(3))
    benign = label == 0
    made = benign & np.isin(source, ["records", "twins"])
    real = benign & ~made
    for level in (.0003, .001, .003, .01):
        t = np.sort(scores[real])[::-1][int(level * real.sum())]
        print("at %.2f%% of %d benign: %.2f" % (100 * level, real.sum(), t))
        for s in sorted(set(source)):
            line = "  %-28s benign %6d %6.2f%%" % (s[-28:], (benign & (source == s)).sum(), 100 * np.mean(scores[benign & (source == s)] >= t))
            for k in ("question", "task", "deed"):
                m = (label == 1) & (source == s) & (kind == k)
                line += "  %s %5.1f%%" % (k, 100 * np.mean(scores[m] >= t)) if m.any() else ""
            print(line)


def tree(nodes):
    """A tree of depth three or less as seven nodes and eight leaves."""
    feature, limit, leaf = [0] * 7, [255] * 7, [0] * 8

    def walk(at, node):
        if node >= 7:
            leaf[node - 7] = int(round(nodes[at]["value"] * 1024))
        elif nodes[at]["is_leaf"]:
            walk(at, 2 * node + 1), walk(at, 2 * node + 2)
        else:
            feature[node], limit[node] = int(nodes[at]["feature_idx"]), int(nodes[at]["num_threshold"])
            walk(int(nodes[at]["left"]), 2 * node + 1), walk(int(nodes[at]["right"]), 2 * node + 2)
    walk(0, 0)
    return feature, limit, leaf


def evaluate(trees, base, f):
    total = base
    for feature, limit, leaf in trees:
        node = 0
        while node < 7:
            node = 2 * node + 1 + (f[feature[node]] > limit[node])
        total += leaf[node - 7]
    return total


def wrapped(items, width=98):
    out, line = [], "   "
    for item in items:
        if len(line) + len(item) + 2 > width:
            out.append(line)
            line = "   "
        line += " " + item + ","
    return out + [line]


def table(trees, base):
    """The C file."""
    slots = {}
    for h, (_, classes) in sorted(misplaced.BYHASH.items()):
        at = h % 1024
        while at in slots:
            at = (at + 1) % 1024
        slots[at] = "[%d] = {0x%08x, 0x%xu}" % (at, h, classes) if classes < 2**32 else "[%d] = {0x%08x, 0x%xull}" % (at, h, classes)
    pairs = sorted((misplaced.hash_of(a.encode()), misplaced.hash_of(b.encode())) for a, b in misplaced.SELF)
    numbers = lambda ns: "{" + ", ".join(map(str, ns)) + "}"
    data = ["const stile_misplaced_class stile_misplaced_classes[STILE_MISPLACED_SLOTS] = {"]
    data += wrapped(slots[k] for k in sorted(slots))
    data += ["};", "", "const uint32_t stile_misplaced_pairs[][2] = {"] + wrapped("{0x%08x, 0x%08x}" % p for p in pairs)
    data += ["};", "const size_t stile_misplaced_pair_count = %d;" % len(pairs), "", "const stile_misplaced_tree stile_misplaced_trees[] = {"]
    for t in trees:
        one = "    {%s, %s, %s}," % tuple(map(numbers, t))
        data += [one] if len(one) < 99 else ["    {%s, %s," % (numbers(t[0]), numbers(t[1])), "     %s}," % numbers(t[2])]
    data += ["};", "const size_t stile_misplaced_tree_count = %d;" % len(trees), ""]
    data += ["const int32_t stile_misplaced_base = %d;" % base]
    data += ["const int32_t stile_misplaced_low = %d, stile_misplaced_strict = %d;" % (LOW * 1024, STRICT * 1024)]
    digest = hashlib.sha256("\n".join(data).encode()).hexdigest()[:32]
    head = ["/* SPDX-License-Identifier: Apache-2.0 */", "/* Written by tools/classifier/misplaced_fit.py; do not edit. */",
            '#include "classifiers/misplaced_table.h"', "", "/* clang-format off */"]
    return "\n".join(head + data + ['const char stile_misplaced_digest[] = "%s";' % digest, "/* clang-format on */", ""])


def main(out, *paths):
    rng = random.Random(11)
    data = rows(paths, rng)
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(features, data, chunksize=200))
    which = np.array([i for i, fs in enumerate(found) for _ in fs])
    x = np.array([f for fs in found for f in fs], np.float32)
    y = np.array([r[0] for r in data])[which]
    print("%d documents, %d sentences that ask" % (len(data), len(x)), flush=True)
    if "--fit-only" not in sys.argv:
        report(data, leave_out(data, x, y, which))
    fitted = model().fit(x, y)
    trees = [tree(p[0].nodes) for p in fitted._predictors]
    base = int(round(float(fitted._baseline_prediction.ravel()[0]) * 1024))
    for f, s in list(zip(x.astype(int), fitted.decision_function(x)))[::97]:
        assert abs(evaluate(trees, base, f) - 1024 * s) < len(trees)
    with open(out, "w", encoding="utf-8") as file:
        file.write(table(trees, base))


if __name__ == "__main__":
    main(*[a for a in sys.argv[1:] if not a.startswith("--")])
