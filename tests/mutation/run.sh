#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Can the tests of the invariants fail? Breaks a copy of the product on purpose, one way at a time, and expects
# the test that a patch names in its first line to see it.
#
#   global-bm25, shared-hnsw, sequential-ids   I2, broken as real products are: statistics over all documents, one
#                                              graph for all labels that is filtered afterwards, ids that count
#   no-clearance                               I1: what is fetched is not compared with the clearance again
#   stale-policy, left-unread, joint-too-short I3: an answer of a policy that was replaced; a sanitized text that is
#                                              not read again; matches across chunks looked for in half their length
#   citation-off-by-one                        I4: a span that ends one byte late
#   unaudited                                  I5: an answer without a record
#   tags-unescaped                             a stored text that writes a citation tag
#
#   tests/mutation/run.sh [MUTATION...]
set -euo pipefail
cd "$(dirname "$0")/../.."

root="$PWD"
build="$root/build/mutation"
tree="$build/tree"
mutations=("$@")
[ "${#mutations[@]}" -gt 0 ] || for patch in tests/mutation/*.patch; do
    mutations+=("$(basename "$patch" .patch)")
done

# Only what changed is copied, so that a second run builds little.
mkdir -p "$tree"
while IFS= read -r -d '' file; do
    [ -f "$file" ] || continue
    cmp -s "$file" "$tree/$file" || install -D -m 644 "$file" "$tree/$file"
done < <(git ls-files -z)
(cd "$tree" && find . -type f -printf '%P\n') | while IFS= read -r file; do
    [ -f "$file" ] || rm "$tree/$file"
done
cmake -S "$tree" -B "$build/out" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTILE_BENCHMARKS=OFF \
    -DSTILE_DEPS="${STILE_PREFIX:-$root/.deps/prefix}" >/dev/null

export STILE_MODEL="$root/indexes/model/stile-static-256.bin"
export STILE_CASES="${STILE_CASES:-1000}"

check() { # PROGRAM [ARGUMENTS]: prints pass or fail
    cmake --build "$build/out" --target "$1" -- --quiet >"$build/log" 2>&1 || {
        cat "$build/log" >&2
        echo "the mutant does not build" >&2
        exit 1
    }
    if timeout -k 5 300 "$build/out/tests/$1" "${@:2}" >"$build/log" 2>&1; then echo pass; else echo fail; fi
}

declare -A sound
failed=0
for mutation in "${mutations[@]}"; do
    read -ra test < <(sed -n '1s/^# seen by: //p' "tests/mutation/$mutation.patch")
    if [ -z "${sound[${test[*]}]:-}" ]; then
        if [ "$(check "${test[@]}")" != pass ]; then
            tail -5 "$build/log" >&2
            echo "${test[*]}: does not pass on the product as it is" >&2
            exit 1
        fi
        sound[${test[*]}]=1
    fi
    patch -s -p1 -d "$tree" <"tests/mutation/$mutation.patch"
    outcome="$(check "${test[@]}")"
    patch -s -R -p1 -d "$tree" <"tests/mutation/$mutation.patch"
    if [ "$outcome" = fail ] && grep -q '\[FAIL\]' "$build/log"; then
        printf '%-20s seen by %s\n' "$mutation" "${test[*]}"
    else
        printf '%-20s NOT SEEN by %s\n' "$mutation" "${test[*]}"
        failed=1
    fi
done
exit "$failed"
