# SPDX-License-Identifier: Apache-2.0
"""Write and read the model file (docs/formats/model.md), and embed exactly as stile does."""

import struct

import numpy as np
import xxhash

ALIGN = 64


def quantize(table):
    """Rows to signed bytes and 15-bit scales of one common unit."""
    most = np.abs(table).max(1)
    rows = np.rint(table / np.where(most > 0, most, 1)[:, None] * 127).astype(np.int8)
    scales = np.rint(most / most.max() * 32767).astype("<u2")
    return rows, scales


def quantize_units(units):
    return np.rint(units / np.abs(units).max(1, keepdims=True) * 127).astype(np.int8)


def write(path, vocabulary, rows, scales, centroids):
    words = b"".join(bytes([len(w)]) + w for w in (t.encode() for t in vocabulary))
    sections = [words, scales.tobytes(), rows.tobytes(), centroids.tobytes()]
    body = b""
    for section in sections:
        body += b"\0" * (-(128 + len(body)) % ALIGN) + section
    head = struct.pack("<8sIIIIIIQQ", b"STILEMDL", 1, rows.shape[1], len(vocabulary),
                       len(centroids), 1, 100, 128 + len(body), len(words))
    head += b"".join(struct.pack("<Q", xxhash.xxh3_64_intdigest(s)) for s in sections)
    head += b"\0" * (120 - len(head))
    head += struct.pack("<Q", xxhash.xxh3_64_intdigest(head))
    with open(path, "wb") as file:
        file.write(head + body)


TITLE, TEXT = 1, 4  # parts of a piece's vector


def _length(sums):
    """The sums, halved until they are below 2^24, and their length."""
    while max(map(abs, sums)) >= 1 << 24:
        sums = [abs(v) // 2 * (1 if v > 0 else -1) for v in sums]
    return sums, np.sqrt(np.float64(sum(v * v for v in sums)))


def to_unit(sums):
    """One row of integer sums to a float32 unit vector, to the bit as src/embed/static.c."""
    sums, length = _length([int(v) for v in sums])
    if not length:
        return np.zeros(len(sums), np.float32)
    return (np.array(sums, np.float64) / length).astype(np.float32)


def _sums(rows, scales, ids):
    ids = np.asarray(ids, np.int64)
    return [int(v) for v in (rows[ids].astype(np.int64) * scales[ids].astype(np.int64)[:, None]).sum(0)]


def _to_length(sums):
    sums, length = _length(sums)
    return [int(v / length * 1048576.0) for v in np.array(sums, np.float64)]


def embed(rows, scales, ids, title=()):
    text, head = _sums(rows, scales, ids), _sums(rows, scales, title)
    if any(text) and any(head):
        text, head = _to_length(text), _to_length(head)
        return to_unit([TEXT * a + TITLE * b for a, b in zip(text, head)])
    if any(head):
        return to_unit(_to_length(head))
    return to_unit(text)
