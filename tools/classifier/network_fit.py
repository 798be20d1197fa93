# SPDX-License-Identifier: Apache-2.0
"""Fit the network and put it behind the weights of a classifier that `stile classifier train` fitted.

    network_fit.py STATIC_MODEL LEXICON CLASSIFIER HALF0 HALF1 OUT ROWS.jsonl...

LEXICON is what lexicon.py made. HALF0 and HALF1 are classifiers fitted on what halves.py made of the same rows. Needs numpy and jax; one core and, of a
busy one, a quarter of an hour. The network learns what to add to weights that had not seen the text: crops of 64 words are
fitted, each word to whether it lies in a payload, and the best window, scored by both, to whether the crop has one.
Benign windows that both together mistake are looked for several times and fitted again.
The same rows give the same network on the same processor and releases. Afterwards set the levels anew: `stile classifier calibrate`.
"""
import collections
import functools
import hashlib
import itertools
import os
import struct
import sys

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"  # sums in one order

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy  # noqa: E402

import network  # noqa: E402
import network_texts  # noqa: E402

WIDTH, HIDDEN, OUT, TAPS, STEP = 48, 64, 64, 5, 4
CROP, WINDOW, BATCH, STEPS, MINED = 64, 20, 96, 4000, 8
FREQUENT = 4096  # pieces with a difference of their own
PIECES, USED, SEEN, STEM = 48000, 5, 8, 5  # pieces at most; in how many texts one of the static model's is, and another; letters of a stem
LEXICON = 8  # texts that one message in a thousand counts for
NOTHING = numpy.zeros(256, "f4")
CUT = 6  # pieces of a word with such differences
REACH = 4.0  # of a component; 127 in the file
HIDDEN_UNIT = 64  # steps of a hidden channel in 1
LEAST, MOST = -4, 3  # of a word's value
COUNTS = 0.6  # of what the fit gives the network's share; the weights of the halves know less than those of the whole
DROP_VECTOR, DROP_CHANNEL, DROP_WEIGHTS = 0.15, 0.3, 0.1
# How often each source is drawn; what is not named shares the last.
INJECTED = {"written": 0.63, "grammar": 0.25, "": 0.12}
BENIGN = {"written": 0.45, "packages": 0.28, "twins": 0.1, "records": 0.1, "": 0.07}


def start(key, own):
    k = jax.random.split(key, 7)
    normal = jax.random.normal
    return {"project": normal(k[0], (256, WIDTH)) * 0.05, "marks": (normal(k[1], (128, WIDTH)) * 0.2).at[0].set(0),
            "begin": normal(k[2], (WIDTH,)) * 0.2, "own": jnp.zeros((own, WIDTH)),
            "w1": normal(k[3], (TAPS * WIDTH, HIDDEN)) * numpy.sqrt(2 / (TAPS * WIDTH)), "b1": jnp.zeros(HIDDEN),
            "w2": normal(k[4], (TAPS * HIDDEN, OUT)) * numpy.sqrt(2 / (TAPS * HIDDEN)), "b2": jnp.zeros(OUT),
            "last": normal(k[5], (OUT,)) * numpy.sqrt(2 / OUT) * 0.3, "bias": jnp.array(0.0),
            "trust": jnp.array(1.0), "share": jnp.array(1.0)}  # what the weights' logits count, and the network's


def convolve(x, weights, bias, apart):
    n = x.shape[1]
    padded = jnp.pad(x, ((0, 0), (2 * apart, 2 * apart), (0, 0)))
    return jnp.concatenate([padded[:, i * apart:i * apart + n] for i in range(TAPS)], -1) @ weights + bias


def values(p, rows, own, begins, marks, there, weights, bias, key=None):
    """A value a word, and each window's score by weights and network."""
    def drop(k, x, rate, shape, scale=True):
        if key is None:
            return x
        return x * jax.random.bernoulli(k, 1 - rate, shape) / (1 - rate if scale else 1)

    keys = jax.random.split(key, 4) if key is not None else [None] * 4
    numbers, share = own
    x = rows @ p["project"] + jnp.where(numbers[..., None] > 0, p["own"][numbers], 0).sum(2) * share[..., None]
    x = x + begins[..., None] * p["begin"] + jnp.where(marks[..., None] > 0, p["marks"][marks], 0).sum(2)
    x = drop(keys[0], jnp.clip(x, -REACH, REACH) * there[..., None], DROP_VECTOR, x.shape[:2] + (1,))
    h = jax.nn.relu(convolve(x, p["w1"], p["b1"], 1)) * there[..., None]
    h = drop(keys[1], h, DROP_CHANNEL, h.shape)
    g = jax.nn.relu(convolve(h, p["w2"], p["b2"], STEP))
    s = drop(keys[2], g, DROP_CHANNEL, g.shape) @ p["last"] + p["bias"]
    both = jnp.clip(s, LEAST, MOST) * p["share"] / WINDOW + drop(keys[3], weights * p["trust"], DROP_WEIGHTS, s.shape, False)
    sums = jnp.cumsum(jnp.pad(both * there, ((0, 0), (1, WINDOW - 1))), 1)
    whole = jnp.arange(s.shape[1])[None] <= jnp.maximum(there.sum(1, keepdims=True) - WINDOW, 0)
    return s, jnp.where(whole, sums[:, WINDOW:] - sums[:, :-WINDOW] + p["trust"] * bias[:, None], -30.0)


