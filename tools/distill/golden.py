# SPDX-License-Identifier: Apache-2.0
"""Write tests/unit/embed/golden.jsonl: the teacher's own tokenizer and the reference embedding
on texts in many scripts. python golden.py MODEL OUT"""

import json
import struct
import sys

import numpy as np
import xxhash

import modelfile
from teacher import Teacher

TEXTS = [
    "", " ", "\t\n\r", "stile", "A stile lets people over a fence and keeps the cattle in.",
    "The QUICK brown Fox jumped, didn't it?", "x" * 100, "x" * 101, "é" * 100, "é" * 101,
    "café naïve Ångström Zürich façade", "cafe\u0301 na\u0308ive", "İstanbul ıspanak Straße ẞ",
    "東京は日本の首都です。", "北京是中华人民共和国的首都", "서울은 대한민국의 수도이다", "カタカナとひらがな がぎぐげご",
    "Москва — столица России; Ёлка, йод", "Αθήνα είναι η πρωτεύουσα, Σίσυφος ΣΑΣ",
    "القاهرة عاصمة مصر، والسلام عليكم", "ירושלים שָׁלוֹם", "दिल्ली भारत की राजधानी है।", "กรุงเทพมหานคร", "தமிழ் மொழி",
    "ქართული ენა", "Հայերեն լեզու", "አማርኛ", "தமிழ்\u0bcd", "Việt Nam đất nước tôi",
    "price: $5.00 + 20% = <cheap> ^_^ `code` a|b ~x", "e-mail: someone@example.org, http://example.org/a?b=c#d",
    "[CLS] text [SEP] [MASK] [PAD] [UNK] [unused1]", "##ing ## # ##", "soft\u00adhyphen zero\u200bwidth joi\u200dner",
    "nul\u0000byte bell\u0007 vt\u000bff\u000c del\u007f nel\u0085x", "non\u00a0breaking en\u2002space ideo\u3000graphic line\u2028sep",
    "replace\ufffdment private\ue000use bom\ufeff", "emoji 😀 👍🏽 👨‍👩‍👧 flags 🇩🇪 keycap 1️⃣", "≠ ≮ ≯ ∄ Å K Ω", "ﬁ ﬂ ½ ² ™ № ﷺ",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝒻𝓊𝓃", "\U0002f800 豈 \u2e80 \u3400 \U00020000", "…“quotes”‘single’—dash–en·dot¿¡", "¤¢£€ §¶ †‡ °",
    "supercalifragilisticexpialidocious antidisestablishmentarianism", "0123456789 3.14159 1e-9 0xdeadbeef IPv6 ::1",
    "int main(void) { return printf(\"%d\\n\", x[0]); }", "ǅ ǆ Ǆ ŉ ǰ ΐ", "à̖b q̣̇ q̣̇", "\u302e\u302f 가\u302e", "የ፡፣", "᚛ᚑᚌᚐᚋ᚜",
    "Mixed日本語andEnglish中文words", "one two " * 400,
]


TITLES = ["", "", "Of stiles and fences", "one two two", "   "]


def main():
    model, out = sys.argv[1:]
    teacher = Teacher()
    with open(model, "rb") as file:
        data = file.read()
    _, _, dim, count, _, _, _, _, words = struct.unpack_from("<8sIIIIIIQQ", data)
    at = 128 + words + (-words % 64)
    scales = np.frombuffer(data, "<u2", count, at)
    at += 2 * count + (-(2 * count) % 64)
    rows = np.frombuffer(data, np.int8, dim * count, at).reshape(count, dim)
    with open(out, "w", encoding="ascii") as file:
        for i, text in enumerate(TEXTS):
            title = TITLES[i % len(TITLES)]
            ids, head = (teacher.tokenizer.encode(t, add_special_tokens=False).ids for t in (text, title))
            vector = modelfile.embed(rows, scales, ids, head)
            line = {"hex": text.encode().hex(), "ids": ids, "title": title,
                    "vector": f"{xxhash.xxh3_64_intdigest(vector.tobytes()):016x}"}
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
