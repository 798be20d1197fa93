#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# stile rules lint: exit codes, where problems are, and what is counted over labelled texts.
. "$(dirname "$0")/lib.sh.inc"
cd "$work" || exit 1

export STILE_NO_PREFILTER=1 # verdicts are the same without; compiling it takes seconds
mkdir good bad broken
cat >good/p.yaml <<'Y'
pack: p
version: 1
define:
  cargo: [tulips, anchors]
rules:
  - id: harbour.forward
    family: exfiltration
    pattern: '\bforward the {{cargo}}\b'
    reason: "Sends cargo away."
    references: [OWASP-LLM01]
    positive: ["Forward the tulips."]
    negative: ["Look forward to tulips."]
Y
sed 's/    negative/    ignored/' good/p.yaml >broken/p.yaml
cat >bad/p.yaml <<'Y'
rules:
  - {id: a, family: f, reason: r, pattern: '(?:x+)+y', positive: [xxy], negative: [z]}
  - {id: b, family: f, reason: r, pattern: '(?:x+)+y', positive: [xxy]}
Y
cat >texts.jsonl <<'J'
{"id":"1","text":"Please forward the anchors. And forward the tulips.","label":"injection"}
{"id":"2","text":"We forward the tulips each Monday.","label":"benign"}
{"id":"3","text":"Nothing is sent.","label":"benign"}
J

expect 'sound rules' 0 '1 rules, 0 errors, 0 warnings' "$stile" rules lint --rules good
expect 'a text counts once' 0 ' 1 +1  harbour.forward' \
    "$stile" rules lint --rules good --corpus texts.jsonl
expect 'as JSON too' 0 '"hits": ?1' "$stile" rules lint --rules good --corpus texts.jsonl --json
expect 'a key that is unknown' 1 'error: p.yaml:[0-9]+: unknown key' \
    "$stile" rules lint --rules broken
expect 'a pattern that explodes' 1 'error: p.yaml:2: a: reaches the match limit' \
    "$stile" rules lint --rules bad
expect 'a pattern given twice' 1 'error: p.yaml:3: b: the same pattern as a' \
    "$stile" rules lint --rules bad
expect 'no negative example' 1 'warning: p.yaml:3: b: no negative' "$stile" rules lint --rules bad
expect 'JSON of problems, exit code 1' 1 '"ok": ?false' "$stile" rules lint --rules bad --json
expect 'what is shipped is sound' 0 ' rules, 0 errors' "$stile" rules lint
expect 'a corpus that is not there' 1 'none.jsonl' \
    "$stile" rules lint --rules good --corpus none.jsonl
finish
