#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Fetches the programs that read what unfreed writes, beside the system, and prints the folder they are
# in: go (pprof), promtool, prometheus and node_exporter of the distribution, and packages of npm. Status
# 77: there is no way to have them.
set -eu
folder=${UNFREED_READERS:-${XDG_CACHE_HOME:-$HOME/.cache}/unfreed-readers}
npm_packages="pprof-format@2.3.2 speedscope@1.25.0 @microsoft/sarif-multitool@5.7.0 ajv@8.17.1"
mkdir -p "$folder"
cd "$folder"

fail() {
    echo "skipped: $1" >&2
    exit 77
}

# fetch PACKAGE...: unpacks packages of the distribution without installing them: some start services.
fetch() {
    rm -rf new && mkdir new
    (cd new && apt-get -qq download "$@") >&2 || fail "cannot download $*"
    for package in new/*.deb; do
        dpkg-deb -x "$package" root
    done
    rm -rf new
}

if ! [ -e root/.complete ]; then
    command -v apt-get >/dev/null || fail "knows Debian and Ubuntu only"
    rm -rf root
    go=$(apt-cache depends golang-go 2>/dev/null | sed -n 's/.*Depends: \(golang-[0-9.]*\)-go$/\1/p')
    [ -n "$go" ] || fail "no package golang-go"
    fetch "$go-go" prometheus prometheus-node-exporter
    touch root/.complete
fi
if ! [ "$(cat npm/packages 2>/dev/null)" = "$npm_packages" ]; then
    command -v npm >/dev/null || fail "needs npm"
    rm -rf npm && mkdir npm
    echo '{"private": true}' >npm/package.json
    # The list is split into words on purpose.
    # shellcheck disable=SC2086
    npm install --silent --no-audit --no-fund --prefix npm $npm_packages >&2 || fail "cannot install $npm_packages"
    echo "$npm_packages" >npm/packages
fi
pwd
