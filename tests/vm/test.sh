#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The VM tier: boots each kernel and runs the live and end-to-end tests in it, with every kind of
# program that kernel permits. tests/vm/test.sh [KERNEL...]; two at a time. Without a kernel, as in
# CI: on 6.1, 6.12 and 5.10 what a kernel may change (tests_for).
# Statuses 249..254 are the emulator's or the host's (tests/vm/README.md); 249 is tried once more.
set -u
cd "$(dirname "$0")/../.." || exit 1
share=no
[ $# -gt 0 ] || {
    share=yes
    set -- 6.1 6.12 5.10
}

bin=build/tests/e2e/bin
files=(--file build/unfreed --file "$bin/unfreed_e2e" --file build/tests/bpf/live_bpf
       --file build/bpf/unfreed.bpf.o:/t/unfreed.bpf.o --file build/bpf/legacy.bpf.o:/t/legacy.bpf.o
       --file tests/bpf/verifier_budget.txt:/t/verifier_budget.txt)
for program in "$bin"/*; do
    [ "${program##*/}" = unfreed_e2e ] || files+=(--file "$program:/t/bin/${program##*/}")
done
# Dentry tests want a file system that is no tmpfs; without one they say so.
disk='dd if=/dev/zero of=/dev/shm/disk bs=1M count=48 2>/dev/null && mke2fs -F /dev/shm/disk >/dev/null 2>&1 &&
mkdir /disk && mount -o loop /dev/shm/disk /disk && export UNFREED_DISK=/disk
'
guest="$disk"'export UNFREED=/t/unfreed UNFREED_BIN=/t/bin UNFREED_SLOW=1 UNFREED_MAY_SET_CLOCK=1
export UNFREED_BPF_OBJECT=/t/unfreed.bpf.o UNFREED_LEGACY_OBJECT=/t/legacy.bpf.o UNFREED_BUDGET=/t/verifier_budget.txt
/t/live_bpf --gtest_brief=1 || exit 1
/t/unfreed_e2e --gtest_filter='

# tests_for KERNEL: a pattern of GoogleTest. On 5.10, which has a BPF side of its own, what tells whether
# that one counts right. In CI, of the others: what a kernel may change, and each of these on one of the
# two where one is enough; all the rest is code of user space, which the e2e tier tests. A test that
# traces takes some fifteen seconds in a guest, and on a slow machine both kernels with everything take
# two hours.
tests_for() {
    local both="Exactness.*:Host.*:*Ends.*:*ModuleLeaks.*"
    case $1$share in
    5.10yes) echo "Host.*:Exactness.*:Percpu.OfTheHost*" ;;
    5.10no) echo "*Run*:Pid*:*PidCounts*:Host.*:Exactness.*:Details.*:Loss.*:Sample.*" ;;
    6.1yes) echo "$both:*RunCounts*:*RunFindsOneInTenThousand*:*PidCounts*:*/SocketKinds.*:Coverage.*:Dentries.*:LookupCost.*:*.OfTheHost*" ;;
    6.12yes) echo "$both:*Module*:*PreAttachKind*:Privileges.*:Processors.*:LastMoments.*:Clock.*:Hidden.*:Ss.*" ;;
    *) echo "*" ;;
    esac
}

# ss(8), and what it asks in the kernel: reports are held against it. setpriv(1) takes capabilities
# away; that of the guest does not know the bounding set.
for tool in ss setpriv; do
    path=$(command -v "$tool") && files+=(--file "$path")
done
diag=tcp_diag,udp_diag,unix_diag,raw_diag,netlink_diag,af_packet_diag

# Debian has no headers for 6.18: no module there.
modules() {
    [ "$1" = 6.18 ] && echo "veth,loop,$diag" || echo "leaky,veth,loop,$diag"
}

boot() {
    python3 tests/vm/run.py "$1" --timeout "${UNFREED_VM_TIMEOUT:-3300}" --module "$(modules "$1")" \
        --append slab_nomerge "${files[@]}" -- "$guest'$(tests_for "$1")'"
}

one() {
    local kernel=$1 log=$2
    boot "$kernel" >"$log" 2>&1
    status=$?
    if [ $status = 249 ]; then
        echo "vm $kernel: the emulator ran stale code; once more" >>"$log"
        boot "$kernel" >>"$log" 2>&1
        status=$?
    fi
    return $status
}

python3 tests/vm/fetch.py "$@" || exit 1
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# slowest LOG: where the time goes.
slowest() {
    sed -n 's/^\[ *\(OK\|FAILED\) *\] \([^ ,]*\).* (\([0-9]*\) ms)$/\3 \2/p' "$1" | sort -rn | head -n 12 |
        awk '{ printf "%s%s %d s", sep, $2, $1 / 1000; sep = ", " }'
}

declare -A jobs=()
failed=0
finish_one() {
    local done_pid kernel
    wait -n -p done_pid
    local status=$?
    kernel=${jobs[$done_pid]}
    unset "jobs[$done_pid]"
    if [ $status = 0 ]; then
        [ "$(tests_for "$kernel")" = "*" ] || echo "vm $kernel: skipped all but $(tests_for "$kernel")"
        echo "vm $kernel: passed: $(grep -a '^vm \|PASSED' "$logs/$kernel" | tr '\n' ' ')"
    else
        failed=1
        echo "vm $kernel: FAILED (status $status)"
        grep -av '^ *"\|^\[ RUN \|^\[       OK \|^\[---' "$logs/$kernel" | tail -n 120
    fi
    echo "vm $kernel: took longest: $(slowest "$logs/$kernel")"
}
for kernel in "$@"; do
    [ ${#jobs[@]} -lt 2 ] || finish_one
    one "$kernel" "$logs/$kernel" &
    jobs[$!]=$kernel
done
while [ ${#jobs[@]} -gt 0 ]; do
    finish_one
done
exit $failed
