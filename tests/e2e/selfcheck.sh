#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Compares what the test programs claim with the kernel's own books (/proc); needs root, no tracing.
# usage: selfcheck.sh BIN_DIR [WORK_DIR]     WORK_DIR: on a disk file system, as tmpfs keeps no negatives
set -u

if [ $# -lt 1 ] || [ ! -x "$1/tcp_leaker" ]; then
    echo "usage: $0 BIN_DIR [WORK_DIR]" >&2
    exit 2
fi
# "sockets: used" counts one network namespace: in a new one nobody else's sockets are counted.
if [ -z "${SELFCHECK_INSIDE:-}" ]; then
    # It takes 10 s, in an emulated machine 90 s; what hangs is to fail as well (status 124).
    SELFCHECK_INSIDE=1 exec timeout -k 10 600 unshare -n "$0" "$@"
fi

PATH=$1:$PATH
work=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/selfcheck.XXXXXX") || exit 1
ready=$work/ready
dir=$work/dir
running=
failures=0
checks=0
trap '[ -z "$running" ] || kill -9 $running 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# expect WHAT WANTED GOT
expect()
{
    checks=$((checks + 1))
    if [ "$2" != "$3" ]; then
        failures=$((failures + 1))
        echo "FAIL $name: $1: expected $2, got $3"
    fi
}

# near WANTED GOT SLACK   (for books that count the whole machine)
near()
{
    [ "$2" -ge $(($1 - $3)) ] && [ "$2" -le $(($1 + $3)) ]
}

sockets_used()
{
    awk '/^sockets:/ { print $3 }' /proc/net/sockstat
}

# Sockets are freed after an RCU grace period, and by the softirq that gets the last segment.
expect_sockets()
{
    tries=0
    while [ "$(sockets_used)" != "$1" ] && [ $tries -lt 30 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    expect "sockets in use" "$1" "$(sockets_used)"
}

files_in()
{
    find "$1" -mindepth 1 | wc -l
}

links()
{
    # shellcheck disable=SC2012 # find has no portable way to print what a link says
    ls -l "$1/fd" 2>/dev/null | sed -n 's/.* -> //p'
}

# How many open files of a process match a pattern, beyond those that a program gets from us. A thread's
# list is the process's, and the only one left when the main thread has ended.
fds()
{
    for task in /proc/"$1"/task/*; do
        links "$task" >"$work/links"
        [ -s "$work/links" ] || continue
        echo $(($(grep -c -e "$2" "$work/links") - $(grep -c -e "$2" "$work/inherited")))
        return
    done
    echo none
}

wait_for()
{
    tries=0
    until grep -q "^$1" "$ready" 2>/dev/null; do
        if [ $tries -ge 300 ] || ! kill -0 "$running" 2>/dev/null; then
            expect "a line \"$1\"" yes no
            return 1
        fi
        sleep 0.1
        tries=$((tries + 1))
    done
}

# start PROGRAM ARGS...
start()
{
    name=$*
    program=$1
    shift
    rm -rf "$ready" "$dir"
    mkdir "$dir"
    base=$(sockets_used)
    "$program" "$@" --hold forever --ready-file "$ready" </dev/null >/dev/null 2>"$work/err" &
    running=$!
}

stop()
{
    kill -TERM "$running"
    wait "$running"
    expect "exit status after SIGTERM" 0 $?
    running=
    [ -s "$work/err" ] && cat "$work/err"
    expect_sockets "$base"
}

# leaker FILE_PATTERN FILES SOCKETS LINE PROGRAM ARGS...
before=11
leaker()
{
    pattern=$1 files=$2 socks=$3 line=$4
    shift 4
    start "$@"
    if wait_for "leaked $line pid="; then
        pid=$(sed -n 's/^leaked.* pid=\([0-9]*\).*/\1/p' "$ready")
        expect "open files ($pattern)" "$files" "$(fds "$pid" "$pattern")"
        expect "all open files" "$files" "$(fds "$pid" .)"
        expect "sockets in use, as soon as it says so" $((base + socks)) "$(sockets_used)"
    fi
}

# shellcheck disable=SC2217 # it is to have the same open files as what start runs
sleep 1000 </dev/null >/dev/null 2>"$work/err" &
running=$!
# At first it is this shell still, then the loader opens its libraries: wait until nothing moves.
until [ "$(cat /proc/$running/comm)" = sleep ] && cmp -s "$work/inherited" "$work/links"; do
    links /proc/$running >"$work/links"
    sleep 0.3
    links /proc/$running >"$work/inherited"
done
kill $running
running=

n=137
socket='^socket:'

leaker "$socket" $n $n "tcp $n" tcp_leaker $n
stop
leaker "$socket" $n $n "tcp $n" tcp_leaker $n --balanced 0
stop
leaker "$socket" $n $n "udp $n" udp_leaker $n
expect "bound UDP sockets" 0 "$(awk '/^UDP:/ { print $3 }' /proc/net/sockstat)"
stop
leaker "$socket" $n $n "udp $n" udp_leaker $n --bind
leaker "$socket" $n $n "paths $n" paths_leaker $n
expect "bound UDP sockets" $n "$(awk '/^UDP:/ { print $3 }' /proc/net/sockstat)"
stop
leaker "$socket" $n $n "unix $n" unix_leaker $n
stop
leaker "$socket" $n $n "unix $n" unix_leaker $n --bind-path "$dir"
expect "bound paths" $n "$(grep -c "$dir/leaked" /proc/net/unix)"
expect "paths in the directory" $n "$(files_in "$dir")"
stop
leaker "$socket" $n $((2 * n)) "socketpair $n" socketpair_leaker $n
stop
leaker "$socket" $n $n "accepted $n" accept_leaker $n
expect "connections in CLOSE_WAIT" $n "$(awk '$4 == "08"' /proc/net/tcp | wc -l)"
expect "TCP sockets in a hash: those, no listener, no client" $n \
    "$(awk '/^TCP:/ { print $3 }' /proc/net/sockstat)"
stop
# The line must not come too early: 0.1 s later no orphan of a client would be left to see.
for round in 1 2 3 4 5; do
    name="accept_leaker 200, round $round"
    base=$(sockets_used)
    used=$(accept_leaker 200 --hold 0.5 | {
        read -r _
        read -r _ _ used </proc/net/sockstat
        echo "$used"
    })
    expect "sockets in use, at once" $((base + 200)) "$used"
    expect_sockets "$base"
done
# In state $1 of /proc/net/tcp.
tcp_in_state()
{
    awk -v state="$1" '$4 == state' /proc/net/tcp | wc -l
}
fin_wait2=$(tcp_in_state 05)
leaker "$socket" $((2 * n)) $((2 * n)) "tcpkind $n" tcpkind_leaker $n --kind half-closed
expect "connections in FIN_WAIT2" $((fin_wait2 + n)) "$(tcp_in_state 05)"
stop
fin_wait1=$(tcp_in_state 04)
leaker "$socket" $n $((2 * n)) "tcpkind $n" tcpkind_leaker $n --kind linger
expect "connections in FIN_WAIT1" $((fin_wait1 + n)) "$(tcp_in_state 04)"
stop
leaker "$socket" $n $n "tcpkind $n" tcpkind_leaker $n --kind reset
stop
leaker "$socket" $n $n "tcpkind $n" tcpkind_leaker $n --kind listener
stop
leaker "$socket" $n $n "unixkind $n" unixkind_leaker $n --kind abstract
stop
leaker "$socket" $n $n "unixkind $n" unixkind_leaker $n --kind deleted --dir "$dir"
expect "paths in the directory" 0 "$(files_in "$dir")"
stop
leaker "$socket" 2 $((n + 2)) "unixkind $n" unixkind_leaker $n --kind in-flight
stop

leaker "^$dir/leaked" $n 0 "dentry $n" dentry_leaker "$dir" $n
expect "files in the directory" $n "$(files_in "$dir")"
stop
leaker "^$dir/leaked.* (deleted)" $n 0 "dentry $n" dentry_leaker "$dir" $n --unlink
expect "files in the directory" 0 "$(files_in "$dir")"
stop
leaker '^anon_inode:.*eventpoll' $n 0 "epoll $n" epoll_leaker $n
stop
leaker '^anon_inode:.*eventfd' $n 0 "eventfd $n" eventfd_leaker $n
stop
leaker '^anon_inode:.*timerfd' $n 0 "timerfd $n" timerfd_leaker $n
stop
leaker '^anon_inode:.*bpf-map' $n 0 "area $n" area_leaker $n
stop
leaker '^anon_inode:.*bpf-map' $n 0 "percpu $n" percpu_leaker $n
stop
leaker '^pipe:' $((2 * n)) 0 "pipe $n" pipe_leaker $n
stop
leaker "$socket" $n $n "thread $n" thread_leaker $n --threads 5
expect "state of the main thread" Z "$(sed 's/.*) //; s/ .*//' /proc/$running/task/$running/stat)"
stop
leaker "$socket" $n $n "fork $n" fork_leaker $n
expect "sockets of the parent" 0 "$(fds "$running" "$socket")"
stop
leaker "$socket" 7 7 "oneof 7" oneof_leaker 1000 7
stop
leaker "$socket" 0 0 "oneof 0" oneof_leaker 1000 0
stop

# Objects from before the start signal, for each leaker that has them.
for case in "1 tcp_leaker" "1 udp_leaker" "1 udp_leaker --bind" "1 unix_leaker" \
    "2 socketpair_leaker" "1 accept_leaker" "1 thread_leaker"; do
    each=${case%% *} command=${case#* }
    program=${command%% *} options=${command#"$program"}
    # shellcheck disable=SC2086 # options are words
    start "$program" $n $options --before $before --wait-start
    if wait_for "waiting pid=$running"; then
        expect "sockets before SIGUSR1" $((base + each * before)) "$(sockets_used)"
        kill -USR1 "$running"
        wait_for "leaked .* before=$before" &&
            expect "sockets after SIGUSR1" $((base + each * (before + n))) "$(sockets_used)"
    fi
    stop
done

# The books on dentries count the whole machine, which others use too: a miss may be their doing.
# dentries FIELD WANTED PROGRAM ARGS...
dentries()
{
    field=$1 wanted=$2 round=0
    shift 2
    while :; do
        round=$((round + 1))
        rm -rf "$dir"
        mkdir "$dir"
        name=$*
        was=$(awk "{ print \$$field }" /proc/sys/fs/dentry-state)
        "$@" >/dev/null
        status=$?
        grown=$(($(awk "{ print \$$field }" /proc/sys/fs/dentry-state) - was))
        near "$wanted" "$grown" 1000 && grown=$wanted
        [ "$grown" = "$wanted" ] || [ $round -ge 3 ] || continue
        expect "exit status" 0 $status
        expect "growth of field $field of dentry-state (+-1000)" "$wanted" "$grown"
        expect "files in the directory" 0 "$(files_in "$dir")"
        return
    done
}

case $(stat -f -c %T "$work") in
tmpfs | ramfs)
    echo "SKIP negative_leaker: $work is on tmpfs"
    ;;
*)
    dentries 5 20000 negative_leaker "$dir" 20000 --balanced 1
    dentries 1 20000 negative_leaker "$dir" 20000 --balanced 1
    ;;
esac
dentries 1 0 file_churner "$dir" 20000
dentries 1 0 stat_churner "$dir" 20000
dentries 1 0 mixed_churner 20000 --dir "$dir"

churner()
{
    start "$@"
    if wait_for "done"; then
        expect "open files" 0 "$(fds "$running" .)"
        expect "children" "" "$(cat /proc/$running/task/$running/children 2>/dev/null)"
        expect "files in the directory" 0 "$(files_in "$dir")"
        expect_sockets "$base"
    fi
}

for kind in tcp udp unix socketpair mix; do
    churner socket_churner 2000 --kind $kind
    stop
done
# Its TIME_WAITs must not use up the ports. The settings are those of our network namespace.
echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse
echo "40000 40999" >/proc/sys/net/ipv4/ip_local_port_range
churner connect_churner 10000
expect "a line" "done connect 10000" "$(cat "$ready")"
stop
churner file_churner "$dir" 2000
stop
churner stat_churner "$dir" 2000
stop
churner fork_churner 100
stop
churner paths_churner 3000
stop
churner mixed_churner 2000 --dir "$dir"
expect "a line" "done mixed 2000" "$(cat "$ready")"
stop
churner mixed_churner --seconds 0.5 --dir "$dir"
stop

# ends EXPECTED_STATUS PROGRAM ARGS...
ends()
{
    wanted=$1
    shift
    name=$*
    # In a shell of its own, which reports the signal to nobody.
    sh -c '"$@"; exit $?' sh "$@" >/dev/null 2>"$work/err"
    expect "exit status" "$wanted" $?
}

for program in tcp_leaker thread_leaker socket_churner; do
    ends 0 $program 3 --end exit
    ends 0 $program 3 --end _exit
    ends 137 $program 3 --end kill
    ends 134 $program 3 --end abort
    ends 139 $program 3 --end segv
done
ends 0 fork_leaker 3 --parent exit
ends 1 tcp_leaker 99000000
expect "what it says" 1 "$(grep -c 'cannot have .* open files' "$work/err")"
ends 1 dentry_leaker "$work/missing" 1
ends 2 tcp_leaker
ends 2 tcp_leaker 1 --unknown
ends 2 fork_leaker 1 --before 1

echo "selfcheck: $checks checks, $failures failed"
[ $failures -eq 0 ]
