# SPDX-License-Identifier: Apache-2.0
"""Honest documents that this system ships: manual pages in all their languages, documentation,
fortunes; and how a payload is put into one."""
import glob
import gzip
import html
import os
import re


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
    """Pieces of the size that retrieval works with, white space and all."""
    parts, at = re.findall(r"\S+\s*", text.replace("\0", "")), 0
    while at < len(parts):
        n = rng.randint(*size)
        if at + 30 < len(parts) or at == 0:
            yield "".join(parts[at:at + n]).strip()
        at += n


def _paths():
    by_language = {}
    for path in glob.glob("/usr/share/man/*/man[1-8]/*.gz") + glob.glob("/usr/share/man/man[1-8]/*.gz"):
        part = path.split("/")[4]
        by_language.setdefault("en" if part.startswith("man") else part[:2], []).append(path)
    for pattern in ("*.html*", "*.txt*", "README*", "NEWS*", "TODO*", "FAQ*"):
        by_language.setdefault("doc", []).extend(glob.glob("/usr/share/doc/**/" + pattern, recursive=True))
    by_language["fortunes"] = [p for p in glob.glob("/usr/share/games/fortunes/*") if "." not in os.path.basename(p)]
    return by_language


def packages(rng, most=18000, per_file=5):
    """Pieces as (text, language, path); "doc" and "fortunes" count as languages of their own."""
    by_language = _paths()
    share = most // len(by_language)
    for language, paths in sorted(by_language.items()):
        paths = sorted(set(paths))
        rng.shuffle(paths)
        quota = share * (5 if language in ("en", "doc") else 1)
        for path in paths:
            pieces = list(chunks(_read(path), rng))
            rng.shuffle(pieces)
            for piece in pieces[:200 if language == "fortunes" else per_file]:
                if quota > 0 and piece:
                    quota -= 1
                    yield piece, language, path


_WRAPS = [("", "")] * 6 + [("<!-- ", " -->"), ('"', '"'), ("'", "'}"), ("* ", ""), ("> ", ""), ("--- ", " ---"), ("# ", ""),
                           ("content: '", "'"), ("\n\n", "\n\n"), ("\n", "\n"), ("\n\n", "\n\n")]


def insert(carrier, payload, rng):
    """`payload` between two sentences of `carrier` or at an end: the text and where it lies."""
    bounds = [0, len(carrier)] + [m.end() for m in re.finditer(r"[.!?:;]\s", carrier)]
    at = rng.choice(bounds) if rng.random() < 0.7 else rng.choice([0, len(carrier)])
    before, after = carrier[:at].rstrip(), carrier[at:].lstrip()
    left, right = rng.choice(_WRAPS)
    head = before + (" " if before else "") + left
    return head + payload + right + (" " if after else "") + after, len(head), len(head) + len(payload)
