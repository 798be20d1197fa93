# SPDX-License-Identifier: Apache-2.0
"""The network's section of a classifier's file (docs/formats/classifier.md, "The network"): packing it, and the
reference implementation of its sums, slow and in whole numbers. Standard library only.

    network.py SECTION_OR_MODEL < TEXT     prints each word's value
"""
import struct
import sys

from features import MAX_WORD, _mix, words

HEADER = "<5I6i2I"
TAPS, MARKS, MOST_HIDDEN, MOST_VALUE = 5, 94, 1023, 32767
FIRST, LATER = 0x811C9DC5, 0x9E3779B9


def piece_hash(piece, first):
    h = FIRST if first else LATER
    for b in piece:
        h = ((h ^ b) * 0x01000193) & 0xFFFFFFFF
    return _mix(h)


def pack(pieces, rows, begin, marks, layers, last, numbers, step, whole, bits=16):
    """The section. `pieces`: (bytes, begins a word) of each row but the first; `layers`: two of (biases, weights
    [tap][in][out]); `numbers`: factor of each layer, bias, least, most, factor; `step` of the second layer; from the row `whole`
    on a piece stands for all of a word that begins with it."""
    slots, ids = [0] * (1 << bits), [0] * (1 << bits)
    for i, (piece, first) in enumerate(pieces, 1):
        h = piece_hash(piece, first)
        at = h & (len(slots) - 1)
        while slots[at] not in (0, h):
            at = (at + 1) & (len(slots) - 1)
        if h and slots[at] == 0:  # of two with one hash, the first
            slots[at], ids[at] = h, i
    width, hidden, out = len(begin), len(layers[0][0]), len(layers[1][0])
    data = struct.pack(HEADER, len(rows), bits, width, hidden, out, *numbers, step, whole)
    data += struct.pack("<%dI" % len(slots), *slots) + struct.pack("<%dH" % len(ids), *ids)
    data += b"".join(struct.pack("%db" % width, *r) for r in [*rows, begin, *marks])
    for bias, weights in layers:
        data += struct.pack("<%di" % len(bias), *bias) + struct.pack("%db" % len(weights), *weights)
    return data + struct.pack("%db" % out, *last)


def section_of(model):
    """The section of a classifier's file of version 4."""
    at = 48 + (1 << struct.unpack_from("<I", model, 12)[0])
    return model[at + 4:at + 4 + struct.unpack_from("<I", model, at)[0]]


def _quotient(a, b):
    """Of integers, toward zero, as C has it."""
    return a // b if a >= 0 else -(-a // b)


class Network:
    def __init__(self, data):
        (self.pieces, bits, self.width, self.hidden, self.out, self.factor1, self.factor2, self.bias, self.least, self.most,
         self.factor, self.step, self.whole) = struct.unpack_from(HEADER, data)
        at = struct.calcsize(HEADER)

        def take(form, count):
            nonlocal at
            values = struct.unpack_from("<%d%s" % (count, form), data, at)
            at += struct.calcsize("<%d%s" % (count, form))
            return values

        hashes, ids = take("I", 1 << bits), take("H", 1 << bits)
        self.ids = {h: i for h, i in zip(hashes, ids) if h}
        self.rows = [take("b", self.width) for _ in range(self.pieces)]
        self.begin = take("b", self.width)
        self.marks = [take("b", self.width) for _ in range(MARKS)]
        self.layers = []
        for before, after in ((self.width, self.hidden), (self.hidden, self.out)):
            self.layers.append((take("i", after), take("b", TAPS * before * after)))
        self.last = take("b", self.out)
        if at != len(data):
            raise ValueError("a section of another length")

    def _pieces(self, word):
        at, out = 0, []
        while at < len(word):
            for end in range(len(word), at, -1):
                row = self.ids.get(piece_hash(word[at:end], at == 0))
                if row is not None:
                    break
            else:
                break
            out.append(row)
            at = end if row < self.whole else len(word)
        return out or [0]

    def vector(self, word, begins, marks):
        rows = [self.rows[i] for i in self._pieces(word[:MAX_WORD])]
        out = [_quotient(sum(c), len(rows)) for c in zip(*rows)]
        for row in ([self.begin] if begins else []) + [self.marks[m - 33] for m in marks]:
            out = [a + b for a, b in zip(out, row)]
        return [max(-127, min(127, v)) for v in out]

    def _convolve(self, layer, factor, taps):
        bias, weights = self.layers[layer]
        sums, n = list(bias), len(bias)
        for t, tap in enumerate(taps):
            for i, x in enumerate(tap or ()):
                if x:
                    at = (t * len(tap) + i) * n
                    for o in range(n):
                        sums[o] += x * weights[at + o]
        return [min(MOST_HIDDEN, max(0, s) * factor >> 20) for s in sums]

    def values(self, text):
        """(start, end, units) of each word of a normalized view."""
        found = list(words(text))
        vectors = []
        for _, start, end, begins, marks in found:
            word = text[start:end].lower()
            vectors.append(self.vector(b"0" if word.isdigit() else word, begins, marks))

        def at(rows, i):
            return rows[i] if 0 <= i < len(rows) else None

        hidden = [self._convolve(0, self.factor1, [at(vectors, i + t) for t in (-2, -1, 0, 1, 2)]) for i in range(len(vectors))]
        for i, (_, start, end, _, _) in enumerate(found):
            h = self._convolve(1, self.factor2, [at(hidden, i + t * self.step) for t in (-2, -1, 0, 1, 2)])
            value = self.bias + sum(a * b for a, b in zip(h, self.last))
            value = _quotient(max(self.least, min(self.most, value)) * self.factor, 1 << 24)
            yield start, end, max(-MOST_VALUE, min(MOST_VALUE, value))


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as f:
        content = f.read()
    net = Network(section_of(content) if content[:8] == b"STILELIN" else content)
    whole = sys.stdin.buffer.read()
    for start_, end_, units_ in net.values(whole):
        print(units_, whole[start_:end_].decode("utf-8", "replace"))
