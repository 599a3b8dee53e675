#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the synthetic table of docs/verdicts.md anew: verdict-table.sh [TRACES OF EACH KIND]. Needs a
# configured build directory (scripts/build.sh). The seeds are fixed, so the same code gives the same
# table.
set -eu
cd "$(dirname "$0")/.."
cmake --build build --target verdict_table >/dev/null
table=$(mktemp)
trap 'rm -f "$table" "$table.new"' EXIT
build/tests/verdicts/verdict_table "${1:-1000}" >"$table"
awk -v table="$table" '
    /<!-- synthetic table: end -->/ { skip = 0 }
    !skip { print }
    /<!-- synthetic table: begin/ {
        skip = 1
        while ((getline line < table) > 0) print line
    }' docs/verdicts.md >"$table.new"
cat "$table.new" >docs/verdicts.md
