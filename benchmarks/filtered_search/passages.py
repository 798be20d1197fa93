#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Passages of real text for benchmarks/filtered_search, one a line.

    passages.py ROWS CORPUS.jsonl... [FOLDER...] > passages.txt

Takes the given corpora first ("title" and "text" of each line), then what this machine documents
(manual pages and the texts under /usr/share/doc) and the given folders, such as documentation
packages unpacked with `dpkg -x`; all cut into passages of 80 words. Equal passages are taken once.
The order is that of their digests, so a source does not lie together.
"""
import gzip
import hashlib
import html
import json
import os
import re
import sys

WORDS = 80
LEAST_WORDS = 25
ROFF = re.compile(r"\\f.|\\\(..|\\[&|^-]|\\s[+-]?\d|^[.'].{0,3}\s?", re.M)
TAG = re.compile(r"<(script|style).*?</\1>|<[^>]{0,400}>", re.S)


def texts_of_corpora(paths):
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                d = json.loads(line)
                yield (d.get("title") or "") + " " + (d.get("text") or "")


def texts_of_folders(roots):
    for root in roots:
        for folder, folders, names in sorted(os.walk(root)):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.islink(path) or re.search(r"changelog|copyright|\.(png|svg|js|css|woff2?|ttf)$", path, re.I):
                    continue
                try:
                    with (gzip.open if name.endswith(".gz") else open)(path, "rb") as f:
                        text = f.read(4 << 20).decode("utf-8")
                except (OSError, UnicodeDecodeError, EOFError, gzip.BadGzipFile):
                    continue
                if re.search(r"\.[1-9][a-z]*(\.gz)?$", name):
                    text = ROFF.sub("", text)
                if ".htm" in name:
                    text = html.unescape(TAG.sub(" ", text))
                yield text


def passages(text):
    words = text.split()
    for at in range(0, len(words), WORDS):
        piece = words[at : at + WORDS]
        if len(piece) >= LEAST_WORDS and sum(w.isalpha() for w in piece) * 2 > len(piece):
            yield " ".join(piece)


def main():
    rows, seen = int(sys.argv[1]), {}
    folders = [p for p in sys.argv[2:] if os.path.isdir(p)]
    corpora = [p for p in sys.argv[2:] if p not in folders]
    roots = ["/usr/share/man", "/usr/share/doc", *folders]
    for source in (texts_of_corpora(corpora), texts_of_folders(roots)):
        for text in source:
            for p in passages(text):
                seen.setdefault(hashlib.sha256(p.encode()).digest(), p)
    print(f"{len(seen)} passages", file=sys.stderr)
    for digest in sorted(seen)[:rows]:
        print(seen[digest])


main()
