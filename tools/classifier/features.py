# SPDX-License-Identifier: Apache-2.0
"""Reference implementation of the classifier's features (docs/formats/classifier.md, "Features").

`contributions(text)` takes the bytes of a normalized view and yields, for each word, the hashes of
the features that end in it. classifiers/linear.c does the same; tests compare the two.
"""
import os
import re
import unicodedata

MASK = 0xFFFFFFFF
MAX_WORD = 32  # bytes; a longer run is cut into several words


def _hash(data):
    h = 0x811C9DC5
    for b in data:
        h = ((h ^ b) * 0x01000193) & MASK
    return _mix(h)


def _mix(h):
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & MASK
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


def _pair(a, b, salt):
    return _mix((a * 31 + b + salt) & MASK)


SALT_PAIR, SALT_TRIPLE, SALT_SKIP, SALT_START, SALT_START_PAIR, SALT_MARK, SALT_STEM, SALT_STEM_PAIR = (
    0x1B873593, 0x2545F491, 0x3C6EF372, 0x4CF5AD43, 0x510E527F, 0x6A09E667, 0x243F6A88, 0x13198A2E)
SALT_MACHINE, SALT_BEFORE, SALT_AFTER, SALT_LATER, SALT_CALL = 0x03707344, 0x299F31D0, 0x082EFA98, 0x4C4E6C89, 0x452821E6
STEM = 5  # characters
CLOSE, FAR = 3, 12  # words beside a word for a machine
NUMBER = _hash(b"0")

# What a byte begins: a letter of a word, a mark, or nothing of interest.
_WORD = bytes(1 if (48 <= b < 58 or 97 <= b < 123 or 65 <= b < 91 or b >= 0x80) else 0 for b in range(256))
# After these a sentence, or a part that may hold an instruction of its own, begins.
_STARTS = frozenset(b".!?:;\"`*>()[]{}|<=#")


def words(text):
    """Yield (hash, start, end, begins_sentence, marks) for each word of `text` (bytes)."""
    i, n = 0, len(text)
    begins, marks = True, []
    while i < n:
        b = text[i]
        width = _other(text, i)
        if width < 0:  # punctuation outside ASCII
            if b == 0xE3:
                begins = True
            i -= width
            continue
        if not _WORD[b]:
            if b in _STARTS:
                begins = True
            if 33 <= b < 127 and len(marks) < 4 and b not in marks:
                marks.append(b)
            i += 1
            continue
        start = i
        if width > 0:  # a character that is a word by itself
            i = min(i + width, n)
        else:
            i += 1
            while i < n and i - start < MAX_WORD and _WORD[text[i]] and _other(text, i) == 0:
                i += 1
        token = text[start:i].lower() if width == 0 else text[start:i]
        h = NUMBER if token.isdigit() and width == 0 else _hash(token)
        yield h, start, i, begins, marks
        begins, marks = False, []


def stem(word):
    """Hash of the first characters of a run of letters, when it has more; 0: it has none."""
    letters = [i for i, b in enumerate(word) if b & 0xC0 != 0x80]
    if len(letters) <= STEM or word.isdigit():
        return 0
    return _hash(word[:letters[STEM]])


def _machines():
    """{hash of a word for a machine: hashes that go before, 0 for any}, from the list that the engine has."""
    out = {}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../classifiers/machines.inc")
    with open(path, encoding="utf-8") as f:
        for entry in re.findall(r"\{([^{}]*)\}", f.read()):
            parts = [_hash(p.encode()) for p in re.findall('"([^"]*)"', entry)]
            out.setdefault(parts[-1], set()).add(parts[0] if len(parts) > 1 else 0)
    return out


MACHINES = _machines()


def is_machine(h, before):
    known = MACHINES.get(h)
    return known is not None and (0 in known or before in known)


def _other(text, i):
    """> 0: width of a character that is a word by itself; < 0: of punctuation; 0: neither."""
    b = text[i]
    if b < 0xC2:
        return 0
    if b == 0xC2:
        return -2
    if b == 0xE2 and i + 1 < len(text) and text[i + 1] in (0x80, 0x81):
        return -3
    if b == 0xE3 and i + 1 < len(text) and text[i + 1] == 0x80:
        return -3
    if 0xE3 <= b <= 0xEE:
        return 3
    if b >= 0xF0:
        return 4
    return 0


REPEAT_WITHIN = 32
SEEN = 1024


def contributions(text):
    """Yield (start, end, [hash, ...]) for each word: the features that are new within some words."""
    h1 = h2 = stem1 = 0
    previous_begins = False
    count = 0
    around, machine = [], None
    seen = {}
    for h, start, end, begins, marks in words(text):
        out = [h]
        if count >= 1:
            out.append(_pair(h1, h, SALT_PAIR))
        if count >= 2:
            out.append(_pair(_pair(h2, h1, SALT_PAIR), h, SALT_TRIPLE))
            out.append(_pair(h2, h, SALT_SKIP))
        if begins:
            out.append(_mix(h ^ SALT_START))
        if previous_begins:
            out.append(_pair(h1, h, SALT_START_PAIR))
        stem0 = stem(text[start:end].lower())
        if stem0:
            out.append(_mix(stem0 ^ SALT_STEM))
        if count >= 1 and (stem0 or stem1):
            out.append(_pair(stem1 or h1, stem0 or h, SALT_STEM_PAIR))
        out.extend(_mix(m ^ SALT_MARK) for m in marks)
        behind = FAR + 1 if machine is None else count - machine
        if behind == 1:
            out.append(_mix((marks[0] if marks else 0) ^ SALT_CALL))
        if behind <= FAR:
            out.append(_mix((stem0 or h) ^ (SALT_AFTER if behind <= CLOSE else SALT_LATER)))
        if is_machine(h, h1):
            out.append(_mix((begins | (machine is not None) << 1) ^ SALT_MACHINE))
            out.extend(_mix(s ^ SALT_BEFORE) for s in around)
            machine = count
        around = [stem0 or h, *around][:CLOSE]
        new = []
        for f in out:
            last = seen.get(f % SEEN)
            seen[f % SEEN] = (f, count)
            if not (last and last[0] == f and count - last[1] <= REPEAT_WITHIN):
                new.append(f)
        yield start, end, new
        h2, h1, stem1 = h1, h, stem0
        previous_begins = begins
        count += 1


_DROP = {0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
         *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0200)}


def normalize(text):
    """The normalized view, near enough for fitting: the engine's own is used at inference."""
    if not text.isascii():
        text = "".join(c for c in text if ord(c) not in _DROP)
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    else:
        text = text.lower()
    return " ".join(text.split()).encode()
