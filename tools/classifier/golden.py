# SPDX-License-Identifier: Apache-2.0
"""Write tests/unit/scan/linear_words.txt: what the reference makes of lines of our own.

Each line: number of words, fold of all spans and features, text; a text that is not printable is
x and its hex. tests/unit/scan/linear.c compares.
"""
import random

import payloads
import twins
from features import contributions, normalize

ODD = ["", " ", "a", "Ünïcode straße and 12 a1 1a 007", "日本語のテキスト。次の文", "한국어 문장입니다. 다음",
       "emoji 😀😀 after", "“quoted” text – with – dashes…", "x" * 70 + " tail", "é" * 40, "a.b:c;d!e?f \"g\" 'h' `i` *j*",
       "<a href=\"b\">[c](d){e}|f=g#h", "don't can’t", "«guillemets» ¿qué? ·", "นี่คือข้อความภาษาไทย", "एक वाक्य हिंदी में",
       "UPPER lower 3.14 1,000 v2.0", "!!!! ???? ----", "e\u0301 combining", "\t tab and\nnew line"]
BYTES = [b"\xc2", b"a\xc2", b"\xe2", b"a \xe2\x80", b"\xe3\x80", b"\xe5\xbc", b"\xf0\x9f", b"\x80\x81 a", b"\xff\xfe", b"a\xe2\x82\xac b",
         b"\x00a\x00b", b"\xc3", b"\xe3", b"a" * 31 + b"\xc3\xa9\xc3\xa9"]


def fold(text):
    h, count = 0xCBF29CE484222325, 0
    for start, end, out in contributions(text):
        for value in [start, end, *out]:
            h = ((h ^ value) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        count += 1
    return count, h


def main():
    rng = random.Random(7)
    lines = [t.encode() for t in ODD] + BYTES
    lines += [b"name: a, size: 1; " * n for n in (1, 2, 9)]  # what is said again counts once
    lines += [b" ".join(b"w%d" % rng.randint(0, 40) for _ in range(150)) for _ in range(20)]
    lines += [normalize(payloads.payload(rng)[0]) for _ in range(150)]
    lines += [twins.twin(rng).encode() for _ in range(100)]
    lines += [bytes(rng.choice(b"aZ9 .\xc2\xa0\xe2\x80\x9c\xe3\x81\x82\xf0\x9f\x98\xc3\xa9'<") for _ in range(rng.randint(1, 90)))
              for _ in range(100)]
    with open("tests/unit/scan/linear_words.txt", "w", encoding="utf-8") as f:
        for line in lines:
            count, h = fold(line)
            shown = line.decode("utf-8", "replace")
            plain = shown.isprintable() and shown.encode() == line and not shown.startswith("x")
            f.write("%d %016x %s\n" % (count, h, shown if plain else "x" + line.hex()))


if __name__ == "__main__":
    main()
