#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Every test this machine can run, from cheap to dear. Ends with "N passed, N failed, N skipped",
# counted in tiers. A tier that cannot run here says why; in CI (CI=true) a skip that is not listed
# in ALLOWED_SKIPS is a failure.
#   scripts/test.sh            all tiers
#   scripts/test.sh unit e2e   these only
set -u
cd "$(dirname "$0")/.." || exit 1

# What these read or ask is fetched, and a registry that does not answer is no fault of the code; and
# they come last, if there is time.
ALLOWED_SKIPS=" readers fleet "
passed=0 failed=0 skipped=0
wanted=" $* "
summary=() details=()

is_wanted() { [ "$wanted" = "  " ] || [[ "$wanted" == *" $1 "* ]]; }

# The end of the output may be all that somebody gets to see: what failed stands there once more.
# failed_tests LOG: the names, of GoogleTest and of CTest.
failed_tests() {
    grep -aoE '^\[  FAILED  \] [A-Za-z0-9_/]+\.[A-Za-z0-9_/]+|^vm [0-9.]+: FAILED|^[a-z_]+: FOUND|[^ ]+ \((Failed|Timeout|SEGFAULT)\)' "$1" |
        sed 's/^\[  FAILED  \] //' | sort -u | head -n 20 | paste -sd ' '
}

# failure_texts LOG: the first words of each failed expectation, and of compilers.
failure_texts() {
    grep -aE -A 5 ': Failure$|: (fatal )?error: ' "$1" | cut -c 1-240 | head -n 60
}

# await_end PID: of tee, which reads until the last writer is gone. What a test program that died has
# left running may be one, for ever.
await_end() {
    for _ in {1..100}; do
        kill -0 "$1" 2>/dev/null || return
        sleep 0.1
    done
    kill "$1"
}

# tier NAME FUNCTION: runs it; status 77 with a reason on the last line means skipped.
tier() {
    local name=$1 function=$2 log status start
    is_wanted "$name" || return 0
    log=$(mktemp)
    start=$SECONDS
    printf '== %s (after %d min)\n' "$name" $((SECONDS / 60))
    "$function" > >(tee "$log") 2>&1
    status=$?
    await_end $!
    if [ $status = 77 ]; then
        summary+=("skipped  $name: $(tail -n 1 "$log")")
        if [ "${CI:-}" = true ] && [[ "$ALLOWED_SKIPS" != *" $name "* ]]; then
            summary+=("FAILED   $name: it must run in CI")
            failed=$((failed + 1))
        else
            skipped=$((skipped + 1))
        fi
    elif [ $status = 0 ]; then
        passed=$((passed + 1))
        summary+=("passed   $name ($((SECONDS - start)) s)")
    else
        failed=$((failed + 1))
        summary+=("FAILED   $name (status $status): $(failed_tests "$log")")
        details+=("-- $name" "$(failure_texts "$log")")
    fi
    printf '%s\n' "${summary[-1]}"
    rm -f "$log"
}

need_root() {
    [ "$(id -u)" = 0 ] && return 0
    echo "needs root"
    return 77
}

dependencies() { scripts/install-deps.sh --tests; }

# build PRESET: what a tier tests is built first, or it would test what was built yesterday.
build() { cmake --preset "${2:-ci-gcc}" >/dev/null && cmake --build --preset "$1" -- --quiet; }

build_gcc() { build ci-gcc; }

format() {
    local tool
    tool=$(command -v clang-format-14) || {
        echo "needs clang-format-14, the pinned version"
        return 77
    }
    git ls-files '*.cpp' '*.h' '*.c' ':!vmlinux' ':!tests/vm/module' | xargs "$tool" --dry-run -Werror &&
        git ls-files '*.sh' '.ci/run' | xargs shellcheck -x && scripts/layers.py --selfcheck
}

unit() { build unit && ctest --preset unit; }

abi() { build abi && ctest --preset abi; }

# With the sanitizers, so that clang compiles everything once. Started beside the end-to-end tests,
# which wait more than they compute; they come before it.
clang_log="" clang_pid=""
start_clang() {
    clang_log=$(mktemp)
    build asan asan >"$clang_log" 2>&1 &
    clang_pid=$!
    renice -n 19 "$clang_pid" >/dev/null
}

build_clang() {
    local status
    [ -n "$clang_pid" ] || {
        build asan asan
        return
    }
    wait "$clang_pid"
    status=$?
    cat "$clang_log"
    rm -f "$clang_log"
    return $status
}

sanitized_unit() { build unit-asan asan && ctest --preset unit-asan; }

live() {
    need_root || return
    build live && ctest --preset live
}

# What the tool costs where nothing happens, and what it says of five leaks beside loads of the test's
# own: clang beside it would be a load more, which takes the tool's sweeps from it and so the certainty
# from its verdicts.
QUIET='Cost.*:BusyHost.*'
cost() {
    need_root || return
    build e2e && build/tests/e2e/bin/unfreed_e2e --gtest_brief=1 --gtest_filter="$QUIET"
}

e2e() {
    local times status
    need_root || return
    build e2e || return
    times=$(mktemp)
    build/tests/e2e/bin/unfreed_e2e --gtest_brief=1 --gtest_filter="-$QUIET" --gtest_output="json:$times"
    status=$?
    scripts/slowest-tests.py "$times"
    rm -f "$times"
    return $status
}

# late: what is tried last is left out on a machine on which the rest took more than an hour.
late() {
    [ $SECONDS -gt 3900 ] || return 1
    echo "the tiers before took $((SECONDS / 60)) min"
}

# What is written, in the programs that it is written for.
readers() {
    late && return 77
    build unit && tests/readers/test.sh
}

# From a leak to an alert.
fleet() {
    late && return 77
    need_root || return
    build e2e && tests/fleet/alerts_fire.py
}

vm() {
    build ci-gcc && tests/vm/test.sh
}

# A minute for each target, some seven in all; less where the machine is so slow that the script would
# not end within the hour. A target that found something once keeps it in its corpus, which unit goes
# through.
TIME_FOR_ALL=3300
fuzz() {
    local targets seconds
    targets=$(find tests/fuzz -name '*_fuzz.cpp' | wc -l)
    build fuzz asan || return
    seconds=$(((TIME_FOR_ALL - SECONDS) * 2 / targets))
    seconds=$((seconds > 60 ? 60 : seconds < 10 ? 10 : seconds))
    echo "$seconds s for each of $targets targets"
    scripts/fuzz.sh "$seconds"
}

tier dependencies dependencies
tier build-gcc build_gcc
tier format format
tier unit unit
tier abi abi
tier live live
tier cost cost
is_wanted e2e && is_wanted build-clang && start_clang
tier e2e e2e
tier vm vm
tier build-clang build_clang
tier unit-asan sanitized_unit
tier fuzz fuzz
tier readers readers
tier fleet fleet

printf '\n'
[ ${#details[@]} = 0 ] || printf '%s\n' "${details[@]}" ''
printf '%s\n' "${summary[@]}"
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
