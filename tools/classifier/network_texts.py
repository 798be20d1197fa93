# SPDX-License-Identifier: Apache-2.0
"""Rows as the network is fitted on them: each text's words as numbers, with what stands before each, whether
it lies in the payload, and what weights that have not seen the text make of it. Needs numpy."""
import json
import re
import struct

import numpy

import features
from features import normalize
from halves import half

# As features.words cuts a view, in one pass.
_PUNCTUATION = rb"\xe2[\x80\x81]|\xc2"
_RUN = rb"(?:[0-9A-Za-z]|(?!" + _PUNCTUATION + rb")[\x80-\xe2\xef])"
_CUT = re.compile(rb"(?s)(?P<skip>\xe2[\x80\x81].|\xc2.)|(?P<stop>\xe3\x80.)|(?P<sign>[\xe3-\xee]..|[\xf0-\xff]...)|(?P<run>" + _RUN + _RUN +
                  rb"{0,31})|(?P<mark>.)")


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


def even(rows):
    """The model's rows, each as long as the others."""
    return rows / numpy.maximum(numpy.sqrt((rows.astype("f4") ** 2).mean(1, keepdims=True)), 1e-6)


class Vocabulary:
    """Numbers words, and knows the pieces and the hash of each."""

    def __init__(self, tokens):
        self.piece = {t: i for i, t in enumerate(tokens)}
        self.known = len(tokens)  # from here on pieces stand for all of a word that begins so
        self.numbers, self.pieces, self.hashes, self.stems = {}, [], [], []

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
            at = end if i < self.known else len(word)
        return out or [self.piece[b"[UNK]"]]

    def change(self, kept, more):
        """Know of the pieces only those kept, and more that stand for all of a word that begins so; words are cut anew."""
        self.piece = {piece: i for i, piece in enumerate([*kept, *more])}
        self.known = len(kept)
        self.pieces = [self._cut(word) for word in self.numbers]

    def number(self, word):
        if word not in self.numbers:
            self.numbers[word] = len(self.pieces)
            self.pieces.append(self._cut(word))
            self.hashes.append(features._hash(word))
            self.stems.append(features.stem(word))
        return self.numbers[word]


def _walk(view, vocabulary):
    """(number, start, begins, marks) of each word of a view."""
    begins, marks = True, []
    for found in _CUT.finditer(view):
        kind = found.lastgroup
        if kind in ("run", "sign"):
            word = found.group().lower() if kind == "run" else found.group()
            yield vocabulary.number(b"0" if word.isdigit() else word), found.start(), begins, (marks + [0] * 4)[:4]
            begins, marks = False, []
        elif kind == "stop":
            begins = True
        elif kind == "mark":
            byte = view[found.start()]
            begins = begins or byte in features._STARTS
            if 33 <= byte < 127 and len(marks) < 4 and byte not in marks:
                marks.append(byte)


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
    """One row: words, begins, marks (four numbers a word, 0: none), hot; `injection`, `source`, `half`; and later
    `values`, what the weights give each word."""

    def __init__(self, row, vocabulary):
        view = normalize(row["text"])
        cut = list(_walk(view, vocabulary))
        self.words = numpy.array([n for n, _, _, _ in cut], "i4")
        self.begins = numpy.array([b for _, _, b, _ in cut], "f4")
        self.marks = numpy.array([m for _, _, _, m in cut], "i4").reshape(-1, 4)
        self.injection, self.half = row["label"] == "injection", half(row)
        source = row.get("source", "")
        self.source = "packages" if source.startswith(("packages", "help")) else source
        place = _payload(row) if self.injection else None
        start, end = (len(normalize(place[0])), len(view) - len(normalize(place[1]))) if place else (0, 0)
        self.hot = numpy.array([start <= s < end for _, s, _, _ in cut], "f4")


def read(paths, vocabulary):
    out = []
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                text = Text(json.loads(line), vocabulary) if line.strip() else None
                if text and len(text.words) and (not text.injection or text.hot.any()):
                    out.append(text)
    return out


def _mix(h):
    h = (h ^ h >> 16) * numpy.uint32(0x85EBCA6B)
    h = (h ^ h >> 13) * numpy.uint32(0xC2B2AE35)
    return h ^ h >> 16


def _pair(a, b, salt):
    return _mix(a * numpy.uint32(31) + b + numpy.uint32(salt))


_ALONE = numpy.array(sorted(h for h, before in features.MACHINES.items() if 0 in before), "u4")
_SECOND = numpy.array(sorted(h for h, before in features.MACHINES.items() if before - {0}), "u4")


