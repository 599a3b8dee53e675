#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds build/unfreed (and the test programs), after installing what is missing.
set -eu
cd "$(dirname "$0")/.."
scripts/install-deps.sh
cmake --preset "${1:-release}" >/dev/null
cmake --build build
