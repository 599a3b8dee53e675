#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Is the tool built as cmake/Hardening.cmake says? Usage: hardening.sh BINARY
set -eu
binary=$1
failed=0

# has WHAT TEXT PATTERN: TEXT has a line with PATTERN.
has() {
    printf '%s\n' "$2" | grep -Eq -- "$3" && return
    echo "$binary: $1" >&2
    failed=1
}

header=$(readelf -hW "$binary")
segments=$(readelf -lW "$binary")
dynamic=$(readelf -dW "$binary")
symbols=$(nm -D --undefined-only "$binary")

has 'is no position-independent executable' "$header" 'Type: +DYN'
has 'has no read-only relocations' "$segments" 'GNU_RELRO'
has 'binds functions when they are first called, so its table of them can be written' \
    "$dynamic" 'BIND_NOW|FLAGS.* NOW'
has 'may execute its stack' "$segments" 'GNU_STACK.* RW +0x'
has 'has no stack protector' "$symbols" '__stack_chk_fail'
has 'has no checked copies (_FORTIFY_SOURCE)' "$symbols" '__(memcpy|read|fdelt|vsnprintf|snprintf|readlink|poll|fprintf|vfprintf|recv)_chk'
case $(uname -m) in
x86_64)
    # Where indirect calls may land.
    has 'has no landing pads (-fcf-protection)' \
        "$(objdump -d --no-show-raw-insn --disassemble=main "$binary")" 'endbr64'
    ;;
esac
exit "$failed"
