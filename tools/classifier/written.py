# SPDX-License-Identifier: Apache-2.0
"""The texts written by hand (tools/classifier/written/*.txt) and what is made of their lines.

A line is a template: choices {a|b}, names <mail>, escapes. `read(prefix)` gives the lines of all files of
one sort (injection, benign, carrier), `expand` one text of a line, `place` puts a payload into a carrier's
<<HERE>>. A line and its file are the group of all that is made of it, so that no split parts them.
"""
import collections
import glob
import json
import os
import random
import re

import slots

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "written")
HERE = "<<HERE>>"
PAYLOAD = "\u27e6\u27e7"
_ESCAPES = {"n": "\n", "t": "\t"}

Line = collections.namedtuple("Line", "text kind language group")


def read(prefix, folder=FOLDER):
    """The lines of every file `prefix-*.txt`, in the order of files and lines."""
    out = []
    for path in sorted(glob.glob(os.path.join(folder, prefix + "-*.txt"))):
        name, kind, language = os.path.basename(path)[:-4], "", "en"
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                line = line.rstrip("\n")
                if line.startswith("# "):
                    head, _, value = line[2:].partition(":")
                    kind = value.strip() if head == "kind" else kind
                    language = value.strip() if head == "lang" else language
                elif line.strip():
                    out.append(Line(line, kind, language, "%s:%d" % (name, number)))
    return out


def _parse(text, at, stop):
    """The text from `at` to one of the characters in `stop`: a list of strings and lists of alternatives."""
    parts, plain = [], []
    while at < len(text) and text[at] not in stop:
        c = text[at]
        if c == "\\" and at + 1 < len(text):
            plain.append(_ESCAPES.get(text[at + 1], text[at + 1]))
            at += 2
        elif c == "{":
            choices, at = [], at + 1
            while True:
                choice, at = _parse(text, at, "|}")
                choices.append(choice)
                if at >= len(text):
                    raise ValueError("a { that is not closed")
                at += 1
                if text[at - 1] == "}":
                    break
            parts += ["".join(plain), choices]
            plain = []
        else:
            plain.append(c)
            at += 1
    return parts + ["".join(plain)], at


def _choose(parts, rng):
    return "".join(p if isinstance(p, str) else _choose(rng.choice(p), rng) for p in parts)


def expand(line, rng):
    """One text of a line: its choices made, its names filled; the same name in one text stays the same half of the time."""
    parts, _ = _parse(line.text, 0, "")
    return slots.fill(_choose(parts, rng), rng)


def _escape(carrier, at, payload):
    """`payload` as the string that the mark stands in would hold it."""
    if carrier.lstrip()[:1] in ("{", "[") and '"' in carrier[:at]:
        return json.dumps(payload, ensure_ascii=False)[1:-1]
    if carrier.lstrip().startswith("<") and _as_text(payload):
        return payload.replace("&", "&amp;").replace("<", "&lt;")
    line = carrier[carrier.rfind("\n", 0, at) + 1:at]
    return payload.replace("\n", " ") if re.search(r"[|;,\t]\s*$", line) else payload


def _as_text(payload):
    """Half of the payloads, always the same ones, are written into mark-up as text, the others as mark-up."""
    return sum(payload.encode()) % 2 == 0


def place(carrier, payload):
    """The carrier with the payload at its mark, and where the payload lies."""
    at = carrier.index(HERE)
    payload = _escape(carrier, at, payload)
    return carrier[:at] + payload + carrier[at + len(HERE):], at, at + len(payload)


def inside(text):
    """The text without marks, and where what they enclose lies; None when it has none."""
    before, _, rest = text.partition(PAYLOAD[0])
    payload, _, after = rest.partition(PAYLOAD[1])
    return (before + payload + after, len(before), len(before) + len(payload)) if payload else None


def without(carrier):
    return carrier.replace(HERE, "")


if __name__ == "__main__":
    r = random.Random(1)
    for sort in ("injection", "benign", "carrier"):
        lines = read(sort)
        for one in lines:
            expand(one, r)
        print(sort, len(lines), collections.Counter(x.language for x in lines).most_common(9))
        print(expand(r.choice(lines), r))