def _machine_features(h, begins, stemmed, first_marks):
    """(hash, word) of the features about words for machines."""
    machine = numpy.isin(h, _ALONE)
    for i in numpy.flatnonzero(numpy.isin(h, _SECOND)):
        machine[i] = features.is_machine(int(h[i]), int(h[i - 1]) if i else 0)
    at = numpy.flatnonzero(machine)
    if not len(at):
        return []
    words = numpy.arange(len(h))
    last = numpy.searchsorted(at, words) - 1  # the last machine before each word
    behind = numpy.where(last >= 0, words - at[numpy.maximum(last, 0)], features.FAR + 1)
    called, after = numpy.flatnonzero(behind == 1), numpy.flatnonzero(behind <= features.FAR)
    salt = numpy.where(behind[after] <= features.CLOSE, numpy.uint32(features.SALT_AFTER), numpy.uint32(features.SALT_LATER))
    how = begins[at].astype("u4") | (numpy.arange(len(at)) > 0).astype("u4") << numpy.uint32(1)
    out = [(_mix(first_marks[called].astype("u4") ^ numpy.uint32(features.SALT_CALL)), called), (_mix(stemmed[after] ^ salt), after),
           (_mix(how ^ numpy.uint32(features.SALT_MACHINE)), at)]
    for back in range(1, features.CLOSE + 1):
        here = at[at >= back]
        out.append((_mix(stemmed[here - back] ^ numpy.uint32(features.SALT_BEFORE)), here))
    return out


def _features(text, hashes, stems):
    """(hash, word) of the features that count, as features.contributions has them."""
    h, at = hashes[text.words], numpy.arange(len(text.words))
    pairs = _pair(h[:-1], h[1:], features.SALT_PAIR)
    begins, stem = text.begins > 0, stems[text.words]
    stemmed = numpy.where(stem > 0, stem, h)
    either = numpy.flatnonzero((stem[1:] > 0) | (stem[:-1] > 0))
    marks, marked = text.marks[text.marks > 0].astype("u4"), numpy.repeat(at, (text.marks > 0).sum(1))
    after = numpy.flatnonzero(begins[:-1]) + 1
    kinds = [(h, at), (pairs, at[1:]), (_pair(pairs[:-1], h[2:], features.SALT_TRIPLE), at[2:]),
             (_pair(h[:-2], h[2:], features.SALT_SKIP), at[2:]), (_mix(h[begins] ^ numpy.uint32(features.SALT_START)), at[begins]),
             (_pair(h[after - 1], h[after], features.SALT_START_PAIR), after),
             (_mix(stem[stem > 0] ^ numpy.uint32(features.SALT_STEM)), at[stem > 0]),
             (_pair(stemmed[either], stemmed[either + 1], features.SALT_STEM_PAIR), either + 1), (_mix(marks ^ numpy.uint32(features.SALT_MARK)), marked)]
    kinds += _machine_features(h, begins, stemmed, text.marks[:, 0])
    hash_, word = numpy.concatenate([k[0] for k in kinds]), numpy.concatenate([k[1] for k in kinds])
    order = numpy.lexsort((numpy.arange(len(word)), word, hash_ % features.SEEN))  # what was seen last in each place
    hash_, word = hash_[order], word[order]
    again = (hash_[1:] == hash_[:-1]) & (word[1:] - word[:-1] <= features.REPEAT_WITHIN)
    new = numpy.concatenate([[True], ~again])
    return hash_[new], word[new]


class Weights:
    """Of a classifier's file, in logits."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        bits, self.window, _, bias = struct.unpack_from("<IIIi", self.data, 12)
        self.scale, = struct.unpack_from("<d", self.data, 40)
        self.of = numpy.frombuffer(self.data, "i1", 1 << bits, 48).astype("f4") * self.scale
        self.bias, self.end = bias * self.scale, 48 + (1 << bits)


def value(texts, vocabulary, halves):
    """Give each text its words' values by the weights of `halves` that were not fitted on it, and their bias's share."""
    hashes, stems = numpy.array(vocabulary.hashes, "u4"), numpy.array(vocabulary.stems, "u4")
    for text in texts:
        weights = halves[1 - text.half]
        hash_, word = _features(text, hashes, stems)
        text.values = numpy.bincount(word, weights.of[hash_ & numpy.uint32(len(weights.of) - 1)], len(text.words)).astype("f4")
        text.bias = weights.bias
