# SPDX-License-Identifier: Apache-2.0
"""What words of other languages mean, in rows of the English static model: learned from translated programs.

    lexicon.py STATIC_MODEL OUT ROOT...

Each ROOT is a folder into which packages were unpacked (tools/classifier/README.md lists those of the shipped model);
their message catalogues (gettext's .mo, MediaWiki's JSON) say the same in English and in other languages. Two
translation models (IBM's first; Brown and others, 1993), from English and to it, tell which words stand for which;
a word's row is the mean of the rows of those English words that both take for it. OUT (.npz) gets `words`,
`rows`, and `often`: in how many of a thousand messages each is, summed over languages. Needs numpy.
"""
import collections
import glob
import json
import os
import re
import struct
import sys

import numpy

import network_texts
from features import normalize

PAIRS, FEW, LONGEST = 150000, 12000, 24  # messages of a language, at most and at least; words of a message
ROUNDS, SEEN, LEAST, BEST = 5, 3, 0.02, 6  # of fitting; pairs that a word is in; probability and number of English words for one
_GAPS = re.compile(r"%[-0-9.$+ #]*(?:\([^)]*\))?[a-zA-Z]*|\$\w+|\{\{(?:[^{}]|\{[^{}]*\})*\}\}|\{[^{}]*\}|<[^<>]*>|https?:\S+|\\[nrt]|\[\[|\]\]")
_KEYS = re.compile(r"[&_~](?=\w)(?<!\w.)|\([&_]?\w\)$")  # the letters of menus


def _clean(text):
    return _KEYS.sub("", _GAPS.sub(" ", text))


def _catalogue(path):
    """(English, translated) of a .mo file."""
    with open(path, "rb") as f:
        data = f.read()
    order = {b"\xde\x12\x04\x95": "<", b"\x95\x04\x12\xde": ">"}.get(data[:4])
    if not order:
        return
    _, count, ours, theirs = struct.unpack_from(order + "4I", data, 4)
    for i in range(count):
        (n, at), (m, to) = struct.unpack_from(order + "2I", data, ours + 8 * i), struct.unpack_from(order + "2I", data, theirs + 8 * i)
        english = data[at:at + n].split(b"\4")[-1].split(b"\0")
        translated = data[to:to + m].split(b"\0")
        if n and english[0]:
            yield english[-1].decode("utf-8", "replace"), translated[-1].decode("utf-8", "replace")


def _messages(path):
    with open(path, encoding="utf-8") as f:
        try:
            found = json.load(f)
        except ValueError:
            return {}
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _language(code):
    return {"nb": "no", "nn": "no", "iw": "he", "in": "id", "tl": "fil"}.get(code, code)


def read(roots):
    """{language: [(English, translated)]}, each pair once."""
    out = collections.defaultdict(dict)
    for root in roots:
        for path in sorted(glob.glob(root + "/**/LC_MESSAGES/*.mo", recursive=True)):
            code = re.split("[_@.-]", path.split("/")[-3])[0].lower()
            for pair in _catalogue(path):
                out[_language(code)].setdefault(pair)
        for english in sorted(glob.glob(root + "/**/i18n/**/en.json", recursive=True)):
            ours = _messages(english)
            for path in sorted(glob.glob(os.path.dirname(english) + "/*.json")):
                code = re.split("[_@.-]", os.path.basename(path))[0].lower()
                for key, text in _messages(path).items():
                    if code not in ("en", "qqq") and key in ours:
                        out[_language(code)].setdefault((ours[key], text))
    return {code: list(pairs) for code, pairs in out.items() if code != "en" and len(code) <= 3}


def _words(text):
    found = network_texts._CUT.finditer(normalize(text))
    cut = [m.group().lower() if m.lastgroup == "run" else m.group() for m in found if m.lastgroup in ("run", "sign")]
    return sorted({w for w in cut if not w.isdigit()})


