# SPDX-License-Identifier: Apache-2.0
"""What the classifier is fitted on: texts with their source, label and the spans of payloads.

Three kinds: the labelled tuning sets (indirect injections and benign documents; no direct prompts,
no jailbreaks, no set without a licence), benign documentation of this system's packages in many
languages, and our own grammar: payloads put into benign carriers, and benign twins.
"""
import glob
import gzip
import html
import json
import os
import random
import re
from collections import namedtuple

import payloads
import twins
from features import normalize

# `text` is a normalized view in bytes; `spans` are the payloads' byte ranges in it.
Text = namedtuple("Text", "source label text spans group language")

FILES = ["bipia_train", "garak_latent", "injecagent", "spikee_seeds", "obfuscated_tune",
         "benign_multilingual", "benign_tech_tune"]
SOURCE = {"bipia_train": "bipia", "garak_latent": "garak", "injecagent": "injecagent",
          "spikee_seeds": "spikee", "obfuscated_tune": "obfuscated",
          "benign_multilingual": "multilingual", "benign_tech_tune": "tech"}


def tuning(folder):
    for name in FILES:
        for line in open(os.path.join(folder, name + ".jsonl"), encoding="utf-8"):
            row = json.loads(line)
            meta = row.get("meta") or {}
            text = normalize(row["text"])
            injected = row["label"] == "injection"
            spans = []
            if injected and meta.get("payload"):
                payload = normalize(meta["payload"])
                at = text.find(payload)
                if at >= 0:
                    lead = 110 if meta.get("setting") == "enhanced" else 0
                    spans = [(max(0, at - lead), at + len(payload))]
            yield row["id"], Text(SOURCE[name], injected, text, spans, row.get("group"), row["lang"])


def _clean_man(raw):
    raw = re.sub(r'^[.\'](?:\\"|de|ds|if|ie|el|nr|so).*$', "", raw, flags=re.M)
    raw = re.sub(r"^\.[A-Za-z]{1,3}\b", "", raw, flags=re.M)
    raw = re.sub(r"\\f.|\\&|\\\||\\c", "", raw)
    return raw.replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")


def _read(path):
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rb") as f:
            raw = f.read(400_000).decode("utf-8", "replace")
    except OSError:
        return ""
    if "/man/" in path:
        return _clean_man(raw)
    if re.search(r"\.html?(\.gz)?$", path):
        raw = re.sub(r"(?s)<(script|style).*?</\1>", " ", raw)
        return html.unescape(re.sub(r"<[^>]+>", " ", raw))
    return raw


def chunks(text, rng, size=(80, 260)):
    """Pieces of the size that retrieval works with."""
    parts, at = text.split(), 0
    while at < len(parts):
        n = rng.randint(*size)
        if at + 30 < len(parts) or at == 0:
            yield " ".join(parts[at:at + n])
        at += n


def packages(rng, most=9000, per_file=5):
    """Documentation shipped with the system, each language its own source for false positives."""
    by_language = {}
    for path in glob.glob("/usr/share/man/*/man[1-8]/*.gz") + glob.glob("/usr/share/man/man[1-8]/*.gz"):
        part = path.split("/")[4]
        by_language.setdefault("en" if part.startswith("man") else part[:2], []).append(path)
    for pattern in ("*.html*", "*.txt*", "README*", "NEWS*", "TODO*", "FAQ*"):
        by_language.setdefault("doc", []).extend(glob.glob("/usr/share/doc/**/" + pattern, recursive=True))
    by_language["fortunes"] = [p for p in glob.glob("/usr/share/games/fortunes/*") if "." not in os.path.basename(p)]
    share = most // len(by_language)
    for language, paths in sorted(by_language.items()):
        paths = sorted(set(paths))
        rng.shuffle(paths)
        quota = share * (4 if language in ("en", "doc", "fortunes") else 1)
        many = 200 if language == "fortunes" else per_file
        for path in paths:
            pieces = list(chunks(_read(path), rng))
            rng.shuffle(pieces)
            for piece in pieces[:many]:
                if quota <= 0:
                    break
                quota -= 1
                yield Text("packages", False, normalize(piece), [], path, language)


def insert(carrier, payload, rng):
    """Put `payload` between two sentences of `carrier` or at an end; both normalized."""
    bounds = [0, len(carrier)] + [m.end() for m in re.finditer(rb"[.!?:;] ", carrier)]
    at = rng.choice(bounds) if rng.random() < 0.7 else rng.choice([0, len(carrier)])
    before, after = carrier[:at].rstrip(), carrier[at:].lstrip()
    wrap = rng.choice([(b"", b"")] * 6 + [(b"<!-- ", b" -->"), (b"\"", b"\""), (b"'", b"'}"), (b"* ", b""), (b"> ", b""),
                                          (b"--- ", b" ---"), (b"# ", b""), (b"content: '", b"'")])
    head = before + (b" " if before else b"") + wrap[0]
    text = head + payload + wrap[1] + (b" " if after else b"") + after
    return text, (len(head), len(head) + len(payload))


def synthetic(carriers, count, rng):
    for i in range(count):
        payload, family = payloads.payload(rng)
        carrier = rng.choice(carriers) if rng.random() < 0.75 else \
            normalize(" ".join(twins.twin(rng) for _ in range(rng.randint(1, 8))))
        cut = carrier[:rng.randint(200, 1500)]
        text, span = insert(cut.decode("utf-8", "ignore").encode(), normalize(payload), rng)
        yield Text("grammar-" + family, True, text, [span], "g%d" % i, "en")


def benign_twins(count, rng, carriers):
    for i in range(count):
        text = " ".join(twins.twin(rng) for _ in range(rng.randint(1, 6)))
        if rng.random() < 0.4:  # one twin inside another kind of document
            text = insert(rng.choice(carriers)[:1000], normalize(text), rng)[0].decode("utf-8", "ignore")
        yield Text("twins", False, normalize(text), [], "t%d" % i, "en")
