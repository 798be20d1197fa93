# SPDX-License-Identifier: Apache-2.0
"""Writes the golden file that the sentences and features of classifiers/misplaced*.c are tested against:

    python3 golden_misplaced.py > tests/unit/scan/misplaced.jsonl

A line is a text and its sentences that ask: [start, end, each feature in turn]."""
import json
import random

import misplaced
import misplaced_texts
import records
import written

PASSAGE = ("The lighthouse on the northern cape (built 1871) was the third at this place. Its lamp burned rape oil, e.g. in "
           "winter; later it was fed with gas from a works in the harbour. The keeper, Mr. Holm, lived there until 1932. ")
MARKS = ["?", ".", "!", "\n", "\n\n", "\t", " - ", "\n- ", '"', '", "', "'", ": ", "1. ", " “", "”", "…", "é", "日本", "🙂", "{", "A", "x", "\u00a0", "@", "://"]


def texts(rng):
    lines = misplaced_texts.Q + misplaced_texts.TASK + misplaced_texts.ACT
    for _ in range(30):
        yield PASSAGE + misplaced_texts.fill(rng.choice(lines), rng) + rng.choice([" ", "\n", "\n\n"]) + PASSAGE
    asking = [line for line in written.read("benign") if line.kind in ("asking", "mail", "records")]
    for line in rng.sample(asking, 30):
        yield written.expand(line, rng)
    for _ in range(10):
        yield records.record(rng)[0]
        yield " ".join(PASSAGE + misplaced_texts.fill(rng.choice(lines), rng) for _ in range(rng.randint(2, 12)))


def main():
    rng = random.Random(4)
    for text in list(texts(rng)):
        for spoiled in (False, True):
            for _ in range(12 if spoiled else 0):
                at = rng.randrange(len(text))
                text = text[:at] + rng.choice(MARKS) + text[at:]
            found = misplaced.features(text.encode())
            print(json.dumps({"text": text, "asking": [[a, b] + f for a, b, f in found]}))


if __name__ == "__main__":
    main()
