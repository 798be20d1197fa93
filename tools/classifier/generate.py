# SPDX-License-Identifier: Apache-2.0
"""Write what the classifier is fitted on besides the tuning sets, as JSON lines for `stile classifier train`.

    generate.py FOLDER [ROOT...]

Each ROOT is a folder into which more packages were unpacked (tools/classifier/README.md lists those of the
shipped model). FOLDER gets packages.jsonl (documentation of this system's packages in many languages, benign),
twins.jsonl (benign twins), records.jsonl (made-up tool outputs, benign) and grammar.jsonl (payloads put into such carriers, with their spans).
"""
import json
import os
import random
import sys

import carriers
import languages
import payloads
import records
import twins

SEED = 20260701


# What the grammar, its twins and its records share are slots and words: they are held out as one.
OURS = "made here"


def row(number, text, source, kind, language, spans=(), group=OURS):
    out = {"id": "%s-%05d" % (source, number), "text": text, "label": "injection" if spans else "benign",
           "source": source, "kind": kind, "lang": language, "group": group}
    if spans:
        out["spans"] = [list(s) for s in spans]
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
    for i, (text, source, language, path) in enumerate(documents):
        yield row(i, text, source, "benign-doc", language, group=path)


def by_language(documents):
    out = {}
    for text, _, language, _ in documents:
        out.setdefault(language, []).append(text)
    return out


def benign_twins(count, documents, rng):
    everything, spoken = [d[0] for d in documents], by_language(documents)
    for i in range(count):
        language = "en"
        text = rng.choice([" ", "\n", "\n\n"]).join(twins.twin(rng) for _ in range(rng.randint(1, 6)))
        if rng.random() < 0.2:
            text, language = languages.twin(rng, payloads.expand)
        if rng.random() < 0.4:  # one twin inside another kind of document
            carrier = rng.choice(everything if language == "en" else spoken.get(language, everything))
            text = carriers.insert(carrier[:1000], text, rng)[0]
        yield row(i, text, "twins", "benign-made", language)


def tool_outputs(count, rng):
    for i in range(count):
        yield row(i, records.record(rng)[0], "records", "benign-made", "en")


def injected(documents, spoken, rng):
    """A text with a payload, the payload's place in characters, and the language."""
    payload, language = payloads.payload(rng)[0], "en"
    if rng.random() < 0.15:
        payload, language = languages.payload(rng, payloads.expand)
    if rng.random() < 0.35:
        text, (start, end) = records.record(rng, payload)
        return text, start, end, language
    if rng.random() < 0.3:
        carrier = rng.choice([" ", "\n"]).join(twins.twin(rng) for _ in range(rng.randint(1, 8)))
    elif language != "en" and rng.random() < 0.7:
        carrier = rng.choice(spoken.get(language, documents))
    else:
        carrier = rng.choice(documents)
    return *carriers.insert(carrier[:rng.randint(200, 1500)], payload, rng), language


def grammar(count, documents, rng):
    texts, spoken = [d[0] for d in documents], by_language(documents)
    for i in range(count):
        text, start, end, language = injected(texts, spoken, rng)
        span = (len(text[:start].encode()), len(text[:end].encode()))
        yield row(i, text, "grammar", "indirect", language, [span])


def main(folder, roots):
    rng = random.Random(SEED)
    os.makedirs(folder, exist_ok=True)
    documents = list(carriers.packages(rng, roots))
    write(folder, "packages", packages(documents))
    write(folder, "twins", benign_twins(4000, documents, rng))
    write(folder, "records", tool_outputs(4000, rng))
    write(folder, "grammar", grammar(18000, documents, rng))


if __name__ == "__main__":
    main(sys.argv[1], ["", *sys.argv[2:]])
