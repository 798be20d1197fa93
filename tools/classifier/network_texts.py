# SPDX-License-Identifier: Apache-2.0
"""Rows as the network is fitted on them: each text's words as numbers, with what stands before each and whether
it lies in the payload. Needs numpy."""
import json
import struct

import numpy

from features import normalize, words


def static_model(path):
    """Tokens and rows of the static embedding model (docs/formats/model.md)."""
    with open(path, "rb") as f:
        data = f.read()
    width, count, _ = struct.unpack_from("<III", data, 12)
    length, = struct.unpack_from("<Q", data, 40)
    tokens, at = [], 128
    for _ in range(count):
        tokens.append(data[at + 1:at + 1 + data[at]])
        at += 1 + data[at]
    at = (128 + length + 63) // 64 * 64  # the scales
    at = (at + 2 * count + 63) // 64 * 64  # the rows
    return tokens, numpy.frombuffer(data, "i1", count * width, at).reshape(count, width)


class Vocabulary:
    """Numbers words, and knows the pieces of each."""

    def __init__(self, tokens):
        self.piece = {t: i for i, t in enumerate(tokens)}
        self.numbers, self.pieces = {}, []

    def _cut(self, word):
        out, at = [], 0
        while at < len(word):
            for end in range(len(word), at, -1):
                i = self.piece.get((b"##" if at else b"") + word[at:end])
                if i is not None:
                    break
            else:
                break
            out.append(i)
            at = end
        return out or [self.piece[b"[UNK]"]]

    def number(self, word):
        if word not in self.numbers:
            self.numbers[word] = len(self.pieces)
            self.pieces.append(self._cut(word))
        return self.numbers[word]


def _payload(row):
    """The characters of the text before the payload, and behind it; None where it is not known."""
    text = row["text"]
    if "spans" in row:
        start, end = row["spans"][0]
        raw = text.encode()
        return raw[:start].decode("utf-8", "replace"), raw[end:].decode("utf-8", "replace")
    payload = (row.get("meta") or {}).get("payload")
    at = text.find(payload) if payload else -1
    return (text[:at], text[at + len(payload):]) if at >= 0 else None


class Text:
    """One row: words, begins, marks (four numbers a word, 0: none), hot; `injection` and `source`."""

    def __init__(self, row, vocabulary):
        view = normalize(row["text"])
        found = list(words(view))
        cut = [view[s:e].lower() for _, s, e, _, _ in found]
        self.words = numpy.array([vocabulary.number(b"0" if w.isdigit() else w) for w in cut], "i4")
        self.begins = numpy.array([b for _, _, _, b, _ in found], "f4")
        self.marks = numpy.array([(m + [0] * 4)[:4] for _, _, _, _, m in found], "i4").reshape(-1, 4)
        self.injection, self.source = row["label"] == "injection", row.get("source", "")
        place = _payload(row) if self.injection else None
        start, end = (len(normalize(place[0])), len(view) - len(normalize(place[1]))) if place else (0, 0)
        self.hot = numpy.array([start <= s < end for _, s, _, _, _ in found], "f4")


def read(paths, vocabulary):
    out = []
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                text = Text(json.loads(line), vocabulary) if line.strip() else None
                if text and len(text.words) and (not text.injection or text.hot.any()):
                    out.append(text)
    return out
