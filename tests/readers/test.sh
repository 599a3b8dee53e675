#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What unfreed writes, read by programs that are not ours (get.sh). Status 77: they cannot be had.
set -eu
cd "$(dirname "$0")"
READERS=$(./get.sh)
UNFREED=${UNFREED:-../../build/unfreed}
RECORDINGS=${RECORDINGS:-../../build/tests/readers/recordings}
export READERS UNFREED RECORDINGS
for need in chromium xmllint node; do
    if ! command -v "$need" >/dev/null; then
        echo "skipped: needs $need (scripts/install-deps.sh --tests)"
        exit 77
    fi
done
exec python3 -m unittest -v pprof_test speedscope_test documents_test
