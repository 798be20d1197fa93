#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts how often words stand in honest text, for classifiers/words_often.inc.

    count.py packages.jsonl > classifiers/words_often.inc

Reads the documentation of packages as tools/classifier/generate.py cuts it ({"id": "help-de-00001", "text":
...}). Of English as many words as pay, of every other language its commonest; of a word in several languages
the one that has it most often counts. Only what ASCII letters spell is kept: a rule in another script costs
text in ASCII nothing anyhow."""
import collections
import json
import re
import sys

ENGLISH = ("doc", "en", "fortunes")
WORDS_OF_ENGLISH, WORDS_OF_OTHERS, LEAST = 2500, 60, 4  # least: occurrences in a million bytes
WORD = re.compile(rb"[0-9a-z_]+")


def main():
    counts, sizes = collections.defaultdict(collections.Counter), collections.Counter()
    with open(sys.argv[1], encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            language = row["id"].split("-")[1]
            language = "en" if language in ENGLISH else language
            text = row["text"].lower().encode()
            sizes[language] += len(text)
            counts[language].update(w for w in WORD.findall(text) if not w.isdigit())
    often = collections.Counter()
    for language, words in sorted(counts.items()):
        kept = WORDS_OF_ENGLISH if language == "en" else WORDS_OF_OTHERS
        for word, count in sorted(words.items(), key=lambda w: (-w[1], w[0]))[:kept]:
            often[word] = max(often[word], round(count * 1e6 / sizes[language]))
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by tools/words/count.py: a word, and how often it stands in a million bytes. */")
    for word in sorted(often):
        if often[word] >= LEAST and len(word) < 16:
            print('{"%s", %d},' % (word.decode(), min(often[word], 65535)))


main()
