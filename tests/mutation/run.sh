#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Can the noninterference test fail? Breaks a copy of the product on purpose, one way at a time, as real
# products are broken, and expects the test to see it: statistics over all documents (global-bm25), one
# HNSW graph for all labels that is filtered afterwards (shared-hnsw), ids that count (sequential-ids).
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
check() { # prints pass or fail
    cmake --build "$build/out" --target property_noninterference -- --quiet >"$build/log" 2>&1 || {
        cat "$build/log" >&2
        echo "the mutant does not build" >&2
        exit 1
    }
    if timeout -k 5 300 "$build/out/tests/property_noninterference" >"$build/log" 2>&1; then echo pass; else echo fail; fi
}

export STILE_CASES="${STILE_CASES:-1000}"
failed=0
if [ "$(check)" != pass ]; then
    tail -5 "$build/log" >&2
    echo "the product as it is does not pass" >&2
    exit 1
fi
for mutation in "${mutations[@]}"; do
    patch -s -p1 -d "$tree" <"tests/mutation/$mutation.patch"
    outcome="$(check)"
    patch -s -R -p1 -d "$tree" <"tests/mutation/$mutation.patch"
    if [ "$outcome" = fail ] && grep -q 'asks' "$build/log"; then
        printf '%-20s seen\n' "$mutation"
    else
        printf '%-20s NOT SEEN\n' "$mutation"
        failed=1
    fi
done
exit "$failed"
