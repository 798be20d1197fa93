# SPDX-License-Identifier: Apache-2.0
"""Write what the classifier is fitted on besides the tuning sets, as JSON lines for `stile classifier train`.

    generate.py FOLDER [ROOT...]

Each ROOT is a folder into which more packages were unpacked (tools/classifier/README.md lists those of the
shipped model). FOLDER gets packages.jsonl (documentation of this system's packages in many languages, benign),
twins.jsonl (benign twins), records.jsonl (made-up tool outputs, benign), grammar.jsonl (payloads put into such carriers, with their spans)
and written.jsonl (the same of the texts written by hand, benign ones among them).
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
import written

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


EACH, MOST_EACH = 4, 16  # texts of a line: of one with many choices more
CARRIER_EACH = 4  # of a carrier without a payload


def _each(line):
    return max(EACH, min(MOST_EACH, line.text.count("|")))


def _written_row(number, line, text, kind, place=None):
    spans = [(len(text[:place[0]].encode()), len(text[:place[1]].encode()))] if place else ()
    return row(number, text, "written", kind, line.language, spans, line.group)


class Places:
    """Where the texts written by hand are put: their carriers, honest lines, documents, each by language."""

    def __init__(self, documents):
        self.honest, self.carriers = written.read("benign"), written.read("carrier")
        self.spoken = {}
        for sort, lines in (("benign", self.honest), ("carrier", self.carriers)):
            for line in lines:
                self.spoken.setdefault((sort, line.language), []).append(line)
        self.documents = by_language(documents)
        self.documents["en"] = self.documents["en"] + self.documents.get("doc", [])

    def _of(self, sort, lines, language, rng):
        """One of the lines, mostly of the language when there are some."""
        same = self.spoken.get((sort, language)) if rng.random() < 0.7 else None
        return written.expand(rng.choice(same or lines), rng)

    def carrier(self, language, rng):
        return self._of("carrier", self.carriers, language, rng)

    def among_honest(self, text, language, rng):
        around = "\n".join(self._of("benign", self.honest, language, rng) for _ in range(rng.randint(1, 4)))
        return carriers.insert(around, text, rng)

    def document(self, text, language, rng):
        same = self.documents.get(language) or self.documents["en"]
        return carriers.insert(rng.choice(same)[:rng.randint(150, 1500)], text, rng)


def _written_injection(line, places, rng):
    """A payload in one of their carriers, in a record of ours, among honest lines, or in a document."""
    payload, roll = written.expand(line, rng), rng.random()
    marked = written.inside(payload)
    if marked:
        if rng.random() < 0.6:
            return marked
        payload = marked[0][marked[1]:marked[2]]
    if roll < 0.35:
        return written.place(places.carrier(line.language, rng), payload)
    if roll < 0.55:
        text, place = records.record(rng, payload)
        return (text, *place)
    if roll < 0.75:
        return places.among_honest(payload, line.language, rng)
    return places.document(payload, line.language, rng)


def _honest(line, places, rng):
    """An honest text: alone, or where payloads stand too, so that the place says nothing."""
    text, roll = written.expand(line, rng), rng.random()
    if roll < 0.35:
        return text
    if roll < 0.6:
        return written.place(places.carrier(line.language, rng), text)[0]
    if roll < 0.75:
        return records.record(rng, text)[0]
    if roll < 0.87:
        return places.among_honest(text, line.language, rng)[0]
    return places.document(text, line.language, rng)[0]


def by_hand(documents, rng):
    places = Places(documents)
    number = 0
    for line in written.read("injection"):
        for _ in range(_each(line)):
            text, start, end = _written_injection(line, places, rng)
            yield _written_row(number, line, text, "indirect", (start, end))
            number += 1
    for line in places.honest:
        for _ in range(_each(line)):
            yield _written_row(number, line, _honest(line, places, rng), "benign-made")
            number += 1
    for line in places.carriers:
        for _ in range(CARRIER_EACH):
            text = written.expand(line, rng)
            text = written.without(text) if rng.random() < 0.5 else written.place(text, records.sentence(rng))[0]
            yield _written_row(number, line, text, "benign-made")
            number += 1


def main(folder, roots):
    rng = random.Random(SEED)
    os.makedirs(folder, exist_ok=True)
    documents = list(carriers.packages(rng, roots))
    write(folder, "packages", packages(documents))
    write(folder, "twins", benign_twins(4000, documents, rng))
    write(folder, "records", tool_outputs(4000, rng))
    write(folder, "grammar", grammar(18000, documents, rng))
    write(folder, "written", by_hand(documents, rng))


if __name__ == "__main__":
    main(sys.argv[1], ["", *sys.argv[2:]])
