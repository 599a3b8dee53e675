#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Prove that the VM tier tells success from every kind of failure:  tests/vm/selftest.sh [KERNEL...]
set -eu

here=$(dirname "$0")
failures=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad_module=$scratch/bad.ko
echo "not a module" >"$bad_module"

# expect STATUS STRING ARGUMENTS...: run.py ends with STATUS and prints STRING somewhere
expect() {
	status=$1
	text=$2
	shift 2
	got=0
	output=$("$here/run.py" "$kernel" "$@" 2>&1) || got=$?
	case $output in
	*"$text"*) found=yes ;;
	*) found=no ;;
	esac
	if [ "$got" -eq "$status" ] && [ $found = yes ]; then
		echo "ok   $kernel: $*"
		return
	fi
	failures=$((failures + 1))
	echo "FAIL $kernel: $*: status $got, not $status, or no '$text' in:"
	printf '%s\n' "$output" | tail -n 20
}

[ $# -gt 0 ] || set -- 6.1 6.12
for kernel; do
	expect 0 "$kernel." -- 'uname -r'
	expect 0 2 -- nproc
	expect 3 "status 3" -- 'exit 3'
	# shellcheck disable=SC2016 # the guest expands it
	expect 137 "status 137" -- 'kill -9 $$'
	expect 250 "panicked while the command ran" -- 'echo c >/proc/sysrq-trigger; sleep 60'
	expect 250 "panicked before the command started" --append rdinit=/nothing -- true
	expect 251 "hung" --timeout 10 -- 'sleep 100'
	expect 252 "without an END marker" -- 'reboot -f'
	expect 253 "cannot insert module" --module "$bad_module" -- true
	expect 254 "no module 'nosuch'" --module nosuch -- true
	expect 0 veth --module veth -- 'cat /proc/modules'
	# shellcheck disable=SC2016 # the guest expands it
	expect 0 "bash 5" --file /bin/bash:/bin/ -- 'bash -c "echo bash \$BASH_VERSION"'
	# shellcheck disable=SC2016 # the guest expands it
	expect 0 "cache 10 ffff" --module leaky -- 'echo cache 10 >/proc/unfreed_leaky && cat /proc/unfreed_leaky'
done
[ "$failures" -eq 0 ] || exit 1
echo "all as expected"