def cross_entropy(logit, y):
    return jnp.maximum(logit, 0) - logit * y + jnp.log1p(jnp.exp(-jnp.abs(logit)))


def loss(p, rows, own, begins, marks, there, weights, bias, hot, key):
    s, windows = values(p, rows, own, begins, marks, there, weights, bias, key)
    word = (cross_entropy(s, hot) * there).sum() / there.sum()
    best = jax.nn.logsumexp(windows * 2, 1) / 2
    crop = cross_entropy(best, (hot.sum(1) >= 1).astype(jnp.float32)).mean()
    return word / 2 + crop + 1e-4 * ((p["w1"] ** 2).sum() + (p["w2"] ** 2).sum()) + 3e-4 * (p["own"] ** 2).sum()


@jax.jit
def step(p, mean, square, t, inputs, rate, key):
    value, g = jax.value_and_grad(loss)(p, *inputs, key)
    mean = jax.tree.map(lambda m, d: 0.9 * m + 0.1 * d, mean, g)
    square = jax.tree.map(lambda m, d: 0.99 * m + 0.01 * d * d, square, g)
    p = jax.tree.map(lambda w, m, s: w - rate * (m / (1 - 0.9**t)) / (jnp.sqrt(s / (1 - 0.99**t)) + 1e-8), p, mean, square)
    return p, mean, square, value


def odds(texts, shares):
    """How often each text is drawn."""
    names = numpy.array([t.source if t.source in shares else "" for t in texts])
    parts = numpy.array([t.source for t in texts])
    out = numpy.zeros(len(texts))
    for name in numpy.unique(names):
        of = numpy.unique(parts[names == name])
        for part in of:
            here = parts == part
            out[here] = shares[name] / len(of) / here.sum()
    return out / out.sum()


