#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# I6: after kill -9 at any moment of an ingest, every acknowledged document is there whole, the index
# agrees with the store, and the audit chain verifies.
. "$(dirname "$0")/lib.sh.inc"
cd "$work" || exit 1

rounds="${STILE_CRASH_ROUNDS:-12}"
"$stile" init --data d >/dev/null || exit 1
"$stile" serve --data d --listen 127.0.0.1:0 --json >/dev/null 2>&1 &
kill -9 $! 2>/dev/null
wait $! 2>/dev/null

for round in $(seq "$rounds"); do
    # Lines are acknowledged group by group on a pipe: what was printed was committed.
    python3 - "$round" >batch.jsonl <<'PY'
import random, sys
r = random.Random(int(sys.argv[1]))
words = "harbour ledger signal orchard copper meadow engine lantern river window".split()
for i in range(1500):
    text = " ".join(r.choice(words) for _ in range(r.randint(5, 260)))
    print('{"id":"r%s-%d","text":"%s mark%sx%d","label":"internal"}' % (sys.argv[1], i, text, sys.argv[1], i))
PY
    "$stile" ingest --data d -c c batch.jsonl >/dev/null 2>&1 &
    pid=$!
    python3 -c "import random,time; time.sleep(0.02 + random.random() * 0.6)"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    report="$("$stile" doctor --data d --json 2>&1)"
    case "$report" in
    '{"ok":true'*) ok ;;
    *) bad "round $round: the directory is not whole" "$report" ;;
    esac
done
# Ingesting the last batch again completes it.
expect 'the batch again' 0 'chunks' "$stile" ingest --data d -c c batch.jsonl
expect 'all of it is found' 0 'r[0-9]+-1499' \
    "$stile" query --data d -c c --clearance internal --mode lexical -k 1 "mark${rounds}x1499"
expect 'the audit chain' 0 '"ok":true' "$stile" audit verify --data d --json
finish
