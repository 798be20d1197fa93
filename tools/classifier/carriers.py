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
    if not os.path.isfile(path):
        return ""
    opener = gzip.open if path.endswith(".gz") else open
    try:
        with opener(path, "rb") as f:
            raw = f.read(400_000).decode("utf-8", "replace")
    except OSError:
        return ""
    if "/man/" in path:
        return _clean_man(raw)
    if re.search(r"\.(html?|page)(\.gz|\.[a-z-]{2,5}\.html)?$", path) or path.endswith(".html.gz"):
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


def _paths(root):
    """Files of a system at `root` ("" for this one) by what they are: ("packages", "de"), ("help", "sv")."""
    out = {}
    share = root + "/usr/share"
    for path in glob.glob(share + "/man/*/man[1-8]/*.gz") + glob.glob(share + "/man/man[1-8]/*.gz"):
        part = path[len(share):].split("/")[2]
        out.setdefault(("packages", "en" if part.startswith("man") else part[:2]), []).append(path)
    for path in glob.glob(share + "/help/*/**/*.page", recursive=True):
        language = path[len(share):].split("/")[2]
        out.setdefault(("help", "en" if language == "C" else language[:2]), []).append(path)
    for pattern in ("*.html*", "*.txt*", "README*", "NEWS*", "TODO*", "FAQ*"):
        for place in ("/doc/**/", "/debian-reference/**/", "/developers-reference/**/"):
            out.setdefault(("packages", "doc"), []).extend(glob.glob(share + place + pattern, recursive=True))
    fortunes = [p for p in glob.glob(share + "/games/fortunes/**/*", recursive=True) if "." not in os.path.basename(p) and os.path.isfile(p)]
    out["packages", "fortunes"] = fortunes
    return out


def packages(rng, roots=("",), most=18000, per_file=5):
    """Pieces as (text, source, language, path); "doc" and "fortunes" count as languages of their own."""
    kinds = {}
    for root in roots:
        for kind, paths in _paths(root).items():
            kinds.setdefault(kind, []).extend(paths)
    share = most // len(kinds)
    for (source, language), paths in sorted(kinds.items()):
        paths = sorted(set(paths))
        rng.shuffle(paths)
        quota = share * {"en": 5, "doc": 8, "fortunes": 2}.get(language, 1)
        for path in paths:
            pieces = list(chunks(_read(path), rng))
            rng.shuffle(pieces)
            for piece in pieces[:40 if language == "fortunes" else per_file]:
                if quota > 0 and piece:
                    quota -= 1
                    yield piece, source + "-" + language, language, path


_WRAPS = [("", "")] * 6 + [("<!-- ", " -->"), ('"', '"'), ("'", "'}"), ("* ", ""), ("> ", ""), ("--- ", " ---"), ("# ", ""),
                           ("content: '", "'"), ("\n\n", "\n\n"), ("\n", "\n"), ("\n\n", "\n\n"),
                           ("<p>", "</p>"), ('<div class="note">', "</div>"), ("\n| 3 | ", " | open |\n"), ('\n{"note": "', '"}\n')]


def insert(carrier, payload, rng):
    """`payload` between two sentences of `carrier` or at an end: the text and where it lies."""
    bounds = [0, len(carrier)] + [m.end() for m in re.finditer(r"[.!?:;]\s", carrier)]
    at = rng.choice(bounds) if rng.random() < 0.7 else rng.choice([0, len(carrier)])
    before, after = carrier[:at].rstrip(), carrier[at:].lstrip()
    left, right = rng.choice(_WRAPS)
    head = before + (" " if before else "") + left
    return head + payload + right + (" " if after else "") + after, len(head), len(head) + len(payload)
