#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Build everything with clang, and run each fuzz target for some seconds from nothing: enough to see that
# it runs, and what it finds at once. For more: build/fuzz/fuzz/fuzz_NAME -jobs=2 CORPUS.
#
#   tests/fuzz/run.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds="${1:-5}"
[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -- --quiet
export STILE_MODEL="${STILE_MODEL:-$PWD/indexes/model/stile-static-256.bin}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
for target in build/fuzz/fuzz/fuzz_*; do
    name="$(basename "$target")"
    if "$target" -max_total_time="$seconds" -rss_limit_mb=4096 -artifact_prefix="$scratch/" \
        >"$scratch/log" 2>&1; then
        printf '%-22s %s\n' "$name" "$(grep -o 'Done.*' "$scratch/log" || true)"
    else
        tail -40 "$scratch/log"
        printf '%-22s FAILED\n' "$name"
        exit 1
    fi
done
