# SPDX-License-Identifier: Apache-2.0
"""Deal rows over two halves, so that each can be scored by weights fitted on the other.

    halves.py PREFIX ROWS.jsonl...      writes PREFIX0.jsonl and PREFIX1.jsonl

What shares a group or a payload falls into one half.
"""
import hashlib
import json
import sys

OURS = "made here"  # the group that holds all that the grammar, its twins and its records made


def half(row):
    key = row.get("group") or (row.get("meta") or {}).get("payload") or row["text"]
    if key == OURS:
        key = row["id"]
    return hashlib.md5(key.encode(), usedforsecurity=False).digest()[0] & 1


def main(prefix, paths):
    with open(prefix + "0.jsonl", "w", encoding="utf-8") as zero, open(prefix + "1.jsonl", "w", encoding="utf-8") as one:
        for path in paths:
            with open(path, encoding="utf-8") as f:
                for line in f:
                    if line.strip():
                        (zero, one)[half(json.loads(line))].write(line)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
