# SPDX-License-Identifier: Apache-2.0
"""Write what the classifier is fitted on besides the tuning sets, as JSON lines for `stile classifier train`.

    generate.py FOLDER [SEED]

FOLDER gets packages.jsonl (documentation of this system's packages in many languages, benign),
twins.jsonl (benign twins), records.jsonl (made-up tool outputs, benign) and grammar.jsonl (payloads put into such carriers, with their spans).
"""
import json
import os
import random
import sys

import carriers
import payloads
import records
import twins

SEED = 20260701


def row(number, text, source, kind, language, spans=(), group=None):
    out = {"id": "%s-%05d" % (source, number), "text": text, "label": "injection" if spans else "benign",
           "source": source, "kind": kind, "lang": language}
    if spans:
        out["spans"] = [list(s) for s in spans]
    if group:
        out["group"] = group
    return out


def write(folder, name, rows):
    path = os.path.join(folder, name + ".jsonl")
    count = 0
    with open(path, "w", encoding="utf-8") as f:
        for r in rows:
            f.write(json.dumps(r, ensure_ascii=False) + "\n")
            count += 1
    print(path, count)


def packages(documents):
    for i, (text, language, path) in enumerate(documents):
        yield row(i, text, "packages-" + language, "benign-doc", language, group=path)


def benign_twins(count, documents, rng):
    for i in range(count):
        text = rng.choice([" ", "\n", "\n\n"]).join(twins.twin(rng) for _ in range(rng.randint(1, 6)))
        if rng.random() < 0.4:  # one twin inside another kind of document
            text = carriers.insert(rng.choice(documents)[0][:1000], text, rng)[0]
        yield row(i, text, "twins", "benign-hard", "en")


def tool_outputs(count, rng):
    for i in range(count):
        yield row(i, records.record(rng)[0], "records", "benign-hard", "en")


def byte_span(text, start, end):
    return len(text[:start].encode()), len(text[:end].encode())


def grammar(count, documents, rng):
    for i in range(count):
        payload, _, language = payloads.payload(rng)
        if rng.random() < 0.35:
            text, (start, end) = records.record(rng, payload)
            yield row(i, text, "grammar", "indirect", language, [byte_span(text, start, end)])
            continue
        carrier = rng.choice(documents)[0] if rng.random() < 0.75 else \
            rng.choice([" ", "\n"]).join(twins.twin(rng) for _ in range(rng.randint(1, 8)))
        text, start, end = carriers.insert(carrier[:rng.randint(200, 1500)], payload, rng)
        yield row(i, text, "grammar", "indirect", language, [byte_span(text, start, end)])


def main(folder, seed):
    rng = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    documents = list(carriers.packages(rng))
    write(folder, "packages", packages(documents))
    write(folder, "twins", benign_twins(3000, documents, rng))
    write(folder, "records", tool_outputs(3000, rng))
    write(folder, "grammar", grammar(16000, documents, rng))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
