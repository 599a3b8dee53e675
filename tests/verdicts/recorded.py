#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the verdicts are worth on real programs: runs healthy and leaky loads, one after the other, traces
each for some time host-wide, and writes a table: rows of the load that are called leaking or suspect,
for a leaky one the rank and the verdict of its first row, and how many lines the report has at 80
columns.

recorded.py [--seconds 60] [--unfreed build/unfreed] [--into docs/verdicts.md] [LOAD…]

Needs root. A load has a cgroup of its own, so that rows of other programs that happen to run are told
apart ("others"); rows without a process are the load's, too."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SOURCE = "#include <map>\n#include <string>\nstd::map<std::string, int> f() { return {}; }\n"


def start(command, where, group):
    def join():
        with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write("0")

    return subprocess.Popen(command, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True, preexec_fn=join)


def shell(script):
    return ["sh", "-c", script]


def python(function):
    """A function of this file, in a process of its own."""
    return [sys.executable, os.path.abspath(__file__), "--be", function.__name__]


# --- what a child of this script is ---------------------------------------------------------------


def churn_sockets():
    while True:
        for _ in range(20):
            one = socket.socket()
            one.close()
            a, b = socket.socketpair()
            a.close()
            b.close()
        time.sleep(0.01)


def churn_everything():
    """Sockets, pairs, pipes, files and children, all of them given back."""
    while True:
        for i in range(20):
            socket.socket().close()
            for one in socket.socketpair():
                one.close()
            for end in os.pipe():
                os.close(end)
            with open(f"f{i}", "w", encoding="ascii") as file:
                file.write("x")
            os.unlink(f"f{i}")
        subprocess.run(["/bin/true"], check=False)


def keep_alive():
    """200 connections of half a minute each."""
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    ends = []
    while True:
        while len(ends) < 200:
            client = socket.create_connection(server.getsockname())
            ends.append((time.time() + 30, client, server.accept()[0]))
            time.sleep(0.1)
        until, client, served = ends.pop(0)
        time.sleep(max(0, until - time.time()))
        client.close()
        served.close()


def leak_sockets():
    kept = []
    while True:
        kept.append(socket.socket())
        time.sleep(0.5)


def leak_some_of_many():
    """One of 50 sockets is forgotten."""
    kept = []
    while True:
        for i in range(50):
            one = socket.socket()
            kept.append(one) if i == 7 else one.close()
        time.sleep(0.5)


def never_close_wait():
    """A server that does not close what its peers have closed."""
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    kept = []
    while True:
        with socket.create_connection(server.getsockname()):
            kept.append(server.accept()[0])
        time.sleep(0.5)


def leak_pipes():
    while True:
        os.pipe()
        time.sleep(0.5)


def leak_files():
    kept = []
    while True:
        kept.append(open(tempfile.mkstemp(dir=".")[1]))
        time.sleep(0.5)


# --- the loads ------------------------------------------------------------------------------------

NGINX = ("nginx -p . -g 'daemon off; pid n.pid; error_log stderr;' -c n.conf & "
         "sleep 1; while :; do ab -q -n 20000 -c 20 http://127.0.0.1:18080/ || sleep 1; done")
HEALTHY = {
    "idle": shell("exec sleep 100000"),
    "find": shell("while :; do find / -xdev; done"),
    "tar": shell("while :; do tar cf - /usr/share | cat; done"),
    "compile": shell("while :; do g++ -O2 -c a.cpp -o a.o || sleep 1; done"),
    "fork-storm": shell("while :; do /bin/true; done"),
    "git": shell("git init -q r; cd r; while :; do cp ../a.cpp f$((i=i+1)); git add .; "
                 "git -c user.name=a -c user.email=a@b commit -qm c; git status; done"),
    "nginx": shell(NGINX),
    "packages": shell("dpkg-deb -b deb x.deb; mkdir -p root/var/lib/dpkg/info root/var/lib/dpkg/updates; "
                      "touch root/var/lib/dpkg/status root/var/lib/dpkg/available; while :; do "
                      "dpkg --root=root --force-not-root -i x.deb; dpkg --root=root -P unfreed-x; done"),
    "sockets": python(churn_sockets),
    "mixed": python(churn_everything),
    "keep-alive": python(keep_alive),
}
LEAKY = {
    "leak-sockets": python(leak_sockets),
    "leak-part": python(leak_some_of_many),
    "close-wait": python(never_close_wait),
    "leak-pipes": python(leak_pipes),
    "leak-files": python(leak_files),
}
CHILDREN = [churn_sockets, churn_everything, keep_alive, leak_sockets, leak_some_of_many, never_close_wait,
            leak_pipes, leak_files]
