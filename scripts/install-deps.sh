#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Installs what building unfreed needs from the distribution (Debian 12 and 13, Ubuntu 24.04).
#   install-deps.sh          to build and use it
#   install-deps.sh --tests  to run all tests, too (QEMU, formatters, sanitizers)
# Asks for nothing when everything is there, so it can be run every time.
set -eu

build_packages="cmake ninja-build g++ pkg-config clang llvm libbpf-dev libelf-dev zlib1g-dev
libdw-dev libiberty-dev libprotozero-dev libpugixml-dev libncurses-dev
libfmt-dev libexpected-dev nlohmann-json3-dev libcli11-dev libgtest-dev libgmock-dev"
test_packages="qemu-system-x86 busybox-static zstd lz4 xz-utils python3 clang-format shellcheck
iproute2 nginx-light apache2-utils libnss3-tools strace procps tmux libxml2-utils libclang-rt-dev libc6-dev dpkg-dev make gcc"

if [ ! -r /etc/os-release ] || ! command -v apt-get >/dev/null; then
    echo "install-deps.sh knows Debian and Ubuntu only. Install by hand: $build_packages" >&2
    exit 1
fi
# shellcheck source=/dev/null
. /etc/os-release
case "${ID:-}" in
ubuntu) build_packages="$build_packages linux-tools-common linux-tools-generic" ;;
*)
    build_packages="$build_packages bpftool"
    # The page of the html form; Ubuntu has it as a snap only.
    test_packages="$test_packages chromium"
    ;;
esac

packages=$build_packages
[ "${1:-}" = --tests ] && packages="$packages $test_packages"

missing=
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "These packages are missing; run this as root, or install them:$missing" >&2
    exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# The list is split into words on purpose.
# shellcheck disable=SC2086
apt-get -qq install -y --no-install-recommends $missing >/dev/null