def _numbered(pairs):
    """The messages of a language as (English words, others), and the vocabulary of each side."""
    sides, out = ({}, {}), []
    for english, other in pairs:
        if english == other or len(english) > 400:
            continue
        both = _words(_clean(english)), _words(_clean(other))
        if all(0 < len(side) <= LONGEST for side in both):
            out.append([numpy.array([sides[i].setdefault(w, len(sides[i])) for w in both[i]], "i8") for i in (0, 1)])
        if len(out) == PAIRS:
            break
    return out, [list(side) for side in sides]


def _translate(given, made, both, count):
    """The first model: how probable each pair's made word is, given the other. `given` and `made` are numbers of
    each link's words, `both` of its pair of words, `count` the number of those; links of one made word in one
    message follow each other."""
    breaks = numpy.concatenate([[True], (made[1:] != made[:-1]) | (given[1:] <= given[:-1])])
    place = numpy.cumsum(breaks) - 1
    of = numpy.zeros(count, "i8")
    of[both] = given
    t = numpy.ones(count)
    for _ in range(ROUNDS):
        p = t[both]
        part = p / (numpy.bincount(place, p) + 1e-12)[place]
        t = numpy.bincount(both, part, count)
        t = t / numpy.maximum(numpy.bincount(of, t)[of], 1e-12)
    return t


def align(messages, sizes):
    """(English, other, weight, count) of the words that stand for each other, by either model."""
    def links(a, b):
        given = numpy.concatenate([numpy.tile(m[a], len(m[b])) for m in messages])
        made = numpy.concatenate([numpy.repeat(m[b], len(m[a])) for m in messages])
        return given, made

    english, other = links(0, 1)
    codes, both = numpy.unique(english * sizes[1] + other, return_inverse=True)
    forth = _translate(english, other, both, len(codes))
    other, english = links(1, 0)
    both = numpy.searchsorted(codes, english * sizes[1] + other)
    back = _translate(other, english, both, len(codes))
    seen = numpy.bincount(numpy.concatenate([m[1] for m in messages]), minlength=sizes[1])
    return codes // sizes[1], codes % sizes[1], numpy.sqrt(forth * back), seen


def rows_of(messages, vocabularies, english_row):
    """{word: (row, messages it was in)} of one language."""
    english, other, weight, seen = align(messages, [len(v) for v in vocabularies])
    keep = (weight >= LEAST) & (seen[other] >= SEEN)
    english, other, weight = english[keep], other[keep], weight[keep]
    order = numpy.lexsort((-weight, other))
    out, last, taken = {}, -1, 0
    for i in order:
        word = int(other[i])
        taken = taken + 1 if word == last else 1
        last = word
        if taken <= BEST:
            row, total = out.get(word, (0, 0))
            out[word] = row + weight[i] ** 2 * english_row(vocabularies[0][english[i]]), total + weight[i] ** 2
    return {vocabularies[1][word]: (row / total, int(seen[word])) for word, (row, total) in out.items()}


def main(static, out, roots):
    tokens, rows = network_texts.static_model(static)
    rows = network_texts.even(rows)
    vocabulary = network_texts.Vocabulary(tokens)

    def english_row(word):
        return rows[vocabulary.pieces[vocabulary.number(word)]].mean(0)

    sums, often = {}, collections.Counter()
    for code, pairs in sorted(read(roots).items()):
        if len(pairs) < FEW:
            continue
        messages, vocabularies = _numbered(pairs)
        found = rows_of(messages, vocabularies, english_row)
        for word, (row, seen) in found.items():
            share = 1000 * seen / len(messages)
            sums[word] = sums.get(word, 0) + share * row
            often[word] += share
        print(code, len(messages), "messages,", len(found), "words", flush=True)
    words = sorted(sums)
    numpy.savez_compressed(out, words=numpy.array(words), often=numpy.array([often[w] for w in words], "f4"),
                           rows=numpy.array([sums[w] / often[w] for w in words], "f2"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
