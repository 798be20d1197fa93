#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""stile's filtered search beside peers from PyPI, in one run: the table, as Markdown.

    peers.py BENCH VECTORS QUERIES ROWS [SPREAD...]

BENCH is the built bench_filtered_search; a spread is 50-random, 50-content, 1000-random or
1000-content. Needs numpy, and of hnswlib, usearch, lancedb and sqlite-vec those that shall be measured;
what is not installed is named and left out. Rows, labels and permitted shares are the ones of BENCH.
One thread; medians; recall of the 10 nearest permitted rows by exact products.
"""
import importlib
import os
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

for pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LANCE_CPU_THREADS", "RAYON_NUM_THREADS",
             "TOKIO_WORKER_THREADS"):
    os.environ.setdefault(pool, "1")

import numpy as np

K = 10
FLOORS = (.95, .99)
SLOW_MS = 20
SHARES = 5


def read_matrix(path, limit=None):
    with open(path, "rb") as f:
        rows, dim = struct.unpack("<II", f.read(8))
        rows = min(rows, limit or rows)
        return np.fromfile(f, dtype="<f4", count=rows * dim).reshape(rows, dim)


class Case:
    """Rows with labels, and which labels are permitted."""

    def __init__(self, rows, queries, label_of, label_shares):
        self.rows, self.queries, self.label_of, self.label_shares = rows, queries, label_of, label_shares

    def permit(self, share):
        permitted_labels = self.label_shares >> share & 1
        self.labels = np.flatnonzero(permitted_labels).tolist()
        self.all = len(self.labels) == len(self.label_shares)
        self.permitted = permitted_labels[self.label_of].astype(bool)
        ids = np.flatnonzero(self.permitted)
        products = self.queries @ self.rows[ids].T
        self.wanted = min(K, len(ids))
        self.least = -np.partition(-products, self.wanted - 1, axis=1)[:, self.wanted - 1]

    def recall(self, q, ids):
        ids = np.asarray(ids, dtype=np.int64)
        ids = ids[(ids >= 0) & (ids < len(self.rows))][:K]
        ids = ids[self.permitted[ids]]
        return min((self.rows[ids] @ self.queries[q] >= self.least[q] - 1e-6).sum(), self.wanted) / self.wanted


def measure(case, search):
    times, recalls = [], []
    for q in range(len(case.queries)):
        start = time.perf_counter()
        ids = search(case.queries[q])
        times.append((time.perf_counter() - start) * 1e3)
        recalls.append(case.recall(q, ids))
        if q >= 19 and sum(times) > 20 * SLOW_MS / 4:
            break
    return float(np.median(times)), float(np.mean(recalls))


def sweep(case, search):
    """For each floor the figure of the first width that reaches it, or of the widest tried."""
    out, width = [], 16
    while len(out) < len(FLOORS):
        figure = measure(case, lambda query: search(query, width))
        while len(out) < len(FLOORS) and figure[1] >= FLOORS[len(out)]:
            out.append(figure)
        if figure[0] > SLOW_MS or width > 4096:
            break
        width *= 2
    return out + [figure] * (len(FLOORS) - len(out))


class Hnswlib:
    name, columns = "hnswlib, filter inside", FLOORS

    def __init__(self, rows, label_of):
        module = importlib.import_module("hnswlib")
        self.index = module.Index(space="ip", dim=rows.shape[1])
        self.index.init_index(max_elements=len(rows), M=32, ef_construction=200)
        self.index.add_items(rows, num_threads=os.cpu_count())

    def figures(self, case):
        permitted = case.permitted
        chosen = None if case.all else lambda row: bool(permitted[row])

        def search(query, width):
            self.index.set_ef(width)
            try:
                return self.index.knn_query(query, k=K, num_threads=1, filter=chosen)[0][0]
            except RuntimeError:  # fewer found than asked for
                return []
        return sweep(case, search)


class Usearch:
    name, columns = "usearch, filter behind", FLOORS

    def __init__(self, rows, label_of):
        module = importlib.import_module("usearch.index")
        self.index = module.Index(ndim=rows.shape[1], metric="ip", dtype="f32", connectivity=32,
                                  expansion_add=200)
        self.index.add(np.arange(len(rows)), rows, threads=os.cpu_count())

    def figures(self, case):
        def search(query, width):
            self.index.expansion_search = width
            found = self.index.search(query, width, threads=1).keys.astype(np.int64)
            return found[case.permitted[found]][:K]
        return sweep(case, search)


class Lance:
    name, columns = "LanceDB, exact, prefilter", (0,)

    def __init__(self, rows, label_of):
        lancedb = importlib.import_module("lancedb")
        pa = importlib.import_module("pyarrow")
        self.folder = tempfile.TemporaryDirectory()
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
        table = pa.table({"id": pa.array(np.arange(len(rows))), "label": pa.array(label_of.astype(np.int32)),
                          "vector": vectors})
        self.table = lancedb.connect(self.folder.name).create_table("rows", table)
        self.table.create_index("label", config=importlib.import_module("lancedb.index").Bitmap())

    def figures(self, case):
        where = None if case.all else f"label IN ({','.join(map(str, case.labels))})"

        def search(query):
            q = self.table.search(query).distance_type("dot").select(["id", "_distance"]).limit(K)
            return [r["id"] for r in (q.where(where, prefilter=True) if where else q).to_list()]
        return [measure(case, search)]


class SqliteVec:
    name, columns = "sqlite-vec, exact, metadata", (0,)

    def __init__(self, rows, label_of):
        module = importlib.import_module("sqlite_vec")
        self.db = sqlite3.connect(":memory:")
        self.db.enable_load_extension(True)
        module.load(self.db)
        self.db.execute(f"create virtual table v using vec0(embedding float[{rows.shape[1]}], label integer)")
        self.db.executemany("insert into v(rowid, embedding, label) values (?, ?, ?)",
                            ((i, rows[i].tobytes(), int(label_of[i])) for i in range(len(rows))))

    def figures(self, case):
        more = "" if case.all else f" and label in ({','.join(map(str, case.labels))})"
        sql = f"select rowid from v where embedding match ? and k = {K}{more}"
        # By Euclidean distance, which puts a zero vector before rows of a cosine below .5.
        return [measure(case, lambda query: [r[0] for r in self.db.execute(sql, (query.tobytes(),))])]


def stile_rows(bench, vectors, queries, rows, spread):
    """The rows that `bench alone` prints, as cells."""
    text = subprocess.run([bench, "alone", vectors, queries, str(rows), spread], check=True,
                          capture_output=True, text=True).stdout
    lines = ([c.strip() for c in line.strip("|").split("|")] for line in text.splitlines())
    return [cells for cells in lines if re.match(r"\d+$", cells[0])]


def show(figure, floor):
    text = f"{figure[0]:.3f} @ {figure[1]:.3f}"
    return text if figure[1] >= floor else f"({text})"


def main():
    bench, vectors, queries, rows = sys.argv[1:4] + [int(sys.argv[4])]
    spreads = sys.argv[5:] or ["50-random", "1000-content"]
    matrix, asked = read_matrix(vectors, rows), read_matrix(queries, 100)
    kinds = []
    for kind in (Hnswlib, Usearch, Lance, SqliteVec):
        try:
            importlib.import_module({"Lance": "lancedb", "SqliteVec": "sqlite_vec"}.get(
                kind.__name__, kind.__name__.lower()))
            kinds.append(kind)
        except ImportError as e:
            print(f"SKIPPED {kind.name}: {e}", file=sys.stderr)
    head = ["labels", "spread", "permitted", "stile"]
    head += [f"{k.name} ≥ {c}" if c else k.name for k in kinds for c in k.columns]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([bench, "labels", vectors, str(rows), folder], check=True)
        for spread in spreads:
            data = open(os.path.join(folder, spread), "rb").read()
            label_of = np.frombuffer(data, dtype="<u2", count=len(matrix))
            case = Case(matrix, asked, label_of, np.frombuffer(data[2 * len(matrix):], dtype="u1"))
            peers = [kind(matrix, label_of) for kind in kinds]
            ours = stile_rows(bench, vectors, queries, rows, spread)
            for share in range(SHARES):
                case.permit(share)
                cells = ours[share][:4]
                for peer in peers:
                    cells += [show(f, c) for f, c in zip(peer.figures(case), peer.columns)]
                print("| " + " | ".join(cells) + " |", flush=True)


main()
