#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Builds the fuzz targets (clang; the build with the sanitizers) and runs each, two at a time; fails on
# any finding, which is left in build-asan/findings.
#   scripts/fuzz.sh                 60 seconds each
#   scripts/fuzz.sh 600 elf screen  these only
set -u
cd "$(dirname "$0")/.." || exit 1

seconds=${1:-60}
shift
wanted=("$@")
build="build-asan"
findings=$build/findings

command -v clang++ >/dev/null || {
    echo "needs clang++"
    exit 77
}
cmake --preset asan >/dev/null && cmake --build --preset fuzz || exit 1

if [ ${#wanted[@]} = 0 ]; then
    for source in tests/fuzz/*_fuzz.cpp; do
        source=${source##*/}
        wanted+=("${source%_fuzz.cpp}")
    done
fi
mkdir -p "$findings"

# fuzz NAME: ends this shell. What is new goes into a folder of its own, which the next run begins with.
fuzz() {
    mkdir -p "$build/corpus/$1"
    exec "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -max_len=8192 -artifact_prefix="$findings/$1-" -print_final_stats=1 \
        "$build/corpus/$1" "tests/fuzz/corpus/$1" >"$build/$1.log" 2>&1
}

failed=0 running=() names=()
trap '[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null' EXIT
trap 'exit 1' INT TERM HUP
# Waits for the first of those that run.
reap() {
    if wait "${running[0]}"; then
        printf '%s: %s inputs; ' "${names[0]}" "$(sed -n 's/.*number_of_executed_units: *//p' "$build/${names[0]}.log")"
    else
        printf '\n%s: FOUND SOMETHING\n' "${names[0]}"
        tail -n 40 "$build/${names[0]}.log"
        failed=1
    fi
    running=("${running[@]:1}") names=("${names[@]:1}")
}
for name in "${wanted[@]}"; do
    [ ${#running[@]} -lt 2 ] || reap
    fuzz "$name" &
    running+=($!) names+=("$name")
done
while [ ${#running[@]} -gt 0 ]; do
    reap
done
echo
exit $failed