class Crops:
    """Draws what a step sees, and gives arrays of it."""

    def __init__(self, texts, table, rng):
        self.rows, self.own, self.share, self.rng = table.rows, table.own, table.share, rng
        self.differences = table.differences
        self.injected = [t for t in texts if t.injection]
        self.benign = [t for t in texts if not t.injection]
        self.injected_odds, self.benign_odds = odds(self.injected, INJECTED), odds(self.benign, BENIGN)
        self.mistaken = []

    def arrays(self, picks):
        n = len(picks)
        number, marks = numpy.full((n, CROP), len(self.rows) - 1), numpy.zeros((n, CROP, 4), "i4")
        begins, there, hot, weights = (numpy.zeros((n, CROP), "f4") for _ in range(4))
        bias = numpy.array([text.bias for text, _ in picks], "f4")
        for i, (text, at) in enumerate(picks):
            k = min(CROP, len(text.words) - at)
            here = slice(at, at + k)
            number[i, :k], begins[i, :k], marks[i, :k] = text.words[here], text.begins[here], text.marks[here]
            hot[i, :k], there[i, :k], weights[i, :k] = text.hot[here], 1, text.values[here]
        return self.rows[number].astype("f4"), (self.own[number], self.share[number]), begins, marks, there, weights, bias, hot

    def _over_payload(self, text):
        """Where a crop begins that has at least some words of the payload."""
        hot, n = numpy.flatnonzero(text.hot), len(text.words)
        low = max(0, hot[0] - CROP + min(8, len(hot)))
        at = int(self.rng.integers(low, max(low, min(n - 8, hot[-1] - 8)) + 1)) if n > CROP else 0
        if n > CROP and self.rng.random() < 0.7:
            at = min(at, n - CROP)
        return text, max(0, min(at, hot[-1] - 3))

    def _anywhere(self, text):
        if self.rng.random() < 0.2:
            return text, max(0, len(text.words) - CROP)
        return text, int(self.rng.integers(0, max(1, len(text.words) - CROP // 2)))

    def draw(self):
        injected, mistaken = int(BATCH * 0.42), int(BATCH * 0.26) if self.mistaken else 0
        picks = [self._over_payload(self.injected[i]) for i in self.rng.choice(len(self.injected), injected, p=self.injected_odds)]
        for i in self.rng.integers(len(self.mistaken), size=mistaken) if mistaken else ():
            text, at = self.mistaken[i]
            picks.append((text, max(0, min(at - int(self.rng.integers(CROP // 2)), len(text.words) - CROP))))
        rest = self.rng.choice(len(self.benign), BATCH - len(picks), p=self.benign_odds)
        return self.arrays(picks + [self._anywhere(self.benign[i]) for i in rest])

    def mine(self, p, most=8000, kept=800):
        """Keep the benign crops that score highest."""
        score = jax.jit(functools.partial(values, p))
        drawn = self.rng.choice(len(self.benign), min(most, len(self.benign)), replace=False,
                                p=(self.benign_odds + 1 / len(self.benign)) / 2)
        picks = [(self.benign[i], at) for i in drawn for at in range(0, min(len(self.benign[i].words), 4 * CROP), CROP)]
        found = []
        for i in range(0, len(picks) - BATCH, BATCH):
            *inputs, _ = self.arrays(picks[i:i + BATCH])
            windows = numpy.asarray(score(*inputs)[1])
            found += [(float(w.max()), at + int(w.argmax()), text) for w, (text, at) in zip(windows, picks[i:i + BATCH])]
        found.sort(key=lambda f: -f[0])
        self.mistaken = (self.mistaken + [(t, at) for score_, at, t in found[:kept] if score_ > -3])[-5 * kept:]


def fit(crops, steps=STEPS):
    p = start(jax.random.PRNGKey(1), crops.differences)
    mean = square = jax.tree.map(jnp.zeros_like, p)
    key = jax.random.PRNGKey(7)
    for t in range(1, steps + 1):
        if t > 1 and (t - 1) % max(1, steps // (MINED + 1)) == 0:
            crops.mine(p)
        rate = 2e-3 * min(1, t / 100) * (0.5 + 0.5 * numpy.cos(numpy.pi * t / steps)) + 1e-5
        key, k = jax.random.split(key)
        p, mean, square, value = step(p, mean, square, float(t), crops.draw(), rate, k)
        if t % 250 == 0:
            print(t, float(value), flush=True)
    return jax.tree.map(numpy.asarray, p)


def seen_in(texts, count):
    """In how many texts each word is; those written by hand count three times."""
    out = numpy.zeros(count)
    for text in texts:
        out[numpy.unique(text.words)] += 3 if text.source == "written" else 1
    return out


def _used(vocabulary, counts):
    """In how many texts each piece is."""
    out = numpy.zeros(len(vocabulary.piece))
    for cut, count in zip(vocabulary.pieces, counts):
        out[cut] += count
    return out


def kept_pieces(vocabulary, counts):
    """Pieces of the static model that the texts use, and what any word can be cut to."""
    used = _used(vocabulary, counts)
    return [p for p, i in vocabulary.piece.items() if used[i] >= USED or p == b"[UNK]" or (len(p) == 1 or p[:2] == b"##" and len(p) == 3)]


def _splintered(word, vocabulary):
    cut = vocabulary._cut(word)
    return len(cut) > 1 or cut[0] == vocabulary.piece[b"[UNK]"] or max(word) > 127


class Lexicon:
    """Rows of words in other languages (lexicon.py), and of how they begin."""

    def __init__(self, path):
        data = numpy.load(path)
        self.row, self.often = {}, {}
        for word, row, often in zip(data["words"].tolist(), data["rows"].astype("f4"), data["often"].tolist()):
            for piece in {word, stem(word)}:
                self.row[piece] = self.row.get(piece, 0) + often * row
                self.often[piece] = self.often.get(piece, 0) + often
        self.row = {piece: row / self.often[piece] for piece, row in self.row.items()}


def stem(word):
    return word.decode("utf-8", "ignore")[:STEM].encode()


def more_pieces(vocabulary, counts, lexicon, most):
    """Words and stems that the static model, whose tokens are English, cuts to splinters: the most frequent."""
    found = collections.Counter({piece: LEXICON * often for piece, often in lexicon.often.items()})
    for (word, number), count in zip(vocabulary.numbers.items(), counts):
        if count and not word.isdigit():
            for piece in {word, stem(word)}:
                found[piece] += count
    foreign = ((w, n) for w, n in found.most_common() if n >= SEEN and _splintered(w, vocabulary))
    return [w for w, _ in itertools.islice(foreign, most)]


class Table:
    """What each word begins with: the mean of its pieces' rows, and which of them have differences."""

    def __init__(self, row_of, vocabulary, counts):
        known, pieces = vocabulary.known, len(vocabulary.piece)
        self.vectors = numpy.array([row_of(piece) for piece in vocabulary.piece], "f4")
        self.rows = numpy.array([self.vectors[cut].mean(0) for cut in vocabulary.pieces] + [self.vectors[0] * 0], "f2")
        often = numpy.zeros(pieces)
        for cut, count in zip(vocabulary.pieces, counts):
            often[cut] += count / len(cut)
        self.number = numpy.zeros(pieces, "i4")  # of a piece's difference; 0: none
        self.number[numpy.argsort(-often[:known], kind="stable")[:FREQUENT - 1]] = numpy.arange(1, FREQUENT)
        self.number[known:] = numpy.arange(FREQUENT, FREQUENT + pieces - known)
        self.differences = FREQUENT + pieces - known
        self.own = numpy.zeros((len(self.rows), CUT), "i4")
        self.share = numpy.zeros(len(self.rows), "f4")
        for i, cut in enumerate(vocabulary.pieces):
            self.own[i, :len(cut[:CUT])] = self.number[cut[:CUT]]
            self.share[i] = 1 / len(cut)


def make_table(vocabulary, counts, rows, lexicon):
    kept = kept_pieces(vocabulary, counts)
    more = more_pieces(vocabulary, counts, lexicon, PIECES - len(kept))
    again = set(more)
    vocabulary.change([p for p in kept if p not in again], more)
    return Table(lambda piece: lexicon.row.get(piece, rows.get(piece, NOTHING) if piece not in again else NOTHING), vocabulary, counts)


def section(p, vocabulary, table, scale):
    """The fitted network in whole numbers, for weights of `scale` logits a unit."""
    tokens = sorted(vocabulary.piece, key=vocabulary.piece.get)
    rows = table.vectors @ p["project"] + numpy.where(table.number[:, None] > 0, p["own"][table.number], 0)

    def whole(x, unit, most=None):
        x = numpy.round(numpy.asarray(x) / unit).astype(int)
        return (x if most is None else numpy.clip(x, -most, most)).tolist()

    unknown = tokens.index(b"[UNK]")
    kept = [i for i, t in enumerate(tokens) if i != unknown and not (t[:1] == b"[" and t[-1:] == b"]" and len(t) > 2)]
    pieces = [(tokens[i][2:], False) if tokens[i][:2] == b"##" and len(tokens[i]) > 2 else (tokens[i], True) for i in kept]
    x, (u1, u2, u3) = REACH / 127, (float(numpy.abs(p[n]).max()) / 127 for n in ("w1", "w2", "last"))
    layers = [(whole(p["b1"], x * u1), whole(p["w1"].ravel(), u1)), (whole(p["b2"], u2 / HIDDEN_UNIT), whole(p["w2"].ravel(), u2))]
    value = u3 / HIDDEN_UNIT
    numbers = [round(x * u1 * HIDDEN_UNIT * 2**20), round(u2 * 2**20), round(float(p["bias"]) / value), round(LEAST / value),
               round(MOST / value), round(COUNTS * float(p["share"] / p["trust"]) / WINDOW * value / scale * 2**24)]
    return network.pack(pieces, whole(rows[[unknown, *kept]], x, 127), whole(p["begin"], x, 127), whole(p["marks"][33:127], x, 127), layers,
                        whole(p["last"], u3), numbers, STEP, 1 + sum(i < vocabulary.known for i in kept))


def main(static, words, classifier, halves, out, paths):
    tokens, rows = network_texts.static_model(static)
    vocabulary = network_texts.Vocabulary(tokens)
    texts = network_texts.read(paths, vocabulary)
    network_texts.value(texts, vocabulary, [network_texts.Weights(path) for path in halves])
    counts = seen_in(texts, len(vocabulary.pieces))
    table = make_table(vocabulary, counts, dict(zip(tokens, network_texts.even(rows))), Lexicon(words))
    print(len(texts), "texts,", vocabulary.known, "pieces of the static model,", len(vocabulary.piece) - vocabulary.known, "more", flush=True)
    p = fit(Crops(texts, table, numpy.random.default_rng(1)))
    print("weights count %.2f, the network %.2f" % (p["trust"], p["share"]))
    model = network_texts.Weights(classifier)
    data = section(p, vocabulary, table, model.scale)
    body = model.data[:8] + struct.pack("<I", 4) + model.data[12:model.end] + struct.pack("<I", len(data)) + data
    with open(out, "wb") as f:
        f.write(body + hashlib.sha256(body).digest())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:6], sys.argv[6], sys.argv[7:])
