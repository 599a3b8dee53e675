#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# From a fresh clone to a report: installs what is missing, builds, plants a small leak (a program
# that opens sockets and never closes them), traces the whole host for ten seconds and reports.
set -eu
cd "$(dirname "$0")/.."
if [ "$(id -u)" != 0 ]; then
    echo "quickstart.sh traces the kernel: run it as root" >&2
    exit 1
fi
scripts/install-deps.sh
cmake --preset release >/dev/null
# The tests would take several times as long.
cmake --build build --target unfreed e2e_tcp_leaker

bin=build/tests/e2e/bin
# All through the trace: what comes at one moment and stays may be a program that warms up.
"$bin/tcp_leaker" 250 --spread 12 --hold 10 >/dev/null &
leaker=$!
trap 'kill "$leaker" 2>/dev/null || true' EXIT
status=0
build/unfreed trace --duration 10s --min-age 3s || status=$?
# 4: the report is there, and says itself what may be missing from it.
[ "$status" = 4 ] || exit "$status"
