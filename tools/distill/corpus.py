# SPDX-License-Identifier: Apache-2.0
"""Public text: WordNet's glosses, and the manual pages and documents that Debian installs.

Nothing that stile stores and nothing of the evaluation sets is read here."""

import gzip
import hashlib
import pathlib
import re

WORDNET = pathlib.Path("/usr/share/wordnet")  # Debian's wordnet-base
MANUALS = pathlib.Path("/usr/share/man")
DOCUMENTS = pathlib.Path("/usr/share/doc")


def glosses():
    """"word, synonym: definition; example" of every synset, in the order of the files."""
    out = []
    for part in ("noun", "verb", "adj", "adv"):
        for line in (WORDNET / f"data.{part}").read_text(encoding="latin-1").split("\n"):
            if line.startswith("  ") or "|" not in line:
                continue
            head, gloss = line.split("|", 1)
            fields = head.split()
            words = [fields[4 + 2 * i].replace("_", " ").split("(")[0]
                     for i in range(int(fields[3], 16))]
            out.append(", ".join(words) + ": " + gloss.strip())
    return out


def _plain(path):
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    text = raw.decode("utf-8", "replace")
    if "/man/" in str(path):
        text = re.sub(r'^[.\'](\\"|ig|de|so|if|ie|nr|ds).*$', "", text, flags=re.M)
        text = re.sub(r"^\.[A-Za-z]+ ?", "", text, flags=re.M)
        text = re.sub(r"\\f[A-Z]|\\f\(..|\\[&|/c]|\\s[-+]?\d", "", text)
        text = re.sub(r"\\-", "-", text)
        text = re.sub(r"\\\(..|\\\[[^]]*\]", " ", text)
    return text


def _files():
    yield from sorted(MANUALS.glob("man*/*.gz"))
    for pattern in ("*/README*", "*/NEWS.gz", "*/*.md", "*/*.txt*"):
        yield from sorted(p for p in DOCUMENTS.glob(pattern) if p.is_file() and not p.is_symlink())


def passages(words=120, a_file=12, most=40000):
    """Runs of about `words` words from installed documents, at most `a_file` of one."""
    out, seen = [], set()
    for path in _files():
        try:
            tokens = _plain(path).split()
        except (OSError, EOFError):
            continue
        for start in range(0, min(len(tokens), words * a_file), words):
            piece = " ".join(tokens[start:start + words])
            key = hashlib.sha256(piece.encode()).digest()
            if len(piece) > 200 and key not in seen:
                seen.add(key)
                out.append(piece)
        if len(out) >= most:
            break
    return out[:most]


def digest(texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
