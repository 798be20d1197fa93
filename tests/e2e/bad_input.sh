#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad input: each gives a clear error that says what to do, and nothing is lost.
. "$(dirname "$0")/lib.sh.inc"
cd "$work" || exit 1

"$stile" init --data d >/dev/null || exit 1
printf 'The harbour master keeps a ledger of every boat.\n' >good.txt
expect 'a good document' 0 'new' "$stile" ingest --data d -c c --label public good.txt

documents() { # how many the directory holds
    "$stile" doctor --data d --json | sed -E 's/.*"documents":([0-9]+),"chunks".*/\1/'
}
before="$(documents)"

printf 'caf\351 au lait\n' >latin1.txt
expect 'not UTF-8' 1 'UTF-8' "$stile" ingest --data d -c c --label public latin1.txt
printf 'a\0b\n' >nul.txt
expect 'NUL bytes' 1 'NUL' "$stile" ingest --data d -c c --label public nul.txt
: >empty.txt
expect 'empty' 1 'nothing readable|empty' "$stile" ingest --data d -c c --label public empty.txt
truncate -s 1G huge.txt
expect '1 GiB' 1 'at most' "$stile" ingest --data d -c c --label public huge.txt
rm huge.txt
head -c 1073741824 /dev/zero | tr '\0' 'a' >line.jsonl
expect '1 GiB single line' 1 'line 1|too long|at most' "$stile" ingest --data d -c c --label public line.jsonl
rm line.jsonl
expect 'unlabelled' 1 'no label' "$stile" ingest --data d -c c good.txt
expect 'unknown level' 1 'level' "$stile" ingest --data d -c c --label secret good.txt
expect 'label that does not parse' 1 'byte' "$stile" ingest --data d -c c --label 'internal//a&b|c' good.txt
expect 'clearance that does not parse' 2 'clearance|level|byte' \
    "$stile" query --data d --clearance 'internal//a&(' boat
expect 'clearance of an unknown level' 2 'level' "$stile" query --data d --clearance topsecret boat
expect 'no clearance' 4 'clearance' "$stile" query --data d boat
printf '{"id":"x","text":"one boat","label":"public"}\n{"id":"y","te' >cut.jsonl
expect 'truncated JSONL' 1 'cut.jsonl:2|line 2' "$stile" ingest --data d -c bulk cut.jsonl
expect 'the line before it is there' 0 'one boat' \
    "$stile" query --data d -c bulk --clearance public --mode lexical boat
python3 - <<'PY'
open("bomb.html", "w").write("<div>" * 200000 + "deep")
open("wide.html", "w").write("<table>" + "<td>" * 300000 + "x")
PY
expect 'HTML bomb' 1 'nest|deep' timeout 20 "$stile" ingest --data d -c c --label public bomb.html
timeout 20 "$stile" ingest --data d -c c --label public wide.html >/dev/null 2>&1
[ $? -le 1 ] && ok || bad 'wide HTML'
expect 'a missing file' 1 'No such file|cannot open' "$stile" ingest --data d -c c --label public nowhere.txt
expect 'an unknown collection' 1 'no collection' "$stile" query --data d -c nope --clearance public boat
expect 'a bad collection name' 2 'collection' "$stile" ingest --data d -c '../x' --label public good.txt
expect 'no such data directory' 1 'stile init' "$stile" query --data nowhere --clearance public boat
expect 'a data directory twice' 1 'already' "$stile" init --data d

# What failed changed nothing (x and wide.html are new), and what was there is there.
after="$(documents)"
[ "$after" -ge "$((before + 1))" ] && [ "$after" -le "$((before + 2))" ] && ok ||
    bad "documents: $before before, $after after"
expect 'the good document is there' 0 'harbour' \
    "$stile" query --data d -c c --clearance public --mode lexical 'harbour ledger'

# A second process on the same directory.
"$stile" serve --data d --listen 127.0.0.1:0 --json >serve.out 2>serve.err &
server=$!
for _ in $(seq 100); do [ -s serve.out ] && break; sleep 0.1; done
expect 'a second process' 1 'another stile|--server' "$stile" query --data d --clearance public boat
kill "$server"
wait "$server"
expect 'after the server stopped' 0 'harbour' \
    "$stile" query --data d -c c --clearance public --mode lexical 'harbour ledger'

# Option mistakes.
expect 'unknown command' 2 'did you mean' "$stile" qeury
expect 'unknown option' 2 'did you mean|unknown' "$stile" query --data d --clearence public boat
expect 'help' 0 'Examples|stile query' "$stile" query --help
expect 'k too large' 2 '100' "$stile" query --data d --clearance public -k 1000 boat

# A read-only directory, and a full disk: need to be root to mount, and are tested when we are.
if [ "$(id -u)" = 0 ] && mkdir -p small && mount -t tmpfs -o size=320m tmpfs small 2>/dev/null; then
    "$stile" init --data small/d >/dev/null
    "$stile" ingest --data small/d -c c --label public good.txt >/dev/null
    python3 - <<'PY'
for n in range(160):
    with open("fill_%03d.txt" % n, "w") as f:
        for i in range(12000):
            f.write("line %d of file %d tells nothing that anybody needs to know. " % (i, n))
PY
    expect 'a full disk' 1 'no space left|No space' \
        "$stile" ingest --data small/d -c c --label public fill_*.txt
    rm -f fill_*.txt
    mount -o remount,size=900m small
    expect 'nothing lost on the full disk' 0 'harbour' \
        "$stile" query --data small/d -c c --clearance public --mode lexical harbour
    expect 'its audit chain holds' 0 'ok' "$stile" audit verify --data small/d
    mount -o remount,ro small 2>/dev/null
    expect 'a read-only directory' 4 'read-only|write|Permission' \
        "$stile" query --data small/d --clearance public harbour
    umount small
else
    printf 'skipped: full disk and read-only directory (need root and mount)\n' >&2
fi
finish
