#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A judge that cannot be had, at the command line: documents and answers are refused, and the doctor
# says why. What it does when it answers is tested in judge.c.
. "$(dirname "$0")/lib.sh.inc"
cd "$work" || exit 1

export STILE_NO_PREFILTER=1 STILE_CLASSIFIER=none
"$stile" init --data d >/dev/null || exit 1
printf 'The harbour opens at six.\n' >boats.txt
printf 'The ferry is late.\n' >ferry.txt
"$stile" collection create --data d wiki >/dev/null
"$stile" ingest --data d -c wiki --label public boats.txt >/dev/null || exit 1
expect 'without a judge' 0 'harbour' "$stile" query --data d --clearance public --mode lexical harbour
expect 'the doctor has nothing to say of one' 0 'ok +policy' "$stile" doctor --data d
# Port 9 is that of discarded data: nobody listens there.
printf 'judge:\n  kind: plain\n  url: http://127.0.0.1:9/\n' >d/stile.yaml
expect 'it cannot be had' 1 'BAD +judge +fault judge: ' "$stile" doctor --data d
expect 'no document comes in' 1 'judge' "$stile" ingest --data d -c wiki --label public ferry.txt
expect 'no answer leaves' 1 'judge' "$stile" query --data d --clearance public --mode lexical harbour
printf 'judge:\n  kind: sibyl\n  url: http://127.0.0.1:9/\n' >d/stile.yaml
expect 'no such kind' 2 'plain or tei' "$stile" doctor --data d
printf 'judge:\n  kind: none\n' >d/stile.yaml
expect 'without it again' 0 'harbour' "$stile" query --data d --clearance public --mode lexical harbour
finish