CONFIG = ("events {}\nhttp { access_log off; client_body_temp_path t; server "
          "{ listen 127.0.0.1:18080; root .; } }\n")
CONTROL = "Package: unfreed-x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n"
FILES = {"a.cpp": SOURCE, "n.conf": CONFIG, "index.html": "x", "deb/DEBIAN/control": CONTROL,
         **{f"deb/usr/share/x/{i}": "x" for i in range(200)}}


@contextlib.contextmanager
def cgroup(name):
    """A cgroup of version 2, and how a report names it."""
    with open("/proc/mounts", encoding="utf-8") as mounts:
        root = next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")
    path = os.path.join(root, f"unfreed-{name}-{os.getpid()}")
    os.mkdir(path)
    try:
        yield path, "/" + os.path.basename(path)
    finally:
        kill_all(path)
        os.rmdir(path)


def kill_all(group):
    procs = os.path.join(group, "cgroup.procs")
    for _ in range(100):
        with open(procs, encoding="ascii") as file:
            pids = [int(line) for line in file]
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def trace(options, name, load):
    """The report, the number of lines of its first screen, and how it names the load's cgroup."""
    with tempfile.TemporaryDirectory() as where, cgroup(name) as (group, named):
        os.chmod(where, 0o755)
        for path, text in FILES.items():
            os.makedirs(os.path.dirname(os.path.join(where, path)), exist_ok=True)
            with open(os.path.join(where, path), "w", encoding="utf-8") as file:
                file.write(text)
        process = start(load, where, group)
        time.sleep(3)
        text = os.path.join(where, "report.txt")
        both = ["-o", text, "-o", "json=" + os.path.join(where, "report.json")]
        run = subprocess.run([options.unfreed, "trace", "-q", "--duration", f"{options.seconds}s", "--top", "100000",
                              *both], capture_output=True, text=True, check=False,
                             env={**os.environ, "COLUMNS": "80"})
        kill_all(group)
        process.wait()
        if run.returncode not in (0, 4):
            sys.exit(f"{name}: {run.stderr}")
        with open(os.path.join(where, "report.json"), encoding="utf-8") as file:
            report = json.load(file)
        with open(text, encoding="utf-8") as file:
            return report, len(file.read().splitlines()), named


def line(name, report, lines, group):
    rows = [g for g in report["groups"] if g["attention"] != "none" and not g["companion"] and g["judged"]]
    own = [g for g in rows if not g["processes"] or any(p["cgroup"] == group for p in g["processes"])]
    accused = {verdict: sum(g["verdict"] == verdict for g in own) for verdict in ("leaking", "suspect")}
    others = sum(g["verdict"] in accused for g in rows if g not in own)
    first = ""
    if name in LEAKY:
        rank = next((i for i, g in enumerate(rows, 1) if g in own), None)
        first = f"{rank}: {rows[rank - 1]['verdict']}, {rows[rank - 1]['class']}" if rank else "none"
    named = ", ".join(sorted({f"{g['class']} {g['cache']}" for g in own if g["verdict"] in accused})
                      if name in HEALTHY else [])
    return (f"| {name} | {report['totals']['outstanding']} | {accused['leaking']} | {accused['suspect']} "
            f"| {first or named} | {lines} | {others} |")


def write_into(path, table):
    begin, end = "<!-- recorded table: begin", "<!-- recorded table: end -->"
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(begin, 1)
    head, rest = rest.split("\n", 1)
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + head + "\n" + table + end + rest.split(end, 1)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--unfreed", default="build/unfreed")
    parser.add_argument("--into", help="the document whose table it writes anew")
    parser.add_argument("--be", help=argparse.SUPPRESS)
    parser.add_argument("load", nargs="*")
    options = parser.parse_args()
    if options.be:
        next(f for f in CHILDREN if f.__name__ == options.be)()
    table = (f"{options.seconds} s each.\n\n| load | outstanding | leaking | suspect | accused; of a leaky one its first row "
             "| lines | others |\n|---|--:|--:|--:|---|--:|--:|\n")
    print(table, end="")
    for name, load in {**HEALTHY, **LEAKY}.items():
        if options.load and name not in options.load:
            continue
        if name == "nginx" and not (shutil.which("nginx") and shutil.which("ab")):
            continue
        one = line(name, *trace(options, name, load))
        print(one, flush=True)
        table += one + "\n"
    if options.into:
        write_into(options.into, table)


if __name__ == "__main__":
    main()
